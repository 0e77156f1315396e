"""record: parses lines of three fields."""

cdef extern from "Python.h":
    object PyUnicode_Split(object text, object separator, Py_ssize_t limit)


def parse(line):
    fields = PyUnicode_Split(line, ";", -1)
    count = len(fields)
    if count != 3:
        raise ValueError("%d fields in %r" % (count, line))
    return tuple(fields)
