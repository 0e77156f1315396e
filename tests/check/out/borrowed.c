/* Out-parameters that are filled with borrowed references: PyArg_Parse*, PyArg_UnpackTuple, PyDict_Next. */
#include "../module.h"

static PyObject *
parsed_released(PyObject *self, PyObject *args)
{
    PyObject *first, *second, *sum;

    if (!PyArg_ParseTuple(args, "OO", &first, &second))
        return NULL;
    sum = PyNumber_Add(first, second);
    Py_DECREF(first);
    return sum;
}

static PyObject *
parsed_converted(PyObject *self, PyObject *args)
{
    PyObject *path, *mode = NULL, *pair;

    if (!PyArg_ParseTuple(args, "O&|O", PyUnicode_FSConverter, &path, &mode))
        return NULL;
    pair = mode ? PyTuple_Pack(2, path, mode) : PyTuple_Pack(1, path);
    Py_DECREF(path); /* the converter made it: this one is ours */
    return pair;
}

static PyObject *
parsed_lost(PyObject *self, PyObject *args)
{
    PyObject *path;

    if (!PyArg_ParseTuple(args, "O&", PyUnicode_FSConverter, &path))
        return NULL;
    return PyLong_FromSsize_t(PyBytes_GET_SIZE(path));
}

static PyObject *
parsed_decoded(PyObject *self, PyObject *args)
{
    PyObject *path;
    Py_ssize_t length;

    if (!PyArg_ParseTuple(args, "O&", PyUnicode_FSDecoder, &path))
        return NULL;
    length = PyUnicode_GET_LENGTH(path);
    Py_DECREF(path);
    return PyLong_FromSsize_t(length);
}

static PyObject *
parsed_returned(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"value", "fallback", NULL};
    PyObject *value, *fallback = Py_None;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O", names, &value, &fallback))
        return NULL;
    if (value == Py_None)
        return fallback;
    Py_INCREF(value);
    return value;
}

static PyObject *
parsed_chosen(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"value", "fallback", NULL};
    PyObject *value, *fallback = Py_None;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O", names, &value, &fallback))
        return NULL;
    if (value == Py_None)
        value = fallback;
    Py_INCREF(value);
    return value;
}

static PyObject *
unpacked_returned(PyObject *self, PyObject *args)
{
    PyObject *key, *fallback = Py_None;

    if (!PyArg_UnpackTuple(args, "unpacked_returned", 1, 2, &key, &fallback))
        return NULL;
    return key;
}

static PyObject *
unpacked_kept(PyObject *self, PyObject *args)
{
    PyObject *key, *fallback = NULL;

    if (!PyArg_UnpackTuple(args, "unpacked_kept", 1, 2, &key, &fallback))
        return NULL;
    return fallback ? Py_NewRef(fallback) : Py_NewRef(key);
}

static PyObject *
any_key(PyObject *self, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t position = 0;

    if (PyDict_Next(dict, &position, &key, &value))
        return key;
    Py_RETURN_NONE;
}

static PyObject *
any_item(PyObject *self, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t position = 0;

    while (PyDict_Next(dict, &position, &key, &value)) {
        if (PyUnicode_CheckExact(key))
            return PyTuple_Pack(2, key, value);
    }
    Py_RETURN_NONE;
}

static PyObject *
set_all(PyObject *self, PyObject *args)
{
    PyObject *dict, *target, *key, *value;
    Py_ssize_t position = 0;

    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &target))
        return NULL;
    while (PyDict_Next(dict, &position, &key, &value)) {
        if (PyObject_SetAttr(target, key, value) < 0)
            return NULL;
        if (PyObject_CallMethod(target, "changed", NULL) == NULL)
            return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
copy_all(PyObject *self, PyObject *args)
{
    PyObject *dict, *key, *value, *copy = PyDict_New();
    Py_ssize_t position = 0;

    if (copy == NULL || !PyArg_ParseTuple(args, "O!", &PyDict_Type, &dict))
        goto error;
    while (PyDict_Next(dict, &position, &key, &value)) {
        if (PyUnicode_CheckExact(key) && PyDict_SetItem(copy, key, value) < 0)
            goto error;
    }
    return copy;
error:
    Py_XDECREF(copy);
    return NULL;
}

static PyMethodDef methods[] = {
    METHOD(parsed_released, METH_VARARGS), METHOD(parsed_converted, METH_VARARGS), METHOD(parsed_lost, METH_VARARGS),
    METHOD(parsed_decoded, METH_VARARGS), METHOD(parsed_returned, METH_VARARGS | METH_KEYWORDS),
    METHOD(parsed_chosen, METH_VARARGS | METH_KEYWORDS), METHOD(unpacked_returned, METH_VARARGS), METHOD(unpacked_kept, METH_VARARGS),
    METHOD(any_key, METH_O), METHOD(any_item, METH_O), METHOD(set_all, METH_VARARGS), METHOD(copy_all, METH_VARARGS), {NULL},
};
MODULE(outborrowed, methods)

/* refsan check
 * RS101 parsed_released / parsed_converted: Py_DECREF(first)
 * RS201 parsed_lost / parsed_decoded: PyArg_ParseTuple
 * RS102 parsed_returned / parsed_chosen: return fallback
 * RS102 unpacked_returned / unpacked_kept: return key
 * RS102 any_key / any_item: return key
 * RS201 set_all / copy_all: PyObject_CallMethod
 */
