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

enum { FINE, WRONG_TYPE, ELSE };

static char
work(PyObject *arg, int *number)
{
    static int turn;

    *number = PyTuple_CheckExact(arg);
    return (char)(turn++ % 7);
}

static PyObject *
worked(PyObject *self, PyObject *arg)
{
    int number = 0;
    char state = work(arg, &number);

    switch (state) {
    case FINE:
        break;
    case WRONG_TYPE:
        PyErr_SetString(PyExc_TypeError, "another type is needed");
        break;
    default:
        PyErr_Format(PyExc_RuntimeError, "state %d", state);
        break;
    }
    if (state != FINE)
        return NULL;
    if (number)
        Py_RETURN_TRUE;
    Py_RETURN_NONE;
}

static PyObject *
worked_anyway(PyObject *self, PyObject *arg)
{
    int number = 0;
    char state = work(arg, &number);

    switch (state) {
    case FINE:
        break;
    case WRONG_TYPE:
        PyErr_SetString(PyExc_TypeError, "another type is needed");
        break;
    default:
        return NULL;
    }
    if (state > WRONG_TYPE)
        return NULL;
    if (number)
        Py_RETURN_TRUE;
    Py_RETURN_NONE;
}

enum { OF_NODES, OF_EDGES };

/* What is of neither kind is refused without a word: no caller asks for that. */
static int
read_kind(PyObject *arg, int kind, long *number)
{
    if (kind != OF_NODES && kind != OF_EDGES)
        return 1;
    *number = PyLong_AsLong(arg);
    if (*number == -1 && PyErr_Occurred())
        return 1;
    if (*number < kind) {
        PyErr_SetString(PyExc_ValueError, "too small");
        return 1;
    }
    return 0;
}

static int
asked_kind(PyObject *arg)
{
    return PyTuple_CheckExact(arg) ? OF_NODES : OF_EDGES;
}

static PyObject *
kind(PyObject *self, PyObject *arg)
{
    long number;

    if (read_kind(arg, asked_kind(arg), &number))
        return NULL;
    return PyLong_FromLong(number);
}

static PyObject *
kind_refused(PyObject *self, PyObject *arg)
{
    long number;

    if (read_kind(arg, asked_kind(arg), &number))
        return NULL;
    if (number > 1000)
        return NULL;
    return PyLong_FromLong(number);
}

static PyObject *
pixel(PyObject *arg)
{
    return PyNumber_Negative(arg);
}

static PyObject *
built(PyObject *self, PyObject *arg)
{
    PyObject *list = PyList_New(0), *item;

    if (list == NULL)
        return NULL;
    item = Py_BuildValue("iN", 1, pixel(arg));
    if (item == NULL) {
        Py_DECREF(list);
        return NULL;
    }
    Py_DECREF(item);
    return list;
}

static PyObject *
built_anyway(PyObject *self, PyObject *arg)
{
    PyObject *list = PyList_New(0), *item;

    if (list == NULL)
        return NULL;
    item = Py_BuildValue("iN", 1, pixel(arg));
    if (item == NULL)
        return list;
    Py_DECREF(item);
    return list;
}

static PyMethodDef methods[] = {METHOD(worked, METH_O), METHOD(worked_anyway, METH_O), METHOD(kind, METH_O), METHOD(kind_refused, METH_O), METHOD(built, METH_O), METHOD(built_anyway, METH_O), METHOD(rows, METH_O), METHOD(rows_kept, METH_O), METHOD(doubled, METH_O), METHOD(doubled_kept, METH_O), METHOD(message_of, METH_VARARGS), METHOD(message_kept, METH_VARARGS), {NULL}};
MODULE(asked, methods)

/* refsan check
 * RS201|RS202 rows_kept / rows: PyList_New(0)
 * RS302 kind_refused / kind: return NULL #2
 * RS302 built_anyway / built: return list
 * RS302 worked_anyway / worked: Py_RETURN_NONE || Py_RETURN_TRUE
 * RS202 doubled_kept / doubled: PyList_New(2)
 * RS201 message_kept / message_of: PyUnicode_FromString
 */
