/* A reference that an object holds by way of a plain structure it points to; and one that a structure was to hold, given up again
 * where the function fails. */
#include "../module.h"

typedef struct {
    PyObject *module;
    PyTypeObject *type;
    int limit;
} state_t;

typedef struct {
    PyObject_HEAD
    state_t *state;
    Py_ssize_t used;
    PyObject *owner;
} Map;

static Map *
map_make(state_t *state)
{
    Map *map = PyObject_New(Map, state->type);

    if (map == NULL)
        return NULL;
    map->state = state;
    map->used = 0;
    map->owner = NULL;
    Py_INCREF(state->module); /* keeps the state */
    return map;
}

static Map *
map_make_alone(state_t *state)
{
    Map *map = PyObject_New(Map, state->type);

    if (map == NULL)
        return NULL;
    map->state = NULL;
    map->used = 0;
    map->owner = NULL;
    Py_INCREF(state->module); /* for nobody */
    return map;
}

static PyObject *
copy(Map *self, PyObject *unused)
{
    Map *map = map_make(self->state);

    if (map == NULL)
        return NULL;
    map->used = self->used;
    return (PyObject *)map;
}

static PyObject *
copy_alone(Map *self, PyObject *unused)
{
    Map *map = map_make_alone(self->state);

    if (map == NULL)
        return NULL;
    map->used = self->used;
    return (PyObject *)map;
}

static void
map_dealloc(Map *self)
{
    Py_XDECREF(self->state == NULL ? NULL : self->state->module);
    Py_XDECREF(self->owner);
    PyObject_Free(self);
}

/* the destructor releases it again */
static int
map_init(Map *self, PyObject *args, PyObject *kwds)
{
    PyObject *owner;
    int limit;

    if (!PyArg_ParseTuple(args, "Oi", &owner, &limit))
        return -1;
    Py_INCREF(owner);
    self->owner = owner;
    if (limit < 0) {
        PyErr_SetString(PyExc_ValueError, "limit");
        Py_DECREF(owner);
        return -1;
    }
    return 0;
}

static PyMethodDef map_methods[] = {METHOD(copy, METH_NOARGS), METHOD(copy_alone, METH_NOARGS), {NULL}};

PyTypeObject MapType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "through.Map",
    .tp_basicsize = sizeof(Map),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_methods = map_methods,
    .tp_init = (initproc)map_init,
    .tp_dealloc = (destructor)map_dealloc,
};

struct entry {
    PyObject *pair;
    PyObject *key;
};

static void
entry_close(struct entry *entry)
{
    Py_CLEAR(entry->pair);
    Py_CLEAR(entry->key);
}

static int
entry_next(PyObject *list, Py_ssize_t at, struct entry *entry)
{
    PyObject *item = PyList_GetItem(list, at);

    if (item == NULL)
        return -1;
    Py_INCREF(item);
    entry->pair = item;
    entry->key = PyObject_Repr(item);
    if (entry->key == NULL) {
        Py_DECREF(item);
        return -1;
    }
    return 0;
}

int
entry_next_borrowed(PyObject *list, Py_ssize_t at, struct entry *entry)
{
    PyObject *item = PyList_GetItem(list, at);

    if (item == NULL)
        return -1;
    entry->pair = item; /* borrowed */
    entry->key = PyObject_Repr(item);
    return entry->key == NULL ? -1 : 0;
}

static PyObject *
first(PyObject *self, PyObject *list)
{
    struct entry entry;
    Py_ssize_t size;

    if (entry_next(list, 0, &entry) < 0)
        return NULL;
    size = PyObject_Length(entry.key);
    entry_close(&entry);
    return size < 0 ? NULL : PyLong_FromSsize_t(size);
}

static PyMethodDef methods[] = {METHOD(first, METH_O), {NULL}};
MODULE(through, methods)

/* refsan check
 * RS201 copy_alone / copy: map_make_alone
 * RS103 map_init / copy: self->owner = owner
 * RS103 entry_next_borrowed / entry_next: entry->pair = item
 */
