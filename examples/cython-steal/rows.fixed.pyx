"""rows: copies values into rows of a fixed width."""
from cpython.ref cimport PyObject, Py_INCREF

cdef extern from "Python.h":
    int PyList_SetItem(object row, Py_ssize_t index, PyObject *item) except -1


def fill(values, int width):
    cdef list row = [None] * width
    cdef int column = 0
    for value in values:
        Py_INCREF(value)
        PyList_SetItem(row, column, <PyObject *>value)
        column += 1
    return row
