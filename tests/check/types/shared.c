/* Types over one structure: whose getter fills a member, that one's tp_dealloc has it to give back. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    long number;
    PyObject *notes;
    PyObject *tags;
} Item;

static PyObject *
get_notes(Item *self, void *closure)
{
    if (self->notes == NULL && (self->notes = PyDict_New()) == NULL)
        return NULL;
    Py_INCREF(self->notes);
    return self->notes;
}

static PyObject *
get_tags(Item *self, void *closure)
{
    if (self->tags == NULL && (self->tags = PyList_New(0)) == NULL)
        return NULL;
    Py_INCREF(self->tags);
    return self->tags;
}

static PyObject *
get_number(Item *self, void *closure)
{
    return PyLong_FromLong(self->number);
}

/* it has neither notes nor tags */
static void
plain_dealloc(Item *self)
{
    self->number = 0;
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static void
noted_dealloc(Item *self)
{
    Py_XDECREF(self->notes);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* it has both, and forgets the tags */
static void
tagged_dealloc(Item *self)
{
    Py_XDECREF(self->notes);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static void
whole_dealloc(Item *self)
{
    Py_XDECREF(self->notes);
    Py_XDECREF(self->tags);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyGetSetDef plain_members[] = {{"number", (getter)get_number, NULL, NULL, NULL}, {NULL}};
static PyGetSetDef noted_members[] = {{"notes", (getter)get_notes, NULL, NULL, NULL}, {NULL}};
static PyGetSetDef tagged_members[] = {{"notes", (getter)get_notes, NULL, NULL, NULL},
                                       {"tags", (getter)get_tags, NULL, NULL, NULL},
                                       {NULL}};

#define TYPE(label, dealloc, members)                                                                                  \
    PyTypeObject label##_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "shared." #label,                            \
                                 .tp_basicsize = sizeof(Item),                                                         \
                                 .tp_dealloc = (destructor)dealloc,                                                    \
                                 .tp_getset = members}
TYPE(Plain, plain_dealloc, plain_members);
TYPE(Noted, noted_dealloc, noted_members);
TYPE(Tagged, tagged_dealloc, tagged_members);
TYPE(Whole, whole_dealloc, tagged_members);

/* refsan check
 * RS203 tagged_dealloc / plain_dealloc: tagged_dealloc(Item
 * RS203 tagged_dealloc / whole_dealloc: tagged_dealloc(Item
 */
