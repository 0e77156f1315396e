/* A result and the error indicator have to agree. */
#include "../module.h"

static PyObject *
get_row(PyObject *self, PyObject *args)
{
    PyObject *table, *key, *row;

    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &table, &key))
        return NULL;
    row = PyDict_GetItemWithError(table, key);
    Py_XINCREF(row);
    return row;
}

static PyObject *
get_row_or_raise(PyObject *self, PyObject *args)
{
    PyObject *table, *key, *row;

    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &table, &key))
        return NULL;
    row = PyDict_GetItemWithError(table, key);
    if (row == NULL && !PyErr_Occurred())
        PyErr_SetObject(PyExc_KeyError, key);
    return Py_XNewRef(row);
}

static PyObject *
positive(PyObject *self, PyObject *number)
{
    long value = PyLong_AsLong(number);

    if (value == -1 && PyErr_Occurred())
        return NULL;
    if (value <= 0)
        return NULL;
    return Py_NewRef(number);
}

static int
require_positive(long value)
{
    if (value > 0)
        return 0;
    PyErr_Format(PyExc_ValueError, "%ld is not positive", value);
    return -1;
}

static PyObject *
positive_checked(PyObject *self, PyObject *number)
{
    long value = PyLong_AsLong(number);

    if ((value == -1 && PyErr_Occurred()) || require_positive(value))
        return NULL;
    return Py_NewRef(number);
}

static PyObject *
allocate(PyObject *self, PyObject *size)
{
    Py_ssize_t n = PyNumber_AsSsize_t(size, NULL);
    void *memory;

    if (n == -1 && PyErr_Occurred())
        return NULL;
    memory = PyMem_Malloc((size_t)n);
    if (memory == NULL)
        return NULL;
    PyMem_Free(memory);
    Py_RETURN_NONE;
}

static PyObject *
allocate_checked(PyObject *self, PyObject *size)
{
    Py_ssize_t n = PyNumber_AsSsize_t(size, NULL);
    PyObject *block;

    if (n == -1 && PyErr_Occurred())
        return NULL;
    block = PyByteArray_FromStringAndSize(NULL, n);
    if (block == NULL)
        return NULL; /* unlike PyMem_Malloc it says why */
    Py_DECREF(block);
    Py_RETURN_NONE;
}

static PyObject *
set_quietly(PyObject *self, PyObject *target)
{
    PyObject_SetAttrString(target, "seen", Py_True);
    Py_RETURN_NONE;
}

static PyObject *
set_forgiving(PyObject *self, PyObject *target)
{
    if (PyObject_SetAttrString(target, "seen", Py_True) < 0)
        PyErr_Clear();
    Py_RETURN_NONE;
}

typedef struct {
    PyObject_HEAD
    PyObject *source;
    int left;
} Countdown;

static PyObject *
countdown_next(Countdown *self)
{
    if (self->left == 0)
        return NULL; /* the end of an iteration needs no exception */
    self->left--;
    return PyLong_FromLong(self->left);
}

static PyObject *
countdown_peek(Countdown *self, PyObject *Py_UNUSED(ignored))
{
    if (self->left == 0)
        return NULL;
    return PyLong_FromLong(self->left);
}

static PyMethodDef countdown_methods[] = {METHOD(countdown_peek, METH_NOARGS), {NULL}};

static PyTypeObject Countdown_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "indicator.Countdown",
    .tp_basicsize = sizeof(Countdown),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_iter = PyObject_SelfIter,
    .tp_iternext = (iternextfunc)countdown_next,
    .tp_methods = countdown_methods,
};

static int
ready(PyObject *module)
{
    return PyType_Ready(&Countdown_Type);
}

static PyMethodDef methods[] = {
    METHOD(get_row, METH_VARARGS), METHOD(get_row_or_raise, METH_VARARGS), METHOD(positive, METH_O), METHOD(positive_checked, METH_O),
    METHOD(allocate, METH_O), METHOD(allocate_checked, METH_O), METHOD(set_quietly, METH_O), METHOD(set_forgiving, METH_O), {NULL},
};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, ready}, {0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "indicator", NULL, 0, methods, slots};

PyMODINIT_FUNC
PyInit_indicator(void)
{
    return PyModuleDef_Init(&definition);
}

/* refsan check
 * RS302 get_row / get_row_or_raise: return row; || PyDict_GetItemWithError
 * RS302 positive / positive_checked: if (value <= 0) || return NULL; #2
 * RS302 allocate / allocate_checked: if (memory == NULL) || PyMem_Malloc || return NULL; #2
 * RS302 set_quietly / set_forgiving: PyObject_SetAttrString || Py_RETURN_NONE
 * RS302 countdown_peek / countdown_next: if (self->left == 0) || return NULL;
 */
