#include "../ext.h"

/* References moved by plain stores from a fresh container into another, or back. */
typedef struct { PyObject_HEAD PyObject *items, *sink; } D;
static int d_init(D *s, PyObject *a, PyObject *kw)
{
    PyObject *sink;
    if (!PyArg_ParseTuple(a, "O", &sink)) return -1;
    Py_INCREF(sink); Py_XSETREF(s->sink, sink);
    Py_XSETREF(s->items, PyList_New(0));
    return 0;
}
static PyObject *d_add(D *s, PyObject *o) { return PyList_Append(s->items, o) < 0 ? NULL : (Py_INCREF(Py_None), Py_None); }
static void d_dealloc(D *s)
{
    PyObject *t, *v, *tb;
    PyErr_Fetch(&t, &v, &tb);
    if (s->sink && s->items) PyList_Append(s->sink, s->items);
    PyErr_Restore(t, v, tb);
    Py_XDECREF(s->items); s->items = NULL;
    Py_CLEAR(s->sink);
    Py_TYPE(s)->tp_free((PyObject *)s);
}
static PyMethodDef dm[] = {{"add", (PyCFunction)d_add, METH_O}, {NULL}};
static PyTypeObject D_Type = { PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "ext.D", .tp_basicsize = sizeof(D), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_new = PyType_GenericNew, .tp_init = (initproc)d_init, .tp_dealloc = (destructor)d_dealloc, .tp_methods = dm };
static PyObject *move(PyObject *m, PyObject *args)
{
    PyObject *a = PyList_New(3), *b = PyTuple_New(3);
    for (int i = 0; i < 3; i++) PyList_SET_ITEM(a, i, PyUnicode_FromFormat("m%d", i));
    for (int i = 0; i < 3; i++) { PyTuple_SET_ITEM(b, i, PyList_GET_ITEM(a, i)); PyList_SET_ITEM(a, i, NULL); }
    Py_DECREF(a);
    return b;
}
static PyObject *steal_back(PyObject *m, PyObject *args)
{
    PyObject *b = PyTuple_New(2), *x;
    PyTuple_SET_ITEM(b, 0, PyUnicode_FromFormat("s%d", 1));
    PyTuple_SET_ITEM(b, 1, PyUnicode_FromFormat("s%d", 2));
    x = PyTuple_GET_ITEM(b, 1);
    PyTuple_SET_ITEM(b, 1, NULL);
    Py_DECREF(b);
    return x;
}
static PyObject *fail(PyObject *m, PyObject *args)
{
    PyObject *t = PyTuple_New(2);
    PyTuple_SET_ITEM(t, 0, PyUnicode_FromFormat("f%d", 1));
    PyTuple_SET_ITEM(t, 1, PyList_New(0));
    PyErr_SetObject(PyExc_ValueError, t);
    Py_DECREF(t);
    return NULL;
}
static PyMethodDef methods[] = {{"move", move, METH_NOARGS}, {"steal_back", steal_back, METH_NOARGS}, {"fail", fail, METH_NOARGS}, {NULL}};
EXT_MODULE(methods, EXT_ADD_TYPE("D", D_Type))
