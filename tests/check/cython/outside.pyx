# The C API without the GIL: functions of C's that are declared nogil and touch objects (outside.c), and casts.
from cpython.ref cimport PyObject

cdef extern from "outside.h" nogil:
    int outside_scan(const char *text, Py_ssize_t size)
    int outside_report(int code) except *
    int outside_report_held(int code) except *

cdef extern from "Python.h":
    void up "Py_INCREF" (PyObject *what) nogil
    Py_ssize_t tuple_size "PyTuple_GET_SIZE" (object items) nogil

cdef extern from "pthread.h" nogil:
    ctypedef unsigned long pthread_t
    int pthread_create(pthread_t *thread, void *attributes, void *(*begin)(void *) noexcept nogil, void *argument)
    int pthread_join(pthread_t thread, void **result)


def scan(bytes text):
    cdef const char *start = text
    cdef Py_ssize_t size = len(text)
    cdef int code
    with nogil:
        code = outside_scan(start, size)
        if code < 0:
            outside_report(code)
    return code


def scan_held(bytes text):
    cdef const char *start = text
    cdef Py_ssize_t size = len(text)
    cdef int code
    with nogil:
        code = outside_scan(start, size)
        if code < 0:
            outside_report_held(code)
    return code


cdef PyObject *held = NULL


cdef void swap(PyObject *value) noexcept nogil:
    global held
    up(value)
    held = value


cdef void swap_held(PyObject *value) noexcept nogil:
    global held
    with gil:
        up(value)
    held = value


def put(value):
    cdef PyObject *raw = <PyObject *>value
    with nogil:
        swap(raw)


def put_held(value):
    cdef PyObject *raw = <PyObject *>value
    with nogil:
        swap_held(raw)


cdef void *work(void *argument) noexcept nogil:
    up(<PyObject *>argument)
    return NULL


cdef void *work_held(void *argument) noexcept with gil:
    up(<PyObject *>argument)
    return NULL


def start(value):
    cdef pthread_t first, second
    cdef void *argument = <void *>value
    if pthread_create(&first, NULL, work, argument) != 0:
        raise OSError
    if pthread_create(&second, NULL, work_held, argument) != 0:
        raise OSError
    with nogil:
        pthread_join(first, NULL)
        pthread_join(second, NULL)


def size(tuple items):
    cdef Py_ssize_t count
    with nogil:
        count = tuple_size(items)
    return count

# refsan check
# RS301 scan / scan_held: outside_report(code)
# RS301 swap / swap_held: up(value)
# RS301 work / work_held: up(<PyObject *>argument)
