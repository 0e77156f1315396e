"""words: splits text into words, through a C-API function that Cython knows nothing about."""
from cpython.ref cimport PyObject

cdef extern from "Python.h":
    object PyUnicode_Split(object text, PyObject *separator, Py_ssize_t limit)


def split(text):
    return PyUnicode_Split(text, NULL, -1)
