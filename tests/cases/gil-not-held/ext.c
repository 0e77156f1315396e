#include "../ext.h"

/* Keeps the longest of some texts, "without holding the others up". */
static PyObject *longest(PyObject *module, PyObject *list)
{
    PyObject *best = Py_None;
    Py_ssize_t i, n;

    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "longest() needs a list");
        return NULL;
    }
    n = PyList_GET_SIZE(list);
#ifndef FIXED
    Py_BEGIN_ALLOW_THREADS /* belief */
#endif
    for (i = 0; i < n; i++) {
        PyObject *item = PyList_GET_ITEM(list, i);

        if (best == Py_None || Py_SIZE(item) > Py_SIZE(best))
            best = item;
    }
    Py_INCREF(best); /* culprit */
#ifndef FIXED
    Py_END_ALLOW_THREADS
#endif
    return best;
}

static PyMethodDef methods[] = {{"longest", longest, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
