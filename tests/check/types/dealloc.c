/* Inside tp_dealloc: what was cleared is gone, what is released is released once. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *name;
    PyObject *log;
    PyObject *hook;
} Session;

static PyObject *
session_open(Session *self, PyObject *args)
{
    PyObject *name, *log, *hook;

    if (!PyArg_ParseTuple(args, "OOO", &name, &log, &hook))
        return NULL;
    Py_XSETREF(self->name, Py_NewRef(name));
    Py_XSETREF(self->log, Py_NewRef(log));
    Py_XSETREF(self->hook, Py_NewRef(hook));
    Py_RETURN_NONE;
}

static void
session_dealloc(Session *self)
{
    Py_CLEAR(self->name);
    if (self->log != NULL && PyList_Append(self->log, self->name) < 0)
        PyErr_Clear();
    Py_CLEAR(self->log);
    Py_CLEAR(self->hook);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static void
visit_dealloc(Session *self)
{
    if (self->log != NULL && self->name != NULL && PyList_Append(self->log, self->name) < 0)
        PyErr_Clear();
    Py_CLEAR(self->name);
    Py_CLEAR(self->log);
    Py_CLEAR(self->hook);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static void
lease_dealloc(Session *self)
{
    Py_XDECREF(self->name);
    Py_XDECREF(self->log);
    Py_XDECREF(self->hook);
    if (self->hook != NULL)
        Py_XDECREF(PyObject_CallObject(self->hook, NULL));
    PyErr_Clear();
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static void
grant_dealloc(Session *self)
{
    PyObject *hook = self->hook;

    self->hook = NULL;
    Py_XDECREF(self->name);
    Py_XDECREF(self->log);
    if (hook != NULL) {
        Py_XDECREF(PyObject_CallObject(hook, NULL)); /* the local variable has the field's reference */
        Py_DECREF(hook);
    }
    PyErr_Clear();
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static void
token_dealloc(Session *self)
{
    Py_XDECREF(self->name);
    Py_XDECREF(self->log);
    Py_XDECREF(self->name);
    Py_XDECREF(self->hook);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static void
ticket_dealloc(Session *self)
{
    Py_CLEAR(self->name);
    Py_CLEAR(self->log);
    Py_CLEAR(self->name); /* NULL by now: harmless */
    Py_CLEAR(self->hook);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef methods[] = {METHOD(session_open, METH_VARARGS), {NULL}};

#define SESSION_TYPE(name, dealloc)                                                                                          \
    PyTypeObject name##_Type = {                                                                                             \
        PyVarObject_HEAD_INIT(NULL, 0)                                                                                       \
        .tp_name = "dealloc." #name, .tp_basicsize = sizeof(Session), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_methods = methods, \
        .tp_new = PyType_GenericNew, .tp_dealloc = (destructor)dealloc,                                                      \
    }
/* ---- a member that is declared as the structure it is ---- */
typedef struct {
    PyObject_HEAD
    Session *session;
    Session *other;
} Walk;

static PyObject *
walk_begin(Walk *self, PyObject *args)
{
    Session *session, *other;

    if (!PyArg_ParseTuple(args, "OO", &session, &other))
        return NULL;
    Py_INCREF(session);
    Py_INCREF(other);
    Py_XSETREF(self->session, session);
    Py_XSETREF(self->other, other);
    Py_RETURN_NONE;
}

static void
walk_dealloc(Walk *self)
{
    Py_XDECREF(&self->session->ob_base);
    Py_XDECREF(&self->other->ob_base);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static void
stroll_dealloc(Walk *self)
{
    Py_XDECREF(&self->session->ob_base);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef walk_methods[] = {METHOD(walk_begin, METH_VARARGS), {NULL}};

#define WALK_TYPE(name, dealloc)                                                                                              \
    PyTypeObject name##_Type = {                                                                                              \
        PyVarObject_HEAD_INIT(NULL, 0)                                                                                        \
        .tp_name = "dealloc." #name, .tp_basicsize = sizeof(Walk), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_methods = walk_methods, \
        .tp_new = PyType_GenericNew, .tp_dealloc = (destructor)dealloc,                                                       \
    }
WALK_TYPE(Walk, walk_dealloc);
WALK_TYPE(Stroll, stroll_dealloc);

SESSION_TYPE(Session, session_dealloc);
SESSION_TYPE(Visit, visit_dealloc);
SESSION_TYPE(Lease, lease_dealloc);
SESSION_TYPE(Grant, grant_dealloc);
SESSION_TYPE(Token, token_dealloc);
SESSION_TYPE(Ticket, ticket_dealloc);

/* refsan check
 * RS203 stroll_dealloc / walk_dealloc: stroll_dealloc
 * RS403|RS105 session_dealloc / visit_dealloc: PyList_Append || Py_CLEAR(self->name)
 * RS105 lease_dealloc / grant_dealloc: PyObject_CallObject || Py_XDECREF(self->hook)
 * RS101|RS105 token_dealloc / ticket_dealloc: Py_XDECREF(self->name) || Py_XDECREF(self->name) #2
 */
