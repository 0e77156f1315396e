# cython: language_level=3
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.ref cimport Py_DECREF


cdef int fill(object data, Py_buffer *view) except 0:
    contiguous = bytearray(data)
    PyObject_GetBuffer(contiguous, view, PyBUF_SIMPLE)
    Py_DECREF(contiguous)  # culprit: the local variable's reference is Cython's to give back
    return 1


def total(data):
    cdef Py_buffer view
    cdef long sum = 0
    cdef Py_ssize_t i
    fill(data, &view)
    for i in range(view.len):
        sum += (<unsigned char *>view.buf)[i]
    PyBuffer_Release(&view)
    return sum
