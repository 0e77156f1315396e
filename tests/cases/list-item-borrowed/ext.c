#include "../ext.h"

/* PyList_SET_ITEM takes over what PyDict_GetItemString only lends. */
static PyObject *snapshot(PyObject *module, PyObject *arg)
{
    PyObject *out, *v;
    const char *names[] = {"x", "y"};
    if (!PyDict_Check(arg)) { PyErr_SetString(PyExc_TypeError, "dict"); return NULL; }
    out = PyList_New(2);
    if (!out) return NULL;
    for (int i = 0; i < 2; i++) {
        v = PyDict_GetItemString(arg, names[i]); /* culprit */
        if (!v) { Py_DECREF(out); PyErr_SetString(PyExc_KeyError, names[i]); return NULL; }
#ifdef FIXED
        Py_INCREF(v);
#endif
        PyList_SET_ITEM(out, i, v); /* culprit */
    }
    return out;
}
static PyMethodDef methods[] = {{"snapshot", snapshot, METH_O}, {NULL}};
EXT_MODULE(methods, )
