/* Fields of an object: what is stored is owned, what is replaced is released, in this order: store, then release. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *name;
    PyObject *label;
    PyObject *target;
    PyObject *cache;
    PyObject *owner; /* borrowed: the owner holds us and clears this before it dies */
} Widget;

static PyObject *
set_name(Widget *self, PyObject *name)
{
    Py_XSETREF(self->name, name);
    Py_RETURN_NONE;
}

static PyObject *
set_name_owned(Widget *self, PyObject *name)
{
    Py_INCREF(name);
    Py_XSETREF(self->name, name);
    Py_RETURN_NONE;
}

static PyObject *
set_label(Widget *self, PyObject *label)
{
    Py_INCREF(label);
    self->label = label;
    Py_RETURN_NONE;
}

static PyObject *
set_label_swapped(Widget *self, PyObject *label)
{
    PyObject *old = self->label;

    Py_INCREF(label);
    self->label = label;
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

static PyObject *
set_target(Widget *self, PyObject *target)
{
    Py_XDECREF(self->target);
    Py_INCREF(target);
    self->target = target;
    Py_RETURN_NONE;
}

static PyObject *
set_target_late(Widget *self, PyObject *target)
{
    PyObject *old = self->target;

    self->target = Py_NewRef(target);
    Py_XDECREF(old); /* may run code that looks at self->target: it is the new one */
    Py_RETURN_NONE;
}

static PyObject *
get_name(Widget *self, PyObject *Py_UNUSED(ignored))
{
    if (self->name == NULL)
        return PyErr_Format(PyExc_AttributeError, "name");
    return self->name;
}

static PyObject *
get_label(Widget *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *label = self->label ? self->label : Py_None;

    return Py_NewRef(label);
}

static PyObject *
take_target(Widget *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *target = self->target;

    if (target == NULL)
        Py_RETURN_NONE;
    return target;
}

static PyObject *
release_target(Widget *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *target = self->target;

    if (target == NULL)
        Py_RETURN_NONE;
    self->target = NULL; /* the field's reference goes to the caller */
    return target;
}

static PyObject *
fill_cache(Widget *self, PyObject *Py_UNUSED(ignored))
{
    self->cache = PyDict_New();
    if (self->cache == NULL)
        return NULL;
    return Py_NewRef(self->cache);
}

static PyObject *
use_cache(Widget *self, PyObject *Py_UNUSED(ignored))
{
    if (self->cache == NULL) {
        self->cache = PyDict_New();
        if (self->cache == NULL)
            return NULL;
    }
    return Py_NewRef(self->cache);
}

static PyObject *
drop_cache(Widget *self, PyObject *Py_UNUSED(ignored))
{
    Py_XDECREF(self->cache);
    Py_RETURN_NONE;
}

static PyObject *
reset_cache(Widget *self, PyObject *Py_UNUSED(ignored))
{
    Py_CLEAR(self->cache);
    Py_RETURN_NONE;
}

static PyObject *
set_owner(Widget *self, PyObject *owner)
{
    self->owner = owner; /* by design without a reference */
    Py_RETURN_NONE;
}

static PyObject *
remember_list(Widget *self, PyObject *list)
{
    PyObject *first = PyList_GetItem(list, 0);

    if (first == NULL)
        return NULL;
    self->target = first;
    Py_RETURN_NONE;
}

static PyObject *
remember_sequence(Widget *self, PyObject *sequence)
{
    PyObject *first = PySequence_GetItem(sequence, 0); /* new: the field may have it */

    if (first == NULL)
        return NULL;
    Py_XSETREF(self->target, first);
    Py_RETURN_NONE;
}

static int
widget_traverse(Widget *self, visitproc visit, void *arg)
{
    Py_VISIT(self->name);
    Py_VISIT(self->label);
    Py_VISIT(self->target);
    Py_VISIT(self->cache);
    return 0;
}

static int
widget_clear(Widget *self)
{
    Py_CLEAR(self->name);
    Py_CLEAR(self->label);
    Py_CLEAR(self->target);
    Py_CLEAR(self->cache);
    return 0;
}

static void
widget_dealloc(Widget *self)
{
    PyObject_GC_UnTrack(self);
    widget_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef methods[] = {
    METHOD(set_name, METH_O), METHOD(set_name_owned, METH_O), METHOD(set_label, METH_O), METHOD(set_label_swapped, METH_O),
    METHOD(set_target, METH_O), METHOD(set_target_late, METH_O), METHOD(get_name, METH_NOARGS), METHOD(get_label, METH_NOARGS),
    METHOD(take_target, METH_NOARGS), METHOD(release_target, METH_NOARGS), METHOD(fill_cache, METH_NOARGS), METHOD(use_cache, METH_NOARGS),
    METHOD(drop_cache, METH_NOARGS), METHOD(reset_cache, METH_NOARGS), METHOD(set_owner, METH_O), METHOD(remember_list, METH_O),
    METHOD(remember_sequence, METH_O), {NULL},
};

PyTypeObject Widget_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "setters.Widget",
    .tp_basicsize = sizeof(Widget),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_dealloc = (destructor)widget_dealloc,
    .tp_traverse = (traverseproc)widget_traverse,
    .tp_clear = (inquiry)widget_clear,
    .tp_methods = methods,
    .tp_new = PyType_GenericNew,
};

/* refsan check
 * RS103 set_name / set_name_owned: Py_XSETREF(self->name
 * RS201 set_label / set_label_swapped: self->label = label
 * RS107 set_target / set_target_late: Py_XDECREF(self->target)
 * RS102 get_name / get_label: return self->name
 * RS102 take_target / release_target: return target
 * RS201 fill_cache / use_cache: self->cache = PyDict_New
 * RS101|RS105|RS107 drop_cache / reset_cache: Py_XDECREF(self->cache)
 * RS103 remember_list / remember_sequence: self->target = first || PyList_GetItem
 * may RS201 remember_list: self->target = first
 */
