/* Helpers whose flag says who owns: what all calls agree on is known. */
#include "../module.h"

static void
restore(PyObject *saved, int counted)
{
    if (counted) {
        Py_INCREF(PyTuple_GET_ITEM(saved, 0));
        Py_INCREF(PyTuple_GET_ITEM(saved, 1));
        Py_INCREF(PyTuple_GET_ITEM(saved, 2));
    }
    PyErr_Restore(PyTuple_GET_ITEM(saved, 0), PyTuple_GET_ITEM(saved, 1), PyTuple_GET_ITEM(saved, 2));
}

static PyObject *
raise_saved(PyObject *self, PyObject *saved)
{
    if (!PyTuple_Check(saved) || PyTuple_GET_SIZE(saved) != 3)
        return PyErr_Format(PyExc_TypeError, "three are needed");
    restore(saved, 1);
    return NULL;
}

static void
restore_some(PyObject *saved, int counted)
{
    if (counted)
        Py_INCREF(PyTuple_GET_ITEM(saved, 0));
    PyErr_Restore(PyTuple_GET_ITEM(saved, 0), NULL, NULL);
}

static PyObject *
raise_first(PyObject *self, PyObject *saved)
{
    if (!PyTuple_Check(saved) || PyTuple_GET_SIZE(saved) != 1)
        return PyErr_Format(PyExc_TypeError, "one is needed");
    restore_some(saved, 0);
    return NULL;
}

/* Of two numbers a tuple is made, or nothing: never None itself. */
static PyObject *
pair_kept(PyObject *self, PyObject *ignored)
{
    PyObject *pair = Py_BuildValue("ii", 1, 2);

    if (pair == NULL)
        pair = Py_None;
    PyErr_SetObject(PyExc_ValueError, pair);
    if (pair != Py_None)
        Py_DECREF(pair);
    return NULL;
}

static PyObject *
pair_lost(PyObject *self, PyObject *ignored)
{
    PyObject *pair = Py_BuildValue("ii", 1, 2);

    if (pair == NULL)
        pair = Py_None;
    PyErr_SetObject(PyExc_ValueError, pair);
    if (pair == Py_None)
        Py_DECREF(pair);
    return NULL;
}

static PyMethodDef methods[] = {METHOD(raise_saved, METH_O), METHOD(raise_first, METH_O), METHOD(pair_kept, METH_NOARGS), METHOD(pair_lost, METH_NOARGS), {NULL}};
MODULE(flag, methods)

/* refsan check
 * RS103 restore_some / restore: PyErr_Restore(PyTuple_GET_ITEM(saved, 0), NULL
 * RS201|RS202 pair_lost / pair_kept: Py_BuildValue("ii", 1, 2)
 * RS101 pair_lost / pair_kept [..3.11]: Py_DECREF(pair)
 */
