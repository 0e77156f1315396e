#include "../ext.h"

/* Borrowed pointers into what the object itself keeps alive. */
typedef struct { PyObject_HEAD PyObject *d, *first; } K;
static int k_init(K *self, PyObject *args, PyObject *kw)
{
    PyObject *d, *k, *v; Py_ssize_t pos = 0;
    if (!PyArg_ParseTuple(args, "O!", &PyDict_Type, &d)) return -1;
    d = PyDict_Copy(d);
    if (!d) return -1;
    self->first = NULL;
    Py_XSETREF(self->d, d);
    if (PyDict_Next(self->d, &pos, &k, &v)) self->first = v;
    return 0;
}
static void k_dealloc(K *self) { Py_CLEAR(self->d); self->first = NULL; Py_TYPE(self)->tp_free((PyObject *)self); }
static PyObject *k_first(K *self, PyObject *a) { PyObject *o = self->first ? self->first : Py_None; Py_INCREF(o); return o; }
static PyObject *k_swap(K *self, PyObject *v)
{
    PyObject *k, *old; Py_ssize_t pos = 0;
    if (!PyDict_Next(self->d, &pos, &k, &old)) Py_RETURN_NONE;
    Py_INCREF(k);
    if (PyDict_SetItem(self->d, k, v) < 0) { Py_DECREF(k); return NULL; }
    Py_DECREF(k);
    self->first = v;
    Py_RETURN_NONE;
}
static PyMethodDef km[] = {{"first", (PyCFunction)k_first, METH_NOARGS}, {"swap", (PyCFunction)k_swap, METH_O}, {NULL}};
static PyTypeObject K_Type = { PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "ext.K", .tp_basicsize = sizeof(K), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_new = PyType_GenericNew, .tp_init = (initproc)k_init, .tp_dealloc = (destructor)k_dealloc, .tp_methods = km };
EXT_MODULE(NULL, EXT_ADD_TYPE("K", K_Type))
