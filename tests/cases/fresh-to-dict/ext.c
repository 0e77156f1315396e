#include "../ext.h"

/* A dict setter does not take the reference over. */
static PyObject *describe(PyObject *module, PyObject *arg)
{
    PyObject *dict = PyDict_New(), *length = PyLong_FromSsize_t(100000 + PyObject_Size(arg)); /* culprit */

    if (dict == NULL || length == NULL || PyDict_SetItemString(dict, "length", length) < 0) { /* belief */
        Py_XDECREF(length);
        Py_XDECREF(dict);
        return NULL;
    }
#ifdef FIXED
    Py_DECREF(length);
#endif
    return dict;
}

static PyMethodDef methods[] = {{"describe", describe, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
