/* tp_dealloc, tp_clear and tp_traverse have to agree on what an object owns. */
#include "../module.h"

/* dealloc forgets one */
typedef struct {
    PyObject_HEAD
    PyObject *key, *value;
} Pair;

static int
pair_init(Pair *self, PyObject *args, PyObject *kwds)
{
    PyObject *key, *value;

    if (!PyArg_ParseTuple(args, "OO", &key, &value))
        return -1;
    Py_INCREF(key);
    Py_XSETREF(self->key, key);
    Py_INCREF(value);
    Py_XSETREF(self->value, value);
    return 0;
}

static void
pair_dealloc(Pair *self)
{
    Py_XDECREF(self->key);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

PyTypeObject Pair_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "sets.Pair", .tp_basicsize = sizeof(Pair), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_new = PyType_GenericNew,
    .tp_init = (initproc)pair_init, .tp_dealloc = (destructor)pair_dealloc,
};

/* dealloc leaves it to clear; the back pointer to the parent is nobody's */
typedef struct child {
    PyObject_HEAD
    PyObject *name, *payload;
    struct child *parent;
} Child;

static int
child_init(Child *self, PyObject *args, PyObject *kwds)
{
    PyObject *name, *payload, *parent;

    if (!PyArg_ParseTuple(args, "OOO", &name, &payload, &parent))
        return -1;
    Py_INCREF(name);
    Py_XSETREF(self->name, name);
    Py_INCREF(payload);
    Py_XSETREF(self->payload, payload);
    self->parent = (Child *)parent;
    return 0;
}

static int
child_traverse(Child *self, visitproc visit, void *arg)
{
    Py_VISIT(self->name);
    Py_VISIT(self->payload);
    return 0;
}

static int
child_clear(Child *self)
{
    Py_CLEAR(self->payload);
    return 0;
}

static void
child_dealloc(Child *self)
{
    PyObject_GC_UnTrack(self);
    child_clear(self);
    Py_XDECREF(self->name); /* a str: no cycle through it, so tp_clear may leave it alone */
    self->parent = NULL;
    Py_TYPE(self)->tp_free((PyObject *)self);
}

PyTypeObject Child_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "sets.Child", .tp_basicsize = sizeof(Child), .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew, .tp_init = (initproc)child_init, .tp_dealloc = (destructor)child_dealloc,
    .tp_traverse = (traverseproc)child_traverse, .tp_clear = (inquiry)child_clear,
};

/* traverse forgets one */
typedef struct {
    PyObject_HEAD
    PyObject *left, *right;
} Tree;

static int
tree_init(Tree *self, PyObject *args, PyObject *kwds)
{
    PyObject *left = Py_None, *right = Py_None;

    if (!PyArg_ParseTuple(args, "|OO", &left, &right))
        return -1;
    Py_XSETREF(self->left, Py_NewRef(left));
    Py_XSETREF(self->right, Py_NewRef(right));
    return 0;
}

static int
tree_traverse(Tree *self, visitproc visit, void *arg)
{
    Py_VISIT(self->left);
    return 0;
}

static int
tree_clear(Tree *self)
{
    Py_CLEAR(self->left);
    Py_CLEAR(self->right);
    return 0;
}

static void
tree_dealloc(Tree *self)
{
    PyObject_GC_UnTrack(self);
    tree_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

PyTypeObject Tree_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "sets.Tree", .tp_basicsize = sizeof(Tree), .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew, .tp_init = (initproc)tree_init, .tp_dealloc = (destructor)tree_dealloc,
    .tp_traverse = (traverseproc)tree_traverse, .tp_clear = (inquiry)tree_clear,
};

/* traverse visits what clear and dealloc never release: it is borrowed */
typedef struct {
    PyObject_HEAD
    PyObject *document; /* borrowed: it owns its elements */
    PyObject *text;
} Element;

static PyObject *
element_attach(Element *self, PyObject *document)
{
    self->document = document;
    Py_RETURN_NONE;
}

