/* Each early exit of a function has to give back what it has acquired so far. */
#include "../module.h"

static PyObject *
second_exit(PyObject *self, PyObject *args)
{
    PyObject *text, *encoding, *raw, *list;

    if (!PyArg_ParseTuple(args, "UU", &text, &encoding))
        return NULL;
    raw = PyUnicode_AsEncodedString(text, "utf-8", "strict");
    if (raw == NULL)
        return NULL;
    list = PyList_New(0);
    if (list == NULL)
        return NULL;
    if (PyList_Append(list, raw) < 0 || PyList_Append(list, encoding) < 0) {
        Py_DECREF(raw);
        Py_DECREF(list);
        return NULL;
    }
    Py_DECREF(raw);
    return list;
}

static PyObject *
third_exit(PyObject *self, PyObject *args)
{
    PyObject *text, *encoding, *raw, *list;

    if (!PyArg_ParseTuple(args, "UU", &text, &encoding))
        return NULL;
    raw = PyUnicode_AsEncodedString(text, "utf-8", "strict");
    if (raw == NULL)
        return NULL;
    list = PyList_New(0);
    if (list == NULL || PyList_Append(list, raw) < 0 || PyList_Append(list, encoding) < 0)
        Py_CLEAR(list); /* one way out for success and failure */
    Py_DECREF(raw);
    return list;
}

static PyObject *
bad_range(PyObject *self, PyObject *args)
{
    PyObject *low, *high, *difference;
    int order;

    if (!PyArg_ParseTuple(args, "OO", &low, &high))
        return NULL;
    difference = PyNumber_Subtract(high, low);
    if (difference == NULL)
        return NULL;
    order = PyObject_RichCompareBool(low, high, Py_LE);
    if (order == 0) {
        PyErr_SetString(PyExc_ValueError, "low > high");
        return NULL;
    }
    if (order < 0) {
        Py_DECREF(difference);
        return NULL;
    }
    return difference;
}

static PyObject *
good_range(PyObject *self, PyObject *args)
{
    PyObject *low, *high, *difference;
    int order;

    if (!PyArg_ParseTuple(args, "OO", &low, &high))
        return NULL;
    difference = PyNumber_Subtract(high, low);
    if (difference == NULL)
        return NULL;
    switch (order = PyObject_RichCompareBool(low, high, Py_LE)) {
    case 0:
        PyErr_SetString(PyExc_ValueError, "low > high"); /* fall through */
    case -1:
        Py_DECREF(difference);
        return NULL;
    default:
        return difference;
    }
}

static PyObject *
read_config(PyObject *self, PyObject *dict)
{
    PyObject *config = PyDict_New(), *name, *level;

    if (!config)
        return NULL;
    name = PyDict_GetItemString(dict, "name");
    if (!name)
        return PyErr_Format(PyExc_KeyError, "name");
    if (PyDict_SetItemString(config, "name", name) < 0)
        goto error;
    level = PyDict_GetItemString(dict, "level");
    if (!level)
        goto missing;
    if (PyDict_SetItemString(config, "level", level) < 0)
        goto error;
    return config;
missing:
    PyErr_SetString(PyExc_KeyError, "level");
error:
    Py_DECREF(config);
    return NULL;
}

static PyObject *
read_options(PyObject *self, PyObject *dict)
{
    PyObject *config, *name;

    name = PyDict_GetItemString(dict, "name"); /* borrowed: nothing to release yet */
    if (!name)
        return PyErr_Format(PyExc_KeyError, "name");
    config = PyDict_New();
    if (!config)
        return NULL;
    if (PyDict_SetItemString(config, "name", name) < 0) {
        Py_DECREF(config);
        return NULL;
    }
    return config;
}

static PyObject *
unpack3(PyObject *self, PyObject *object)
{
    PyObject *a, *b, *c;

    a = PyObject_GetAttrString(object, "a");
    if (!a)
        return NULL;
    b = PyObject_GetAttrString(object, "b");
    if (!b) {
        Py_DECREF(a);
        return NULL;
    }
    c = PyObject_GetAttrString(object, "c");
    if (!c) {
        Py_DECREF(a);
        return NULL;
    }
    return Py_BuildValue("NNN", a, b, c);
}

static PyObject *
unpack2(PyObject *self, PyObject *object)
{
    PyObject *a, *b;

    a = PyObject_GetAttrString(object, "a");
    b = PyObject_GetAttrString(object, "b");
    if (a && b)
        return Py_BuildValue("NN", a, b);
    Py_XDECREF(a);
    Py_XDECREF(b);
    return NULL;
}

