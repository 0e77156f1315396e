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

static Py_ssize_t box_length(Box *self)
{
    return PyList_Size(self->items);
}

/* sq_item hands a new reference to its caller. */
static PyObject *box_item(Box *self, Py_ssize_t at)
{
    PyObject *item = PyList_GetItem(self->items, at); /* belief */

#ifdef FIXED
    Py_XINCREF(item);
#endif
    return item; /* culprit */
}

static PyObject *box_call(Box *self, PyObject *args, PyObject *kwargs)
{
    return PyLong_FromLong(PyList_Append(self->items, args));
}

static PySequenceMethods box_sequence = {.sq_length = (lenfunc)box_length, .sq_item = (ssizeargfunc)box_item};

static PyTypeObject Box_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "ext.Box",
    .tp_basicsize = sizeof(Box),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)box_init,
    .tp_dealloc = (destructor)box_dealloc,
    .tp_as_sequence = &box_sequence,
    .tp_call = (ternaryfunc)box_call,
};

static PyMethodDef methods[] = {{NULL}};
EXT_MODULE(methods, EXT_ADD_TYPE("Box", Box_Type))
