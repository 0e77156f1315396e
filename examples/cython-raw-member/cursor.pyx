"""cursor: walks over the rows of a table, and keeps a plain pointer to it."""
from cpython.ref cimport PyObject


cdef class Cursor:
    cdef PyObject *table
    cdef Py_ssize_t at

    def __cinit__(self, table):
        self.table = <PyObject *>table  # belief: the argument is borrowed, and the cursor may outlive the table
        self.at = 0

    def next(self):
        rows = <object>self.table  # culprit: nobody kept the table alive
        row = rows[self.at]
        self.at += 1
        return row
