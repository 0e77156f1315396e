/* Arrays of objects behind an index variable: items that are put there, and items that are returned. */
#include "../module.h"

#define MOST 32

typedef struct {
    PyObject_HEAD
    Py_ssize_t count, first;
    PyObject *items[MOST];
    PyObject **more;
    Py_ssize_t size;
} stack;

static PyObject *
stack_push(stack *self, PyObject *item)
{
    if (self->count == MOST) {
        PyErr_SetString(PyExc_OverflowError, "full");
        return NULL;
    }
    self->items[self->count++] = item;
    Py_RETURN_NONE;
}

static PyObject *
stack_push_owned(stack *self, PyObject *item)
{
    if (self->count == MOST) {
        PyErr_SetString(PyExc_OverflowError, "full");
        return NULL;
    }
    self->items[self->count] = item;
    Py_INCREF(self->items[self->count]);
    self->count++;
    Py_RETURN_NONE;
}

static PyObject *
stack_at(stack *self, PyObject *index)
{
    Py_ssize_t i = PyLong_AsSsize_t(index);

    if (i < 0 || i >= self->count) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_IndexError, "index out of range");
        return NULL;
    }
    return self->items[(self->first + i) % MOST];
}

static PyObject *
stack_at_owned(stack *self, PyObject *index)
{
    Py_ssize_t i = PyLong_AsSsize_t(index);

    if (i < 0 || i >= self->count) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_IndexError, "index out of range");
        return NULL;
    }
    Py_INCREF(self->items[(self->first + i) % MOST]);
    return self->items[(self->first + i) % MOST];
}

static PyObject *
stack_pop(stack *self, PyObject *Py_UNUSED(ignored))
{
    if (self->count == 0) {
        PyErr_SetString(PyExc_IndexError, "empty");
        return NULL;
    }
    return self->items[--self->count];
}

static PyObject *
stack_repr(stack *self)
{
    PyObject *tuple = PyTuple_New(self->count), *text;

    if (tuple == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < self->count; i++)
        PyTuple_SET_ITEM(tuple, i, self->items[i]);
    text = PyObject_Repr(tuple);
    Py_DECREF(tuple);
    return text;
}

static PyObject *
leaf_repr(stack *self)
{
    PyObject *tuple = PyTuple_New(self->count), *text;

    if (tuple == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < self->count; i++) {
        PyObject *item = self->items[i];

        Py_INCREF(item);
        PyTuple_SET_ITEM(tuple, i, item);
    }
    text = PyObject_Repr(tuple);
    Py_DECREF(tuple);
    return text;
}

/* the items go over to the list */
static PyObject *
stack_drain(stack *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *list = PyList_New(self->count);

    if (list == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < self->count; i++)
        PyList_SET_ITEM(list, i, self->items[i]);
    self->count = 0;
    return list;
}

static int
stack_assign(stack *self, Py_ssize_t i, PyObject *value)
{
    PyObject *old;

    if (i < 0 || i >= self->size || value == NULL) {
        PyErr_SetString(PyExc_IndexError, "assignment index out of range");
        return -1;
    }
    old = self->more[i];
    self->more[i] = value;
    Py_XDECREF(old);
    return 0;
}

static int
leaf_assign(stack *self, Py_ssize_t i, PyObject *value)
{
    PyObject *old;

    if (i < 0 || i >= self->size || value == NULL) {
        PyErr_SetString(PyExc_IndexError, "assignment index out of range");
        return -1;
    }
    old = self->more[i];
    Py_INCREF(value);
    self->more[i] = value;
    Py_XDECREF(old);
    return 0;
}

static int
stack_init(stack *self, PyObject *args, PyObject *kwargs)
{
    if (!PyArg_ParseTuple(args, "n", &self->size))
        return -1;
    PyMem_Free(self->more);
    self->more = PyMem_Calloc((size_t)self->size + 1, sizeof(PyObject *));
    if (self->more == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

static void
stack_dealloc(stack *self)
{
    for (Py_ssize_t i = 0; i < self->count; i++)
        Py_DECREF(self->items[(self->first + i) % MOST]);
    for (Py_ssize_t i = 0; i < self->size && self->more != NULL; i++)
        Py_XDECREF(self->more[i]);
    PyMem_Free(self->more);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef stack_methods[] = {
    {"push", (PyCFunction)stack_push, METH_O, NULL}, {"push_owned", (PyCFunction)stack_push_owned, METH_O, NULL},
    {"at", (PyCFunction)stack_at, METH_O, NULL}, {"at_owned", (PyCFunction)stack_at_owned, METH_O, NULL},
    {"pop", (PyCFunction)stack_pop, METH_NOARGS, NULL}, {"drain", (PyCFunction)stack_drain, METH_NOARGS, NULL}, {NULL},
};
static PySequenceMethods stack_sequence = {.sq_ass_item = (ssizeobjargproc)stack_assign},
                         leaf_sequence = {.sq_ass_item = (ssizeobjargproc)leaf_assign};
static PyTypeObject stack_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "indexed.stack", .tp_basicsize = sizeof(stack), .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew, .tp_init = (initproc)stack_init, .tp_dealloc = (destructor)stack_dealloc,
    .tp_repr = (reprfunc)stack_repr, .tp_methods = stack_methods, .tp_as_sequence = &stack_sequence,
};
static PyTypeObject leaf_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "indexed.leaf", .tp_basicsize = sizeof(stack), .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew, .tp_init = (initproc)stack_init, .tp_dealloc = (destructor)stack_dealloc,
    .tp_repr = (reprfunc)leaf_repr, .tp_as_sequence = &leaf_sequence,
};

/* items that are lent: nobody gives them up */
static PyObject *lent[MOST];
static int lent_count;

static PyObject *
lend(PyObject *module, PyObject *item)
{
    if (lent_count < MOST)
        lent[lent_count++] = item;
    Py_RETURN_NONE;
}

static int
indexed_exec(PyObject *module)
{
    return PyType_Ready(&stack_type) < 0 || PyType_Ready(&leaf_type) < 0 ? -1 : 0;
}

static PyMethodDef methods[] = {METHOD(lend, METH_O), {NULL}};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, indexed_exec}, {0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "indexed", NULL, 0, methods, slots};

PyMODINIT_FUNC
PyInit_indexed(void)
{
    return PyModuleDef_Init(&definition);
}

/* refsan check
 * RS103 stack_push / stack_push_owned: self->items[self->count++] = item
 * RS102 stack_at / stack_at_owned: return self->items
 * RS103 stack_repr / leaf_repr: PyTuple_SET_ITEM
 * RS103 stack_assign / leaf_assign: self->more[i] = value
 */
