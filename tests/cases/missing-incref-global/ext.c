#include "../ext.h"

/* The last value that was set. */
static PyObject *last;

static PyObject *set_last(PyObject *module, PyObject *value) /* belief */
{
    PyObject *old = last;

    Py_INCREF(value);
    last = value;
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

static PyObject *get_last(PyObject *module, PyObject *ignored)
{
    if (last == NULL)
        Py_RETURN_NONE;
#ifdef FIXED
    Py_INCREF(last);
#endif
    return last; /* culprit */
}

static PyMethodDef methods[] = {{"set_last", set_last, METH_O, NULL}, {"get_last", get_last, METH_NOARGS, NULL}, {NULL}};
EXT_MODULE(methods, )
