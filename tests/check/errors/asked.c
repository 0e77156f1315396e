/* Conditions that are asked twice: the same arithmetic, a failure's value in another width, a text that was read. */
#include "../module.h"
#include <stdint.h>

static int
width_of(PyObject *arg)
{
    return PyTuple_Check(arg) ? 2 : 3;
}

static PyObject *
rows(PyObject *self, PyObject *arg)
{
    PyObject *row = NULL;
    Py_ssize_t size = PyObject_Size(arg);
    int width = width_of(arg);

    if (size < 0)
        return NULL;
    if (size % width == 0) {
        row = PyList_New(0);
        if (row == NULL)
            return NULL;
    }
    if (size % width) {
        PyErr_SetString(PyExc_ValueError, "no whole rows");
        return NULL;
    }
    return row;
}

static PyObject *
rows_kept(PyObject *self, PyObject *arg)
{
    PyObject *row = NULL;
    Py_ssize_t size = PyObject_Size(arg);
    int width = width_of(arg);

    if (size < 0)
        return NULL;
    if (size % width) {
        row = PyList_New(0);
        if (row == NULL)
            return NULL;
    }
    if (size % width) {
        PyErr_SetString(PyExc_ValueError, "no whole rows");
        return NULL;
    }
    Py_RETURN_NONE;
}

static uint16_t
small_number(PyObject *arg)
{
    long value = PyLong_AsLong(arg);

    if (value == -1 && PyErr_Occurred())
        return (uint16_t)(-1);
    return (uint16_t)value;
}

static PyObject *
doubled(PyObject *self, PyObject *arg)
{
    uint16_t value = small_number(arg);

    if (value == (uint16_t)(-1) && PyErr_Occurred())
        return NULL;
    return PyLong_FromLong(2 * value);
}

static PyObject *
doubled_kept(PyObject *self, PyObject *arg)
{
    PyObject *list = PyList_New(2);
    uint16_t value = small_number(arg);

    if (list == NULL || (value == (uint16_t)(-1) && PyErr_Occurred()))
        return NULL;
    return list;
}

static PyObject *
message_of(PyObject *self, PyObject *args)
{
    const char *message = NULL;
    PyObject *text, *whole;

    if (!PyArg_ParseTuple(args, "|z", &message))
        return NULL;
    text = PyUnicode_FromString(message);
    if (text == NULL)
        return NULL;
    whole = PyUnicode_Concat(text, text);
    if (message != NULL)
        Py_DECREF(text);
    return whole;
}

static PyObject *
message_kept(PyObject *self, PyObject *args)
{
    const char *message = NULL;
    PyObject *text, *whole;

    if (!PyArg_ParseTuple(args, "|z", &message))
        return NULL;
    text = PyUnicode_FromString(message);
    if (text == NULL)
        return NULL;
    whole = PyUnicode_Concat(text, text);
    if (message == NULL)
        Py_DECREF(text);
    return whole;
}

static PyMethodDef methods[] = {METHOD(rows, METH_O), METHOD(rows_kept, METH_O), METHOD(doubled, METH_O), METHOD(doubled_kept, METH_O), METHOD(message_of, METH_VARARGS), METHOD(message_kept, METH_VARARGS), {NULL}};
MODULE(asked, methods)

/* refsan check
 * RS201|RS202 rows_kept / rows: PyList_New(0)
 * RS202 doubled_kept / doubled: PyList_New(2)
 * RS201 message_kept / message_of: PyUnicode_FromString
 */
