/* Ownership that a variable decides: the release is guarded by the same condition as the acquisition. */
#include "../module.h"

static PyObject *
with_encoding(PyObject *self, PyObject *args)
{
    PyObject *source, *raw, *result;
    int encoded = 0;

    if (!PyArg_ParseTuple(args, "O", &source))
        return NULL;
    raw = source;
    if (PyUnicode_Check(source)) {
        raw = PyUnicode_AsUTF8String(source);
        if (raw == NULL)
            return NULL;
        encoded = 1;
    }
    result = PyObject_Repr(raw);
    if (!encoded)
        Py_DECREF(raw);
    return result;
}

static PyObject *
with_decoding(PyObject *self, PyObject *args)
{
    PyObject *source, *text, *result;
    int decoded = 0;

    if (!PyArg_ParseTuple(args, "O", &source))
        return NULL;
    text = source;
    if (PyBytes_Check(source)) {
        text = PyUnicode_FromEncodedObject(source, "utf-8", NULL);
        if (text == NULL)
            return NULL;
        decoded = 1;
    }
    result = PyObject_Repr(text);
    if (decoded)
        Py_DECREF(text);
    return result;
}

static PyObject *
optional_sequence(PyObject *self, PyObject *args)
{
    PyObject *given = Py_None, *items, *answer;

    if (!PyArg_ParseTuple(args, "|O", &given))
        return NULL;
    if (given == Py_None)
        items = PyList_New(0);
    else
        items = given;
    if (items == NULL)
        return NULL;
    answer = PyObject_CallMethod(items, "copy", NULL);
    return answer;
}

static PyObject *
optional_list(PyObject *self, PyObject *args)
{
    PyObject *given = Py_None, *items, *answer;

    if (!PyArg_ParseTuple(args, "|O", &given))
        return NULL;
    if (given == Py_None)
        items = PyList_New(0);
    else
        items = Py_NewRef(given); /* from here on it is ours in any case */
    if (items == NULL)
        return NULL;
    answer = PyObject_CallMethod(items, "copy", NULL);
    Py_DECREF(items);
    return answer;
}

static PyObject *
key_or_default(PyObject *self, PyObject *args)
{
    PyObject *dict, *key, *value;

    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &key))
        return NULL;
    value = PyDict_GetItemWithError(dict, key);
    if (value == NULL) {
        if (PyErr_Occurred())
            return NULL;
        value = PyLong_FromLong(5000);
        if (value == NULL || PyDict_SetItem(dict, key, value) < 0) {
            Py_XDECREF(value);
            return NULL;
        }
    }
    Py_INCREF(value);
    return value;
}

static PyObject *
key_or_number(PyObject *self, PyObject *args)
{
    PyObject *dict, *key, *value;

    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &key))
        return NULL;
    value = PyDict_GetItemWithError(dict, key);
    if (value != NULL)
        return Py_NewRef(value);
    if (PyErr_Occurred())
        return NULL;
    value = PyLong_FromLong(5000);
    if (value != NULL && PyDict_SetItem(dict, key, value) < 0)
        Py_CLEAR(value);
    return value; /* here it is new already */
}

static PyObject *
write_to(PyObject *self, PyObject *args)
{
    PyObject *target, *text, *stream = NULL, *answer;
    int own = 0;

    if (!PyArg_ParseTuple(args, "OU", &target, &text))
        return NULL;
    if (PyUnicode_Check(target)) {
        PyObject *io = PyImport_ImportModule("io");

        if (io == NULL)
            return NULL;
        stream = PyObject_CallMethod(io, "open", "Os", target, "w");
        Py_DECREF(io);
        own = 1;
    } else {
        stream = target;
    }
    if (stream == NULL)
        return NULL;
    answer = PyObject_CallMethod(stream, "write", "O", text);
    if (answer == NULL)
        return NULL;
    if (own)
        Py_DECREF(stream);
    return answer;
}

static PyObject *
write_into(PyObject *self, PyObject *args)
{
    PyObject *target, *text, *opened = NULL, *answer = NULL;

    if (!PyArg_ParseTuple(args, "OU", &target, &text))
        return NULL;
    if (PyUnicode_Check(target)) {
        PyObject *io = PyImport_ImportModule("io");

        if (io == NULL)
            return NULL;
        target = opened = PyObject_CallMethod(io, "open", "Os", target, "w");
        Py_DECREF(io);
    }
    if (target != NULL)
        answer = PyObject_CallMethod(target, "write", "O", text);
    Py_XDECREF(opened); /* NULL where the stream is the caller's */
    return answer;
}

static PyObject *
maybe_sorted(PyObject *self, PyObject *args)
{
    PyObject *items, *list;
    int sort;

    if (!PyArg_ParseTuple(args, "Op", &items, &sort))
        return NULL;
    list = PySequence_List(items);
    if (list == NULL)
        return NULL;
    if (sort && PyList_Sort(list) < 0) {
        Py_DECREF(list);
        list = NULL;
    }
    if (sort)
        return list;
    return PyList_AsTuple(list);
}

static PyObject *
maybe_reversed(PyObject *self, PyObject *args)
{
    PyObject *items, *list;
    int reverse;

    if (!PyArg_ParseTuple(args, "Op", &items, &reverse))
        return NULL;
    list = PySequence_List(items);
    if (reverse && list && PyList_Reverse(list) < 0)
        Py_CLEAR(list);
    if (!reverse && list)
        Py_SETREF(list, PyList_AsTuple(list));
    return list;
}

static PyMethodDef methods[] = {
    METHOD(with_encoding, METH_VARARGS), METHOD(with_decoding, METH_VARARGS), METHOD(optional_sequence, METH_VARARGS),
    METHOD(optional_list, METH_VARARGS), METHOD(key_or_default, METH_VARARGS), METHOD(key_or_number, METH_VARARGS), METHOD(write_to, METH_VARARGS),
    METHOD(write_into, METH_VARARGS), METHOD(maybe_sorted, METH_VARARGS), METHOD(maybe_reversed, METH_VARARGS), {NULL},
};
MODULE(flags, methods)

/* refsan check
 * RS101 with_encoding / with_decoding: Py_DECREF(raw)
 * may RS201 with_encoding: PyUnicode_AsUTF8String
 * RS201 optional_sequence / optional_list: PyList_New
 * RS201 key_or_default / key_or_number: PyLong_FromLong(5000)
 * RS202 write_to / write_into: stream = PyObject_CallMethod
 * RS201 maybe_sorted / maybe_reversed: PySequence_List
 */
