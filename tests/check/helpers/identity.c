/* Which objects can be one: a new one is no older one and no constant, what compares equal is one by either name. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *cache, *end;
    int left;
} Reader;

/* False marks the end. */
static PyObject *
next_part(Reader *self)
{
    if (self->left == 0) {
        Py_INCREF(Py_False);
        return Py_False;
    }
    return PyLong_FromLong(self->left--);
}

static PyObject *
part(Reader *self, PyObject *ignored)
{
    PyObject *result = next_part(self);

    if (result == Py_False) {
        Py_DECREF(Py_False);
        Py_RETURN_NONE;
    }
    return result;
}

static PyObject *
part_kept(Reader *self, PyObject *ignored)
{
    PyObject *result = next_part(self);

    if (result == Py_False)
        Py_RETURN_NONE;
    Py_XDECREF(result);
    return PyLong_FromLong(1000);
}

static PyObject *
names_of(PyObject *arg)
{
    if (arg == Py_None)
        return PyList_New(0);
    return PyDict_Keys(arg);
}

static PyObject *
count_names(PyObject *self, PyObject *arg)
{
    PyObject *names = names_of(arg);
    Py_ssize_t count;

    if (names == NULL)
        return NULL;
    count = PyList_GET_SIZE(names);
    if (names != Py_None)
        Py_DECREF(names);
    return PyLong_FromSsize_t(count);
}

static PyObject *
count_names_kept(PyObject *self, PyObject *arg)
{
    PyObject *names = names_of(arg);

    if (names == NULL)
        return NULL;
    if (names == Py_None)
        Py_DECREF(names);
    return PyLong_FromSsize_t(PyList_GET_SIZE(names));
}

static PyObject *
joined(PyObject *self, PyObject *args)
{
    PyObject *first, *second, *whole;
    Py_ssize_t size;

    if (!PyArg_ParseTuple(args, "OO", &first, &second))
        return NULL;
    whole = PyByteArray_Concat(first, second);
    if (whole == NULL)
        return NULL;
    size = PyByteArray_GET_SIZE(whole);
    if (whole != first)
        Py_DECREF(whole);
    return PyLong_FromSsize_t(size);
}

static PyObject *
joined_kept(PyObject *self, PyObject *args)
{
    PyObject *first, *second, *whole;
    Py_ssize_t size;

    if (!PyArg_ParseTuple(args, "OO", &first, &second))
        return NULL;
    whole = PyByteArray_Concat(first, second);
    if (whole == NULL)
        return NULL;
    size = PyByteArray_GET_SIZE(whole);
    if (whole == first)
        Py_DECREF(whole);
    return PyLong_FromSsize_t(size);
}

/* What a call brings may be an object that was there before. */
static PyObject *
stripped_kept(PyObject *self, PyObject *arg)
{
    PyObject *text = PyObject_CallMethod(arg, "strip", NULL);

    if (text == NULL)
        return NULL;
    if (text != arg)
        Py_DECREF(text);
    Py_RETURN_NONE;
}

static PyObject *
stripped(PyObject *self, PyObject *arg)
{
    PyObject *text = PyObject_CallMethod(arg, "strip", NULL);

    if (text == NULL)
        return NULL;
    if (text == arg) {
        Py_DECREF(text);
        Py_RETURN_NONE;
    }
    return text;
}

/* The helper's loss is the helper's: not that of all who call it. */
static double
offset_lost(PyObject *arg)
{
    PyObject *zone = PyObject_GetAttrString(arg, "tzinfo");
    double offset;

    if (zone == NULL)
        return -1;
    if (zone == Py_None)
        return 0;
    offset = PyFloat_AsDouble(zone);
    Py_DECREF(zone);
    return offset;
}

static double
offset_of(PyObject *arg)
{
    PyObject *zone = PyObject_GetAttrString(arg, "tzinfo");
    double offset = 0;

    if (zone == NULL)
        return -1;
    if (zone != Py_None)
        offset = PyFloat_AsDouble(zone);
    Py_DECREF(zone);
    return offset;
}

static PyObject *
offsets(PyObject *self, PyObject *arg)
{
    double offset = offset_lost(arg) + offset_of(arg);

    if (PyErr_Occurred())
        return NULL;
    return PyFloat_FromDouble(offset);
}

static PyMethodDef methods[] = {METHOD(count_names, METH_O), METHOD(count_names_kept, METH_O), METHOD(joined, METH_VARARGS), METHOD(joined_kept, METH_VARARGS),
                                METHOD(stripped, METH_O), METHOD(stripped_kept, METH_O), METHOD(offsets, METH_O), METHOD(part, METH_NOARGS), METHOD(part_kept, METH_NOARGS), {NULL}};
MODULE(identity, methods)

/* refsan check
 * RS201 part_kept / part [..3.11]: next_part || Py_RETURN_NONE
 * RS201 count_names_kept / count_names: names_of
 * RS201 joined_kept / joined: PyByteArray_Concat
 * RS201 offset_lost / offset_of [..3.11]: "tzinfo"
 * RS201 stripped_kept / stripped: "strip"
 */
