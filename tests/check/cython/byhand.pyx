# cython: language_level=3
# Raw pointers that reach their variable through a temporary, that a call fills in, or that go to a place counted by hand.
from cpython.exc cimport PyErr_Fetch
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF, Py_XDECREF
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM

cdef extern from "Python.h":
    PyObject *PyIter_Next(object it) except? NULL
    PyObject *PyList_New(Py_ssize_t n) except NULL
    PyObject *PyDict_GetItem(object dict, object key)
    PyObject *PyObject_CallObject(object f, PyObject *args)

cdef PyObject *handler = NULL
cdef PyObject *listener = NULL


def count_all(items):
    it = iter(items)
    cdef Py_ssize_t n = 0
    cdef PyObject *item
    while True:
        item = PyIter_Next(it)
        if item == NULL:
            break
        n += 1
    return n


def count_given(items):
    it = iter(items)
    cdef Py_ssize_t n = 0
    cdef PyObject *item
    while True:
        item = PyIter_Next(it)
        if item == NULL:
            break
        n += 1
        Py_DECREF(<object>item)
    return n


def checked(Py_ssize_t n):
    cdef PyObject *out = PyList_New(0)
    if n < 0:
        raise ValueError("negative")
    result = <object>out
    Py_DECREF(result)
    return result


def checked_before(Py_ssize_t n):
    if n < 0:
        raise ValueError("negative")
    cdef PyObject *out = PyList_New(0)
    result = <object>out
    Py_DECREF(result)
    return result


def quiet(f):
    cdef PyObject *kind = NULL
    cdef PyObject *value = NULL
    cdef PyObject *where = NULL
    cdef PyObject *result = PyObject_CallObject(f, NULL)
    if result == NULL:
        PyErr_Fetch(&kind, &value, &where)
        Py_XDECREF(kind)
        Py_XDECREF(value)
        return False
    Py_DECREF(<object>result)
    return True


def quiet_all(f):
    cdef PyObject *kind = NULL
    cdef PyObject *value = NULL
    cdef PyObject *where = NULL
    cdef PyObject *result = PyObject_CallObject(f, NULL)
    if result == NULL:
        PyErr_Fetch(&kind, &value, &where)
        Py_XDECREF(kind)
        Py_XDECREF(value)
        Py_XDECREF(where)
        return False
    Py_DECREF(<object>result)
    return True


def cached(dict cache, key):
    cdef PyObject *found = PyDict_GetItem(cache, key)
    if found == NULL:
        return None
    value = <object>found
    Py_DECREF(value)
    return value


def cached_kept(dict cache, key):
    cdef PyObject *found = PyDict_GetItem(cache, key)
    if found == NULL:
        return None
    value = <object>found
    return value


def pair(a, b):
    t = PyTuple_New(2)
    Py_INCREF(a)
    PyTuple_SET_ITEM(t, 0, a)
    PyTuple_SET_ITEM(t, 1, b)
    return t


def pair_counted(a, b):
    t = PyTuple_New(2)
    Py_INCREF(a)
    PyTuple_SET_ITEM(t, 0, a)
    Py_INCREF(b)
    PyTuple_SET_ITEM(t, 1, b)
    return t


def set_handler(f):
    global handler
    Py_XDECREF(handler)
    handler = <PyObject *>f


def set_listener(f):
    global listener
    cdef PyObject *old = listener
    Py_INCREF(f)
    listener = <PyObject *>f
    Py_XDECREF(old)


cdef class Holder:
    cdef PyObject *payload

    def attach(self, value):
        Py_INCREF(value)
        Py_XDECREF(self.payload)        # makes room, and is not the last
        self.payload = <PyObject *>value


cdef class Keeper:
    cdef PyObject *load

    def hold(self, value):
        Py_INCREF(value)
        Py_XDECREF(self.load)
        self.load = <PyObject *>value

    def __dealloc__(self):
        Py_XDECREF(self.load)


# refsan check
# RS201 count_all / count_given: PyIter_Next
# RS201|RS202 checked / checked_before: PyList_New
# RS201|RS202 quiet / quiet_all: PyErr_Fetch
# RS101|RS102 cached / cached_kept: PyDict_GetItem
# RS103 pair / pair_counted: PyTuple_SET_ITEM(t, 1, b)
# RS103 set_handler / set_listener: handler = <PyObject *>f
# RS203|RS201 attach|Holder / hold: self.payload = || Py_INCREF(value)
