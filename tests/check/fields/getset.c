/* Attributes by PyGetSetDef: a setter gets NULL for "delete", a getter hands out a new reference. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *title;
    PyObject *body;
    PyObject *tags;
    long width, height;
} Note;

static PyObject *
get_title(Note *self, void *closure)
{
    return self->title;
}

static int
set_title(Note *self, PyObject *value, void *closure)
{
    if (value == NULL || !PyUnicode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "a title is a str");
        return -1;
    }
    self->title = value;
    return 0;
}

static PyObject *
get_body(Note *self, void *closure)
{
    Py_INCREF(self->body);
    return self->body;
}

static int
set_body(Note *self, PyObject *value, void *closure)
{
    PyObject *old;

    if (value == NULL || !PyUnicode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "a body is a str");
        return -1;
    }
    old = self->body;
    Py_INCREF(value);
    self->body = value;
    Py_XDECREF(old);
    return 0;
}

static PyObject *
get_tags(Note *self, void *closure)
{
    if (self->tags == NULL)
        return PyList_New(0); /* not stored: the caller's alone */
    Py_INCREF(self->tags);
    return self->tags;
}

static int
set_tags(Note *self, PyObject *value, void *closure)
{
    PyObject *list = NULL;

    if (value != NULL && !(list = PySequence_List(value)))
        return -1;
    if (list != NULL && PyList_Sort(list) < 0)
        return -1;
    Py_XSETREF(self->tags, list);
    return 0;
}

static int
set_tags_sorted(Note *self, PyObject *value, void *closure)
{
    PyObject *list = NULL;

    if (value != NULL) {
        list = PySequence_List(value);
        if (list == NULL)
            return -1;
        if (PyList_Sort(list) < 0) {
            Py_DECREF(list);
            return -1;
        }
    }
    Py_XSETREF(self->tags, list); /* moved into the field */
    return 0;
}

static int
set_title_checked(Note *self, PyObject *value, void *closure)
{
    PyObject *text = value ? PyObject_Str(value) : PyUnicode_FromString("");

    if (text == NULL)
        return -1;
    Py_XSETREF(self->title, text);
    return 0;
}

/* which of the two is asked for says the closure: "width", "height" or, for area, neither */
static PyObject *
get_extent(Note *self, void *closure)
{
    if (strcmp(closure, "width") == 0)
        return PyLong_FromLong(self->width);
    if (strcmp(closure, "height") == 0)
        return PyLong_FromLong(self->height);
    return NULL;
}

static PyObject *
get_side(Note *self, void *closure)
{
    if (closure == NULL)
        return NULL;
    if (strcmp(closure, "width") == 0)
        return PyLong_FromLong(self->width);
    if (strcmp(closure, "height") == 0)
        return PyLong_FromLong(self->height);
    return NULL; /* no entry of the table asks for more */
}

static void
note_dealloc(Note *self)
{
    Py_XDECREF(self->title);
    Py_XDECREF(self->body);
    Py_XDECREF(self->tags);
    PyObject_Free(self);
}

static PyGetSetDef attributes[] = {
    {"title", (getter)get_title, (setter)set_title, NULL, NULL},
    {"heading", (getter)get_body, (setter)set_title_checked, NULL, NULL},
    {"body", (getter)get_body, (setter)set_body, NULL, NULL},
    {"tags", (getter)get_tags, (setter)set_tags, NULL, NULL},
    {"sorted_tags", (getter)get_tags, (setter)set_tags_sorted, NULL, NULL},
    {"width", (getter)get_side, NULL, NULL, "width"},
    {"height", (getter)get_side, NULL, NULL, "height"},
    {"breadth", (getter)get_extent, NULL, NULL, "width"},
    {"area", (getter)get_extent, NULL, NULL, "area"},
    {NULL},
};

PyTypeObject Note_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "getset.Note",
    .tp_basicsize = sizeof(Note),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_dealloc = (destructor)note_dealloc,
    .tp_getset = attributes,
};

/* refsan check
 * RS102 get_title / get_body: return self->title
 * RS103 set_title / set_title_checked: self->title = value
 * may RS201 set_title: self->title = value
 * RS302 get_extent / get_side: return NULL
 * RS202 set_tags / set_tags_sorted: PySequence_List
 */
