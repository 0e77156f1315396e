#include "../ext.h"

/* PyTuple_SET_ITEM takes over items that the list still owns: no event tells of either. */
static PyObject *split_pair(PyObject *module, PyObject *arg)
{
    PyObject *pair;
    if (!PyList_Check(arg) || PyList_GET_SIZE(arg) < 2) { PyErr_SetString(PyExc_TypeError, "list"); return NULL; }
    pair = PyTuple_New(2);
    if (!pair) return NULL;
    for (int i = 0; i < 2; i++) {
        PyObject *o = PyList_GET_ITEM(arg, i);
#ifdef FIXED
        Py_INCREF(o);
#endif
        PyTuple_SET_ITEM(pair, i, o); /* culprit */
    }
    return pair; /* culprit */
}
static PyMethodDef methods[] = {{"pair", split_pair, METH_O}, {NULL}};
EXT_MODULE(methods, )
