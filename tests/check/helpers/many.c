/* A helper that stores many members: each of them, and what it replaced, is remembered. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *wrapped, *instance, *wrapper, *enabled, *binding, *parent, *owner, *name;
} Proxy;

static int
proxy_set(Proxy *self, PyObject *wrapped, PyObject *instance, PyObject *wrapper, PyObject *enabled, PyObject *binding, PyObject *parent, PyObject *owner)
{
    Py_INCREF(wrapped);
    Py_XSETREF(self->wrapped, wrapped);
    Py_INCREF(instance);
    Py_XSETREF(self->instance, instance);
    Py_INCREF(wrapper);
    Py_XSETREF(self->wrapper, wrapper);
    Py_INCREF(enabled);
    Py_XSETREF(self->enabled, enabled);
    Py_INCREF(binding);
    Py_XSETREF(self->binding, binding);
    Py_INCREF(parent);
    Py_XSETREF(self->parent, parent);
    Py_INCREF(owner);
    Py_XSETREF(self->owner, owner);
    Py_CLEAR(self->name);
    return 0;
}

static PyObject *
bind(Proxy *self, PyObject *wrapped)
{
    PyObject *binding = PyObject_GetAttrString(wrapped, "_self_binding");

    if (binding == NULL)
        return NULL;
    if (proxy_set(self, wrapped, Py_None, Py_None, Py_None, binding, Py_None, Py_None) < 0) {
        Py_DECREF(binding);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
bind_released(Proxy *self, PyObject *wrapped)
{
    PyObject *binding = PyObject_GetAttrString(wrapped, "_self_binding");
    int status;

    if (binding == NULL)
        return NULL;
    status = proxy_set(self, wrapped, Py_None, Py_None, Py_None, binding, Py_None, Py_None);
    Py_DECREF(binding); /* the member has a reference of its own */
    if (status < 0)
        return NULL;
    Py_RETURN_NONE;
}

static void
proxy_dealloc(Proxy *self)
{
    Py_XDECREF(self->wrapped);
    Py_XDECREF(self->instance);
    Py_XDECREF(self->wrapper);
    Py_XDECREF(self->enabled);
    Py_XDECREF(self->binding);
    Py_XDECREF(self->parent);
    Py_XDECREF(self->owner);
    Py_XDECREF(self->name);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef proxy_methods[] = {METHOD(bind, METH_O), METHOD(bind_released, METH_O), {NULL}};

PyTypeObject Proxy_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "many.Proxy",
    .tp_basicsize = sizeof(Proxy),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_dealloc = (destructor)proxy_dealloc,
    .tp_methods = proxy_methods,
};

static PyMethodDef methods[] = {{NULL}};
MODULE(many, methods)

/* refsan check
 * RS201 bind / bind_released: PyObject_GetAttrString
 */