static PyObject *
element_write(Element *self, PyObject *text)
{
    Py_XSETREF(self->text, Py_NewRef(text));
    Py_RETURN_NONE;
}

static int
element_traverse(Element *self, visitproc visit, void *arg)
{
    Py_VISIT(self->document);
    Py_VISIT(self->text);
    return 0;
}

static int
element_clear(Element *self)
{
    Py_CLEAR(self->text);
    self->document = NULL;
    return 0;
}

static void
element_dealloc(Element *self)
{
    PyObject_GC_UnTrack(self);
    element_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef element_methods[] = {METHOD(element_attach, METH_O), METHOD(element_write, METH_O), {NULL}};

PyTypeObject Element_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "sets.Element", .tp_basicsize = sizeof(Element), .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew, .tp_dealloc = (destructor)element_dealloc, .tp_methods = element_methods,
    .tp_traverse = (traverseproc)element_traverse, .tp_clear = (inquiry)element_clear,
};

/* clear forgets one that dealloc does not release either */
typedef struct {
    PyObject_HEAD
    PyObject *handlers, *context;
} Hub;

static PyObject *
hub_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    Hub *self = (Hub *)type->tp_alloc(type, 0);

    if (self == NULL)
        return NULL;
    self->handlers = PyList_New(0);
    self->context = PyDict_New();
    if (self->handlers == NULL || self->context == NULL) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static int
hub_traverse(Hub *self, visitproc visit, void *arg)
{
    Py_VISIT(self->handlers);
    Py_VISIT(self->context);
    return 0;
}

static int
hub_clear(Hub *self)
{
    Py_CLEAR(self->handlers);
    return 0;
}

static void
hub_dealloc(Hub *self)
{
    PyObject_GC_UnTrack(self);
    hub_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

PyTypeObject Hub_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "sets.Hub", .tp_basicsize = sizeof(Hub), .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = hub_new, .tp_dealloc = (destructor)hub_dealloc, .tp_traverse = (traverseproc)hub_traverse, .tp_clear = (inquiry)hub_clear,
};

/* all four agree; an array of owned pointers is walked */
typedef struct {
    PyObject_HEAD
    Py_ssize_t used;
    PyObject *slots[8];
    PyObject *weakrefs; /* the interpreter's own list: not visited, not released */
} Ring;

static PyObject *
ring_push(Ring *self, PyObject *item)
{
    if (self->used == 8)
        return PyErr_Format(PyExc_OverflowError, "full");
    self->slots[self->used++] = Py_NewRef(item);
    Py_RETURN_NONE;
}

static int
ring_traverse(Ring *self, visitproc visit, void *arg)
{
    for (Py_ssize_t i = 0; i < self->used; i++)
        Py_VISIT(self->slots[i]);
    return 0;
}

static int
ring_clear(Ring *self)
{
    while (self->used > 0) {
        PyObject *item = self->slots[--self->used];

        Py_DECREF(item);
    }
    return 0;
}

static void
ring_dealloc(Ring *self)
{
    PyObject_GC_UnTrack(self);
    if (self->weakrefs != NULL)
        PyObject_ClearWeakRefs((PyObject *)self);
    ring_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef ring_methods[] = {METHOD(ring_push, METH_O), {NULL}};

PyTypeObject Ring_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "sets.Ring", .tp_basicsize = sizeof(Ring), .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew, .tp_dealloc = (destructor)ring_dealloc, .tp_methods = ring_methods,
    .tp_traverse = (traverseproc)ring_traverse, .tp_clear = (inquiry)ring_clear, .tp_weaklistoffset = offsetof(Ring, weakrefs),
};

/* refsan check
 * RS203 pair_dealloc / child_dealloc: pair_dealloc || Py_XDECREF(self->key) || {
 * RS205 tree_traverse / child_traverse: tree_traverse || Py_VISIT(self->left) || { || return 0
 * RS303 element_traverse / ring_traverse: Py_VISIT(self->document)
 * RS203 hub_dealloc|hub_clear / ring_dealloc: hub_dealloc || hub_clear || { || Py_CLEAR(self->handlers) || hub_clear(self)
 */
