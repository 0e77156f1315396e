/* A Py_buffer is released on every way out. */
#include "../module.h"

static PyObject *
first_byte(PyObject *self, PyObject *args)
{
    Py_buffer data;

    if (!PyArg_ParseTuple(args, "y*:first_byte", &data))
        return NULL;
    if (data.len == 0) {
        PyErr_SetString(PyExc_ValueError, "empty");
        return NULL;
    }
    PyObject *result = PyLong_FromLong(((unsigned char *)data.buf)[0]);
    PyBuffer_Release(&data);
    return result;
}

static PyObject *
last_byte(PyObject *self, PyObject *args)
{
    Py_buffer data;
    PyObject *result = NULL;

    if (!PyArg_ParseTuple(args, "y*:last_byte", &data))
        return NULL;
    if (data.len == 0)
        PyErr_SetString(PyExc_ValueError, "empty");
    else
        result = PyLong_FromLong(((unsigned char *)data.buf)[data.len - 1]);
    PyBuffer_Release(&data);
    return result;
}

static PyObject *
byte_sum(PyObject *self, PyObject *object)
{
    Py_buffer view;
    long sum = 0;

    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    for (Py_ssize_t i = 0; i < view.len; i++)
        sum += ((unsigned char *)view.buf)[i];
    return PyLong_FromLong(sum);
}

static PyObject *
byte_product(PyObject *self, PyObject *object)
{
    Py_buffer view = {NULL};
    long product = 1;

    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) < 0)
        goto done;
    for (Py_ssize_t i = 0; i < view.len; i++)
        product *= ((unsigned char *)view.buf)[i];
done:
    PyBuffer_Release(&view); /* may be called for one that was not filled: its obj is NULL */
    return PyErr_Occurred() ? NULL : PyLong_FromLong(product);
}

static PyObject *
xor_bytes(PyObject *self, PyObject *args)
{
    Py_buffer left, right;
    PyObject *result;

    if (!PyArg_ParseTuple(args, "y*y*", &left, &right))
        return NULL;
    if (left.len != right.len) {
        PyBuffer_Release(&left);
        return PyErr_Format(PyExc_ValueError, "lengths differ");
    }
    result = PyBytes_FromStringAndSize(NULL, left.len);
    for (Py_ssize_t i = 0; result && i < left.len; i++)
        PyBytes_AS_STRING(result)[i] = ((char *)left.buf)[i] ^ ((char *)right.buf)[i];
    PyBuffer_Release(&left);
    PyBuffer_Release(&right);
    return result;
}

static PyObject *
and_bytes(PyObject *self, PyObject *args)
{
    Py_buffer left, right;
    PyObject *result = NULL;

    if (!PyArg_ParseTuple(args, "y*y*", &left, &right))
        return NULL;
    if (left.len == right.len)
        result = PyBytes_FromStringAndSize(NULL, left.len);
    else
        PyErr_SetString(PyExc_ValueError, "lengths differ");
    for (Py_ssize_t i = 0; result && i < left.len; i++)
        PyBytes_AS_STRING(result)[i] = ((char *)left.buf)[i] & ((char *)right.buf)[i];
    PyBuffer_Release(&right);
    PyBuffer_Release(&left);
    return result;
}

typedef struct {
    PyObject_HEAD
    Py_buffer view;
} Window;

static int
window_init(Window *self, PyObject *args, PyObject *kwds)
{
    PyObject *source;

    if (!PyArg_ParseTuple(args, "O", &source))
        return -1;
    PyBuffer_Release(&self->view);
    return PyObject_GetBuffer(source, &self->view, PyBUF_SIMPLE); /* kept until dealloc */
}

static void
window_dealloc(Window *self)
{
    PyBuffer_Release(&self->view);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

PyTypeObject Window_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "buffers.Window", .tp_basicsize = sizeof(Window), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_new = PyType_GenericNew,
    .tp_init = (initproc)window_init, .tp_dealloc = (destructor)window_dealloc,
};

static PyMethodDef methods[] = {
    METHOD(first_byte, METH_VARARGS), METHOD(last_byte, METH_VARARGS), METHOD(byte_sum, METH_O), METHOD(byte_product, METH_O),
    METHOD(xor_bytes, METH_VARARGS), METHOD(and_bytes, METH_VARARGS), {NULL},
};
MODULE(buffers, methods)

/* refsan check
 * RS206 first_byte / last_byte: PyArg_ParseTuple
 * RS206 byte_sum / byte_product: PyObject_GetBuffer
 * RS206 xor_bytes / and_bytes: PyArg_ParseTuple
 */
