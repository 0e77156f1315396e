#include "../ext.h"

typedef struct {
    PyObject_HEAD
    PyObject *items; /* a list */
    Py_ssize_t at;
} Box;

static int box_init(Box *self, PyObject *args, PyObject *kwargs)
{
    PyObject *items = PyList_New(0), *old = self->items;

    if (items == NULL)
        return -1;
    self->items = items;
    Py_XDECREF(old);
    return 0;
}

static void box_dealloc(Box *self)
{
    Py_XDECREF(self->items);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* A box is its own iterator, which is one more reference to it. */
static PyObject *box_iter(Box *self)
{
#ifdef FIXED
    Py_INCREF(self);
#endif
    return (PyObject *)self; /* culprit */
}

static PyObject *box_next(Box *self)
{
    if (self->at++ % 3 == 2)
        return NULL;
    return PyLong_FromSsize_t(self->at + 1000);
}

static PyTypeObject Box_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "ext.Box",
    .tp_basicsize = sizeof(Box),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)box_init,
    .tp_dealloc = (destructor)box_dealloc,
    .tp_iter = (getiterfunc)box_iter,
    .tp_iternext = (iternextfunc)box_next,
};

static PyMethodDef methods[] = {{NULL}};
EXT_MODULE(methods, EXT_ADD_TYPE("Box", Box_Type))
