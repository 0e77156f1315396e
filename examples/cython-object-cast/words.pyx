"""words: splits text into words, through a C-API function that Cython knows nothing about."""
from cpython.ref cimport PyObject

cdef extern from "Python.h":
    PyObject *PyUnicode_Split(object text, PyObject *separator, Py_ssize_t limit) except NULL


def split(text):
    cdef PyObject *words = PyUnicode_Split(text, NULL, -1)  # belief: a new reference
    return <object>words  # culprit: the cast takes another one, the first is never given back
