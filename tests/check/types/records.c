/* Structures of C's own that own objects: nodes of lists, what a capsule carries. */
#include "../module.h"

typedef struct hook {
    struct hook *next;
    PyObject *function;
    long id;
} hook;

typedef struct listener {
    struct listener *next;
    PyObject *function;
    long id;
} listener;

typedef struct task {
    struct task *next;
    PyObject *function;
} task;

typedef struct {
    PyObject *owner;
    int file;
} handle;

typedef struct {
    PyObject *owner;
    int file;
} stream;

static hook *hooks;
static listener *listeners;
static task *tasks;

static PyObject *
add_hook(PyObject *self, PyObject *function)
{
    hook *h = PyMem_Malloc(sizeof(*h));

    if (h == NULL)
        return PyErr_NoMemory();
    h->id = hooks != NULL ? hooks->id + 1 : 0;
    h->next = hooks;
    Py_INCREF(function);
    h->function = function;
    hooks = h;
    return PyLong_FromLong(h->id);
}

static PyObject *
remove_hook(PyObject *self, PyObject *arg)
{
    long id = PyLong_AsLong(arg);

    if (id == -1 && PyErr_Occurred())
        return NULL;
    for (hook **place = &hooks, *h; (h = *place) != NULL; place = &h->next)
        if (h->id == id) {
            *place = h->next;
            PyMem_Free(h);
            Py_RETURN_TRUE;
        }
    Py_RETURN_FALSE;
}

static PyObject *
fire_hooks(PyObject *self, PyObject *arg)
{
    for (hook *h = hooks; h != NULL; h = h->next) {
        PyObject *result = PyObject_CallFunctionObjArgs(h->function, arg, NULL);

        if (result == NULL)
            return NULL;
        Py_DECREF(result);
    }
    Py_RETURN_NONE;
}

static PyObject *
add_listener(PyObject *self, PyObject *function)
{
    listener *l = PyMem_Malloc(sizeof(*l));

    if (l == NULL)
        return PyErr_NoMemory();
    l->id = listeners != NULL ? listeners->id + 1 : 0;
    l->next = listeners;
    l->function = Py_NewRef(function);
    listeners = l;
    return PyLong_FromLong(l->id);
}

static PyObject *
remove_listener(PyObject *self, PyObject *arg)
{
    long id = PyLong_AsLong(arg);

    if (id == -1 && PyErr_Occurred())
        return NULL;
    for (listener **place = &listeners, *l; (l = *place) != NULL; place = &l->next)
        if (l->id == id) {
            *place = l->next;
            Py_DECREF(l->function);
            PyMem_Free(l);
            Py_RETURN_TRUE;
        }
    Py_RETURN_FALSE;
}

static PyObject *
push_task(PyObject *self, PyObject *function)
{
    task *t = PyMem_Malloc(sizeof(*t));

    if (t == NULL)
        return PyErr_NoMemory();
    t->next = tasks;
    t->function = Py_NewRef(function);
    tasks = t;
    Py_RETURN_NONE;
}

static PyObject *
pop_task(PyObject *self, PyObject *ignored)
{
    task *t = tasks;
    PyObject *function;

    if (t == NULL)
        Py_RETURN_NONE;
    tasks = t->next;
    function = t->function; /* moves out */
    PyMem_Free(t);
    return function;
}

static void
free_handle(PyObject *capsule)
{
    void *h = PyCapsule_GetPointer(capsule, "handle");

    if (h != NULL)
        PyMem_Free(h);
}

static PyObject *
open_handle(PyObject *self, PyObject *owner)
{
    handle *h = PyMem_Malloc(sizeof(*h));
    PyObject *capsule;

    if (h == NULL)
        return PyErr_NoMemory();
    h->file = -1;
    Py_INCREF(owner);
    h->owner = owner;
    capsule = PyCapsule_New(h, "handle", free_handle);
    if (capsule == NULL) {
        Py_DECREF(owner);
        PyMem_Free(h);
    }
    return capsule;
}

static void
free_stream(PyObject *capsule)
{
    stream *s = PyCapsule_GetPointer(capsule, "stream");

    if (s != NULL) {
        Py_DECREF(s->owner);
        PyMem_Free(s);
    }
}

static PyObject *
open_stream(PyObject *self, PyObject *owner)
{
    stream *s = PyMem_Malloc(sizeof(*s));
    PyObject *capsule;

    if (s == NULL)
        return PyErr_NoMemory();
    s->file = -1;
    Py_INCREF(owner);
    s->owner = owner;
    capsule = PyCapsule_New(s, "stream", free_stream);
    if (capsule == NULL) {
        Py_DECREF(owner);
        PyMem_Free(s);
    }
    return capsule;
}

static void
forget(PyObject *capsule)
{
    if (PyCapsule_GetPointer(capsule, "wrapped") == NULL)
        PyErr_Clear();
}

static PyObject *
wrap(PyObject *self, PyObject *object)
{
    Py_INCREF(object);
    return PyCapsule_New(object, "wrapped", forget);
}

static void
let_go(PyObject *capsule)
{
    PyObject *object = PyCapsule_GetPointer(capsule, "wrapped");

    Py_XDECREF(object);
}

static PyObject *
wrap_owned(PyObject *self, PyObject *object)
{
    Py_INCREF(object);
    return PyCapsule_New(object, "wrapped", let_go);
}

static PyMethodDef methods[] = {
    METHOD(add_hook, METH_O),        METHOD(remove_hook, METH_O),     METHOD(fire_hooks, METH_O),
    METHOD(add_listener, METH_O),    METHOD(remove_listener, METH_O), METHOD(push_task, METH_O),
    METHOD(pop_task, METH_NOARGS),   METHOD(open_handle, METH_O),     METHOD(open_stream, METH_O),
    METHOD(wrap, METH_O),            METHOD(wrap_owned, METH_O),
    {NULL},
};
MODULE(records, methods)

/* refsan check
 * RS201 remove_hook / remove_listener: PyMem_Free(h)
 * RS201 free_handle / free_stream: PyMem_Free(h)
 * RS201 wrap / wrap_owned: Py_INCREF(object)
 */
