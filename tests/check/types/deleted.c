/* `del object.attribute` calls the setter with NULL. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *codec;
    PyObject *label;
} Conf;

static void
conf_dealloc(Conf *self)
{
    Py_XDECREF(self->codec);
    Py_XDECREF(self->label);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int
set_codec(Conf *self, PyObject *value, void *closure)
{
    if (!PyUnicode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "a string is needed");
        return -1;
    }
    Py_INCREF(value);
    Py_XSETREF(self->codec, value);
    return 0;
}

static int
set_label(Conf *self, PyObject *value, void *closure)
{
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "it cannot be deleted");
        return -1;
    }
    if (!PyUnicode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "a string is needed");
        return -1;
    }
    Py_INCREF(value);
    Py_XSETREF(self->label, value);
    return 0;
}

static int
set_any(Conf *self, PyObject *value, void *closure)
{
    Py_XINCREF(value); /* NULL is what no label looks like */
    Py_XSETREF(self->label, value);
    return 0;
}

/* Nothing stands before the loop. */
static int
set_outer(Conf *self, PyObject *value, void *closure)
{
    do {
        if (!PyUnicode_Check(value)) {
            PyErr_SetString(PyExc_TypeError, "a string is needed");
            return -1;
        }
        Py_INCREF(value);
        Py_XSETREF(self->codec, value);
    } while (self->codec == NULL);
    return 0;
}

static int
set_inner(Conf *self, PyObject *value, void *closure)
{
    do {
        if (value == NULL || !PyUnicode_Check(value)) {
            PyErr_SetString(PyExc_TypeError, "a string is needed");
            return -1;
        }
        Py_INCREF(value);
        Py_XSETREF(self->codec, value);
    } while (self->codec == NULL);
    return 0;
}

static PyGetSetDef members[] = {
    {"outer", NULL, (setter)set_outer, NULL, NULL},
    {"inner", NULL, (setter)set_inner, NULL, NULL},
    {"codec", NULL, (setter)set_codec, NULL, NULL},
    {"label", NULL, (setter)set_label, NULL, NULL},
    {"any", NULL, (setter)set_any, NULL, NULL},
    {NULL},
};

static PyTypeObject ConfType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "deleted.Conf",
    .tp_basicsize = sizeof(Conf),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_dealloc = (destructor)conf_dealloc,
    .tp_getset = members,
};

static PyObject *
conf_type(PyObject *self, PyObject *ignored)
{
    return PyType_Ready(&ConfType) < 0 ? NULL : Py_NewRef(&ConfType);
}

static PyMethodDef methods[] = {METHOD(conf_type, METH_NOARGS), {NULL}};
MODULE(deleted, methods)

/* refsan check
 * RS403 set_codec / set_label: PyUnicode_Check(value)
 * RS403 set_outer / set_inner: PyUnicode_Check(value)
 */
