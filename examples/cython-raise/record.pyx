"""record: parses lines of three fields."""
from cpython.ref cimport PyObject

cdef extern from "Python.h":
    PyObject *PyUnicode_Split(object text, object separator, Py_ssize_t limit) except NULL
    void Py_DECREF(PyObject *item)


def parse(line):
    cdef PyObject *fields = PyUnicode_Split(line, ";", -1)  # belief: a new reference
    count = len(<object>fields)
    if count != 3:
        raise ValueError("%d fields in %r" % (count, line))  # culprit: leaves without giving it back
    result = tuple(<object>fields)
    Py_DECREF(fields)
    return result
