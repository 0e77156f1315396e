/* A member that takes over what the object that it held has in a member of its own: the chain gets shorter, each step gives one
 * reference up. And a clear function that the interpreter and the dealloc function call. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *inner;
    PyObject *owner;
    int depth;
} Link;

static PyTypeObject LinkType;
#define IS_LINK(o) (Py_TYPE(o) == &LinkType)
#define LINK(o) ((Link *)(o))

static int
link_clear(Link *self)
{
    if (self->owner != NULL && self->depth > 3)
        self->depth = LINK(self->owner)->depth - 1;
    Py_CLEAR(self->inner);
    if (self->depth > 2)
        self->depth = 0;
    Py_CLEAR(self->owner);
    return 0;
}

static void
link_dealloc(Link *self)
{
    PyObject_GC_UnTrack(self);
    if (self->owner != NULL && LINK(self->owner)->depth == self->depth)
        LINK(self->owner)->depth = 0;
    link_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static int
link_traverse(Link *self, visitproc visit, void *arg)
{
    Py_VISIT(self->inner);
    Py_VISIT(self->owner);
    return 0;
}

static PyObject *
shortened(PyObject *self, PyObject *args)
{
    PyObject *result = PyObject_CallObject(self, args), *old;

    if (result == NULL)
        return NULL;
    while (IS_LINK(result) && IS_LINK(LINK(result)->inner)) {
        old = LINK(result)->inner;
        LINK(result)->inner = Py_XNewRef(LINK(old)->inner);
        Py_DECREF(old);
    }
    return result;
}

static PyObject *
shortened_by_macro(PyObject *self, PyObject *args)
{
    PyObject *result = PyObject_CallObject(self, args);

    if (result == NULL)
        return NULL;
    while (IS_LINK(result) && IS_LINK(LINK(result)->inner)) {
        Py_XINCREF(LINK(LINK(result)->inner)->inner);
        Py_XSETREF(LINK(result)->inner, LINK(LINK(result)->inner)->inner);
    }
    return result;
}

static PyObject *
shortened_too_often(Link *self, PyObject *unused)
{
    PyObject *old = self->inner;

    if (!IS_LINK(old))
        Py_RETURN_NONE;
    Py_XINCREF(LINK(old)->inner);
    self->inner = LINK(old)->inner;
    return Py_NewRef(self->inner);
}

static PyMethodDef link_methods[] = {METHOD(shortened_too_often, METH_NOARGS), {NULL}};

static PyTypeObject LinkType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "chain.Link",
    .tp_basicsize = sizeof(Link),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_methods = link_methods,
    .tp_dealloc = (destructor)link_dealloc,
    .tp_clear = (inquiry)link_clear,
    .tp_traverse = (traverseproc)link_traverse,
};

static PyMethodDef methods[] = {METHOD(shortened, METH_VARARGS), METHOD(shortened_by_macro, METH_VARARGS), {NULL}};
MODULE(chain, methods)

/* refsan check
 * RS201 shortened_too_often / shortened: self->inner
 */
