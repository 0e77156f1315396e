/* Format strings say which C types are read or written. */
#include "../module.h"
#include <stdbool.h>

static PyObject *
configure(PyObject *self, PyObject *args)
{
    bool strict = false, fast = false;

    if (!PyArg_ParseTuple(args, "pp:configure", &strict, &fast))
        return NULL;
    return PyBool_FromLong(strict && fast);
}

static PyObject *
configure_int(PyObject *self, PyObject *args)
{
    int strict = 0, fast = 0;

    if (!PyArg_ParseTuple(args, "pp:configure_int", &strict, &fast))
        return NULL;
    return PyBool_FromLong(strict && fast);
}

static PyObject *
offset(PyObject *self, PyObject *args)
{
    int start = 0;

    if (!PyArg_ParseTuple(args, "l:offset", &start))
        return NULL;
    return PyLong_FromLong(start + 1);
}

static PyObject *
offset_long(PyObject *self, PyObject *args)
{
    unsigned long start = 0; /* another sign, the same size */

    if (!PyArg_ParseTuple(args, "l:offset_long", &start))
        return NULL;
    return PyLong_FromUnsignedLong(start + 1);
}

static PyObject *
scale(PyObject *self, PyObject *args)
{
    float factor = 1;

    if (!PyArg_ParseTuple(args, "|d:scale", &factor))
        return NULL;
    return PyFloat_FromDouble(factor * 2);
}

static PyObject *
scale_float(PyObject *self, PyObject *args)
{
    float factor = 1;
    double base = 10;

    if (!PyArg_ParseTuple(args, "|fd:scale_float", &factor, &base))
        return NULL;
    return PyFloat_FromDouble(factor * base);
}

static PyObject *
measure(PyObject *self, PyObject *args)
{
    const char *text;
    int length;

    if (!PyArg_ParseTuple(args, "s#:measure", &text, &length))
        return NULL;
    return PyLong_FromLong(length);
}

static PyObject *
measure_size(PyObject *self, PyObject *args)
{
    const char *text;
    Py_ssize_t length; /* PY_SSIZE_T_CLEAN is defined in module.h */

    if (!PyArg_ParseTuple(args, "s#:measure_size", &text, &length))
        return NULL;
    return PyLong_FromSsize_t(length);
}

static PyObject *
pair(PyObject *self, PyObject *args)
{
    PyObject *first, *second;

    if (!PyArg_ParseTuple(args, "OO:pair", &first))
        return NULL;
    second = first;
    return PyTuple_Pack(2, first, second);
}

static PyObject *
pair_optional(PyObject *self, PyObject *args)
{
    PyObject *first, *second = Py_None;
    int width = 0, height = 0;

    if (!PyArg_ParseTuple(args, "O(ii)|O;a thing, its size, another", &first, &width, &height, &second))
        return NULL;
    return Py_BuildValue("(O,(ii),O)", first, width, height, second);
}

static PyObject *
typed(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"items", "limit", NULL};
    PyObject *items;
    Py_ssize_t limit = -1;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!|n:typed", names, &items, &limit))
        return NULL;
    return PyLong_FromSsize_t(limit);
}

static PyObject *
typed_list(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"items", "limit", "name", NULL};
    PyObject *items;
    Py_ssize_t limit = -1;
    const char *name = NULL;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!|n$z:typed_list", names, &PyList_Type, &items, &limit, &name))
        return NULL;
    return PyList_GetSlice(items, 0, limit);
}

static PyObject *
built_number(PyObject *self, PyObject *number)
{
    Py_ssize_t size = PyObject_Size(number);

    if (size < 0)
        return NULL;
    return Py_BuildValue("(sd)", "size", size);
}

static PyObject *
built_size(PyObject *self, PyObject *number)
{
    Py_ssize_t size = PyObject_Size(number);
    unsigned char byte = 7;

    if (size < 0)
        return NULL;
    return Py_BuildValue("{s:n,s:b,s:f}", "size", size, "byte", byte, "half", 0.5f * size);
}

static PyObject *
built_short(PyObject *self, PyObject *object)
{
    return Py_BuildValue("(sO)", object);
}

static PyObject *
built_whole(PyObject *self, PyObject *object)
{
    return Py_BuildValue("(zO)", NULL, object);
}

static PyMethodDef methods[] = {
    METHOD(configure, METH_VARARGS), METHOD(configure_int, METH_VARARGS), METHOD(offset, METH_VARARGS), METHOD(offset_long, METH_VARARGS),
    METHOD(scale, METH_VARARGS), METHOD(scale_float, METH_VARARGS), METHOD(measure, METH_VARARGS), METHOD(measure_size, METH_VARARGS),
    METHOD(pair, METH_VARARGS), METHOD(pair_optional, METH_VARARGS), METHOD(typed, METH_VARARGS | METH_KEYWORDS),
    METHOD(typed_list, METH_VARARGS | METH_KEYWORDS), METHOD(built_number, METH_O), METHOD(built_size, METH_O), METHOD(built_short, METH_O),
    METHOD(built_whole, METH_O), {NULL},
};
MODULE(formats, methods)

/* refsan check
 * RS306 configure / configure_int: PyArg_ParseTuple
 * RS306 offset / offset_long: PyArg_ParseTuple
 * RS306 scale / scale_float: PyArg_ParseTuple
 * RS306 measure / measure_size: PyArg_ParseTuple
 * RS306 pair / pair_optional: PyArg_ParseTuple
 * RS306 typed / typed_list: PyArg_ParseTupleAndKeywords
 * RS306 built_number / built_size: Py_BuildValue
 * RS306 built_short / built_whole: Py_BuildValue
 */
