#include "../ext.h"

/* An iterator with its own free list, a generator-like type, sends and iterators of others. */
typedef struct {
    PyObject_HEAD
    PyObject *source;
    Py_ssize_t at;
} Walk;

static PyTypeObject Walk_Type;
static Walk *spare[8];
static int spare_count;

static PyObject *walk(PyObject *module, PyObject *source)
{
    Walk *self = spare_count > 0 ? spare[--spare_count] : NULL;

    if (self != NULL)
        (void)PyObject_Init((PyObject *)self, &Walk_Type);
    else if ((self = PyObject_New(Walk, &Walk_Type)) == NULL)
        return NULL;
    Py_INCREF(source);
    self->source = source;
    self->at = 0;
    return (PyObject *)self;
}

static void walk_dealloc(Walk *self)
{
    Py_CLEAR(self->source);
    if (spare_count < 8)
        spare[spare_count++] = self;
    else
        PyObject_Free(self);
}

static PyObject *walk_next(Walk *self)
{
    PyObject *item;

    if (self->source == NULL)
        return NULL;
    item = PySequence_GetItem(self->source, self->at++);
    if (item == NULL && PyErr_ExceptionMatches(PyExc_IndexError)) {
        PyErr_Clear();
        Py_CLEAR(self->source);
    }
    return item;
}

static PyTypeObject Walk_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "ext.Walk", .tp_basicsize = sizeof(Walk), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_iter = PyObject_SelfIter,
    .tp_iternext = (iternextfunc)walk_next, .tp_dealloc = (destructor)walk_dealloc,
};

static PyObject *longest(PyObject *module, PyObject *iterable)
{
    PyObject *iterator = PyObject_GetIter(iterable), *best = NULL, *item;
    Py_ssize_t most = -1;

    if (iterator == NULL)
        return NULL;
    while ((item = PyIter_Next(iterator)) != NULL) {
        Py_ssize_t size = PyObject_Size(item);

        if (size < 0) {
            Py_DECREF(item);
            Py_CLEAR(best);
            break;
        }
        if (size > most) {
            PyObject *old = best;

            best = item;
            most = size;
            Py_XDECREF(old);
        } else {
            Py_DECREF(item);
        }
    }
    Py_DECREF(iterator);
    if (PyErr_Occurred()) {
        Py_XDECREF(best);
        return NULL;
    }
    if (best == NULL)
        Py_RETURN_NONE;
    return best;
}

static PyObject *fast_sum(PyObject *module, PyObject *iterable)
{
    PyObject *fast = PySequence_Fast(iterable, "not a sequence"), *sum = PyLong_FromLong(0);
    Py_ssize_t i;

    for (i = 0; fast != NULL && sum != NULL && i < PySequence_Fast_GET_SIZE(fast); i++) {
        PyObject *next = PyNumber_Add(sum, PySequence_Fast_GET_ITEM(fast, i));

        Py_SETREF(sum, next);
    }
    if (fast == NULL)
        Py_CLEAR(sum);
    Py_XDECREF(fast);
    return sum;
}

static PyMethodDef methods[] = {{"walk", walk, METH_O, NULL}, {"longest", longest, METH_O, NULL}, {"fast_sum", fast_sum, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, EXT_ADD_TYPE("Walk", Walk_Type))
