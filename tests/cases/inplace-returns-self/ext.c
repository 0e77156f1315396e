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

static PyObject *box_add(PyObject *self, PyObject *item) /* belief */
{
    if (PyList_Append(((Box *)self)->items, item) < 0)
        return NULL;
#ifdef FIXED
    Py_INCREF(self);
#endif
    return self; /* culprit */
}

static PyNumberMethods box_number = {.nb_inplace_add = box_add};

static PyTypeObject Box_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "ext.Box",
    .tp_basicsize = sizeof(Box),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)box_init,
    .tp_dealloc = (destructor)box_dealloc,
    .tp_as_number = &box_number,
};

static PyMethodDef methods[] = {{NULL}};
EXT_MODULE(methods, EXT_ADD_TYPE("Box", Box_Type))
