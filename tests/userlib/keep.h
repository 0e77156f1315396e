/* A library of somebody's: a stack of objects. Its functions say nothing to refsan; keep.txt does. */
#include <Python.h>

int keep_push(PyObject *item);       /* takes the reference, unless the stack is full */
PyObject *keep_top(void);            /* lent */
PyObject *keep_pop(void);            /* handed over; NULL with an exception where nothing is there */
