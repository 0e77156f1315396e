# Raw PyObject * and wrong declarations: what Cython's own counting does not see.
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from cpython.ref cimport PyObject, Py_DECREF, Py_INCREF, Py_XDECREF

cdef extern from "Python.h":
    PyObject *PyLong_FromLong(long value)
    object PyUnicode_FromString(const char *text)
    PyObject *PyList_GetItem(object list, Py_ssize_t index) except NULL
    object borrowed_item "PyList_GetItem" (object list, Py_ssize_t index)
    int PyList_SetItem(object list, Py_ssize_t index, PyObject *item) except -1
    int PyDict_Contains(object dict, object key) except -1


def number():
    return <object>PyLong_FromLong(1000)


def number_text():
    return PyUnicode_FromString("1000")     # declared object: taken as the new reference that it is


def first_of(list items):
    return borrowed_item(items, 0)


def first_item(list items):
    return <object>PyList_GetItem(items, 0)     # the cast takes a reference


def drop_first(list items):
    Py_DECREF(<object>PyList_GetItem(items, 0))


def keep_first(list items):
    cdef object item = <object>PyList_GetItem(items, 0)
    Py_INCREF(item)
    Py_DECREF(item)
    return item


def put(list items, number):
    text = str(number)
    PyList_SetItem(items, 0, <PyObject *>text)


def put_owned(list items, number):
    text = str(number)
    Py_INCREF(text)
    PyList_SetItem(items, 0, <PyObject *>text)


def single(number):
    result = PyTuple_New(1)
    cdef PyObject *raw = PyLong_FromLong(number)
    if raw is NULL:
        raise MemoryError()
    value = <object>raw
    Py_INCREF(value)
    PyTuple_SET_ITEM(result, 0, value)
    return result


def single_moved(number):
    result = PyTuple_New(1)
    cdef PyObject *raw = PyLong_FromLong(number)
    if raw is NULL:
        raise MemoryError()
    value = <object>raw
    PyTuple_SET_ITEM(result, 0, value)      # takes the reference that 'raw' has
    return result


cdef class Observer:
    cdef PyObject *target

    def watch(self, target):
        self.target = <PyObject *>target

    def get(self):
        return <object>self.target if self.target != NULL else None


cdef class Owner:
    cdef PyObject *target

    def own(self, target):
        Py_INCREF(target)
        Py_XDECREF(self.target)
        self.target = <PyObject *>target

    def __dealloc__(self):
        Py_XDECREF(self.target)


cdef class Hoarder:
    cdef PyObject *value

    def __cinit__(self, value):
        Py_INCREF(value)
        self.value = <PyObject *>value


cdef object given_up(PyObject *raw):
    result = <object>raw
    Py_DECREF(<object>raw)
    return result


def repeated_number(n):
    cdef PyObject *raw = PyLong_FromLong(1000)
    total = given_up(raw)
    while n > 0:
        raw = PyLong_FromLong(1000)
        total += given_up(raw)
        n -= 1
    return total

# refsan check
# RS201 number / number_text: PyLong_FromLong
# RS102|RS101 first_of / first_item: borrowed_item
# RS101 drop_first / keep_first: Py_DECREF
# RS104|RS101 put / put_owned: PyList_SetItem
# RS201 single / single_moved: <object>raw || PyLong_FromLong
# RS103 watch / own: self.target = <PyObject *>target
# RS203|RS201 __cinit__|Hoarder / __dealloc__: self.value = || Py_INCREF(value) || cdef class Hoarder || def __cinit__
