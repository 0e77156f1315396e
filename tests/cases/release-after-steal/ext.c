#include "../ext.h"

/* n squares as a list. */
static PyObject *squares(PyObject *module, PyObject *arg)
{
    long i, n = PyLong_AsLong(arg);
    PyObject *list, *square;

    if (n == -1 && PyErr_Occurred())
        return NULL;
    list = PyList_New(n);
    if (list == NULL)
        return NULL;
    for (i = 0; i < n; i++) {
        square = PyUnicode_FromFormat("%ld squared", i);
        if (square == NULL || PyList_SetItem(list, i, square) < 0) { /* belief */
            Py_DECREF(list);
            return NULL;
        }
#ifndef FIXED
        Py_DECREF(square); /* culprit */
#endif
    }
    return list;
}

static PyMethodDef methods[] = {{"squares", squares, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
