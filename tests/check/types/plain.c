/* Members that hold numbers and texts only need no visit; one that holds anything does. */
#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *name, *code, *limit;
    PyObject *value;
} LabelObject;

typedef struct {
    PyObject_HEAD
    PyObject *owner, *value;
} TicketObject;

static int is_limit(PyObject *limit)
{
    if (PyLong_CheckExact(limit) || PyFloat_CheckExact(limit))
        return 1;
    PyErr_SetString(PyExc_TypeError, "a number is expected");
    return 0;
}

static int label_init(LabelObject *self, PyObject *args, PyObject *keywords)
{
    PyObject *name, *limit, *value;

    if (!PyArg_ParseTuple(args, "OOO", &name, &limit, &value))
        return -1;
    if (!PyUnicode_Check(name)) {
        PyErr_SetString(PyExc_TypeError, "a str is expected");
        return -1;
    }
    if (!is_limit(limit))
        return -1;
    Py_INCREF(name);
    Py_XSETREF(self->name, name);
    Py_INCREF(limit);
    Py_XSETREF(self->limit, limit);
    Py_INCREF(value);
    Py_XSETREF(self->value, value);
    Py_XSETREF(self->code, PyUnicode_AsUTF8String(name));
    return self->code == NULL ? -1 : 0;
}

static int label_traverse(LabelObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->value);
    return 0;
}

static int label_clear(LabelObject *self)
{
    Py_CLEAR(self->name);
    Py_CLEAR(self->code);
    Py_CLEAR(self->limit);
    Py_CLEAR(self->value);
    return 0;
}

static void label_dealloc(LabelObject *self)
{
    PyObject_GC_UnTrack(self);
    label_clear(self);
    Py_TYPE((PyObject *)self)->tp_free((PyObject *)self);
}

static int ticket_init(TicketObject *self, PyObject *args, PyObject *keywords)
{
    PyObject *owner, *value;

    if (!PyArg_ParseTuple(args, "OO", &owner, &value))
        return -1;
    if (!PyCallable_Check(owner)) {
        PyErr_SetString(PyExc_TypeError, "a function is expected");
        return -1;
    }
    Py_INCREF(owner);
    Py_XSETREF(self->owner, owner);
    Py_INCREF(value);
    Py_XSETREF(self->value, value);
    return 0;
}

static int ticket_traverse(TicketObject *self, visitproc visit, void *arg)
{
    Py_VISIT(self->value);
    return 0;
}

static int ticket_clear(TicketObject *self)
{
    Py_CLEAR(self->owner);
    Py_CLEAR(self->value);
    return 0;
}

static void ticket_dealloc(TicketObject *self)
{
    PyObject_GC_UnTrack(self);
    ticket_clear(self);
    Py_TYPE((PyObject *)self)->tp_free((PyObject *)self);
}

static PyTypeObject label_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "plain.Label",
    .tp_basicsize = sizeof(LabelObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)label_init,
    .tp_dealloc = (destructor)label_dealloc,
    .tp_traverse = (traverseproc)label_traverse,
    .tp_clear = (inquiry)label_clear,
};

static PyTypeObject ticket_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "plain.Ticket",
    .tp_basicsize = sizeof(TicketObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)ticket_init,
    .tp_dealloc = (destructor)ticket_dealloc,
    .tp_traverse = (traverseproc)ticket_traverse,
    .tp_clear = (inquiry)ticket_clear,
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "plain", NULL, -1, NULL, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_plain(void)
{
    if (PyType_Ready(&label_type) < 0 || PyType_Ready(&ticket_type) < 0)
        return NULL;
    return PyModule_Create(&definition);
}

/* refsan check
 * RS205 ticket_traverse / label_traverse: ticket_traverse || {
 */
