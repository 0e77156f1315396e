/* A fresh value or key is given to a dictionary, which takes a reference of its own. */
#include "../module.h"

static PyObject *
count_words(PyObject *self, PyObject *counts)
{
    if (PyDict_SetItemString(counts, "words", PyLong_FromLong(1000)) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
count_lines(PyObject *self, PyObject *counts)
{
    PyObject *value = PyLong_FromLong(1000);
    int status = value ? PyDict_SetItemString(counts, "lines", value) : -1;

    Py_XDECREF(value);
    if (status < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
stat_dict(PyObject *self, PyObject *args)
{
    long size, blocks;
    PyObject *d, *v;

    if (!PyArg_ParseTuple(args, "ll", &size, &blocks))
        return NULL;
    if ((d = PyDict_New()) == NULL)
        return NULL;
    v = PyLong_FromLong(size);
    if (v == NULL || PyDict_SetItemString(d, "size", v) < 0)
        goto fail;
    v = PyLong_FromLong(blocks);
    if (v == NULL || PyDict_SetItemString(d, "blocks", v) < 0)
        goto fail;
    Py_DECREF(v);
    return d;
fail:
    Py_XDECREF(v);
    Py_DECREF(d);
    return NULL;
}

static int
put(PyObject *dict, const char *key, PyObject *value) /* takes the value over, NULL passes the exception on */
{
    int status;

    if (value == NULL)
        return -1;
    status = PyDict_SetItemString(dict, key, value);
    Py_DECREF(value);
    return status;
}

static PyObject *
usage_dict(PyObject *self, PyObject *args)
{
    double user, system;
    PyObject *d;

    if (!PyArg_ParseTuple(args, "dd", &user, &system) || (d = PyDict_New()) == NULL)
        return NULL;
    if (put(d, "user", PyFloat_FromDouble(user)) < 0 || put(d, "system", PyFloat_FromDouble(system)) < 0) {
        Py_DECREF(d);
        return NULL;
    }
    return d;
}

static PyObject *
index_by_length(PyObject *self, PyObject *text)
{
    PyObject *table = PyDict_New(), *length;

    if (table == NULL)
        return NULL;
    length = PyLong_FromSsize_t(PyUnicode_GET_LENGTH(text));
    if (length == NULL || PyDict_SetItem(table, length, text) != 0) {
        Py_XDECREF(length);
        Py_DECREF(table);
        return NULL;
    }
    return table;
}

static PyObject *
index_by_hash(PyObject *self, PyObject *object)
{
    Py_hash_t hash = PyObject_Hash(object);
    PyObject *table, *key;

    if (hash == -1)
        return NULL;
    if ((key = PyLong_FromSsize_t(hash)) == NULL)
        return NULL;
    table = PyDict_New();
    if (table != NULL && PyDict_SetItem(table, key, object) != 0)
        Py_CLEAR(table);
    Py_DECREF(key);
    return table;
}

static PyObject *
default_list(PyObject *self, PyObject *args)
{
    PyObject *dict, *key, *fresh, *present;

    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &key))
        return NULL;
    fresh = PyList_New(0);
    if (fresh == NULL)
        return NULL;
    present = PyDict_SetDefault(dict, key, fresh);
    Py_XINCREF(present);
    return present;
}

static PyObject *
default_set(PyObject *self, PyObject *args)
{
    PyObject *dict, *key, *fresh, *present;

    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &key))
        return NULL;
    if (!(fresh = PySet_New(NULL)))
        return NULL;
    present = PyDict_SetDefault(dict, key, fresh); /* either the old one, or fresh, held by the dict */
    Py_XINCREF(present);
    Py_DECREF(fresh);
    return present;
}

static PyObject *
environment(PyObject *self, PyObject *pairs)
{
    PyObject *d = PyDict_New();

    for (Py_ssize_t i = 0; d != NULL && i < PyTuple_GET_SIZE(pairs); i++) {
        PyObject *k = PySequence_GetItem(PyTuple_GET_ITEM(pairs, i), 0);
        PyObject *v = k ? PySequence_GetItem(PyTuple_GET_ITEM(pairs, i), 1) : NULL;

        if (v == NULL || PyDict_SetItem(d, k, v) < 0)
            Py_CLEAR(d);
        Py_XDECREF(v);
    }
    return d;
}

static PyObject *
inverted(PyObject *self, PyObject *pairs)
{
    PyObject *d = PyDict_New();

    for (Py_ssize_t i = 0; d != NULL && i < PyTuple_GET_SIZE(pairs); i++) {
        PyObject *k = PySequence_GetItem(PyTuple_GET_ITEM(pairs, i), 0);
        PyObject *v = k ? PySequence_GetItem(PyTuple_GET_ITEM(pairs, i), 1) : NULL;

        if (v == NULL || PyDict_SetItem(d, v, k) < 0)
            Py_CLEAR(d);
        Py_XDECREF(v);
        Py_XDECREF(k);
    }
    return d;
}

static PyMethodDef methods[] = {
    METHOD(count_words, METH_O), METHOD(count_lines, METH_O), METHOD(stat_dict, METH_VARARGS), METHOD(usage_dict, METH_VARARGS),
    METHOD(index_by_length, METH_O), METHOD(index_by_hash, METH_O), METHOD(default_list, METH_VARARGS), METHOD(default_set, METH_VARARGS),
    METHOD(environment, METH_O), METHOD(inverted, METH_O), {NULL},
};
MODULE(givedict, methods)

/* refsan check
 * RS201 count_words / count_lines: PyLong_FromLong(1000)
 * RS201 stat_dict / usage_dict: v = PyLong_FromLong(size) || v = PyLong_FromLong(blocks)
 * RS201 index_by_length / index_by_hash: PyLong_FromSsize_t
 * RS201 default_list / default_set: PyList_New
 * RS201 environment / inverted: PyObject *k = PySequence_GetItem
 */
