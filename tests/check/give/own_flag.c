/* An object that keeps a reference to itself from its making, behind a flag of its own, and gives it back once. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    int released;
} Buffer;

static PyObject *
buffer_release(PyObject *self, PyObject *ignored)
{
    if (((Buffer *)self)->released)
        return PyBool_FromLong(0);
    ((Buffer *)self)->released = 1;
    Py_DECREF(self);
    return PyBool_FromLong(1);
}

static PyMethodDef buffer_methods[] = {{"release", buffer_release, METH_NOARGS, NULL}, {NULL}};

static void
buffer_dealloc(PyObject *self)
{
    PyObject_Free(self);
}

static PyTypeObject buffer_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "own_flag.Buffer",
    .tp_basicsize = sizeof(Buffer),
    .tp_dealloc = buffer_dealloc,
    .tp_methods = buffer_methods,
};

static Buffer *
new_buffer(PyTypeObject *type)
{
    return (Buffer *)type->tp_alloc(type, 0);
}

static PyObject *
make_buffer(PyObject *self, PyObject *ignored)
{
    Buffer *made = new_buffer(&buffer_type);

    if (made == NULL)
        return NULL;
    made->released = 0;
    Py_INCREF(made);
    return (PyObject *)made;
}

typedef struct {
    PyObject_HEAD
    int closed;
} File;

static PyObject *
file_close(PyObject *self, PyObject *ignored)
{
    if (((File *)self)->closed)
        return PyBool_FromLong(0);
    ((File *)self)->closed = 1;
    Py_DECREF(self); /* wrong: nobody took it */
    return PyBool_FromLong(1);
}

static PyMethodDef file_methods[] = {{"close", file_close, METH_NOARGS, NULL}, {NULL}};

static PyTypeObject file_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "own_flag.File",
    .tp_basicsize = sizeof(File),
    .tp_dealloc = buffer_dealloc,
    .tp_methods = file_methods,
};

static PyObject *
make_file(PyObject *self, PyObject *ignored)
{
    File *made = PyObject_New(File, &file_type);

    if (made == NULL)
        return NULL;
    made->closed = 0;
    return (PyObject *)made;
}

static PyMethodDef methods[] = {METHOD(make_buffer, METH_NOARGS), METHOD(make_file, METH_NOARGS), {NULL}};
MODULE(own_flag, methods)

/* refsan check
 * RS101 file_close / buffer_release: wrong: nobody took it
 * may RS201 make_buffer: new_buffer || Py_INCREF(made)
 */
