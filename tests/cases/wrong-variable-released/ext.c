#include "../ext.h"

/* Joins key and value; releases its argument instead of the text that it made. */
static PyObject *join(PyObject *module, PyObject *args)
{
    PyObject *key, *value, *text, *joined;

    if (!PyArg_ParseTuple(args, "OO", &key, &value))
        return NULL;
    text = PyObject_Str(value);
    if (text == NULL)
        return NULL;
    joined = PyUnicode_FromFormat("%S=%U", key, text);
#ifdef FIXED
    Py_DECREF(text);
#else
    Py_DECREF(value); /* culprit */
#endif
    return joined;
}

static PyMethodDef methods[] = {{"join", join, METH_VARARGS, NULL}, {NULL}};
EXT_MODULE(methods, )
