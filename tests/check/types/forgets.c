/* tp_dealloc forgets a member that other functions only look at, or lend; its twin hands it to a helper that releases it. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *source, *filter;
} Feed;

static PyObject *
describe(PyObject *object, PyObject *fallback)
{
    if (object == NULL)
        return Py_NewRef(fallback);
    return PyObject_Repr(object);
}

static PyObject *
feed_set_source(Feed *self, PyObject *source)
{
    Py_XSETREF(self->source, Py_NewRef(source));
    Py_RETURN_NONE;
}

static PyObject *
feed_set_filter(Feed *self, PyObject *filter)
{
    Py_INCREF(filter);
    Py_XSETREF(self->filter, filter);
    Py_RETURN_NONE;
}

static PyObject *
feed_show(Feed *self, PyObject *fallback)
{
    return describe(self->filter, fallback);
}

static void
feed_dealloc(Feed *self)
{
    Py_XDECREF(self->source);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef feed_methods[] = {METHOD(feed_set_source, METH_O), METHOD(feed_set_filter, METH_O), METHOD(feed_show, METH_O), {NULL}};

PyTypeObject Feed_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "forgets.Feed", .tp_basicsize = sizeof(Feed), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_methods = feed_methods,
    .tp_new = PyType_GenericNew, .tp_dealloc = (destructor)feed_dealloc,
};

typedef struct {
    PyObject_HEAD
    PyObject *source, *filter;
} Pump;

static void
let_go(PyObject *object)
{
    Py_XDECREF(object);
}

static PyObject *
pump_set(Pump *self, PyObject *source)
{
    Py_XSETREF(self->source, Py_NewRef(source));
    Py_INCREF(source);
    Py_XSETREF(self->filter, source);
    Py_RETURN_NONE;
}

static PyObject *
pump_show(Pump *self, PyObject *fallback)
{
    return describe(self->filter, fallback);
}

static void
pump_dealloc(Pump *self)
{
    Py_XDECREF(self->source);
    let_go(self->filter);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef pump_methods[] = {METHOD(pump_set, METH_O), METHOD(pump_show, METH_O), {NULL}};

PyTypeObject Pump_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "forgets.Pump", .tp_basicsize = sizeof(Pump), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_methods = pump_methods,
    .tp_new = PyType_GenericNew, .tp_dealloc = (destructor)pump_dealloc,
};

/* refsan check
 * RS203 feed_dealloc / pump_dealloc: feed_dealloc || {
 */
