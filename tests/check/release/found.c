/* What was passed in is found in a place that owns it: the place's reference is given up by the argument's name. */
#include "../module.h"

typedef struct node {
    struct node *next;
    PyObject *data;
} node;

typedef struct {
    PyObject_HEAD
    node *head;
    PyObject **items;
    Py_ssize_t count;
} Bag;

static PyObject *
take(PyObject *op, PyObject *wanted)
{
    Bag *self = (Bag *)op;
    for (node **at = &self->head; *at != NULL; at = &(*at)->next) {
        node *found = *at;
        if (found->data == wanted) {
            *at = found->next;
            PyMem_Free(found);
            Py_DECREF(wanted);
            Py_RETURN_NONE;
        }
    }
    PyErr_SetObject(PyExc_KeyError, wanted);
    return NULL;
}

static PyObject *
take_more(PyObject *op, PyObject *wanted)
{
    Bag *self = (Bag *)op;
    for (node *at = self->head; at != NULL; at = at->next)
        if (at->data == wanted)
            Py_RETURN_TRUE;
    Py_DECREF(wanted);
    Py_RETURN_FALSE;
}

static PyObject *
discard(PyObject *op, PyObject *wanted)
{
    Bag *self = (Bag *)op;
    for (Py_ssize_t i = 0; i < self->count; i++)
        if (self->items[i] == wanted) {
            self->items[i] = self->items[--self->count];
            Py_DECREF(wanted);
            Py_RETURN_TRUE;
        }
    Py_RETURN_FALSE;
}

static PyObject *
discard_anyway(PyObject *op, PyObject *wanted)
{
    Bag *self = (Bag *)op;
    for (Py_ssize_t i = 0; i < self->count; i++)
        if (self->items[i] == wanted)
            Py_RETURN_TRUE;
    Py_DECREF(wanted);
    Py_RETURN_FALSE;
}

static void
Bag_dealloc(PyObject *op)
{
    Bag *self = (Bag *)op;
    for (node *at = self->head, *next; at != NULL; at = next) {
        next = at->next;
        Py_DECREF(at->data);
        PyMem_Free(at);
    }
    for (Py_ssize_t i = 0; i < self->count; i++)
        Py_DECREF(self->items[i]);
    PyMem_Free(self->items);
    Py_TYPE(self)->tp_free(op);
}

static PyMethodDef Bag_methods[] = {METHOD(take, METH_O), METHOD(take_more, METH_O), METHOD(discard, METH_O),
                                    METHOD(discard_anyway, METH_O), {NULL, NULL, 0, NULL}};
static PyTypeObject Bag_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "found.Bag",
    .tp_basicsize = sizeof(Bag),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_dealloc = Bag_dealloc,
    .tp_methods = Bag_methods,
};

static PyObject *
ready(PyObject *module, PyObject *unused)
{
    return PyType_Ready(&Bag_type) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyMethodDef methods[] = {METHOD(ready, METH_NOARGS), {NULL, NULL, 0, NULL}};
MODULE(found, methods)

/* refsan check
 * RS101 take_more / take: Py_DECREF(wanted);
 * RS101 discard_anyway / discard: Py_DECREF(wanted);
 */
