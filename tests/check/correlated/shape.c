/* Questions that are asked twice on ways that no account of references follows: from a call that has failed to the use
 * of its NULL, from a buffer to the return without its release. */
#include "../module.h"

typedef struct {
    PyObject_HEAD int flags;
} Trace;

enum { VERBOSE = 4, QUIET = 8 };

extern int trace_open(const char *name, int *status);

/* ---- NULL ---- */
static PyObject *sized(Trace *self, PyObject *arg)
{
    PyObject *item = PyObject_GetAttrString(arg, "item");
    Py_ssize_t size = 0;
    int status = 0;

    if (item == NULL) {
        if (self->flags & VERBOSE)
            return NULL;
        PyErr_Clear();
    }
    trace_open("item", &status);
    if (self->flags & VERBOSE)
        size = PyObject_Length(item);
    Py_XDECREF(item);
    return size < 0 ? NULL : PyLong_FromSsize_t(size);
}

static PyObject *sized_quietly(Trace *self, PyObject *arg)
{
    PyObject *item = PyObject_GetAttrString(arg, "item");
    Py_ssize_t size = 0;
    int status = 0;

    if (item == NULL) {
        if (self->flags & VERBOSE)
            return NULL;
        PyErr_Clear();
    }
    trace_open("item", &status);
    if (self->flags & QUIET)
        size = PyObject_Length(item);
    Py_XDECREF(item);
    return size < 0 ? NULL : PyLong_FromSsize_t(size);
}

/* ---- what was asked before the call ---- */
static PyObject *asked(Trace *self, PyObject *arg)
{
    PyObject *item = NULL;
    Py_ssize_t size = 0;
    int status = 0;

    if (self->flags & VERBOSE)
        item = PyObject_GetAttrString(arg, "item");
    trace_open("item", &status);
    if (self->flags & VERBOSE && item == NULL)
        return NULL;
    if (item != NULL || self->flags & VERBOSE)
        size = PyObject_Length(item);
    Py_XDECREF(item);
    return size < 0 ? NULL : PyLong_FromSsize_t(size);
}

static PyObject *asked_otherwise(Trace *self, PyObject *arg)
{
    PyObject *item = NULL;
    Py_ssize_t size = 0;
    int status = 0;

    if (self->flags & VERBOSE)
        item = PyObject_GetAttrString(arg, "item");
    trace_open("item", &status);
    if (self->flags & QUIET && item == NULL)
        return NULL;
    if (item != NULL || self->flags & VERBOSE)
        size = PyObject_Length(item);
    Py_XDECREF(item);
    return size < 0 ? NULL : PyLong_FromSsize_t(size);
}

/* ---- buffers ---- */
static PyObject *viewed(Trace *self, PyObject *arg)
{
    Py_buffer view;
    int status = 0;

    if (self->flags & VERBOSE && PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    trace_open("view", &status);
    if (self->flags & VERBOSE)
        PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

static PyObject *viewed_quietly(Trace *self, PyObject *arg)
{
    Py_buffer view;
    int status = 0;

    if (self->flags & VERBOSE && PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0)
        return NULL;
    trace_open("view", &status);
    if (self->flags & VERBOSE && self->flags & QUIET)
        PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

static PyMethodDef shape_methods[] = {METHOD(sized, METH_O),
                                      METHOD(sized_quietly, METH_O),
                                      METHOD(asked, METH_O),
                                      METHOD(asked_otherwise, METH_O),
                                      METHOD(viewed, METH_O),
                                      METHOD(viewed_quietly, METH_O),
                                      {NULL}};

MODULE(shape, shape_methods)

/* refsan check
 * RS403 sized_quietly / sized: PyObject_Length(item)
 * RS403 asked_otherwise / asked: PyObject_Length(item)
 * RS206 viewed_quietly / viewed: PyObject_GetBuffer || Py_RETURN_NONE
 */
