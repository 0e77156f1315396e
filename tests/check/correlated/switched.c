/* One variable decides twice what is made and what becomes of it: a kind that PyArg_Parse has filled in, a mode that is
 * told by its name, a bit in a local set, the length of the arguments. */
#include "../module.h"
#include <string.h>

static PyObject *
wrapped(PyObject *self, PyObject *args)
{
    int kind;
    PyObject *data, *box = NULL, *result = NULL;

    if (!PyArg_ParseTuple(args, "iO", &kind, &data))
        return NULL;
    switch (kind) {
    case 0:
        if ((box = PyList_New(0)) == NULL)
            return NULL;
        break;
    case 1:
        if ((box = PyDict_New()) == NULL)
            return NULL;
        break;
    case 2:
        break;
    default:
        PyErr_SetString(PyExc_ValueError, "no such kind");
        return NULL;
    }
    switch (kind) {
    case 0:
        if (PyList_Append(box, data) == 0)
            result = Py_NewRef(box);
        break;
    case 1:
        if (PyDict_SetItemString(box, "data", data) == 0)
            result = Py_NewRef(box);
        break;
    case 2:
        result = Py_NewRef(data);
        break;
    }
    if (kind != 2)
        Py_DECREF(box);
    return result;
}

static PyObject *
wrapped_list(PyObject *self, PyObject *args)
{
    int kind;
    PyObject *data, *box = NULL, *result = NULL;

    if (!PyArg_ParseTuple(args, "iO", &kind, &data))
        return NULL;
    switch (kind) {
    case 0:
        if ((box = PyList_New(0)) == NULL)
            return NULL;
        break;
    case 1:
        if ((box = PyDict_New()) == NULL)
            return NULL;
        break;
    default:
        PyErr_SetString(PyExc_ValueError, "no such kind");
        return NULL;
    }
    switch (kind) {
    case 0:
        if (PyList_Append(box, data) == 0)
            result = Py_NewRef(box);
        break;
    case 1:
        if (PyDict_SetItemString(box, "data", data) == 0)
            result = Py_NewRef(box);
        break;
    }
    if (kind != 1)
        Py_DECREF(box);
    return result;
}

static PyObject *
copied(PyObject *self, PyObject *args)
{
    const char *mode;
    PyObject *data, *copy = NULL;

    if (!PyArg_ParseTuple(args, "sO", &mode, &data))
        return NULL;
    if (strcmp(mode, "copy") == 0) {
        copy = PyBytes_FromObject(data);
        if (copy == NULL)
            return NULL;
    }
    if (PyObject_SetAttrString(data, "mode", Py_None) < 0) {
        if (strcmp(mode, "copy") == 0)
            Py_DECREF(copy);
        return NULL;
    }
    if (strcmp(mode, "copy") == 0)
        return copy;
    Py_RETURN_NONE;
}

static PyObject *
copied_other(PyObject *self, PyObject *args)
{
    const char *mode;
    PyObject *data, *copy = NULL;

    if (!PyArg_ParseTuple(args, "sO", &mode, &data))
        return NULL;
    if (strcmp(mode, "copy") == 0) {
        copy = PyBytes_FromObject(data);
        if (copy == NULL)
            return NULL;
    }
    if (PyObject_SetAttrString(data, "mode", Py_None) < 0) {
        if (strcmp(mode, "clone") == 0)
            Py_DECREF(copy);
        return NULL;
    }
    if (strcmp(mode, "copy") == 0)
        return copy;
    Py_RETURN_NONE;
}

static PyObject *
joined(PyObject *self, PyObject *args)
{
    PyObject *first, *second = NULL, *result;

    if (PyTuple_GET_SIZE(args) < 1 || PyTuple_GET_SIZE(args) > 2) {
        PyErr_SetString(PyExc_TypeError, "one or two");
        return NULL;
    }
    first = PyObject_Str(PyTuple_GET_ITEM(args, 0));
    if (first == NULL)
        return NULL;
    if (PyTuple_GET_SIZE(args) == 2) {
        second = PyObject_Str(PyTuple_GET_ITEM(args, 1));
        if (second == NULL) {
            Py_DECREF(first);
            return NULL;
        }
    }
    result = PyTuple_GET_SIZE(args) == 2 ? PyUnicode_Concat(first, second) : Py_NewRef(first);
    Py_DECREF(first);
    if (PyTuple_GET_SIZE(args) == 2)
        Py_DECREF(second);
    return result;
}

static PyObject *
joined_long(PyObject *self, PyObject *args)
{
    PyObject *first, *second = NULL, *result;

    if (PyTuple_GET_SIZE(args) < 1) {
        PyErr_SetString(PyExc_TypeError, "one at least");
        return NULL;
    }
    first = PyObject_Str(PyTuple_GET_ITEM(args, 0));
    if (first == NULL)
        return NULL;
    if (PyTuple_GET_SIZE(args) > 1) {
        second = PyObject_Str(PyTuple_GET_ITEM(args, 1));
        if (second == NULL) {
            Py_DECREF(first);
            return NULL;
        }
    }
    result = PyTuple_GET_SIZE(args) > 1 ? PyUnicode_Concat(first, second) : Py_NewRef(first);
    Py_DECREF(first);
    if (PyTuple_GET_SIZE(args) == 2)
        Py_DECREF(second);
    return result;
}

static PyMethodDef switched_methods[] = {METHOD(wrapped, METH_VARARGS),
                                         METHOD(wrapped_list, METH_VARARGS),
                                         METHOD(copied, METH_VARARGS),
                                         METHOD(copied_other, METH_VARARGS),
                                         METHOD(joined, METH_VARARGS),
                                         METHOD(joined_long, METH_VARARGS),
                                         {NULL}};

MODULE(switched, switched_methods)

/* refsan check
 * RS201 wrapped_list / wrapped: PyDict_New()
 * RS201|RS202 copied_other / copied: copy = PyBytes_FromObject(data)
 * RS201|RS202 joined_long / joined: second = PyObject_Str
 */
