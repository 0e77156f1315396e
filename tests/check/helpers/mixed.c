/* A helper that returns None with a reference on one way and without on another: it is the helper that is wrong, not who
 * passes its result on. */
#include "../module.h"

static int level;

static PyObject *
set_level(PyObject *value)
{
    PyObject *result = NULL;
    long number;

    if (value == Py_None)
        Py_RETURN_NONE;
    number = PyLong_AsLong(value);
    if (number == -1 && PyErr_Occurred())
        goto done;
    level = (int)number;
    result = Py_None;
done:
    return result;
}

static PyObject *
set_any_level(PyObject *value)
{
    PyObject *result = NULL;
    long number;

    if (value == Py_None)
        Py_RETURN_NONE;
    number = PyLong_AsLong(value);
    if (number == -1 && PyErr_Occurred())
        goto done;
    level = (int)number;
    result = Py_None;
    Py_INCREF(result);
done:
    return result;
}

static PyObject *
choose_level(PyObject *self, PyObject *value)
{
    return set_level(value);
}

static PyObject *
choose_any_level(PyObject *self, PyObject *value)
{
    return set_any_level(value);
}

/* borrowed on each way: a promise like another */
static PyObject *
owner_of(PyObject *dict)
{
    PyObject *owner = PyDict_GetItemString(dict, "owner");

    return owner == NULL ? Py_None : owner;
}

static PyObject *
get_owner(PyObject *self, PyObject *dict)
{
    return Py_NewRef(owner_of(dict));
}

static PyMethodDef methods[] = {METHOD(choose_level, METH_O), METHOD(choose_any_level, METH_O), METHOD(get_owner, METH_O), {NULL}};
MODULE(mixed, methods)

/* refsan check
 * RS102 set_level / set_any_level [..3.11]: return result; || result = Py_None
 */
