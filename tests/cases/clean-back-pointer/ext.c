#include "../ext.h"

/* A tree whose children point back to their parent without owning it: legal, for the parent clears the pointer first. */
typedef struct Node {
    PyObject_HEAD
    struct Node *parent; /* not owned */
    PyObject *children;  /* owned list */
} Node;

static PyTypeObject NodeType;

static PyObject *node_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Node *self = (Node *)type->tp_alloc(type, 0);

    if (self == NULL)
        return NULL;
    self->children = PyList_New(0);
    if (self->children == NULL) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static int node_traverse(Node *self, visitproc visit, void *arg)
{
    Py_VISIT(self->children);
    return 0;
}

static int node_clear(Node *self)
{
    Py_ssize_t i;

    if (self->children == NULL)
        return 0;
    for (i = 0; i < PyList_GET_SIZE(self->children); i++)
        ((Node *)PyList_GET_ITEM(self->children, i))->parent = NULL;
    Py_CLEAR(self->children);
    return 0;
}

static void node_dealloc(Node *self)
{
    PyObject_GC_UnTrack(self);
    node_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *node_add(Node *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *child = node_new(&NodeType, NULL, NULL);

    if (child == NULL)
        return NULL;
    ((Node *)child)->parent = self;
    if (PyList_Append(self->children, child) < 0) {
        Py_DECREF(child);
        return NULL;
    }
    return child;
}

static PyObject *node_parent(Node *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *parent = self->parent != NULL ? (PyObject *)self->parent : Py_None;

    Py_INCREF(parent);
    return parent;
}

static PyMethodDef node_methods[] = {{"add", (PyCFunction)node_add, METH_NOARGS, NULL},
                                     {"parent", (PyCFunction)node_parent, METH_NOARGS, NULL},
                                     {NULL}};

static PyTypeObject NodeType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "ext.Node",
    .tp_basicsize = sizeof(Node),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = node_new,
    .tp_traverse = (traverseproc)node_traverse,
    .tp_clear = (inquiry)node_clear,
    .tp_dealloc = (destructor)node_dealloc,
    .tp_methods = node_methods,
};

EXT_MODULE(NULL, EXT_ADD_TYPE("Node", NodeType))
