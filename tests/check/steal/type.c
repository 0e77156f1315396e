/* The type of an object, which is asked for twice and is one object. */
#include "../module.h"

static PyObject *
reduced(PyObject *self, PyObject *arg)
{
    PyObject *pair = PyTuple_New(2);

    if (pair == NULL)
        return NULL;
    PyTuple_SET_ITEM(pair, 0, (PyObject *)Py_TYPE(arg));
    Py_INCREF(arg);
    PyTuple_SET_ITEM(pair, 1, arg);
    return pair;
}

static PyObject *
reduced_owned(PyObject *self, PyObject *arg)
{
    PyObject *pair = PyTuple_New(2);

    if (pair == NULL)
        return NULL;
    Py_INCREF(Py_TYPE(arg));
    PyTuple_SET_ITEM(pair, 0, (PyObject *)Py_TYPE(arg));
    Py_INCREF(arg);
    PyTuple_SET_ITEM(pair, 1, arg);
    return pair;
}

static PyObject *
named(PyObject *self, PyObject *arg)
{
    PyObject *name;

    Py_INCREF(Py_TYPE(arg));
    name = PyObject_GetAttrString((PyObject *)Py_TYPE(arg), "__name__");
    if (name == NULL)
        return NULL;
    Py_DECREF(Py_TYPE(arg));
    return name;
}

static PyObject *
named_always(PyObject *self, PyObject *arg)
{
    PyObject *name;

    Py_INCREF(Py_TYPE(arg));
    name = PyObject_GetAttrString((PyObject *)Py_TYPE(arg), "__name__");
    Py_DECREF(Py_TYPE(arg));
    return name;
}

static PyMethodDef methods[] = {
    METHOD(reduced, METH_O), METHOD(reduced_owned, METH_O), METHOD(named, METH_O), METHOD(named_always, METH_O), {NULL},
};
MODULE(type, methods)

/* refsan check
 * RS101|RS103 reduced / reduced_owned: PyTuple_SET_ITEM(pair, 0
 * RS202 named / named_always: Py_INCREF(Py_TYPE(arg))
 */
