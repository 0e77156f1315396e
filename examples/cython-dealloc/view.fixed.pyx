"""view: a window on a part of a sequence; each view owns a reference to it."""


cdef class View:
    cdef object source
    cdef Py_ssize_t start, stop

    def __cinit__(self, source, Py_ssize_t start, Py_ssize_t stop):
        self.source = source
        self.start = start
        self.stop = stop

    def items(self):
        return self.source[self.start:self.stop]
