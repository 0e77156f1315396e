/* None and its like in members: from 3.12 on nobody counts their references. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *mark; /* None, or NULL: a flag */
    PyObject *label;
} Flag;

static int
flag_init(Flag *self, PyObject *args, PyObject *kwargs)
{
    Py_INCREF(Py_None);
    self->mark = Py_None;
    return 0;
}

static void
flag_dealloc(Flag *self)
{
    Py_XDECREF(self->label);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyTypeObject FlagType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "singletons.Flag",
    .tp_basicsize = sizeof(Flag),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)flag_init,
    .tp_dealloc = (destructor)flag_dealloc,
};

typedef struct {
    PyObject_HEAD
    PyObject *mark;
    PyObject *label;
} Sign;

static int
sign_init(Sign *self, PyObject *args, PyObject *kwargs)
{
    Py_INCREF(Py_None);
    self->mark = Py_None;
    return 0;
}

static void
sign_dealloc(Sign *self)
{
    Py_XDECREF(self->mark);
    Py_XDECREF(self->label);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyTypeObject SignType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "singletons.Sign",
    .tp_basicsize = sizeof(Sign),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)sign_init,
    .tp_dealloc = (destructor)sign_dealloc,
};

static PyObject *
none_while_waiting(PyObject *self, PyObject *unused)
{
    Py_BEGIN_ALLOW_THREADS
    Py_INCREF(Py_None);
    Py_END_ALLOW_THREADS
    return Py_None;
}

static PyObject *
none_after_waiting(PyObject *self, PyObject *unused)
{
    Py_BEGIN_ALLOW_THREADS
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {METHOD(none_while_waiting, METH_NOARGS), METHOD(none_after_waiting, METH_NOARGS), {NULL}};
static struct PyModuleDef singletons_module = {PyModuleDef_HEAD_INIT, "singletons", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_singletons(void)
{
    if (PyType_Ready(&FlagType) < 0 || PyType_Ready(&SignType) < 0)
        return NULL;
    return PyModule_Create(&singletons_module);
}

/* refsan check
 * RS203 flag_dealloc / sign_dealloc [..3.11]: flag_dealloc(Flag *self)
 * RS301 none_while_waiting / none_after_waiting [..3.11]: Py_INCREF(Py_None)
 */
