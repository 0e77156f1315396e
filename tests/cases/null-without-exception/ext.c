#include "../ext.h"

/* The value of a key, KeyError where it is absent. */
static PyObject *fetch(PyObject *module, PyObject *args)
{
    PyObject *dict, *key, *value;

    if (!PyArg_ParseTuple(args, "O!O:fetch", &PyDict_Type, &dict, &key))
        return NULL;
    value = PyDict_GetItemWithError(dict, key); /* belief */
    if (value == NULL) {
#ifdef FIXED
        if (!PyErr_Occurred())
            PyErr_SetObject(PyExc_KeyError, key);
#endif
        return NULL; /* culprit */
    }
    Py_INCREF(value);
    return value;
}

static PyMethodDef methods[] = {{"fetch", fetch, METH_VARARGS, NULL}, {NULL}};
EXT_MODULE(methods, )
