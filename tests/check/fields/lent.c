/* What a member holds also lies elsewhere for a while: in a local structure, in another name, in a function that clears it. */
#include "../module.h"

typedef struct table {
    PyObject_HEAD
    struct table *base;
    PyObject *keys;
    int size;
} Table;

struct finder {
    Table *table;
    PyObject *keys;
    Py_ssize_t at;
};

static int
finder_open(struct finder *finder, Table *table)
{
    finder->keys = PyObject_GetIter(table->keys);
    if (finder->keys == NULL)
        return -1;
    Py_INCREF(table);
    finder->table = table;
    finder->at = 0;
    return 0;
}

static void
finder_close(struct finder *finder)
{
    Py_CLEAR(finder->keys);
    Py_CLEAR(finder->table);
}

static PyObject *
count_base(Table *self, PyObject *Py_UNUSED(ignored))
{
    struct finder finder;

    if (self->base == NULL || finder_open(&finder, self->base) < 0)
        return PyErr_Occurred() ? NULL : PyLong_FromLong(0);
    return PyLong_FromSsize_t(finder.at);
}

static PyObject *
count_base_closed(Table *self, PyObject *Py_UNUSED(ignored))
{
    struct finder finder;
    Py_ssize_t at;

    if (self->base == NULL || finder_open(&finder, self->base) < 0)
        return PyErr_Occurred() ? NULL : PyLong_FromLong(0);
    at = finder.at;
    finder_close(&finder); /* the finder's place is cleared, not the table's */
    return PyLong_FromSsize_t(at);
}

/* called by the interpreter and by tp_dealloc, which has looked at base before */
static int
table_clear(Table *self)
{
    Py_CLEAR(self->keys);
    if (self->base != NULL) {
        self->base->size--;
        Py_CLEAR(self->base);
    }
    return 0;
}

static int
table_traverse(Table *self, visitproc visit, void *arg)
{
    Py_VISIT(self->keys);
    Py_VISIT(self->base);
    return 0;
}

static void
table_dealloc(Table *self)
{
    PyObject_GC_UnTrack(self);
    if (self->base != NULL && self->base->size > 4)
        self->base->size = 4;
    table_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef table_methods[] = {METHOD(count_base, METH_NOARGS), METHOD(count_base_closed, METH_NOARGS), {NULL}};

PyTypeObject Table_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "lent.Table",
    .tp_basicsize = sizeof(Table),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_dealloc = (destructor)table_dealloc,
    .tp_traverse = (traverseproc)table_traverse,
    .tp_clear = (inquiry)table_clear,
    .tp_methods = table_methods,
};

typedef struct {
    PyObject_HEAD
    PyObject *current;
    PyObject *last;
} Walk;

static PyObject *
walk_text(Walk *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *now = self->current;

    if (now == NULL)
        Py_RETURN_NONE;
    if (now == self->last) { /* two places hold it: one of them gives it up */
        self->current = NULL;
        Py_DECREF(now);
    }
    return self->current == NULL ? PyObject_Str(now) : PyObject_Repr(now);
}

static void
walk_dealloc(Walk *self)
{
    Py_XDECREF(self->current);
    Py_XDECREF(self->last);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef walk_methods[] = {METHOD(walk_text, METH_NOARGS), {NULL}};

PyTypeObject Walk_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "lent.Walk",
    .tp_basicsize = sizeof(Walk),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_dealloc = (destructor)walk_dealloc,
    .tp_methods = walk_methods,
};

struct state {
    PyTypeObject *pattern;
};

static int
ready(PyObject *module)
{
    struct state *state = PyModule_GetState(module);
    PyObject *re = PyImport_ImportModule("re"), *compiled;

    if (re == NULL)
        return 1; /* a failure, as -1 is */
    compiled = PyObject_CallMethod(re, "compile", "s", "");
    Py_DECREF(re);
    if (compiled == NULL)
        return 1;
    Py_INCREF(Py_TYPE(compiled)); /* the type, by two names */
    state->pattern = Py_TYPE(compiled);
    Py_DECREF(compiled);
    return PyType_Ready(&Table_Type);
}

static int
state_clear(PyObject *module)
{
    struct state *state = PyModule_GetState(module);

    if (state != NULL)
        Py_CLEAR(state->pattern);
    return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, ready}, {0, NULL}};
static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT, .m_name = "lent", .m_size = sizeof(struct state), .m_slots = slots, .m_clear = state_clear,
};

PyMODINIT_FUNC
PyInit_lent(void)
{
    return PyModuleDef_Init(&definition);
}

/* refsan check
 * RS201 count_base / count_base_closed: finder_open
 * may RS201 count_base: finder_open
 */