static PyObject *
as_index(PyObject *self, PyObject *object)
{
    PyObject *index = PyNumber_Index(object);
    Py_ssize_t value;

    if (index == NULL)
        return NULL;
    value = PyLong_AsSsize_t(index);
    if (value == -1 && PyErr_Occurred())
        return NULL;
    if (value < 0) {
        Py_DECREF(index);
        PyErr_SetNone(PyExc_IndexError);
        return NULL;
    }
    return index;
}

static PyObject *
as_count(PyObject *self, PyObject *object)
{
    PyObject *index = PyNumber_Index(object);
    Py_ssize_t value;

    if (index == NULL)
        return NULL;
    value = PyLong_AsSsize_t(index);
    if (value >= 0)
        return index;
    if (!PyErr_Occurred())
        PyErr_SetNone(PyExc_IndexError);
    Py_DECREF(index);
    return NULL;
}

static PyObject *
utf8_view(PyObject *self, PyObject *text)
{
    Py_ssize_t size;
    const char *raw = PyUnicode_AsUTF8AndSize(text, &size);
    PyObject *list, *item;

    if (raw == NULL)
        return NULL;
    list = PyList_New(size);
    if (list == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < size; i++) {
        if (raw[i] & 0x80) {
            PyErr_SetString(PyExc_ValueError, "ASCII only");
            return NULL;
        }
        item = PyLong_FromLong(raw[i]);
        if (item == NULL) {
            Py_DECREF(list);
            return NULL;
        }
        PyList_SET_ITEM(list, i, item);
    }
    return list;
}

static PyObject *
utf8_list(PyObject *self, PyObject *text)
{
    Py_ssize_t size, i;
    const char *raw = PyUnicode_AsUTF8AndSize(text, &size);
    PyObject *list;

    if (raw == NULL || (list = PyList_New(size)) == NULL)
        return NULL;
    for (i = 0; i < size; i++) {
        PyObject *item = raw[i] & 0x80 ? NULL : PyLong_FromLong(raw[i]);

        if (item == NULL)
            break;
        PyList_SET_ITEM(list, i, item);
    }
    if (i == size)
        return list;
    Py_DECREF(list);
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "ASCII only");
    return NULL;
}

static PyObject *
no_memory(PyObject *self, PyObject *size)
{
    Py_ssize_t n = PyNumber_AsSsize_t(size, NULL);
    PyObject *name;
    char *scratch;

    if (n < 0 && PyErr_Occurred())
        return NULL;
    name = PyUnicode_FromFormat("scratch-%zd", n);
    if (name == NULL)
        return NULL;
    scratch = PyMem_Malloc((size_t)n);
    if (scratch == NULL)
        return PyErr_NoMemory();
    PyMem_Free(scratch);
    return name;
}

static PyObject *
some_memory(PyObject *self, PyObject *size)
{
    Py_ssize_t n = PyNumber_AsSsize_t(size, NULL);
    char *scratch;
    PyObject *name;

    if (n < 0 && PyErr_Occurred())
        return NULL;
    scratch = PyMem_Malloc((size_t)n);
    if (scratch == NULL)
        return PyErr_NoMemory();
    name = PyUnicode_FromFormat("scratch-%zd", n);
    PyMem_Free(scratch);
    return name; /* or NULL, with its exception */
}

static PyMethodDef methods[] = {
    METHOD(second_exit, METH_VARARGS), METHOD(third_exit, METH_VARARGS), METHOD(bad_range, METH_VARARGS), METHOD(good_range, METH_VARARGS),
    METHOD(read_config, METH_O), METHOD(read_options, METH_O), METHOD(unpack3, METH_O), METHOD(unpack2, METH_O), METHOD(as_index, METH_O),
    METHOD(as_count, METH_O), METHOD(utf8_view, METH_O), METHOD(utf8_list, METH_O), METHOD(no_memory, METH_O), METHOD(some_memory, METH_O), {NULL},
};
MODULE(early, methods)

/* refsan check
 * RS202 second_exit / third_exit: PyUnicode_AsEncodedString
 * RS202 bad_range / good_range: PyNumber_Subtract
 * RS202 read_config / read_options: PyDict_New
 * RS202 unpack3 / unpack2: b = PyObject_GetAttrString
 * RS202 as_index / as_count: PyNumber_Index
 * RS202 utf8_view / utf8_list: PyList_New
 * RS202 no_memory / some_memory: PyUnicode_FromFormat
 */
