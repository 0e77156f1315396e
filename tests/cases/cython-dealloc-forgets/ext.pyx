from cpython.ref cimport PyObject, Py_INCREF, Py_XDECREF
from libc.stdlib cimport malloc, free

cdef class Keeper:
    cdef PyObject *value
    cdef char *buf

    def __cinit__(self, value):
        Py_INCREF(value)  # belief: owned by the keeper
        self.value = <PyObject *>value
        self.buf = <char *>malloc(10)

    def get(self):
        return <object>self.value

    def __dealloc__(self):  # culprit: forgets the value
        free(self.buf)
