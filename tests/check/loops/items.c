/* The same item is asked for twice: once for its reference, once to hand it over. */
#include "../module.h"

static PyObject *
rest_borrowed(PyObject *self, PyObject *args)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    PyObject *copy = PyTuple_New(n + 1);
    int i;

    if (copy == NULL)
        return NULL;
    PyTuple_SET_ITEM(copy, 0, Py_NewRef(self));
    for (i = 0; i < n; i++)
        PyTuple_SET_ITEM(copy, i + 1, PyTuple_GET_ITEM(args, i));
    return copy;
}

static PyObject *
rest(PyObject *self, PyObject *args)
{
    Py_ssize_t n = PyTuple_GET_SIZE(args);
    PyObject *copy = PyTuple_New(n + 1);
    int i;

    if (copy == NULL)
        return NULL;
    PyTuple_SET_ITEM(copy, 0, Py_NewRef(self));
    for (i = 0; i < n; i++) {
        Py_INCREF(PyTuple_GET_ITEM(args, i));
        PyTuple_SET_ITEM(copy, i + 1, PyTuple_GET_ITEM(args, i));
    }
    return copy;
}

static PyMethodDef methods[] = {METHOD(rest_borrowed, METH_VARARGS), METHOD(rest, METH_VARARGS), {NULL}};
MODULE(items, methods)

/* refsan check
 * RS101|RS103 rest_borrowed / rest: PyTuple_GET_ITEM(args, i)
 */
