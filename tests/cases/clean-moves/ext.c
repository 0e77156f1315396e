#include "../ext.h"

/* References moved by hand in every legal way: macros that steal, swaps, fields, flags, early exits. */
typedef struct {
    PyObject_HEAD
    PyObject *left, *right;
} Pair;

static void pair_dealloc(Pair *self)
{
    PyObject_GC_UnTrack(self);
    Py_CLEAR(self->left);
    Py_CLEAR(self->right);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int pair_traverse(Pair *self, visitproc visit, void *arg)
{
    Py_VISIT(self->left);
    Py_VISIT(self->right);
    return 0;
}

static int pair_clear(Pair *self)
{
    Py_CLEAR(self->left);
    Py_CLEAR(self->right);
    return 0;
}

static PyObject *pair_swap(Pair *self, PyObject *ignored)
{
    PyObject *left = self->left;

    self->left = self->right;
    self->right = left;
    Py_INCREF(self);
    return (PyObject *)self;
}

/* Takes both out: the fields' references become the tuple's. */
static PyObject *pair_take(Pair *self, PyObject *ignored)
{
    PyObject *out = PyTuple_New(2);

    if (out == NULL)
        return NULL;
    if (self->left == NULL || self->right == NULL) {
        Py_DECREF(out);
        Py_RETURN_NONE;
    }
    PyTuple_SET_ITEM(out, 0, self->left);
    PyTuple_SET_ITEM(out, 1, self->right);
    self->left = self->right = NULL;
    return out;
}

static PyObject *pair_put(Pair *self, PyObject *args)
{
    PyObject *left, *right;

    if (!PyArg_ParseTuple(args, "OO", &left, &right))
        return NULL;
    Py_INCREF(left);
    Py_INCREF(right);
    Py_XDECREF(self->left);
    self->left = left;
    Py_XDECREF(self->right);
    self->right = right;
    Py_RETURN_NONE;
}

static PyMethodDef pair_methods[] = {
    {"swap", (PyCFunction)pair_swap, METH_NOARGS, NULL}, {"take", (PyCFunction)pair_take, METH_NOARGS, NULL},
    {"put", (PyCFunction)pair_put, METH_VARARGS, NULL}, {NULL}};
static PyTypeObject Pair_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "ext.Pair", .tp_basicsize = sizeof(Pair), .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_BASETYPE,
    .tp_new = PyType_GenericNew, .tp_methods = pair_methods, .tp_traverse = (traverseproc)pair_traverse,
    .tp_clear = (inquiry)pair_clear, .tp_dealloc = (destructor)pair_dealloc,
};

/* Moves the items of a list into a new one, front to back, with macros only. */
static PyObject *rotated(PyObject *module, PyObject *list)
{
    Py_ssize_t n = PyList_GET_SIZE(list), i;
    PyObject *out = PyList_New(n);

    for (i = 0; out != NULL && i < n; i++) {
        PyObject *item = PyList_GET_ITEM(list, (i + 1) % n);

        Py_INCREF(item);
        PyList_SET_ITEM(out, i, item);
    }
    return out;
}

/* Keeps a value or not, by a flag. */
static PyObject *maybe(PyObject *module, PyObject *args)
{
    PyObject *value, *made = NULL, *result;
    int keep;

    if (!PyArg_ParseTuple(args, "Op", &value, &keep))
        return NULL;
    if (!keep) {
        value = made = PyObject_Repr(value);
        if (made == NULL)
            return NULL;
    }
    result = PyTuple_Pack(2, value, value);
    if (!keep)
        Py_DECREF(made);
    return result;
}

static PyMethodDef methods[] = {{"rotated", rotated, METH_O, NULL}, {"maybe", maybe, METH_VARARGS, NULL}, {NULL}};
EXT_MODULE(methods, EXT_ADD_TYPE("Pair", Pair_Type))
