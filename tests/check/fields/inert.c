/* A member that is released before it is replaced: what its release can run depends on what is ever stored there. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *tag;    /* whatever a caller gives */
    PyObject *title;  /* text, or None */
    PyObject *owner;  /* a weak reference without a callback */
    PyObject *waiter; /* one with a callback */
} Note;

static PyObject *
set_tag(Note *self, PyObject *tag)
{
    Py_XDECREF(self->tag);
    self->tag = Py_NewRef(tag);
    Py_RETURN_NONE;
}

static PyObject *
set_title(Note *self, PyObject *text)
{
    const char *title = PyUnicode_AsUTF8(text);

    if (title == NULL)
        return NULL;
    Py_XDECREF(self->title);
    self->title = PyUnicode_FromFormat("<%s>", title);
    if (self->title == NULL)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
drop_title(Note *self, PyObject *ignored)
{
    Py_XDECREF(self->title);
    Py_INCREF(Py_None);
    self->title = Py_None;
    Py_RETURN_NONE;
}

static PyObject *
set_waiter(Note *self, PyObject *args)
{
    PyObject *object, *callback;

    if (!PyArg_ParseTuple(args, "OO", &object, &callback))
        return NULL;
    Py_XDECREF(self->waiter);
    self->waiter = PyWeakref_NewRef(object, callback);
    if (self->waiter == NULL)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
set_owner(Note *self, PyObject *object)
{
    Py_XDECREF(self->owner);
    self->owner = PyWeakref_NewRef(object, NULL);
    if (self->owner == NULL)
        return NULL;
    Py_RETURN_NONE;
}

static void
note_dealloc(Note *self)
{
    Py_XDECREF(self->tag);
    Py_XDECREF(self->title);
    Py_XDECREF(self->owner);
    Py_XDECREF(self->waiter);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef note_methods[] = {
    METHOD(set_tag, METH_O), METHOD(set_title, METH_O), METHOD(drop_title, METH_NOARGS), METHOD(set_waiter, METH_VARARGS), METHOD(set_owner, METH_O), {NULL},
};

PyTypeObject Note_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "inert.Note", .tp_basicsize = sizeof(Note), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_methods = note_methods,
    .tp_new = PyType_GenericNew, .tp_dealloc = (destructor)note_dealloc,
};

/* refsan check
 * RS107 set_tag / set_title: Py_XDECREF(self->tag)
 * RS107 set_tag / drop_title: Py_XDECREF(self->tag)
 * RS107 set_waiter / set_owner: Py_XDECREF(self->waiter)
 */
