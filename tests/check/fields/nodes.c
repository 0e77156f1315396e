/* A list that owns its nodes through bare pointers: each node is held by the one before it, the ends by the list. What links a
 * node does so where there is a neighbour; which of the places counts is nobody's to say but the list's. */
#include "../module.h"

typedef struct node {
    PyObject_HEAD
    PyObject *value;
    struct node *before;
    struct node *next;
} Node;

typedef struct {
    PyObject_HEAD
    Node *first;
    Node *last;
    Py_ssize_t size;
} List;

static PyTypeObject NodeType = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "nodes.Node", .tp_basicsize = sizeof(Node)};

static void
node_link(Node *before, Node *next, Node *node)
{
    if (before != NULL) {
        node->before = before;
        before->next = node;
    }
    if (next != NULL) {
        node->next = next;
        next->before = node;
    }
}

static Node *
node_create(Node *before, Node *next, PyObject *value)
{
    Node *node = PyObject_New(Node, &NodeType);

    if (node == NULL)
        return NULL;
    Py_INCREF(value);
    node->value = value;
    node->before = node->next = NULL;
    node_link(before, next, node);
    return node;
}

static void
list_dealloc(List *self)
{
    Node *node = self->first;

    while (node != NULL) {
        Node *next = node->next;
        Py_CLEAR(node->value);
        Py_DECREF(node);
        node = next;
    }
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *
prepend(List *self, PyObject *value)
{
    Node *node = node_create(NULL, self->first, value);

    if (node == NULL)
        return NULL;
    self->first = node;
    if (self->last == NULL)
        self->last = node;
    self->size++;
    Py_INCREF(node);
    Py_RETURN_NONE;
}

static PyObject *
prepend_counted(List *self, PyObject *value)
{
    Node *node = node_create(NULL, self->first, value);

    if (node == NULL)
        return NULL;
    self->first = node;
    if (self->last == NULL)
        self->last = node;
    self->size++;
    Py_RETURN_NONE;
}

static PyObject *
extend(List *self, PyObject *sequence)
{
    Py_ssize_t size = PySequence_Size(sequence);

    for (Py_ssize_t i = 0; i < size; i++) {
        PyObject *item = PySequence_GetItem(sequence, i);
        Node *node;

        if (item == NULL)
            return NULL;
        node = node_create(self->last, NULL, item);
        if (node == NULL)
            return NULL;
        Py_DECREF(item);
        if (self->first == NULL)
            self->first = node;
        self->last = node;
        self->size++;
    }
    return size < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
extend_released(List *self, PyObject *sequence)
{
    Py_ssize_t size = PySequence_Size(sequence);

    for (Py_ssize_t i = 0; i < size; i++) {
        PyObject *item = PySequence_GetItem(sequence, i);
        Node *node;

        if (item == NULL)
            return NULL;
        node = node_create(self->last, NULL, item);
        Py_DECREF(item);
        if (node == NULL)
            return NULL;
        if (self->first == NULL)
            self->first = node;
        self->last = node;
        self->size++;
    }
    return size < 0 ? NULL : Py_NewRef(Py_None);
}

/* one reference is the list's, one the caller's */
static PyObject *
insert(List *self, PyObject *args)
{
    Node *node, *ref;

    if (!PyArg_ParseTuple(args, "O!O!", &NodeType, &node, &NodeType, &ref))
        return NULL;
    node_link(ref->before, ref, node);
    if (ref == self->first)
        self->first = node;
    self->size++;
    Py_INCREF(node);
    Py_INCREF(node);
    return (PyObject *)node;
}

static PyObject *
insert_three(List *self, PyObject *args)
{
    Node *node, *ref;

    if (!PyArg_ParseTuple(args, "O!O!", &NodeType, &node, &NodeType, &ref))
        return NULL;
    node_link(NULL, NULL, node);
    Py_INCREF(node); /* nothing was linked */
    self->size++;
    return Py_NewRef((PyObject *)node);
}

static PyMethodDef list_methods[] = {METHOD(prepend, METH_O), METHOD(prepend_counted, METH_O), METHOD(extend, METH_O), METHOD(extend_released, METH_O), METHOD(insert, METH_VARARGS), METHOD(insert_three, METH_VARARGS), {NULL}};

PyTypeObject ListType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "nodes.List",
    .tp_basicsize = sizeof(List),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_methods = list_methods,
    .tp_dealloc = (destructor)list_dealloc,
};

static PyMethodDef methods[] = {{NULL}};
MODULE(nodes, methods)

/* refsan check
 * RS201 prepend / prepend_counted: node_create
 * RS202 extend / extend_released: PySequence_GetItem
 * RS201 insert_three / insert: nothing was linked
 */
