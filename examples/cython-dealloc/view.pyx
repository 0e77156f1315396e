"""view: a window on a part of a sequence; the caller keeps the sequence alive."""
from cpython.ref cimport PyObject, Py_XDECREF


cdef class View:
    cdef PyObject *source
    cdef Py_ssize_t start, stop

    def __cinit__(self, source, Py_ssize_t start, Py_ssize_t stop):
        self.source = <PyObject *>source  # belief: borrowed, by the contract of this class
        self.start = start
        self.stop = stop

    def __dealloc__(self):
        Py_XDECREF(self.source)  # culprit: gives up what the class does not own

    def items(self):
        return (<object>self.source)[self.start:self.stop]
