/* An exception that an object kept and gives back to the interpreter: nothing is released while the members still point to it. */
#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *type, *value, *traceback;
} ReaderObject;

static PyObject *reader_get(ReaderObject *self, PyObject *unused)
{
    if (self->type == NULL)
        Py_RETURN_NONE;
    PyErr_Restore(self->type, self->value, self->traceback);
    self->type = NULL;
    self->value = NULL;
    self->traceback = NULL;
    return NULL;
}

static PyObject *reader_drop(ReaderObject *self, PyObject *unused)
{
    Py_XDECREF(self->value);
    self->value = NULL;
    Py_RETURN_NONE;
}

static PyObject *reader_call(ReaderObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallObject(function, NULL);

    if (result != NULL || self->type != NULL)
        return result;
    PyErr_Fetch(&self->type, &self->value, &self->traceback);
    Py_RETURN_NONE;
}

static void reader_dealloc(ReaderObject *self)
{
    Py_XDECREF(self->type);
    Py_XDECREF(self->value);
    Py_XDECREF(self->traceback);
    PyObject_Free(self);
}

static PyMethodDef methods[] = {
    {"get", (PyCFunction)reader_get, METH_NOARGS, NULL},
    {"drop", (PyCFunction)reader_drop, METH_NOARGS, NULL},
    {"call", (PyCFunction)reader_call, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject reader_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "kept_error.Reader",
    .tp_basicsize = sizeof(ReaderObject),
    .tp_new = PyType_GenericNew,
    .tp_dealloc = (destructor)reader_dealloc,
    .tp_methods = methods,
    .tp_flags = Py_TPFLAGS_DEFAULT,
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "kept_error", NULL, -1, NULL, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_kept_error(void)
{
    if (PyType_Ready(&reader_type) < 0)
        return NULL;
    return PyModule_Create(&definition);
}

/* refsan check
 * RS107 reader_drop / reader_get: Py_XDECREF(self->value)
 */
