# cython: language_level=3
# Exceptions that a declaration hides from Cython, that the .pyx sets itself, that a `try` takes, and NULL without one.
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF

cdef extern from *:
    """
    static PyObject *look_up(PyObject *table, PyObject *key)
    {
        PyObject *value = PyDict_GetItemWithError(table, key);

        if (value == NULL && !PyErr_Occurred())
            return NULL;
        Py_XINCREF(value);
        return value;
    }
    static PyObject *look_up_or_raise(PyObject *table, PyObject *key)
    {
        PyObject *value = PyDict_GetItemWithError(table, key);

        if (value == NULL && !PyErr_Occurred())
            PyErr_SetObject(PyExc_KeyError, key);
        Py_XINCREF(value);
        return value;
    }
    """
    object look_up(object table, object key)
    object look_up_or_raise(object table, object key)
    Py_ssize_t PyObject_Length(object o)
    Py_ssize_t PyObject_Size(object o) except -1
    long PyLong_AsLong(object o)
    long as_long "PyLong_AsLong"(object o) except? -1
    PyObject *PyObject_GetAttrString(object o, const char *name)
    void PyErr_SetString(object kind, const char *text)
    void PyErr_Clear()


def found(dict table, key):
    return look_up(table, key)


def found_or_raised(dict table, key):
    return look_up_or_raise(table, key)


def length(o):
    cdef Py_ssize_t n = PyObject_Length(o)
    if n < 0:
        return None
    return n


def length_or_raise(o):
    cdef Py_ssize_t n = PyObject_Size(o)
    return n


def next_number(o):
    cdef long n = PyLong_AsLong(o)
    return n + 1


def next_number_or_raise(o):
    cdef long n = as_long(o)
    return n + 1


def has_name(o):
    cdef PyObject *name = PyObject_GetAttrString(o, "name")
    if name == NULL:
        return False
    Py_DECREF(<object>name)
    return True


def has_name_cleared(o):
    cdef PyObject *name = PyObject_GetAttrString(o, "name")
    if name == NULL:
        PyErr_Clear()
        return False
    Py_DECREF(<object>name)
    return True


def checked(o):
    if o is None:
        PyErr_SetString(ValueError, "None")
        return None
    return o


def checked_by_raise(o):
    if o is None:
        raise ValueError("None")
    return o


def name_or_none(o):
    try:
        return o.name
    except AttributeError:
        return None


def name_or_other(o, other):
    try:
        return o.name
    except (AttributeError, KeyError) as e:
        other(e)
    finally:
        other(None)
    return other


cdef int parse(o) except? -1:
    if o is None:
        return -1
    return int(o)


cdef void note(o) noexcept:
    o.append(1)


def parsed(o):
    note(o)
    return parse(o)


def summed(items):
    total = 0
    for item in items:
        try:
            total += item.value
        except AttributeError:
            continue
    return total


# refsan check
# RS302 found / found_or_raised: look_up(table, key)
# RS302 length / length_or_raise: return None
# RS302 next_number / next_number_or_raise: PyLong_AsLong(o)
# RS302 has_name / has_name_cleared: return False
# RS302 checked / checked_by_raise: return None
