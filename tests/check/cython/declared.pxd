from cpython.ref cimport PyObject

cdef extern from "Python.h":
    object lent_item "PyTuple_GetItem" (object items, Py_ssize_t index)

cdef class Watch:
    cdef PyObject *target

cdef class Guard:
    cdef PyObject *target
