#include "../ext.h"

/* tp_init keeps its argument without a reference; a getter that takes one properly meets the dead object. */
typedef struct {
    PyObject_HEAD
    PyObject *payload;
} Entry;

static int entry_init(Entry *self, PyObject *args, PyObject *keywords)
{
    PyObject *payload;

    if (!PyArg_ParseTuple(args, "O:Entry", &payload)) /* culprit */
        return -1;
#ifdef FIXED
    Py_INCREF(payload);
    Py_XSETREF(self->payload, payload);
#else
    self->payload = payload; /* culprit */
#endif
    return 0;
}

static void entry_dealloc(Entry *self)
{
#ifdef FIXED
    Py_XDECREF(self->payload);
#endif
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *entry_payload(Entry *self, PyObject *unused)
{
    Py_INCREF(self->payload);
    return self->payload;
}

static PyMethodDef entry_methods[] = {{"payload", (PyCFunction)entry_payload, METH_NOARGS}, {NULL}};
static PyTypeObject EntryType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "ext.Entry",
    .tp_basicsize = sizeof(Entry),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)entry_init,
    .tp_dealloc = (destructor)entry_dealloc,
    .tp_methods = entry_methods,
};

EXT_MODULE(NULL, EXT_ADD_TYPE("Entry", EntryType))
