/* An initialiser that fails half-way: what its members point to by then, the destructor releases. */
#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *loop, *callback;
} WatcherObject;

static int watcher_init(WatcherObject *self, PyObject *args, PyObject *keywords)
{
    PyObject *loop, *callback;

    if (!PyArg_ParseTuple(args, "OO", &loop, &callback))
        return -1;
    Py_INCREF(loop);
    self->loop = loop;
    if (!PyCallable_Check(callback)) {
        PyErr_SetString(PyExc_TypeError, "a function is expected");
        Py_DECREF(loop);
        return -1;
    }
    Py_INCREF(callback);
    self->callback = callback;
    return 0;
}

static int timer_init(WatcherObject *self, PyObject *args, PyObject *keywords)
{
    PyObject *loop, *callback;

    if (!PyArg_ParseTuple(args, "OO", &loop, &callback))
        return -1;
    Py_INCREF(loop);
    self->loop = loop;
    if (!PyCallable_Check(callback)) {
        PyErr_SetString(PyExc_TypeError, "a function is expected");
        self->loop = NULL;
        Py_DECREF(loop);
        return -1;
    }
    Py_INCREF(callback);
    self->callback = callback;
    return 0;
}

static void watcher_dealloc(WatcherObject *self)
{
    Py_XDECREF(self->loop);
    Py_XDECREF(self->callback);
    Py_TYPE((PyObject *)self)->tp_free((PyObject *)self);
}

static PyTypeObject watcher_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "failed_init.Watcher",
    .tp_basicsize = sizeof(WatcherObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)watcher_init,
    .tp_dealloc = (destructor)watcher_dealloc,
};

static PyTypeObject timer_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "failed_init.Timer",
    .tp_basicsize = sizeof(WatcherObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)timer_init,
    .tp_dealloc = (destructor)watcher_dealloc,
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "failed_init", NULL, -1, NULL, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_failed_init(void)
{
    if (PyType_Ready(&watcher_type) < 0 || PyType_Ready(&timer_type) < 0)
        return NULL;
    return PyModule_Create(&definition);
}

/* refsan check
 * RS103 watcher_init / timer_init: self->loop = loop
 */
