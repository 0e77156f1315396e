/* tp_new and tp_init: __init__ may be called again, so what a field holds has to be released first. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *key;
    PyObject *value;
} Entry;

static void
entry_dealloc(Entry *self)
{
    Py_XDECREF(self->key);
    Py_XDECREF(self->value);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int
entry_init(Entry *self, PyObject *args, PyObject *kwds)
{
    PyObject *key, *value = Py_None;

    if (!PyArg_ParseTuple(args, "O|O:Entry", &key, &value))
        return -1;
    Py_XSETREF(self->key, key);
    Py_INCREF(value);
    Py_XSETREF(self->value, value);
    return 0;
}

static int
entry_init_owned(Entry *self, PyObject *args, PyObject *kwds)
{
    static char *names[] = {"key", "value", NULL};
    PyObject *key, *value = Py_None, *old;

    if (!PyArg_ParseTupleAndKeywords(args, kwds, "O|O:Entry", names, &key, &value))
        return -1;
    old = self->key;
    Py_INCREF(key);
    self->key = key;
    Py_XDECREF(old);
    Py_INCREF(value);
    Py_XSETREF(self->value, value);
    return 0;
}

static PyObject *
entry_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    Entry *self = (Entry *)type->tp_alloc(type, 0);

    if (self == NULL)
        return NULL;
    self->key = PyUnicode_FromString("");
    if (self->key == NULL)
        return NULL;
    return (PyObject *)self;
}

static PyObject *
entry_new_whole(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    Entry *self = (Entry *)type->tp_alloc(type, 0);

    if (self != NULL) {
        self->key = PyUnicode_FromString("");
        self->value = Py_NewRef(Py_None);
        if (self->key == NULL) {
            Py_DECREF(self); /* its tp_dealloc releases the value */
            return NULL;
        }
    }
    return (PyObject *)self;
}

static PyTypeObject Entry_Type;

static PyObject *
make_entry(PyObject *module, PyObject *key)
{
    Entry *entry = PyObject_New(Entry, &Entry_Type);

    if (entry == NULL)
        return NULL;
    entry->key = key;
    entry->value = NULL;
    return (PyObject *)entry;
}

static PyObject *
make_entry_owned(PyObject *module, PyObject *key)
{
    Entry *entry = PyObject_New(Entry, &Entry_Type);

    if (entry == NULL)
        return NULL;
    Py_INCREF(key);
    entry->key = key;
    entry->value = NULL;
    return (PyObject *)entry;
}

static PyObject *
copy_entry(Entry *self, PyObject *Py_UNUSED(ignored))
{
    Entry *copy = PyObject_New(Entry, &Entry_Type);

    if (copy == NULL)
        return NULL;
    copy->key = Py_XNewRef(self->key);
    copy->value = self->value;
    return (PyObject *)copy;
}

static PyObject *
copy_entry_owned(Entry *self, PyObject *Py_UNUSED(ignored))
{
    Entry *copy = PyObject_New(Entry, &Entry_Type);

    if (copy == NULL)
        return NULL;
    copy->key = self->key;
    copy->value = self->value;
    Py_XINCREF(copy->key); /* counted behind the assignment, which is as good */
    Py_XINCREF(copy->value);
    return (PyObject *)copy;
}

static PyMethodDef entry_methods[] = {METHOD(copy_entry, METH_NOARGS), METHOD(copy_entry_owned, METH_NOARGS), {NULL}};

static PyTypeObject Entry_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "init.Entry",
    .tp_basicsize = sizeof(Entry),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_dealloc = (destructor)entry_dealloc,
    .tp_init = (initproc)entry_init,
    .tp_new = entry_new,
    .tp_methods = entry_methods,
};

PyTypeObject OwnedEntry_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "init.OwnedEntry",
    .tp_basicsize = sizeof(Entry),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_dealloc = (destructor)entry_dealloc,
    .tp_init = (initproc)entry_init_owned,
    .tp_new = entry_new_whole,
};

static PyMethodDef methods[] = {METHOD(make_entry, METH_O), METHOD(make_entry_owned, METH_O), {NULL}};
MODULE(init, methods)

/* refsan check
 * RS103 entry_init / entry_init_owned: Py_XSETREF(self->key
 * RS202 entry_new / entry_new_whole: type->tp_alloc
 * RS103 make_entry / make_entry_owned: entry->key = key
 * RS103 copy_entry / copy_entry_owned: copy->value = self->value
 */
