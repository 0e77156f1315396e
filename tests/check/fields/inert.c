/* A member that is released before it is replaced: what its release can run depends on what is ever stored there. */
#include "../module.h"

extern PyTypeObject Note_Type;

/* a structure that only its typedef names */
typedef struct {
    PyObject_HEAD long handle;
} Slot;

typedef struct Note {
    PyObject_HEAD PyObject *tag; /* whatever a caller gives */
    PyObject *title;             /* text, or None */
    PyObject *owner;             /* a weak reference without a callback */
    PyObject *waiter;            /* one with a callback */
    PyObject *parts;             /* lists that are made here */
    PyObject *name;              /* text of a caller's: a subclass of str may have a __del__ */
    PyObject *near;              /* whatever lies in parts or in tag */
    struct Note *next;
    Slot *slot; /* made by another module's function */
} Note;

static PyObject *set_tag(Note *self, PyObject *tag)
{
    Py_XDECREF(self->tag);
    self->tag = Py_NewRef(tag);
    Py_RETURN_NONE;
}

static PyObject *stop_slot(Note *self, PyObject *ignored)
{
    Py_XDECREF(self->slot);
    self->slot = NULL;
    Py_RETURN_NONE;
}

static PyObject *start_slot(Note *self, PyObject *type)
{
    PyObject *slot = PyObject_CallObject(type, NULL);

    if (slot == NULL)
        return NULL;
    Py_XSETREF(self->slot, (Slot *)slot);
    Py_RETURN_NONE;
}

static PyObject *set_title(Note *self, PyObject *text)
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

static PyObject *drop_title(Note *self, PyObject *ignored)
{
    Py_XDECREF(self->title);
    Py_INCREF(Py_None);
    self->title = Py_None;
    Py_RETURN_NONE;
}

static PyObject *set_waiter(Note *self, PyObject *args)
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

static PyObject *set_owner(Note *self, PyObject *object)
{
    Py_XDECREF(self->owner);
    self->owner = PyWeakref_NewRef(object, NULL);
    if (self->owner == NULL)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *set_parts(Note *self, PyObject *ignored)
{
    Py_XDECREF(self->parts);
    self->parts = PyList_New(0);
    if (self->parts == NULL)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *change_parts(Note *self, PyObject *ignored)
{
    PyObject *parts = PyList_New(0);

    if (parts == NULL)
        return NULL;
    Py_XSETREF(self->parts, parts);
    Py_RETURN_NONE;
}

static int is_text(PyObject *name)
{
    return PyUnicode_Check(name) && PyUnicode_GetLength(name) > 0;
}

static PyObject *set_name(Note *self, PyObject *name)
{
    if (!is_text(name))
        return PyErr_Format(PyExc_TypeError, "a name is a text");
    Py_INCREF(name);
    Py_XDECREF(self->name);
    self->name = name;
    Py_RETURN_NONE;
}

static PyObject *change_name(Note *self, PyObject *name)
{
    if (!is_text(name))
        return PyErr_Format(PyExc_TypeError, "a name is a text");
    Py_INCREF(name);
    Py_XSETREF(self->name, name);
    Py_RETURN_NONE;
}

static PyObject *near_tag(Note *self, PyObject *ignored)
{
    PyObject *near = self->tag == NULL ? self->parts : self->tag;

    Py_XINCREF(near);
    Py_XDECREF(self->near);
    self->near = near;
    Py_RETURN_NONE;
}

static PyObject *near_none(Note *self, PyObject *ignored)
{
    Py_CLEAR(self->near);
    Py_RETURN_NONE;
}

static PyObject *set_next(Note *self, PyObject *args)
{
    PyObject *next;

    if (!PyArg_ParseTuple(args, "O!", &Note_Type, &next))
        return NULL;
    Py_INCREF(next);
    Py_XDECREF(self->next);
    self->next = (Note *)next;
    Py_RETURN_NONE;
}

static PyObject *change_next(Note *self, PyObject *args)
{
    PyObject *next;

    if (!PyArg_ParseTuple(args, "O!", &Note_Type, &next))
        return NULL;
    Py_INCREF(next);
    Py_XSETREF(self->next, (Note *)next);
    Py_RETURN_NONE;
}

static void note_dealloc(Note *self)
{
    Py_XDECREF(self->parts);
    Py_XDECREF(self->name);
    Py_XDECREF(self->near);
    Py_XDECREF(self->next);
    Py_XDECREF(self->tag);
    Py_XDECREF(self->title);
    Py_XDECREF(self->owner);
    Py_XDECREF(self->waiter);
    Py_XDECREF(self->slot);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef note_methods[] = {
    METHOD(set_tag, METH_O),           METHOD(set_title, METH_O),
    METHOD(drop_title, METH_NOARGS),   METHOD(set_waiter, METH_VARARGS),
    METHOD(set_owner, METH_O),         METHOD(set_parts, METH_NOARGS),
    METHOD(change_parts, METH_NOARGS), METHOD(set_name, METH_O),
    METHOD(change_name, METH_O),       METHOD(near_tag, METH_NOARGS),
    METHOD(near_none, METH_NOARGS),    METHOD(set_next, METH_VARARGS),
    METHOD(change_next, METH_VARARGS), METHOD(stop_slot, METH_NOARGS),
    METHOD(start_slot, METH_O),        {NULL},
};

PyTypeObject Note_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "inert.Note",
    .tp_basicsize = sizeof(Note),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_methods = note_methods,
    .tp_new = PyType_GenericNew,
    .tp_dealloc = (destructor)note_dealloc,
};

/* refsan check
 * RS107 (warning) set_tag / set_title: Py_XDECREF(self->tag)
 * RS107 (warning) set_tag / drop_title: Py_XDECREF(self->tag)
 * RS107 (warning) set_waiter / set_owner: Py_XDECREF(self->waiter)
 * RS107 (note) stop_slot / start_slot: Py_XDECREF(self->slot)
 * RS107 (note) set_parts / change_parts: Py_XDECREF(self->parts)
 * RS107 (note) set_name / change_name: Py_XDECREF(self->name)
 * RS107 (warning) near_tag / near_none: Py_XDECREF(self->near)
 * RS107 (note) set_next / change_next: Py_XDECREF(self->next)
 */
