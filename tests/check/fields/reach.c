/* Who can see a member while it is released and filled anew: structures that no object leads to, and objects that are not out
 * yet, are the function's own. */
#include "../module.h"

/* ---- a structure of the stack ---- */
typedef struct {
    PyObject *items;
    PyObject *name;
    Py_ssize_t index;
} Cursor;

static int
cursor_next(Cursor *cursor)
{
    if (cursor->index >= PyList_GET_SIZE(cursor->items))
        return 0;
    Py_XDECREF(cursor->name);
    cursor->name = PyObject_Str(PyList_GET_ITEM(cursor->items, cursor->index++));
    return cursor->name == NULL ? -1 : 1;
}

static PyObject *
last_name(PyObject *self, PyObject *list)
{
    Cursor cursor = {list, NULL, 0};
    int more;

    if (!PyList_CheckExact(list)) {
        PyErr_SetString(PyExc_TypeError, "a list");
        return NULL;
    }
    while ((more = cursor_next(&cursor)) > 0)
        ;
    if (more < 0)
        return NULL;
    if (cursor.name == NULL)
        Py_RETURN_NONE;
    return cursor.name;
}

/* ---- a structure that an object leads to ---- */
typedef struct {
    PyObject *label;
    int changes;
} Style;

typedef struct {
    PyObject_HEAD
    Style *style;
    PyObject *first;
} Node;

static int
style_set(Style *style, PyObject *label)
{
    Py_XDECREF(style->label);
    style->label = PyObject_Str(label);
    style->changes++;
    return style->label == NULL ? -1 : 0;
}

static int
style_change(Style *style, PyObject *label)
{
    PyObject *text = PyObject_Str(label);

    if (text == NULL)
        return -1;
    Py_XSETREF(style->label, text);
    style->changes++;
    return 0;
}

static PyObject *
node_set(Node *self, PyObject *label)
{
    if (style_set(self->style, label) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
node_change(Node *self, PyObject *label)
{
    if (style_change(self->style, label) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* ---- an object that is not out yet ---- */
static void
node_begin(Node *self, PyObject *first)
{
    Py_XDECREF(self->first);
    self->first = Py_NewRef(first);
}

static void
node_replace(Node *self, PyObject *first)
{
    Py_XDECREF(self->first);
    self->first = Py_NewRef(first);
}

static PyObject *
node_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Node *self = (Node *)type->tp_alloc(type, 0);

    if (self == NULL)
        return NULL;
    self->first = Py_NewRef(Py_None);
    if (PyTuple_GET_SIZE(args) > 0) {
        Py_DECREF(self->first);
        self->first = Py_NewRef(PyTuple_GET_ITEM(args, 0));
    } else {
        node_begin(self, args);
    }
    return (PyObject *)self;
}

static int
node_init(Node *self, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) > 0) {
        Py_XDECREF(self->first);
        self->first = Py_NewRef(PyTuple_GET_ITEM(args, 0));
    }
    return 0;
}

static PyObject *
node_put(Node *self, PyObject *first)
{
    node_replace(self, first);
    Py_RETURN_NONE;
}

static void
node_dealloc(Node *self)
{
    Py_XDECREF(self->first);
    if (self->style != NULL)
        Py_CLEAR(self->style->label);
    PyMem_Free(self->style);
    Py_TYPE(self)->tp_free(self);
}

static PyMethodDef node_methods[] = {METHOD(node_set, METH_O), METHOD(node_change, METH_O), METHOD(node_put, METH_O), {NULL}};

static PyTypeObject NodeType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "reach.Node",
    .tp_basicsize = sizeof(Node),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_methods = node_methods,
    .tp_new = node_new,
    .tp_init = (initproc)node_init,
    .tp_dealloc = (destructor)node_dealloc,
};

/* ---- a place that is filled again and again, and given up through itself ---- */
typedef struct {
    PyObject *value;
} Slot;

static void
fill_slot(Slot *slot, PyObject *object, PyObject *convert)
{
    PyObject *made;
    int level = 0;

    slot->value = NULL;
again:
    if (PyLong_CheckExact(object))
        return;
    if (level > 3)
        goto invalid;
    made = PyObject_CallFunctionObjArgs(convert, object, NULL);
    if (made == NULL)
        goto invalid;
    Py_XDECREF(slot->value);
    object = slot->value = made;
    level++;
    goto again;
invalid:
    Py_XDECREF(slot->value);
}

static void
keep_slot(Slot *slot, PyObject *object, PyObject *convert)
{
    PyObject *made = PyObject_CallFunctionObjArgs(convert, object, NULL);

    if (made == NULL)
        return;
    slot->value = made;
    Py_DECREF(made);
}

static void
empty_slot(Slot *slot)
{
    Py_XDECREF(slot->value);
}

static PyObject *
convert_all(PyObject *self, PyObject *args)
{
    Slot *slots = PyMem_New(Slot, 2);

    if (slots == NULL || PyTuple_GET_SIZE(args) != 2) {
        PyMem_Free(slots);
        PyErr_SetString(PyExc_TypeError, "two arguments");
        return NULL;
    }
    fill_slot(&slots[0], PyTuple_GET_ITEM(args, 0), PyTuple_GET_ITEM(args, 1));
    keep_slot(&slots[1], PyTuple_GET_ITEM(args, 0), PyTuple_GET_ITEM(args, 1));
    empty_slot(&slots[0]);
    empty_slot(&slots[1]);
    PyMem_Free(slots);
    PyErr_Clear();
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {METHOD(last_name, METH_O), METHOD(convert_all, METH_VARARGS), {NULL}};

static struct PyModuleDef reach_module = {PyModuleDef_HEAD_INIT, "reach", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_reach(void)
{
    PyObject *module;

    if (PyType_Ready(&NodeType) < 0)
        return NULL;
    module = PyModule_Create(&reach_module);
    if (module == NULL)
        return NULL;
    if (PyModule_AddObject(module, "Node", Py_NewRef((PyObject *)&NodeType)) < 0) {
        Py_DECREF(&NodeType);
        Py_DECREF(module);
        return NULL;
    }
    return module;
}

/* refsan check
 * RS107 style_set / style_change: Py_XDECREF(style->label)
 * RS107 node_replace / node_begin: Py_XDECREF(self->first)
 * RS107 node_init / node_new: Py_XDECREF(self->first)
 * RS103 keep_slot / fill_slot: slot->value = made
 */
