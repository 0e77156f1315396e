/* Helpers that store through an address: what the member held is lost, unless the helper releases it. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *left, *right, *name;
} node;

static void
put(PyObject **slot, PyObject *value)
{
    Py_INCREF(value);
    *slot = value;
}

static void
replace(PyObject **slot, PyObject *value)
{
    PyObject *old = *slot;

    Py_INCREF(value);
    *slot = value;
    Py_XDECREF(old);
}

static PyObject *
set_left(node *self, PyObject *value)
{
    put(&self->left, value);
    Py_RETURN_NONE;
}

static PyObject *
set_right(node *self, PyObject *value)
{
    replace(&self->right, value);
    Py_RETURN_NONE;
}

/* a new object's members hold nothing */
static PyObject *
node_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *left, *right;
    node *self;

    if (!PyArg_ParseTuple(args, "OO", &left, &right))
        return NULL;
    self = (node *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    put(&self->left, left);
    put(&self->right, right);
    return (PyObject *)self;
}

static PyObject *
leaf_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *name;
    long size;
    node *self;

    if (!PyArg_ParseTuple(args, "Ol", &name, &size))
        return NULL;
    self = (node *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->name = name;
    if (size < 0) {
        PyErr_SetString(PyExc_ValueError, "the size is negative");
        Py_DECREF(self);
        return NULL;
    }
    Py_INCREF(name);
    return (PyObject *)self;
}

static PyObject *
twig_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *name;
    long size;
    node *self;

    if (!PyArg_ParseTuple(args, "Ol", &name, &size))
        return NULL;
    self = (node *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    if (size < 0) {
        PyErr_SetString(PyExc_ValueError, "the size is negative");
        Py_DECREF(self);
        return NULL;
    }
    self->name = name;
    Py_INCREF(name);
    return (PyObject *)self;
}

static void
node_dealloc(node *self)
{
    Py_XDECREF(self->left);
    Py_XDECREF(self->right);
    Py_XDECREF(self->name);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef node_methods[] = {
    {"set_left", (PyCFunction)set_left, METH_O, NULL}, {"set_right", (PyCFunction)set_right, METH_O, NULL}, {NULL},
};
#define TYPE(type)                                                                                                     \
    static PyTypeObject type##_type = {                                                                                \
        PyVarObject_HEAD_INIT(NULL, 0).tp_name = "slots." #type, .tp_basicsize = sizeof(node),                         \
        .tp_flags = Py_TPFLAGS_DEFAULT, .tp_new = type##_new, .tp_dealloc = (destructor)node_dealloc,                  \
        .tp_methods = node_methods}
TYPE(node);
TYPE(leaf);
TYPE(twig);

static int
slots_exec(PyObject *module)
{
    return PyType_Ready(&node_type) < 0 || PyType_Ready(&leaf_type) < 0 || PyType_Ready(&twig_type) < 0 ? -1 : 0;
}

static PyModuleDef_Slot slots_slots[] = {{Py_mod_exec, slots_exec}, {0, NULL}};
static struct PyModuleDef slots_module = {PyModuleDef_HEAD_INIT, "slots", NULL, 0, NULL, slots_slots};

PyMODINIT_FUNC
PyInit_slots(void)
{
    return PyModuleDef_Init(&slots_module);
}

/* refsan check
 * RS201 set_left / set_right: put(&self->left, value)
 * RS103 leaf_new / twig_new: self->name = name
 */
