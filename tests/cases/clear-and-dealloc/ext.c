#include "../ext.h"

typedef struct {
    PyObject_HEAD
    PyObject *other;
} Node;

static int node_traverse(Node *self, visitproc visit, void *arg)
{
    Py_VISIT(self->other);
    return 0;
}

static int node_clear(Node *self)
{
#ifdef FIXED
    Py_CLEAR(self->other);
#else
    Py_XDECREF(self->other); /* belief */
#endif
    return 0;
}

static void node_dealloc(Node *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->other); /* culprit */
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *node_link(Node *self, PyObject *other)
{
    PyObject *old = self->other;

    Py_INCREF(other);
    self->other = other;
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

static PyMethodDef node_methods[] = {{"link", (PyCFunction)node_link, METH_O, NULL}, {NULL}};
static PyTypeObject Node_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "ext.Node",
    .tp_basicsize = sizeof(Node),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew,
    .tp_methods = node_methods,
    .tp_traverse = (traverseproc)node_traverse,
    .tp_clear = (inquiry)node_clear,
    .tp_dealloc = (destructor)node_dealloc,
};

static PyMethodDef methods[] = {{NULL}};
EXT_MODULE(methods, EXT_ADD_TYPE("Node", Node_Type))
