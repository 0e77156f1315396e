/* A module's own function, called from C as the interpreter would not: without a receiver. */
#include "../module.h"

static PyObject *
joined(PyObject *module, PyObject *args)
{
    PyObject *first, *second;

    if (!PyArg_UnpackTuple(args, "joined", 2, 2, &first, &second))
        return NULL;
    if (first == Py_None)
        return Py_NewRef(second);
    return PySequence_Concat(first, second);
}

static PyObject *
doubled(PyObject *module, PyObject *object)
{
    PyObject *args = Py_BuildValue("OO", object, object), *result;

    if (args == NULL)
        return NULL;
    result = joined(NULL, args);
    Py_DECREF(args);
    return result;
}

static PyObject *
doubled_lost(PyObject *module, PyObject *object)
{
    PyObject *args = Py_BuildValue("OO", object, object);

    if (args == NULL)
        return NULL;
    return joined(NULL, args);
}

static PyMethodDef own_method_methods[] = {METHOD(joined, METH_VARARGS), METHOD(doubled, METH_O),
                                           METHOD(doubled_lost, METH_O), {NULL}};

MODULE(own_method, own_method_methods)

/* refsan check
 * RS201 doubled_lost / doubled: Py_BuildValue
 */
