/* bytes, bytearray and memoryview: made by constructors, encoders and views. */
#include "../module.h"

static PyObject *
checksum(PyObject *self, PyObject *text)
{
    PyObject *raw = PyUnicode_AsUTF8String(text);
    unsigned long sum = 0;

    if (raw == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PyBytes_GET_SIZE(raw); i++)
        sum = sum * 31 + (unsigned char)PyBytes_AS_STRING(raw)[i];
    return PyLong_FromUnsignedLong(sum);
}

static PyObject *
checksum_latin(PyObject *self, PyObject *text)
{
    PyObject *raw = PyUnicode_AsLatin1String(text);
    unsigned long sum = 0;
    const char *p, *end;

    if (raw == NULL)
        return NULL;
    for (p = PyBytes_AS_STRING(raw), end = p + PyBytes_GET_SIZE(raw); p < end; p++)
        sum = sum * 31 + (unsigned char)*p;
    Py_DECREF(raw);
    return PyLong_FromUnsignedLong(sum);
}

static PyObject *
to_path(PyObject *self, PyObject *name)
{
    PyObject *encoded = PyUnicode_EncodeFSDefault(name);

    if (encoded == NULL)
        return NULL;
    if (memchr(PyBytes_AS_STRING(encoded), '\\', (size_t)PyBytes_GET_SIZE(encoded))) {
        PyErr_SetString(PyExc_ValueError, "no backslashes, please");
        return NULL;
    }
    return encoded;
}

static PyObject *
to_clean_path(PyObject *self, PyObject *name)
{
    PyObject *encoded = PyUnicode_EncodeFSDefault(name);
    int bad = encoded != NULL && memchr(PyBytes_AS_STRING(encoded), '\\', (size_t)PyBytes_GET_SIZE(encoded)) != NULL;

    if (bad) {
        PyErr_SetString(PyExc_ValueError, "no backslashes, please");
        Py_CLEAR(encoded);
    }
    return encoded;
}

static PyObject *
zeros(PyObject *self, PyObject *count)
{
    Py_ssize_t n = PyNumber_AsSsize_t(count, PyExc_OverflowError);
    PyObject *block;

    if (n == -1 && PyErr_Occurred())
        return NULL;
    block = PyBytes_FromStringAndSize(NULL, n);
    if (block == NULL)
        return NULL;
    memset(PyBytes_AS_STRING(block), 0, (size_t)n);
    return PyMemoryView_FromObject(block);
}

static PyObject *
zeros_view(PyObject *self, PyObject *count)
{
    Py_ssize_t n = PyNumber_AsSsize_t(count, PyExc_OverflowError);
    PyObject *block, *view;

    if (n == -1 && PyErr_Occurred())
        return NULL;
    block = PyByteArray_FromStringAndSize(NULL, n);
    if (block == NULL)
        return NULL;
    memset(PyByteArray_AS_STRING(block), 0, (size_t)n);
    view = PyMemoryView_FromObject(block); /* the view keeps it alive */
    Py_DECREF(block);
    return view;
}

static PyObject *
hexdump(PyObject *self, PyObject *data)
{
    PyObject *bytes = PyBytes_FromObject(data), *text;

    if (bytes == NULL)
        return NULL;
    text = PyObject_CallMethod(bytes, "hex", NULL);
    if (text == NULL) {
        Py_DECREF(bytes);
        return NULL;
    }
    return text;
}

static PyObject *
hexdump_short(PyObject *self, PyObject *data)
{
    PyObject *bytes = PyObject_Bytes(data), *text = NULL;

    if (bytes != NULL && PyBytes_GET_SIZE(bytes) <= 64)
        text = PyObject_CallMethod(bytes, "hex", NULL);
    else if (bytes != NULL)
        PyErr_SetString(PyExc_ValueError, "too long");
    Py_XDECREF(bytes);
    return text;
}

static PyObject *
last_byte(PyObject *self, PyObject *data)
{
    PyObject *bytes = PyObject_Bytes(data);
    char *start;
    Py_ssize_t size;

    if (bytes == NULL || PyBytes_AsStringAndSize(bytes, &start, &size) < 0)
        return NULL; /* bytes they are: only the first can fail */
    size = size > 0 ? start[size - 1] : 0;
    Py_DECREF(bytes);
    return PyLong_FromSsize_t(size);
}

static PyObject *
first_byte(PyObject *self, PyObject *data)
{
    PyObject *bytes = PyObject_Bytes(data);
    char *start;
    long first;

    if (bytes == NULL || PyBytes_AsStringAndSize(bytes, &start, NULL) < 0)
        return NULL; /* wrong: a NUL inside makes it fail */
    first = start[0];
    Py_DECREF(bytes);
    return PyLong_FromLong(first);
}

static PyMethodDef methods[] = {
    METHOD(checksum, METH_O), METHOD(checksum_latin, METH_O), METHOD(to_path, METH_O), METHOD(to_clean_path, METH_O), METHOD(zeros, METH_O),
    METHOD(zeros_view, METH_O), METHOD(hexdump, METH_O), METHOD(hexdump_short, METH_O),
    METHOD(last_byte, METH_O), METHOD(first_byte, METH_O), {NULL},
};
MODULE(raw, methods)

/* refsan check
 * RS201 checksum / checksum_latin: PyUnicode_AsUTF8String
 * RS202 to_path / to_clean_path: PyUnicode_EncodeFSDefault
 * RS201 zeros / zeros_view: PyBytes_FromStringAndSize
 * RS201 hexdump / hexdump_short: PyBytes_FromObject
 * RS202 first_byte / last_byte: PyObject_Bytes
 */
