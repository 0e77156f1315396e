# cython: language_level=3
# Buffers that are filled by hand, and capsules that keep an object.
from cpython.buffer cimport PyObject_GetBuffer, PyBuffer_Release, PyBUF_SIMPLE, PyBUF_WRITABLE
from cpython.pycapsule cimport PyCapsule_New, PyCapsule_GetPointer
from cpython.ref cimport Py_INCREF, Py_DECREF
from libc.string cimport memcpy


def copy_into(target, source):
    cdef Py_buffer to
    cdef Py_buffer what
    PyObject_GetBuffer(target, &to, PyBUF_WRITABLE)
    PyObject_GetBuffer(source, &what, PyBUF_SIMPLE)
    memcpy(to.buf, what.buf, to.len if to.len < what.len else what.len)
    PyBuffer_Release(&what)
    PyBuffer_Release(&to)


def copy_into_released(target, source):
    cdef Py_buffer to
    cdef Py_buffer what
    PyObject_GetBuffer(target, &to, PyBUF_WRITABLE)
    try:
        PyObject_GetBuffer(source, &what, PyBUF_SIMPLE)
    except:
        PyBuffer_Release(&to)
        raise
    memcpy(to.buf, what.buf, to.len if to.len < what.len else what.len)
    PyBuffer_Release(&what)
    PyBuffer_Release(&to)


cdef void forget(object capsule) noexcept:
    cdef void *kept = PyCapsule_GetPointer(capsule, "kept")
    if kept != NULL:
        pass


cdef void give_back(object capsule) noexcept:
    cdef void *kept = PyCapsule_GetPointer(capsule, "kept")
    if kept != NULL:
        Py_DECREF(<object>kept)


def wrap(value):
    capsule = PyCapsule_New(<void *>value, "kept", forget)
    Py_INCREF(value)
    return capsule


def wrap_owned(value):
    capsule = PyCapsule_New(<void *>value, "kept", give_back)
    Py_INCREF(value)
    return capsule

# refsan check
# RS206 copy_into / copy_into_released: PyObject_GetBuffer(target
# RS201 wrap / wrap_owned: Py_INCREF(value) || PyCapsule_New
