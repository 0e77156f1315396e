/* A reference that is taken to what a member holds, and given back: the member owns nothing for that. */
#include "../module.h"

typedef struct node {
    PyObject_HEAD
    struct node *next;
    PyObject *value;
    PyObject *name;
} node;

/* the links are owned by a dictionary */
static PyObject *links;
static node head;

static PyObject *
node_first(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    node *first = head.next;
    PyObject *result;

    if (first == NULL)
        Py_RETURN_NONE;
    Py_INCREF(first);
    result = PyObject_Repr((PyObject *)first);
    Py_DECREF(first);
    return result;
}

static PyObject *
node_put(node *self, PyObject *Py_UNUSED(ignored))
{
    if (PyDict_SetItemString(links, "node", (PyObject *)self) < 0)
        return NULL;
    head.next = self;
    Py_RETURN_NONE;
}

static PyObject *
node_set(node *self, PyObject *value)
{
    PyObject *old = self->value;

    self->value = value;
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

static PyObject *
node_set_name(node *self, PyObject *value)
{
    PyObject *old = self->name;

    Py_INCREF(value);
    self->name = value;
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

static void
node_dealloc(node *self)
{
    Py_XDECREF(self->value);
    Py_XDECREF(self->name);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef node_methods[] = {
    {"put", (PyCFunction)node_put, METH_NOARGS, NULL}, {"set", (PyCFunction)node_set, METH_O, NULL},
    {"set_name", (PyCFunction)node_set_name, METH_O, NULL}, {NULL},
};
static PyTypeObject node_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "balanced.node", .tp_basicsize = sizeof(node), .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew, .tp_dealloc = (destructor)node_dealloc, .tp_methods = node_methods,
};

static int
balanced_exec(PyObject *module)
{
    return PyType_Ready(&node_type);
}

static PyMethodDef methods[] = {METHOD(node_first, METH_NOARGS), {NULL}};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, balanced_exec}, {0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "balanced", NULL, 0, methods, slots};

PyMODINIT_FUNC
PyInit_balanced(void)
{
    return PyModuleDef_Init(&definition);
}

/* refsan check
 * RS103 node_set / node_set_name: self->value = value
 */
