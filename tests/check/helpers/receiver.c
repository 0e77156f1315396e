/* A helper that refuses what is of another type: the receiver of a method or getter is of the right one. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    long steps;
} Scale;

extern PyTypeObject Scale_Type;

static Scale *
scale_of(PyObject *object)
{
    if (!PyObject_TypeCheck(object, &Scale_Type)) {
        PyErr_Format(PyExc_TypeError, "%R is no scale", object);
        return NULL;
    }
    return (Scale *)object;
}

/* asked of receivers alone */
static long
steps_of(PyObject *object)
{
    Scale *scale = scale_of(object);

    return scale != NULL ? scale->steps : 0;
}

static PyObject *
get_steps(PyObject *self, void *closure)
{
    return PyLong_FromLong(steps_of(self));
}

static PyObject *
twice(PyObject *self, PyObject *ignored)
{
    return PyLong_FromLong(2 * steps_of(self));
}

/* ... and of whatever is passed */
static long
size_of(PyObject *object)
{
    Scale *scale = scale_of(object);

    return scale != NULL ? scale->steps + 1 : 0;
}

static PyObject *
is_more(PyObject *self, PyObject *other)
{
    return PyBool_FromLong(size_of(self) > size_of(other));
}

static PyMethodDef scale_methods[] = {METHOD(twice, METH_NOARGS), METHOD(is_more, METH_O), {NULL}};
static PyGetSetDef scale_members[] = {{"steps", get_steps, NULL, NULL, NULL}, {NULL}};
PyTypeObject Scale_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "receiver.Scale",
                           .tp_basicsize = sizeof(Scale),
                           .tp_getset = scale_members,
                           .tp_methods = scale_methods};

/* refsan check
 * RS302 size_of / steps_of: scale_of(object) || return scale != NULL
 */
