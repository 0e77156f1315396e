"""rows: copies values into rows of a fixed width."""
from cpython.ref cimport PyObject

cdef extern from "Python.h":
    int PyList_SetItem(object row, Py_ssize_t index, PyObject *item) except -1


def fill(values, int width):
    cdef list row = [None] * width
    cdef int column = 0
    for value in values:
        PyList_SetItem(row, column, <PyObject *>value)  # culprit: steals a reference that was never taken
        column += 1
    return row
