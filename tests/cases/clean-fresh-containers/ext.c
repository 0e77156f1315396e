#include "../ext.h"
#if PY_VERSION_HEX < 0x03090000
#define PyObject_CallNoArgs(f) PyObject_CallFunctionObjArgs(f, NULL)
#define Py_SET_REFCNT(o, n) (Py_REFCNT(o) = (n))
#endif

/* Containers that are filled in legal ways: kept for the next call, NULL again before the end, grown, shown to Python while they are filled. */
static PyObject *cached;
static PyObject *call1(PyObject *m, PyObject *args)
{
    PyObject *f, *a, *t, *r;
    if (!PyArg_ParseTuple(args, "OO", &f, &a)) return NULL;
    t = cached; cached = NULL;
    if (!t || Py_REFCNT(t) != 1) { Py_XDECREF(t); t = PyTuple_New(1); if (!t) return NULL; }
    PyTuple_SET_ITEM(t, 0, a);
    Py_INCREF(a);
    r = PyObject_Call(f, t, NULL);
    if (Py_REFCNT(t) == 1) { PyObject *o = PyTuple_GET_ITEM(t, 0); PyTuple_SET_ITEM(t, 0, NULL); Py_DECREF(o); }
    cached = t;
    return r;
}
static PyObject *borrow1(PyObject *m, PyObject *args)
{
    PyObject *f, *a, *t, *r;
    if (!PyArg_ParseTuple(args, "OO", &f, &a)) return NULL;
    t = PyTuple_New(1);
    if (!t) return NULL;
    PyTuple_SET_ITEM(t, 0, a);
    r = PyObject_Call(f, t, NULL);
    PyTuple_SET_ITEM(t, 0, NULL);
    Py_DECREF(t);
    return r;
}
static PyObject *grow(PyObject *m, PyObject *args)
{
    PyObject *it, *t = PyTuple_New(2), *item; Py_ssize_t n = 0, room = 2;
    it = PyObject_GetIter(args);
    while ((item = PyIter_Next(it))) {
        if (n == room) { room *= 2; if (_PyTuple_Resize(&t, room) < 0) return NULL; }
        PyTuple_SET_ITEM(t, n++, item);
    }
    Py_DECREF(it);
    _PyTuple_Resize(&t, n);
    return t;
}
static PyObject *mix(PyObject *m, PyObject *f)
{
    PyObject *l = PyList_New(2), *x, *y;
    x = PyObject_CallFunction(f, "i", 1);
    PyList_SET_ITEM(l, 0, x);
    y = PyObject_CallFunction(f, "i", 2);
    PyList_SET_ITEM(l, 1, y);
    x = PyObject_CallFunction(f, "O", l);
    PyList_Append(l, x);
    Py_DECREF(x);
    PyList_SetItem(l, 0, PyLong_FromLong(123456));
    PyList_Reverse(l);
    PyList_Insert(l, 0, y);
    x = PyList_GET_ITEM(l, 1); Py_INCREF(x);
    PyList_SET_ITEM(l, 1, PyFloat_FromDouble(2.5));
    Py_DECREF(x);
    return l;
}
static PyObject *exposed;
static PyObject *expose(PyObject *m, PyObject *f)
{
    PyObject *l = PyList_New(1), *r;
    PyList_SET_ITEM(l, 0, PyUnicode_FromFormat("n%d", 7));
    Py_INCREF(l);
    Py_XSETREF(exposed, l);
    r = PyObject_CallNoArgs(f);
    Py_XDECREF(r);
    return l;
}
static PyObject *get(PyObject *m, PyObject *f) { Py_INCREF(exposed); return exposed; }
static PyObject *many(PyObject *m, PyObject *a)
{
    PyObject *out = PyList_New(40);
    for (int i = 0; i < 40; i++) {
        PyObject *t = PyTuple_New(2);
        Py_INCREF(a);
        PyTuple_SET_ITEM(t, 0, a);
        PyTuple_SET_ITEM(t, 1, PyLong_FromLong(i + 1000));
        PyList_SET_ITEM(out, i, t);
    }
    PyObject *del = PyTuple_New(1);
    PyTuple_SET_ITEM(del, 0, PyLong_FromLong(999999));
    Py_DECREF(del);
    return out;
}
static PyMethodDef methods[] = {{"call1", call1, METH_VARARGS}, {"borrow1", borrow1, METH_VARARGS}, {"grow", grow, METH_O}, {"mix", mix, METH_O}, {"expose", expose, METH_O}, {"get", get, METH_NOARGS}, {"many", many, METH_O}, {NULL}};
EXT_MODULE(methods, )
