/* A helper that answers None where it has no object of the wanted type: on that way there are no members. */
#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *last;
} LogObject;

static LogObject *common;

static LogObject *find_log(PyObject *name)
{
    LogObject *log = PyUnicode_CheckExact(name) ? common : (LogObject *)Py_None;

    Py_INCREF((PyObject *)log);
    return log;
}

static PyObject *set_last(PyObject *self, PyObject *value)
{
    LogObject *log = find_log(value);
    PyObject *old = log->last;

    Py_INCREF(value);
    log->last = value;
    Py_DECREF(old);
    Py_DECREF((PyObject *)log);
    Py_RETURN_NONE;
}

static PyObject *forget_last(PyObject *self, PyObject *value)
{
    LogObject *log = find_log(value);
    PyObject *old = log->last;

    log->last = Py_None;
    Py_XDECREF(old);
    Py_DECREF((PyObject *)log);
    Py_RETURN_NONE;
}

static void log_dealloc(LogObject *log)
{
    Py_XDECREF(log->last);
    Py_TYPE((PyObject *)log)->tp_free((PyObject *)log);
}

static PyTypeObject log_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "none.Log",
    .tp_basicsize = sizeof(LogObject),
    .tp_dealloc = (destructor)log_dealloc,
    .tp_flags = Py_TPFLAGS_DEFAULT,
};

static PyMethodDef methods[] = {
    {"set_last", set_last, METH_O, NULL},
    {"forget_last", forget_last, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "none", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_none(void)
{
    if (PyType_Ready(&log_type) < 0)
        return NULL;
    common = PyObject_New(LogObject, &log_type);
    if (common == NULL)
        return NULL;
    common->last = NULL;
    return PyModule_Create(&definition);
}

/* refsan check
 * RS103 forget_last / set_last [..3.11]: log->last = Py_None
 */
