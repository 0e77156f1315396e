#include "../ext.h"

#if PY_VERSION_HEX < 0x03090000
#define Py_SET_SIZE(object, size) (Py_SIZE(object) = (size))
#endif

/* References that move through plain memory: out of lists, into tuples, through an array of the module's own. */
static PyObject *drain(PyObject *module, PyObject *list)
{
    Py_ssize_t i, n;
    PyObject *tuple;

    if (!PyList_CheckExact(list)) {
        PyErr_SetString(PyExc_TypeError, "drain() needs a list");
        return NULL;
    }
    n = PyList_GET_SIZE(list);
    tuple = PyTuple_New(n);
    if (tuple == NULL)
        return NULL;
    for (i = n; i > 0; i--) {
        PyObject *item = PyList_GET_ITEM(list, i - 1);

        Py_SET_SIZE((PyVarObject *)list, i - 1);
        PyTuple_SET_ITEM(tuple, n - i, item);
    }
    return tuple;
}

static PyObject *rotate(PyObject *module, PyObject *args)
{
    Py_ssize_t i, n = PyTuple_GET_SIZE(args);
    PyObject **held = PyMem_Malloc((n + 1) * sizeof(*held)), *list;

    if (held == NULL)
        return PyErr_NoMemory();
    for (i = 0; i < n; i++) {
        held[(i + 1) % n] = PyTuple_GET_ITEM(args, i);
        Py_INCREF(PyTuple_GET_ITEM(args, i));
    }
    list = PyList_New(n);
    for (i = 0; i < n; i++) {
        if (list != NULL)
            PyList_SET_ITEM(list, i, held[i]);
        else
            Py_DECREF(held[i]);
    }
    PyMem_Free(held);
    return list;
}

/* Releases its argument, as its one caller here knows. */
static __attribute__((noinline)) Py_ssize_t consume(PyObject *stolen)
{
    Py_ssize_t size = PyObject_Length(stolen);

    Py_DECREF(stolen);
    return size;
}

static PyObject *length(PyObject *module, PyObject *object)
{
    PyObject *text = PyObject_Repr(object);
    Py_ssize_t size;

    if (text == NULL || (size = consume(text)) < 0)
        return NULL;
    return PyLong_FromSsize_t(size);
}

static PyMethodDef methods[] = {{"drain", drain, METH_O, NULL},
                                {"rotate", rotate, METH_VARARGS, NULL},
                                {"length", length, METH_O, NULL},
                                {NULL}};
EXT_MODULE(methods, )
