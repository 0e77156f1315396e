#include "../ext.h"

/* Checks that an object's text is short. */
static PyObject *check(PyObject *module, PyObject *object)
{
    PyObject *text = PyObject_Str(object);

    if (text == NULL)
        return NULL;
    if (PyUnicode_GetLength(text) > 8) {
#ifndef FIXED
        Py_DECREF(text); /* belief */
#endif
        PyErr_Format(PyExc_ValueError, "too long: %R", text); /* culprit */
#ifdef FIXED
        Py_DECREF(text);
#endif
        return NULL;
    }
    Py_DECREF(text);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"check", check, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
