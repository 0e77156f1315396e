/* PyNumber_*, PySequence_*, PyObject_*: every intermediate result of an expression is a reference. */
#include "../module.h"

static PyObject *
mean(PyObject *self, PyObject *args)
{
    PyObject *a, *b, *sum, *two;

    if (!PyArg_ParseTuple(args, "OO", &a, &b))
        return NULL;
    sum = PyNumber_Add(a, b);
    if (sum == NULL)
        return NULL;
    two = PyLong_FromLong(2);
    if (two == NULL) {
        Py_DECREF(sum);
        return NULL;
    }
    sum = PyNumber_FloorDivide(sum, two);
    Py_DECREF(two);
    return sum;
}

static PyObject *
scaled(PyObject *self, PyObject *args)
{
    PyObject *a, *b, *result, *next;

    if (!PyArg_ParseTuple(args, "OO", &a, &b))
        return NULL;
    result = PyNumber_Subtract(a, b);
    if (result == NULL)
        return NULL;
    next = PyNumber_Multiply(result, b);
    Py_SETREF(result, next);
    return result;
}

static PyObject *
distance(PyObject *self, PyObject *args)
{
    PyObject *a, *b, *difference;

    if (!PyArg_ParseTuple(args, "OO:distance", &a, &b))
        return NULL;
    difference = PyNumber_Subtract(a, b);
    return difference ? PyNumber_Multiply(difference, difference) : NULL;
}

static PyObject *
gap(PyObject *self, PyObject *args)
{
    PyObject *a, *b, *difference, *size;

    if (!PyArg_ParseTuple(args, "OO:gap", &a, &b))
        return NULL;
    if ((difference = PyNumber_Subtract(a, b)) == NULL)
        return NULL;
    size = PyNumber_Absolute(difference);
    Py_DECREF(difference);
    return size;
}

static PyObject *
starts_equal(PyObject *self, PyObject *args)
{
    PyObject *a, *b, *x, *y, *answer;

    if (!PyArg_ParseTuple(args, "OO", &a, &b))
        return NULL;
    x = PySequence_GetItem(a, 0);
    if (x == NULL)
        return NULL;
    y = PySequence_GetItem(b, 0);
    if (y == NULL)
        return NULL;
    answer = PyObject_RichCompare(x, y, Py_EQ);
    Py_DECREF(x);
    Py_DECREF(y);
    return answer;
}

static PyObject *
ends_equal(PyObject *self, PyObject *args)
{
    PyObject *a, *b, *x = NULL, *y = NULL, *answer = NULL;

    if (!PyArg_ParseTuple(args, "OO", &a, &b))
        return NULL;
    x = PySequence_GetItem(a, -1);
    if (!x)
        goto out;
    y = PySequence_GetItem(b, -1);
    if (!y)
        goto out_x;
    answer = PyObject_RichCompare(x, y, Py_EQ);
    Py_DECREF(y);
out_x:
    Py_DECREF(x);
out:
    return answer;
}

static PyObject *
describe(PyObject *self, PyObject *object)
{
    PyObject *repr = PyObject_Repr(object);
    const char *text;

    if (repr == NULL)
        return NULL;
    text = PyUnicode_AsUTF8(repr);
    if (text == NULL) {
        Py_DECREF(repr);
        return NULL;
    }
    return PyUnicode_FromFormat("<<%s>>", text);
}

static PyObject *
describe_ascii(PyObject *self, PyObject *object)
{
    PyObject *repr = PyObject_ASCII(object), *result = NULL;
    const char *text = repr ? PyUnicode_AsUTF8(repr) : NULL;

    if (text)
        result = PyUnicode_FromFormat("<<%s>>", text);
    Py_XDECREF(repr);
    return result;
}

static PyObject *
directory_size(PyObject *self, PyObject *object)
{
    PyObject *names = PyObject_Dir(object);
    Py_ssize_t size;

    if (names == NULL || (size = PyList_Size(names)) < 0)
        return NULL;
    return PyLong_FromSsize_t(size);
}

static PyObject *
directory_tail(PyObject *self, PyObject *object)
{
    PyObject *names = PyObject_Dir(object), *tail;

    if (names == NULL)
        return NULL;
    tail = PyList_GetSlice(names, 2, PyList_GET_SIZE(names));
    Py_DECREF(names);
    return tail;
}

static PyObject *
total(PyObject *self, PyObject *items)
{
    PyObject *iterator = PyObject_GetIter(items), *sum, *item;

    if (iterator == NULL)
        return NULL;
    sum = PyLong_FromLong(0);
    while (sum != NULL && (item = PyIter_Next(iterator)) != NULL) {
        PyObject *next = PyNumber_Add(sum, item);

        Py_DECREF(item);
        Py_DECREF(sum);
        sum = next;
    }
    if (PyErr_Occurred())
        Py_CLEAR(sum);
    return sum;
}

static PyObject *
product(PyObject *self, PyObject *items)
{
    PyObject *iterator = PyObject_GetIter(items), *result, *item;

    if (iterator == NULL)
        return NULL;
    result = PyLong_FromLong(1);
    while (result && (item = PyIter_Next(iterator))) {
        Py_SETREF(result, PyNumber_Multiply(result, item));
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    if (result && PyErr_Occurred())
        Py_CLEAR(result);
    return result;
}

static PyMethodDef methods[] = {
    METHOD(mean, METH_VARARGS), METHOD(scaled, METH_VARARGS), METHOD(distance, METH_VARARGS), METHOD(gap, METH_VARARGS),
    METHOD(starts_equal, METH_VARARGS), METHOD(ends_equal, METH_VARARGS), METHOD(describe, METH_O), METHOD(describe_ascii, METH_O),
    METHOD(directory_size, METH_O), METHOD(directory_tail, METH_O), METHOD(total, METH_O), METHOD(product, METH_O), {NULL},
};
MODULE(abstract, methods)

/* refsan check
 * RS201 mean / scaled: sum = PyNumber_Add(a, b) || sum = PyNumber_FloorDivide
 * RS201 distance / gap: difference = PyNumber_Subtract(a, b)
 * RS202 starts_equal / ends_equal: x = PySequence_GetItem(a, 0)
 * RS201 describe / describe_ascii: PyObject_Repr
 * RS201 directory_size / directory_tail: PyObject_Dir
 * RS201 total / product: PyObject_GetIter
 */
