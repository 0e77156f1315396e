/* What an object's type says: a call that can only fail for another type does not fail, and no object is of two types of
 * Python's own. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    long x;
} Point;
static PyTypeObject Point_Type;

/* ---- a bool is no int that is too large; a float is one ---- */
static PyObject *
count_of(PyObject *self, PyObject *value)
{
    if (!PyLong_Check(value))
        Py_RETURN_NONE;
    return PyFloat_FromDouble((double)PyLong_AsLong(value));
}

static PyObject *
truth_of(PyObject *self, PyObject *value)
{
    if (!PyBool_Check(value))
        Py_RETURN_NONE;
    return PyFloat_FromDouble((double)PyLong_AsLong(value));
}

static PyObject *
half(PyObject *self, PyObject *value)
{
    if (PyUnicode_Check(value))
        Py_RETURN_NONE;
    return PyFloat_FromDouble(PyFloat_AsDouble(value) / 2);
}

static PyObject *
half_of_float(PyObject *self, PyObject *value)
{
    if (!PyFloat_CheckExact(value))
        Py_RETURN_NONE;
    return PyFloat_FromDouble(PyFloat_AsDouble(value) / 2);
}

/* ---- what makes an object says what it is ---- */
static PyObject *
text_size(PyObject *self, PyObject *name)
{
    PyObject *bytes = PyObject_CallMethod(name, "encode", NULL);
    char *text;

    if (bytes == NULL)
        return NULL;
    text = PyBytes_AsString(bytes);
    if (text == NULL)
        return NULL;
    Py_DECREF(bytes);
    return PyLong_FromLong(1);
}

static PyObject *
text_size_of(PyObject *self, PyObject *name)
{
    PyObject *bytes = PyUnicode_AsUTF8String(name);
    char *text;

    if (bytes == NULL)
        return NULL;
    text = PyBytes_AsString(bytes);
    if (text == NULL)
        return NULL;
    Py_DECREF(bytes);
    return PyLong_FromLong(1);
}

/* ---- one answer, however often it is asked ---- */
static PyObject *
pair(PyObject *self, PyObject *value)
{
    PyObject *list = NULL;

    if (PyUnicode_Check(value))
        list = PyList_New(0);
    if (list == NULL && PyErr_Occurred())
        return NULL;
    if (PyBytes_Check(value))
        Py_XDECREF(list);
    Py_RETURN_NONE;
}

static PyObject *
pair_of_text(PyObject *self, PyObject *value)
{
    PyObject *list = NULL;

    if (PyUnicode_Check(value))
        list = PyList_New(0);
    if (list == NULL && PyErr_Occurred())
        return NULL;
    if (PyUnicode_Check(value))
        Py_XDECREF(list);
    Py_RETURN_NONE;
}

static PyObject *
either(PyObject *self, PyObject *value)
{
    PyObject *taken = value;

    if (PyLong_Check(value))
        taken = PyNumber_Float(value);
    if (taken == NULL)
        return NULL;
    if (PyFloat_Check(value) || PyLong_Check(value))
        Py_DECREF(taken);
    Py_RETURN_NONE;
}

static PyObject *
either_or(PyObject *self, PyObject *value)
{
    PyObject *taken = value;

    if (PyLong_Check(value))
        taken = PyNumber_Float(value);
    if (taken == NULL)
        return NULL;
    if (!PyFloat_Check(value) && !PyUnicode_Check(value) && PyLong_Check(value))
        Py_DECREF(taken);
    Py_RETURN_NONE;
}

/* ---- a helper that asks again for a type of the unit's own ---- */
static long
point_x(PyObject *object)
{
    if (!PyObject_TypeCheck(object, &Point_Type)) {
        PyErr_SetString(PyExc_TypeError, "no point");
        return 0;
    }
    return ((Point *)object)->x;
}

static PyObject *
x_of(PyObject *self, PyObject *object)
{
    PyObject *list = PyList_New(0);
    long x;

    if (list == NULL)
        return NULL;
    x = point_x(object);
    if (PyErr_Occurred())
        return NULL;
    Py_DECREF(list);
    return PyLong_FromLong(x);
}

