#include "../ext.h"

typedef struct {
    PyObject_HEAD
    PyObject *name, *note;
} Entry;

static PyObject *entry_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *name, *note;
    Entry *self;

    if (!PyArg_ParseTuple(args, "OO:Entry", &name, &note))
        return NULL;
    self = (Entry *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    Py_INCREF(name);
    self->name = name;
    Py_INCREF(note); /* culprit */
    self->note = note; /* culprit */
    return (PyObject *)self;
}

static void entry_dealloc(Entry *self) /* culprit */
{
    Py_XDECREF(self->name);
#ifdef FIXED
    Py_XDECREF(self->note);
#endif
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyTypeObject EntryType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "ext.Entry",
    .tp_basicsize = sizeof(Entry),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = entry_new,
    .tp_dealloc = (destructor)entry_dealloc,
};

EXT_MODULE(NULL, EXT_ADD_TYPE("Entry", EntryType))
