# What a .pxd declares: the one of the same name, and one that is cimported from.
from cpython.ref cimport PyObject, Py_INCREF, Py_XDECREF
from capi cimport PyFloat_FromDouble, PyNumber_Absolute, lent_entry as entry_of


def first_of(tuple items):
    return lent_item(items, 0)


def first_kept(tuple items):
    cdef object item = lent_item(items, 0)
    Py_INCREF(item)
    return item


def entry(dict entries, key):
    return entry_of(entries, key)


def magnitude(number):
    return PyNumber_Absolute(number)    # declared object: taken as the new reference that it is


def half():
    return <object>PyFloat_FromDouble(0.5)


cdef class Watch:
    def watch(self, target):
        self.target = <PyObject *>target

    def get(self):
        return <object>self.target if self.target != NULL else None


cdef class Guard:
    def guard(self, target):
        Py_INCREF(target)
        Py_XDECREF(self.target)
        self.target = <PyObject *>target

    def __dealloc__(self):
        Py_XDECREF(self.target)

# refsan check
# RS102|RS101 first_of / first_kept: lent_item
# RS102|RS101 entry / magnitude: entry_of
# RS201 half / magnitude: PyFloat_FromDouble
# RS103 watch / guard: self.target = <PyObject *>target
