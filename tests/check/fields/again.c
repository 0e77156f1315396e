/* A loop that asks the same member each time, and so many others that they cannot all be told apart: what the way has
 * learned of that one holds for the next time. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *source;
    int left, a, b, c, d, e;
    long total;
} Reader;

static PyObject *
drain(Reader *self, PyObject *ignored)
{
    PyObject *got = NULL;
    Py_ssize_t size;

again:
    if (self->source) {
        got = PyObject_CallMethod(self->source, "read", NULL);
        if (got == NULL)
            return NULL;
        size = PyObject_Size(got);
        if (size < 0) {
            Py_DECREF(got);
            return NULL;
        }
    } else {
        size = self->left--;
    }
    if (self->a) self->total += 1;
    if (self->b) self->total += 2;
    if (self->c) self->total += 3;
    if (self->d) self->total += 4;
    if (self->e) self->total += 5;
    Py_XDECREF(got);
    if (size > 0)
        goto again;
    return PyLong_FromLong(self->total);
}

static PyObject *
drain_some(Reader *self, PyObject *ignored)
{
    PyObject *got = NULL;
    Py_ssize_t size;

again:
    if (self->source && self->left > 0) {
        got = PyObject_CallMethod(self->source, "read", NULL);
        if (got == NULL)
            return NULL;
        size = PyObject_Size(got);
        if (size < 0) {
            Py_DECREF(got);
            return NULL;
        }
    } else {
        size = self->left;
    }
    self->left--;
    if (self->a) self->total += 1;
    if (self->b) self->total += 2;
    if (self->c) self->total += 3;
    if (self->d) self->total += 4;
    if (self->e) self->total += 5;
    Py_XDECREF(got); /* wrong: once nothing is left it is that of the time before */
    if (size > 0)
        goto again;
    return PyLong_FromLong(self->total);
}

static void
reader_dealloc(Reader *self)
{
    Py_XDECREF(self->source);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef reader_methods[] = {METHOD(drain, METH_NOARGS), METHOD(drain_some, METH_NOARGS), {NULL}};

PyTypeObject Reader_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "again.Reader", .tp_basicsize = sizeof(Reader), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_methods = reader_methods,
    .tp_new = PyType_GenericNew, .tp_dealloc = (destructor)reader_dealloc,
};

/* refsan check
 * RS101|RS105 drain_some / drain: wrong: once nothing is left
 */
