/* References that a state of the object stands for: one function takes it and sets the state, another gives it back and resets it.
 * And objects that are taken off a chain, whose reference goes to whoever does that. */
#include "../module.h"

enum { HOLDS_NONE = 1, RUNNING = 2 };

typedef struct job {
    PyObject_HEAD
    struct job *next;
    PyObject *text;
    int flags, level;
} Job;

static PyTypeObject JobType;

static PyObject *
job_new(PyTypeObject *type, PyObject *args, PyObject *kwds)
{
    Job *self = (Job *)type->tp_alloc(type, 0);

    if (self == NULL)
        return NULL;
    Py_INCREF(Py_None); /* for its whole life */
    self->flags = HOLDS_NONE;
    return (PyObject *)self;
}

static void
job_dealloc(Job *self)
{
    Py_CLEAR(self->text);
    if (self->flags & HOLDS_NONE) {
        self->flags &= ~HOLDS_NONE;
        Py_DECREF(Py_None);
    }
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *
start(Job *self, PyObject *unused)
{
    if (!(self->flags & RUNNING)) {
        self->flags |= RUNNING;
        Py_INCREF(self);
    }
    Py_RETURN_NONE;
}

static PyObject *
stop(Job *self, PyObject *unused)
{
    if (self->flags & RUNNING) {
        self->flags &= ~RUNNING;
        Py_DECREF(self);
    }
    Py_RETURN_NONE;
}

static PyObject *
raise(Job *self, PyObject *unused)
{
    self->level = 3;
    Py_INCREF(self); /* no state stands for it */
    Py_RETURN_NONE;
}

static PyObject *
forget(Job *self, PyObject *unused)
{
    Py_DECREF(self); /* no state stands for that either */
    Py_RETURN_NONE;
}

typedef struct {
    PyObject_HEAD
    Job *first;
    Py_ssize_t size;
} Queue;

static void
queue_dealloc(Queue *self)
{
    Job *job = self->first;

    while (job != NULL) {
        Job *next = job->next;
        Py_DECREF(job);
        job = next;
    }
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *
take_out(Queue *self, PyObject *object)
{
    Job *job = (Job *)object, *before = self->first;

    if (!PyObject_TypeCheck(object, &JobType))
        return PyErr_Format(PyExc_TypeError, "no job");
    if (self->first == job) {
        self->first = job->next;
    } else {
        while (before->next != job)
            before = before->next;
        before->next = job->next;
    }
    self->size--;
    Py_DECREF(job); /* the queue's */
    Py_RETURN_NONE;
}

static PyObject *
take_none(Queue *self, PyObject *object)
{
    if (!PyObject_TypeCheck(object, &JobType))
        return PyErr_Format(PyExc_TypeError, "no job");
    self->size--;
    Py_DECREF(object); /* nobody's */
    Py_RETURN_NONE;
}

static PyMethodDef job_methods[] = {METHOD(start, METH_NOARGS), METHOD(stop, METH_NOARGS), METHOD(raise, METH_NOARGS), METHOD(forget, METH_NOARGS), {NULL}};
static PyMethodDef queue_methods[] = {METHOD(take_out, METH_O), METHOD(take_none, METH_O), {NULL}};

static PyTypeObject JobType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "stands.Job",
    .tp_basicsize = sizeof(Job),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = job_new,
    .tp_methods = job_methods,
    .tp_dealloc = (destructor)job_dealloc,
};

PyTypeObject QueueType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "stands.Queue",
    .tp_basicsize = sizeof(Queue),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_methods = queue_methods,
    .tp_dealloc = (destructor)queue_dealloc,
};

static PyMethodDef methods[] = {{NULL}};
MODULE(stands, methods)

/* refsan check
 * RS201 raise / start: no state
 * RS101 forget / stop: no state
 * RS101 take_none / take_out: nobody's
 */
