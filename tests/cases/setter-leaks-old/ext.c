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

static PyObject *box_get(Box *self, void *closure)
{
    Py_INCREF(self->items);
    return self->items;
}

static int box_set(Box *self, PyObject *value, void *closure)
{
    PyObject *old = self->items;

    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "items cannot be deleted");
        return -1;
    }
    Py_INCREF(value); /* culprit */
    self->items = value;
#ifdef FIXED
    Py_XDECREF(old);
#else
    (void)old;
#endif
    return 0;
}

static PyGetSetDef box_getset[] = {{"items", (getter)box_get, (setter)box_set, NULL, NULL}, {NULL}};

static PyTypeObject Box_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "ext.Box",
    .tp_basicsize = sizeof(Box),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)box_init,
    .tp_dealloc = (destructor)box_dealloc,
    .tp_getset = box_getset,
};

static PyMethodDef methods[] = {{NULL}};
EXT_MODULE(methods, EXT_ADD_TYPE("Box", Box_Type))
