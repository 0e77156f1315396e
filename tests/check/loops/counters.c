/* Counters that only rise: never below where they began, never there again. */
#include "../module.h"

/* One more than the arguments found: never 0 but for the refusals. */
static Py_ssize_t
unpack(PyObject *args, Py_ssize_t min, Py_ssize_t max, PyObject **found)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args), i;

    if (count < min) {
        PyErr_SetString(PyExc_TypeError, "too few arguments");
        return 0;
    }
    if (count > max) {
        PyErr_SetString(PyExc_TypeError, "too many arguments");
        return 0;
    }
    for (i = 0; i < count; ++i)
        found[i] = PyTuple_GET_ITEM(args, i);
    for (; count < max; ++count)
        found[count] = NULL;
    return i + 1;
}

static PyObject *
length_of(PyObject *module, PyObject *args)
{
    PyObject *found[2];

    if (!unpack(args, 1, 2, found))
        return NULL;
    return PyLong_FromSsize_t(PyObject_Size(found[0]) + 1);
}

/* The arguments that are numbers: there may be none. */
static Py_ssize_t
numbers(PyObject *args)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args), i, some = 0;

    for (i = 0; i < count; ++i)
        if (PyLong_Check(PyTuple_GET_ITEM(args, i)))
            ++some;
    return some;
}

static PyObject *
numbers_of(PyObject *module, PyObject *args)
{
    if (!numbers(args))
        return NULL;
    return PyLong_FromLong(1);
}

/* The first step goes from what was borrowed, the others from what the step before brought. */
static PyObject *
follow(PyObject *module, PyObject *args)
{
    PyObject *at, *name, *next;
    int steps, i;

    if (!PyArg_ParseTuple(args, "OUi", &at, &name, &steps))
        return NULL;
    for (i = 0; i < steps; i++) {
        next = PyObject_GetAttr(at, name);
        if (i > 0)
            Py_DECREF(at);
        if (next == NULL)
            return NULL;
        at = next;
    }
    if (i == 0)
        Py_INCREF(at);
    return at;
}

static PyObject *
follow_far(PyObject *module, PyObject *args)
{
    PyObject *at, *name, *next;
    int steps, i;

    if (!PyArg_ParseTuple(args, "OUi", &at, &name, &steps))
        return NULL;
    for (i = 0; i < steps; i++) {
        next = PyObject_GetAttr(at, name);
        if (i > 1)
            Py_DECREF(at);
        if (next == NULL)
            return NULL;
        at = next;
    }
    if (i == 0)
        Py_INCREF(at);
    return at;
}

static PyMethodDef counters_methods[] = {METHOD(length_of, METH_VARARGS), METHOD(numbers_of, METH_VARARGS),
                                         METHOD(follow, METH_VARARGS), METHOD(follow_far, METH_VARARGS), {NULL}};

MODULE(counters, counters_methods)

/* refsan check
 * RS302 numbers_of / length_of: return NULL
 * RS201 follow_far / follow: next = PyObject_GetAttr(at, name)
 */
