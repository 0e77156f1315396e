#include "keep.h"

enum { ROOM = 8 };
static PyObject *items[ROOM];
static int count;

int keep_push(PyObject *item)
{
    if (count == ROOM) {
        PyErr_SetString(PyExc_OverflowError, "full");
        return -1;
    }
    items[count++] = item;
    return 0;
}

PyObject *keep_top(void)
{
    return count > 0 ? items[count - 1] : NULL;
}

PyObject *keep_pop(void)
{
    if (count == 0)
        PyErr_SetString(PyExc_IndexError, "empty");
    return count > 0 ? items[--count] : NULL;
}
