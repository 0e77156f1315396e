#include "../ext.h"

/* Fetch, restore, normalise, replace, chain: the exception's references in all directions. */
static PyObject *retry(PyObject *module, PyObject *callable)
{
    PyObject *result = PyObject_CallObject(callable, NULL);
    PyObject *type, *value, *traceback, *args;

    if (result != NULL)
        return result;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (PyErr_GivenExceptionMatches(type, PyExc_KeyError)) {
        PyErr_Restore(type, value, traceback);
        return NULL;
    }
    args = PyObject_GetAttrString(value, "args");
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return args;
}

static PyObject *reraise(PyObject *module, PyObject *value)
{
    PyObject *error = PyObject_CallFunctionObjArgs(PyExc_ValueError, value, NULL), *cause;

    if (error == NULL)
        return NULL;
    cause = PyObject_CallFunction(PyExc_TypeError, "s", "the cause");
    if (cause == NULL) {
        Py_DECREF(error);
        return NULL;
    }
    PyException_SetCause(error, cause);
    PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    Py_DECREF(error);
    return NULL;
}

static PyObject *quiet(PyObject *module, PyObject *callable)
{
    PyObject *result = PyObject_CallObject(callable, NULL);

    if (result == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_ValueError))
            return NULL;
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    return result;
}

static PyObject *written(PyObject *module, PyObject *ignored)
{
    PyErr_Format(PyExc_RuntimeError, "%R and %S", Py_None, module);
    return NULL;
}

static PyMethodDef methods[] = {
    {"retry", retry, METH_O, NULL}, {"reraise", reraise, METH_O, NULL}, {"quiet", quiet, METH_O, NULL}, {"written", written, METH_NOARGS, NULL}, {NULL}};
EXT_MODULE(methods, )
