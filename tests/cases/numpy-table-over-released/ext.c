#include "../numpy.h"

/* An array of n numbers of a type of its own: PyArray_NewFromDescr takes the reference to the type. */
static PyObject *zeros(PyObject *module, PyObject *arg)
{
    Py_ssize_t n = PyLong_AsSsize_t(arg);
    PyObject *descr, *array;

    if (n == -1 && PyErr_Occurred())
        return NULL;
    descr = ((numpy_from_type *)numpy[NUMPY_FROM_TYPE])(NUMPY_DOUBLE);
    array = ((numpy_new_from_descr *)numpy[NUMPY_NEW_FROM_DESCR])(numpy[NUMPY_TYPE], descr, 1, &n, NULL, NULL, 0, NULL); /* belief */
#ifndef FIXED
    Py_DECREF(descr); /* culprit */
#endif
    return array;
}

static PyMethodDef methods[] = {{"zeros", zeros, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, if (numpy_fetch() < 0) return NULL;)
