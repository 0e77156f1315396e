#include "../ext.h"

/* The names of n columns. */
static PyObject *columns(PyObject *module, PyObject *arg)
{
    long i, n = PyLong_AsLong(arg);
    PyObject *list, *name;

    if (n == -1 && PyErr_Occurred())
        return NULL;
    list = PyList_New(0);
    for (i = 0; list != NULL && i < n; i++) {
        name = PyUnicode_FromFormat("column %ld", i); /* culprit */
        if (name == NULL || PyList_Append(list, name) < 0) { /* belief */
            Py_XDECREF(name);
            Py_CLEAR(list);
            break;
        }
#ifdef FIXED
        Py_DECREF(name);
#endif
    }
    return list;
}

static PyMethodDef methods[] = {{"columns", columns, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
