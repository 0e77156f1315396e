/* A tp_dealloc that looks into no member: its parameter's type says which ones it forgets. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *token;
} Scope;

static PyObject *variable;

static PyObject *
scope_enter(Scope *self, PyObject *value)
{
    PyObject *token = PyContextVar_Set(variable, value);

    if (token == NULL)
        return NULL;
    self->token = token;
    Py_RETURN_NONE;
}

static void
scope_dealloc(Scope *self)
{
    PyObject_Free(self);
}

typedef struct {
    PyObject_HEAD
    PyObject *token; /* of the owner, which outlives it */
    int depth;
} Level;

static PyObject *
level_depth(Level *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(self->depth);
}

static PyObject *
level_inside(Level *self, PyObject *other)
{
    self->token = Py_TYPE(other) == Py_TYPE(self) ? ((Level *)other)->token : NULL;
    Py_RETURN_NONE;
}

static void
level_dealloc(Level *self)
{
    PyObject_Free(self);
}

static PyMethodDef scope_methods[] = {METHOD(scope_enter, METH_O), {NULL}};
static PyMethodDef level_methods[] = {METHOD(level_depth, METH_NOARGS), METHOD(level_inside, METH_O), {NULL}};

PyTypeObject Scope_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "unread.Scope",
    .tp_basicsize = sizeof(Scope),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_dealloc = (destructor)scope_dealloc,
    .tp_methods = scope_methods,
};

PyTypeObject Level_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "unread.Level",
    .tp_basicsize = sizeof(Level),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_dealloc = (destructor)level_dealloc,
    .tp_methods = level_methods,
};

static PyMethodDef methods[] = {{NULL}};
MODULE(unread, methods)

/* refsan check
 * RS203 scope_dealloc|scope_enter / level_dealloc: PyObject_Free || self->token = token || scope_dealloc(Scope *self)
 */
