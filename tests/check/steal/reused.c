/* A tuple that an iterator hands out again and again while nobody else holds it. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *pair;
} Pairs;

static PyObject *
next_pair_twice(Pairs *self, PyObject *value)
{
    PyObject *pair = self->pair, *old = PyTuple_GET_ITEM(pair, 0);

    if (Py_REFCNT(pair) == 1) {
        Py_DECREF(old);
        PyErr_SetString(PyExc_RuntimeError, "busy");
        return NULL;
    }
    return PyTuple_Pack(2, old, value);
}

static PyObject *
next_pair(Pairs *self, PyObject *value)
{
    PyObject *pair = self->pair, *old = PyTuple_GET_ITEM(pair, 0);

    if (Py_REFCNT(pair) == 1) {
        PyTuple_SET_ITEM(pair, 0, Py_NewRef(value));
        Py_INCREF(pair);
        Py_DECREF(old);
        return pair;
    }
    return PyTuple_Pack(2, value, value);
}

static PyMethodDef methods[] = {METHOD(next_pair_twice, METH_O), METHOD(next_pair, METH_O), {NULL}};
MODULE(reused, methods)

/* refsan check
 * RS101 next_pair_twice / next_pair: Py_DECREF(old)
 */
