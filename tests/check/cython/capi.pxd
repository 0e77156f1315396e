from cpython.ref cimport PyObject

cdef extern from "Python.h":
    PyObject *PyFloat_FromDouble(double value)
    object lent_entry "PyDict_GetItem" (object entries, object key)
    object PyNumber_Absolute(object number)
