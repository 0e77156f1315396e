/* Nodes that hold their owner: a method of the owner takes that reference out of the node and gives it up. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    Py_ssize_t count;
} Owner;

typedef struct {
    PyObject_HEAD
    Owner *owner;
} Node;

extern PyTypeObject Node_Type;

static PyObject *
owner_detach(Owner *self, PyObject *args)
{
    Node *node;

    if (!PyArg_ParseTuple(args, "O!", &Node_Type, &node))
        return NULL;
    if (node->owner != NULL) {
        node->owner = NULL;
        Py_DECREF(self);
        self->count--;
    }
    Py_RETURN_NONE;
}

static PyObject *
owner_forget(Owner *self, PyObject *args)
{
    Node *node;

    if (!PyArg_ParseTuple(args, "O!", &Node_Type, &node))
        return NULL;
    if (node->owner != NULL) {
        Py_DECREF(self); /* wrong: the node holds it still */
        self->count--;
    }
    Py_RETURN_NONE;
}

static PyObject *
owner_attach(Owner *self, PyObject *args)
{
    Node *node;

    if (!PyArg_ParseTuple(args, "O!", &Node_Type, &node))
        return NULL;
    if (node->owner == NULL) {
        Py_INCREF(self);
        node->owner = self;
        self->count++;
    }
    Py_RETURN_NONE;
}

static void
node_dealloc(Node *self)
{
    Py_XDECREF(self->owner);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* ---- an object that is its own owner ---- */
static PyObject *
ring_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Node *self = (Node *)type->tp_alloc(type, 0);

    if (self != NULL)
        self->owner = (Owner *)self; /* by design without a reference: a cycle of one */
    return (PyObject *)self;
}

static PyObject *
ring_into(Node *self, PyObject *ignored)
{
    PyObject *node = PyType_GenericAlloc(&Node_Type, 0);

    Py_XSETREF(self->owner, (Owner *)node);
    return node; /* wrong: kept and returned */
}

static PyMethodDef node_methods[] = {METHOD(ring_into, METH_NOARGS), {NULL}};
static PyMethodDef owner_methods[] = {METHOD(owner_detach, METH_VARARGS), METHOD(owner_forget, METH_VARARGS), METHOD(owner_attach, METH_VARARGS), {NULL}};

PyTypeObject Owner_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "detach.Owner", .tp_basicsize = sizeof(Owner), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_methods = owner_methods,
    .tp_new = PyType_GenericNew,
};

PyTypeObject Node_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "detach.Node", .tp_basicsize = sizeof(Node), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_new = ring_new, .tp_methods = node_methods,
    .tp_dealloc = (destructor)node_dealloc,
};

/* refsan check
 * RS102 ring_into / ring_new: wrong: kept and returned
 * RS101 owner_forget / owner_detach: wrong: the node holds it still
 */
