/* A container is taken off the collector's list before it is taken apart. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *items, *index;
} Bag;

static int
bag_traverse(Bag *self, visitproc visit, void *arg)
{
    Py_VISIT(self->items);
    Py_VISIT(self->index);
    return 0;
}

static int
bag_clear(Bag *self)
{
    Py_CLEAR(self->items);
    Py_CLEAR(self->index);
    return 0;
}

static int
bag_init(Bag *self, PyObject *args, PyObject *kwds)
{
    PyObject *items = PyList_New(0), *index = items ? PyDict_New() : NULL;

    if (index == NULL) {
        Py_XDECREF(items);
        return -1;
    }
    Py_XSETREF(self->items, items);
    Py_XSETREF(self->index, index);
    return 0;
}

static void
bag_dealloc(Bag *self)
{
    Py_CLEAR(self->items);
    Py_CLEAR(self->index);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static void
sack_dealloc(Bag *self)
{
    PyObject_GC_UnTrack(self);
    Py_CLEAR(self->items);
    Py_CLEAR(self->index);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static void
purse_dealloc(Bag *self)
{
    bag_clear(self);
    PyObject_GC_UnTrack(self);
    PyObject_GC_Del(self);
}

static void
take_apart(Bag *self)
{
    PyObject_GC_UnTrack(self);
    bag_clear(self);
}

static void
wallet_dealloc(Bag *self)
{
    take_apart(self); /* untracks first */
    PyObject_GC_Del(self);
}

#define BAG_TYPE(name, dealloc)                                                                                    \
    PyTypeObject name##_Type = {                                                                                   \
        PyVarObject_HEAD_INIT(NULL, 0)                                                                             \
        .tp_name = "untrack." #name, .tp_basicsize = sizeof(Bag), .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, \
        .tp_new = PyType_GenericNew, .tp_init = (initproc)bag_init, .tp_dealloc = (destructor)dealloc,             \
        .tp_traverse = (traverseproc)bag_traverse, .tp_clear = (inquiry)bag_clear,                                 \
    }
BAG_TYPE(Bag, bag_dealloc);
BAG_TYPE(Sack, sack_dealloc);
BAG_TYPE(Purse, purse_dealloc);
BAG_TYPE(Wallet, wallet_dealloc);

/* refsan check
 * RS304 bag_dealloc / sack_dealloc: bag_dealloc || { || Py_CLEAR(self->items)
 * RS304 purse_dealloc / wallet_dealloc: purse_dealloc || bag_clear || { || PyObject_GC_UnTrack
 */
