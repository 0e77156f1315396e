#include "../numpy.h"

/* n rows of three numbers. */
static PyObject *rows(PyObject *module, PyObject *arg)
{
    long n = PyLong_AsLong(arg);
    Py_ssize_t three = 3;
    PyObject *list, *row;

    if (n == -1 && PyErr_Occurred())
        return NULL;
    list = PyList_New(0);
    for (long i = 0; list != NULL && i < n; i++) {
        row = ((numpy_new *)numpy[NUMPY_NEW])(numpy[NUMPY_TYPE], 1, &three, NUMPY_DOUBLE, NULL, NULL, 0, 0, NULL); /* culprit */
        if (row == NULL || PyList_Append(list, row) < 0) { /* belief */
            Py_XDECREF(row);
            Py_CLEAR(list);
            break;
        }
#ifdef FIXED
        Py_DECREF(row);
#endif
    }
    return list;
}

static PyMethodDef methods[] = {{"rows", rows, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, if (numpy_fetch() < 0) return NULL;)
