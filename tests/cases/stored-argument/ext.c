#include "../ext.h"

typedef struct {
    PyObject_HEAD
    PyObject *label;
} Tag;

static int tag_init(Tag *self, PyObject *args, PyObject *kwargs)
{
    PyObject *label;

    if (!PyArg_ParseTuple(args, "O:Tag", &label)) /* belief */
        return -1;
#ifdef FIXED
    Py_INCREF(label);
#endif
    Py_XSETREF(self->label, label); /* culprit */
    return 0;
}

static void tag_dealloc(Tag *self)
{
    Py_XDECREF(self->label); /* culprit */
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyTypeObject TagType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "ext.Tag",
    .tp_basicsize = sizeof(Tag),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)tag_init,
    .tp_dealloc = (destructor)tag_dealloc,
};

EXT_MODULE(NULL, EXT_ADD_TYPE("Tag", TagType))
