# cython: language_level=3
# What the generator counts by itself is right, whatever way out of memory leads to; what the author counts may not be.
from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM


def wrapped(value):
    result = PyTuple_New(1)
    PyTuple_SET_ITEM(result, 0, str(value) + "!")
    return result


def wrapped_counted(value):
    result = PyTuple_New(1)
    text = str(value) + "!"
    Py_INCREF(text)
    PyTuple_SET_ITEM(result, 0, text)
    return result


def written(path, parts):
    with open(path, "w") as file:
        for part in parts:
            file.write(part)


def first_of(queue, wanted):
    try:
        item = queue.pop(0)
        return [str(part) for part in item if part in wanted]
    finally:
        queue.close()


# refsan check
# RS104|RS103|RS101 wrapped / wrapped_counted: PyTuple_SET_ITEM
