/* Members that tp_new fills on each way that returns an object: code may ask whether they are NULL, and no object answers yes. Where
 * tp_new leaves one empty, or a method empties it, there is such an object. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    char *buffer;
    PyObject *items;
    PyObject *name;
    char *map;
} Table;

static PyObject *
Table_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    int size;
    Table *self;
    if (!PyArg_ParseTuple(args, "i", &size))
        return NULL;
    self = (Table *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->buffer = PyMem_Malloc(64);
    if (self->buffer == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    self->items = PyList_New(0);
    if (self->items == NULL) {
        Py_DECREF(self);
        return NULL;
    }
    self->map = PyMem_Malloc(64);
    if (self->map == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    if (size > 0) {
        self->name = PyUnicode_FromString("sized");
        if (self->name == NULL) {
            Py_DECREF(self);
            return NULL;
        }
    }
    return (PyObject *)self;
}

static void
Table_dealloc(Table *self)
{
    PyMem_Free(self->buffer);
    PyMem_Free(self->map);
    self->map = NULL;
    Py_CLEAR(self->items);
    Py_CLEAR(self->name);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *
named(PyObject *op, PyObject *unused)
{
    Table *self = (Table *)op;
    if (self->name == NULL)
        return NULL;
    return Py_NewRef(self->name);
}

static PyObject *
first(PyObject *op, PyObject *unused)
{
    Table *self = (Table *)op;
    if (self->buffer == NULL)
        return NULL;
    return PyLong_FromLong(self->buffer[0]);
}

static PyObject *
count(PyObject *op, PyObject *unused)
{
    Table *self = (Table *)op;
    if (self->items == NULL)
        return NULL;
    return PyLong_FromSsize_t(PyList_GET_SIZE(self->items));
}

static PyObject *
grown(PyObject *op, PyObject *unused)
{
    Table *self = (Table *)op;
    char *larger = PyMem_Realloc(self->buffer, 128);
    if (larger == NULL)
        return PyErr_NoMemory();
    self->buffer = larger;
    Py_RETURN_NONE;
}

static PyObject *
mapped(PyObject *op, PyObject *unused)
{
    Table *self = (Table *)op;
    if (self->map == NULL)
        return NULL;
    return PyLong_FromLong(self->map[0]);
}

static PyObject *
unmap(PyObject *op, PyObject *unused)
{
    Table *self = (Table *)op;
    PyMem_Free(self->map);
    self->map = NULL;
    Py_RETURN_NONE;
}

static PyMethodDef Table_methods[] = {METHOD(named, METH_NOARGS), METHOD(first, METH_NOARGS), METHOD(count, METH_NOARGS),
                                      METHOD(grown, METH_NOARGS), METHOD(mapped, METH_NOARGS), METHOD(unmap, METH_NOARGS),
                                      {NULL, NULL, 0, NULL}};
static PyTypeObject Table_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "filled.Table",
    .tp_basicsize = sizeof(Table),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = Table_new,
    .tp_dealloc = (destructor)Table_dealloc,
    .tp_methods = Table_methods,
};

/* tp_init fills: what __new__ alone has made is empty */
typedef struct {
    PyObject_HEAD
    char *buffer;
} Late;

static int
Late_init(PyObject *op, PyObject *args, PyObject *kwargs)
{
    Late *self = (Late *)op;
    self->buffer = PyMem_Malloc(64);
    if (self->buffer == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

static PyObject *
late_first(PyObject *op, PyObject *unused)
{
    Late *self = (Late *)op;
    if (self->buffer == NULL)
        return NULL;
    return PyLong_FromLong(self->buffer[0]);
}

static PyMethodDef Late_methods[] = {METHOD(late_first, METH_NOARGS), {NULL, NULL, 0, NULL}};
static PyTypeObject Late_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "filled.Late",
    .tp_basicsize = sizeof(Late),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = Late_init,
    .tp_methods = Late_methods,
};

static PyObject *
ready(PyObject *module, PyObject *unused)
{
    if (PyType_Ready(&Table_type) < 0 || PyType_Ready(&Late_type) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {METHOD(ready, METH_NOARGS), {NULL, NULL, 0, NULL}};
MODULE(filled, methods)

/* refsan check
 * RS302 named / count: return NULL;
 * RS302 mapped / first: return NULL;
 * RS302 late_first / grown: return NULL;
 */
