/* What a helper asks about its argument's type its callers ask again: the two answers are one. */
#include "../module.h"

typedef struct {
    PyObject_HEAD Py_ssize_t length;
} Row;

static PyTypeObject Row_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "questions.Row", .tp_basicsize = sizeof(Row)};

#define Row_Check(op) PyObject_TypeCheck(op, &Row_Type)

static Row *new_row(Py_ssize_t length)
{
    Row *row = PyObject_New(Row, &Row_Type);

    if (row != NULL)
        row->length = length;
    return row;
}

/* A row is given back as it is, without a reference; of a number, a new one is made. */
static Row *row_of(PyObject *object)
{
    Py_ssize_t length;

    if (Row_Check(object))
        return (Row *)object;
    length = PyNumber_AsSsize_t(object, PyExc_OverflowError);
    if (length == -1 && PyErr_Occurred())
        return NULL;
    return new_row(length);
}

static PyObject *length_always(PyObject *module, PyObject *arg)
{
    Row *row = row_of(arg);
    PyObject *length;

    if (row == NULL)
        return NULL;
    length = PyLong_FromSsize_t(row->length);
    Py_DECREF(row);
    return length;
}

static PyObject *length_of(PyObject *module, PyObject *arg)
{
    Row *row = row_of(arg);
    PyObject *length;

    if (row == NULL)
        return NULL;
    length = PyLong_FromSsize_t(row->length);
    if (!Row_Check(arg))
        Py_DECREF(row);
    return length;
}

static PyObject *ratio_always(PyObject *module, PyObject *args)
{
    PyObject *first, *second, *ratio = NULL;
    Row *one = NULL, *other = NULL;

    if (!PyArg_ParseTuple(args, "OO", &first, &second))
        return NULL;
    one = row_of(first);
    other = one == NULL ? NULL : row_of(second);
    if (other != NULL && other->length != 0)
        ratio = PyFloat_FromDouble((double)one->length / (double)other->length);
    else if (other != NULL)
        PyErr_SetNone(PyExc_ZeroDivisionError);
    if (!Row_Check(first))
        Py_XDECREF(one);
    Py_XDECREF(other);
    return ratio;
}

static PyObject *ratio_of(PyObject *module, PyObject *args)
{
    PyObject *first, *second, *ratio = NULL;
    Row *one = NULL, *other = NULL;

    if (!PyArg_ParseTuple(args, "OO", &first, &second))
        return NULL;
    one = row_of(first);
    other = one == NULL ? NULL : row_of(second);
    if (other != NULL && other->length != 0)
        ratio = PyFloat_FromDouble((double)one->length / (double)other->length);
    else if (other != NULL)
        PyErr_SetNone(PyExc_ZeroDivisionError);
    if (!Row_Check(first))
        Py_XDECREF(one);
    if (!Row_Check(second))
        Py_XDECREF(other);
    return ratio;
}

/* A new tuple is a tuple; what an attribute holds may be anything. */
static PyObject *shape_kept(PyObject *module, PyObject *arg)
{
    PyObject *shape = PyObject_GetAttrString(arg, "shape"), *size;

    if (shape == NULL)
        return NULL;
    if (!PyTuple_Check(shape)) {
        PyErr_SetString(PyExc_TypeError, "shape");
        return NULL;
    }
    size = PyLong_FromSsize_t(PyTuple_GET_SIZE(shape));
    Py_DECREF(shape);
    return size;
}

static PyObject *shape_of(PyObject *module, PyObject *arg)
{
    PyObject *shape = PyTuple_New(2), *size;

    if (shape == NULL)
        return NULL;
    if (!PyTuple_Check(shape)) {
        PyErr_SetString(PyExc_TypeError, "shape");
        return NULL;
    }
    size = PyLong_FromSsize_t(PyTuple_GET_SIZE(shape));
    Py_DECREF(shape);
    return size;
}

/* No object is both a number and a text. */
static PyObject *name_lost(PyObject *module, PyObject *arg)
{
    PyObject *name = PyLong_Check(arg) || PyFloat_Check(arg) ? PyObject_Repr(arg) : Py_NewRef(arg);

    if (name == NULL)
        return NULL;
    if (PyLong_Check(arg)) {
        PyErr_SetString(PyExc_TypeError, "a name");
        return NULL;
    }
    return name;
}

static PyObject *name_of(PyObject *module, PyObject *arg)
{
    PyObject *name = NULL;

    if (PyLong_Check(arg)) {
        name = PyObject_Repr(arg);
        if (name == NULL)
            return NULL;
    }
    if (PyUnicode_Check(arg))
        return Py_NewRef(arg);
    if (name == NULL)
        PyErr_SetString(PyExc_TypeError, "a name");
    return name;
}

static PyMethodDef methods[] = {
    METHOD(length_always, METH_O),  METHOD(length_of, METH_O),  METHOD(ratio_always, METH_VARARGS),
    METHOD(ratio_of, METH_VARARGS), METHOD(shape_kept, METH_O), METHOD(shape_of, METH_O),
    METHOD(name_lost, METH_O),      METHOD(name_of, METH_O),    {NULL}};
MODULE(questions, methods)
/* refsan check
 * RS101 length_always / length_of: Py_DECREF(row)
 * RS101 ratio_always / ratio_of: Py_XDECREF(other)
 * RS202 shape_kept / shape_of: PyObject_GetAttrString
 * RS202 name_lost / name_of: PyObject_Repr(arg) : Py_NewRef(arg)
 */
