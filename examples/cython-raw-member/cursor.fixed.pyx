"""cursor: walks over the rows of a table, and owns a reference to it."""


cdef class Cursor:
    cdef object table
    cdef Py_ssize_t at

    def __cinit__(self, table):
        self.table = table
        self.at = 0

    def next(self):
        row = self.table[self.at]
        self.at += 1
        return row
