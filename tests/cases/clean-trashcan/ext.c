#include "../ext.h"

/* Deeply nested objects, lists and tuples whose deallocs the interpreter postpones. */
typedef struct { PyObject_HEAD PyObject *next; } L;
static int l_traverse(L *s, visitproc visit, void *arg) { Py_VISIT(s->next); return 0; }
static int l_clear(L *s) { Py_CLEAR(s->next); return 0; }
static void l_dealloc(L *s)
{
    PyObject_GC_UnTrack(s);
    Py_TRASHCAN_BEGIN(s, l_dealloc)
    Py_CLEAR(s->next);
    Py_TYPE(s)->tp_free((PyObject *)s);
    Py_TRASHCAN_END
}
static PyTypeObject L_Type = { PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "ext.L", .tp_basicsize = sizeof(L), .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE, .tp_new = PyType_GenericNew, .tp_dealloc = (destructor)l_dealloc, .tp_traverse = (traverseproc)l_traverse, .tp_clear = (inquiry)l_clear };
static PyObject *chain(PyObject *m, PyObject *args)
{
    int n; PyObject *leaf, *o;
    if (!PyArg_ParseTuple(args, "iO", &n, &leaf)) return NULL;
    o = leaf; Py_INCREF(o);
    for (int i = 0; i < n; i++) {
        L *l = (L *)L_Type.tp_alloc(&L_Type, 0);
        l->next = o;
        o = (PyObject *)l;
        if (i % 3 == 0) { PyObject *t = PyTuple_New(1); PyTuple_SET_ITEM(t, 0, o); o = t; }
        if (i % 7 == 0) { PyObject *t = PyList_New(1); PyList_SET_ITEM(t, 0, o); o = t; }
    }
    return o;
}
static PyMethodDef methods[] = {{"chain", chain, METH_VARARGS}, {NULL}};
EXT_MODULE(methods, EXT_ADD_TYPE("L", L_Type))
