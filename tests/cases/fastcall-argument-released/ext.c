#include "../ext.h"

/* The longest of the arguments; they are the caller's. */
static PyObject *longest(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    PyObject *best = NULL;
    Py_ssize_t i, most = -1;

    for (i = 0; i < count; i++) {
        Py_ssize_t size = PyObject_Size(args[i]);

        if (size < 0)
            return NULL;
        if (size > most) {
            best = args[i];
            most = size;
        }
#ifndef FIXED
        else
            Py_DECREF(args[i]); /* culprit */
#endif
    }
    if (best == NULL)
        best = Py_None;
    Py_INCREF(best);
    return best;
}

static PyMethodDef methods[] = {{"longest", (PyCFunction)(void (*)(void))longest, METH_FASTCALL, NULL}, {NULL}};
EXT_MODULE(methods, )
