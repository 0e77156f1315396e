#include "../ext.h"

/* Puts text at an index; PyList_SetItem has taken the text also where it failed. */
static PyObject *put(PyObject *module, PyObject *args)
{
    PyObject *list, *text;
    Py_ssize_t at;

    if (!PyArg_ParseTuple(args, "On", &list, &at))
        return NULL;
    text = PyUnicode_FromFormat("number %zd", at);
    if (text == NULL)
        return NULL;
    if (PyList_SetItem(list, at, text) < 0) { /* belief */
#ifndef FIXED
        Py_DECREF(text); /* culprit */
#endif
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"put", put, METH_VARARGS, NULL}, {NULL}};
EXT_MODULE(methods, )
