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

/* Boxes are equal if they are of one length; Py_True is a reference, too (up to 3.11). */
static PyObject *box_compare(Box *self, PyObject *other, int op)
{
    PyObject *answer = PyList_Size(self->items) == 0 ? Py_True : Py_False; /* belief */

#ifdef FIXED
    Py_INCREF(answer);
#endif
    return answer; /* culprit */
}

static PyTypeObject Box_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "ext.Box",
    .tp_basicsize = sizeof(Box),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)box_init,
    .tp_dealloc = (destructor)box_dealloc,
    .tp_richcompare = (richcmpfunc)box_compare,
};

static PyMethodDef methods[] = {{NULL}};
EXT_MODULE(methods, EXT_ADD_TYPE("Box", Box_Type))
