#include "../ext.h"

/* Returns what PyDict_SetDefault lends: wrong in the first call, and the list it is about comes out of a free list again. */
static PyObject *slot_for(PyObject *module, PyObject *args)
{
    PyObject *d, *key, *fresh, *v;
    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &d, &key)) return NULL;
    fresh = PyList_New(0);
    if (!fresh) return NULL;
    v = PyDict_SetDefault(d, key, fresh); /* culprit */
#ifdef FIXED
    Py_XINCREF(v);
#endif
    Py_DECREF(fresh);
    return v; /* culprit */
}
static PyMethodDef methods[] = {{"slot", slot_for, METH_VARARGS}, {NULL}};
EXT_MODULE(methods, )