static PyObject *
x_of_point(PyObject *self, PyObject *object)
{
    PyObject *list;
    long x;

    if (!PyObject_TypeCheck(object, &Point_Type))
        Py_RETURN_NONE;
    list = PyList_New(0);
    if (list == NULL)
        return NULL;
    x = point_x(object);
    if (PyErr_Occurred())
        return NULL;
    Py_DECREF(list);
    return PyLong_FromLong(x);
}

/* ---- an index below the size ---- */
static PyObject *
longest(PyObject *self, PyObject *rows)
{
    PyObject *found = PyList_New(0), *row;

    if (found == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i <= PyList_GET_SIZE(rows); i++) {
        row = PyList_GetItem(rows, i);
        if (row == NULL)
            return NULL;
        if (row == Py_None)
            break;
    }
    return found;
}

static PyObject *
longest_of(PyObject *self, PyObject *rows)
{
    PyObject *found = PyList_New(0), *row;

    if (found == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(rows); i++) {
        row = PyList_GetItem(rows, i);
        if (row == NULL)
            return NULL;
        if (row == Py_None)
            break;
    }
    return found;
}

static PyObject *
second(PyObject *self, PyObject *pair)
{
    PyObject *found, *item;

    if (PyTuple_Size(pair) < 1)
        return NULL;
    if ((found = PyList_New(0)) == NULL)
        return NULL;
    item = PyTuple_GetItem(pair, 1);
    if (item == NULL)
        return NULL;
    if (PyList_Append(found, item) < 0)
        Py_CLEAR(found);
    return found;
}

static PyObject *
second_of(PyObject *self, PyObject *pair)
{
    PyObject *found, *item;

    if (PyTuple_Size(pair) != 2)
        return PyErr_Format(PyExc_TypeError, "no pair");
    if ((found = PyList_New(0)) == NULL)
        return NULL;
    item = PyTuple_GetItem(pair, 1);
    if (item == NULL)
        return NULL;
    if (PyList_Append(found, item) < 0)
        Py_CLEAR(found);
    return found;
}

/* ---- NULL that is counted, or asked, ends the program ---- */
static PyObject *
row_at(PyObject *rows, Py_ssize_t i)
{
    if (i > 5) {
        PyErr_SetString(PyExc_IndexError, "no row");
        return NULL;
    }
    return ((PyTupleObject *)rows)->ob_item[i];
}

static PyObject *
first_row(PyObject *self, PyObject *rows)
{
    PyObject *row = row_at(rows, PyTuple_GET_SIZE(rows) - 1);

    if (row == NULL)
        return PyLong_FromLong(1);
    return Py_NewRef(row);
}

static PyObject *
last_row(PyObject *self, PyObject *rows)
{
    PyObject *row = row_at(rows, PyTuple_GET_SIZE(rows) - 1);

    Py_INCREF(row);
    Py_DECREF(row);
    if (PyObject_Hash(row) == -1)
        return NULL;
    return PyLong_FromLong(1);
}

static PyTypeObject Point_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "kinds.Point",
                                  .tp_basicsize = sizeof(Point)};

static PyMethodDef methods[] = {
    METHOD(count_of, METH_O), METHOD(truth_of, METH_O),     METHOD(half, METH_O), METHOD(half_of_float, METH_O),
    METHOD(text_size, METH_O), METHOD(text_size_of, METH_O), METHOD(pair, METH_O), METHOD(pair_of_text, METH_O),
    METHOD(either, METH_O),   METHOD(either_or, METH_O),    METHOD(x_of, METH_O), METHOD(x_of_point, METH_O),
    METHOD(longest, METH_O),  METHOD(longest_of, METH_O),   METHOD(second, METH_O), METHOD(second_of, METH_O),
    METHOD(first_row, METH_O), METHOD(last_row, METH_O),
    {NULL},
};
MODULE(kinds, methods)

/* refsan check
 * RS302 count_of / truth_of: PyLong_AsLong
 * RS302 half / half_of_float: PyFloat_AsDouble
 * RS202 text_size / text_size_of: PyObject_CallMethod
 * RS201 pair / pair_of_text: PyList_New(0)
 * RS101 either / either_or: Py_DECREF(taken)
 * RS202 x_of / x_of_point: PyList_New(0)
 * RS202 longest / longest_of: PyList_New(0)
 * RS202 second / second_of: PyList_New(0)
 * RS302 first_row / last_row: return PyLong_FromLong(1)
 */
