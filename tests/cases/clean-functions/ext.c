/* Reference counting by function calls (stable ABI, other languages): Py_IncRef and Py_DecRef are what the macros are. */
#include "../ext.h"

static PyObject *kept;

static PyObject *same(PyObject *module, PyObject *value)
{
    Py_IncRef(value);
    return value;
}

static PyObject *keep(PyObject *module, PyObject *value)
{
    PyObject *old = kept;

    Py_IncRef(value);
    kept = value;
    Py_DecRef(old);
    Py_IncRef(Py_None);
    return Py_None;
}

static PyObject *again(PyObject *module, PyObject *ignored)
{
    PyObject *list = PyList_New(0);

    if (list == NULL || kept == NULL)
        return list;
    if (PyList_Append(list, kept) < 0) {
        Py_DecRef(list);
        return NULL;
    }
    Py_IncRef(list);
    Py_DecRef(list);
    return list;
}

static PyMethodDef methods[] = {{"same", same, METH_O, NULL}, {"keep", keep, METH_O, NULL}, {"again", again, METH_NOARGS, NULL}, {NULL}};
EXT_MODULE(methods, )
