/* Who is told of: the helper that returns a result with an exception, not those that pass it on; and failures that show later. */
#include "../module.h"

static PyObject *
row_of(PyObject *names, PyObject *values)
{
    PyObject *row = PyDict_New();

    for (Py_ssize_t i = 0; row != NULL && i < PyTuple_GET_SIZE(names); i++)
        if (PyDict_SetItem(row, PyTuple_GET_ITEM(names, i), PyTuple_GET_ITEM(values, i)) < 0)
            break; /* wrong: the row is returned all the same */
    return row;
}

static PyObject *
row_of_checked(PyObject *names, PyObject *values)
{
    PyObject *row = PyDict_New();

    for (Py_ssize_t i = 0; row != NULL && i < PyTuple_GET_SIZE(names); i++)
        if (PyDict_SetItem(row, PyTuple_GET_ITEM(names, i), PyTuple_GET_ITEM(values, i)) < 0)
            Py_CLEAR(row);
    return row;
}

static PyObject *
row(PyObject *self, PyObject *args)
{
    PyObject *names, *values;

    if (!PyArg_ParseTuple(args, "O!O!", &PyTuple_Type, &names, &PyTuple_Type, &values))
        return NULL;
    return row_of(names, values);
}

static PyObject *
row_of_names(PyObject *self, PyObject *args)
{
    return row_of(args, args);
}

static PyObject *
row_checked(PyObject *self, PyObject *args)
{
    return row_of_checked(args, args);
}

/* -1 and an exception, says the convention */
static long
weight_of(PyObject *object)
{
    PyObject *weight = PyObject_GetAttrString(object, "weight"); /* wrong: its failure is 0 */
    long result = 0;

    if (weight != NULL && PyLong_Check(weight))
        result = PyLong_AsLong(weight) & 0xff;
    Py_XDECREF(weight);
    return result;
}

static PyObject *
weigh(PyObject *self, PyObject *object)
{
    long weight = weight_of(object);

    if (weight == -1 && PyErr_Occurred())
        return NULL;
    if (weight > 0)
        Py_RETURN_TRUE;
    Py_RETURN_FALSE;
}

/* 0 and an exception where there is none */
static int
find_weight(PyObject *object, PyObject **weight)
{
    *weight = PyObject_GetAttrString(object, "weight");
    return *weight != NULL;
}

static PyObject *
weight_or_none(PyObject *self, PyObject *object)
{
    PyObject *weight;

    if (!find_weight(object, &weight))
        Py_RETURN_NONE; /* wrong: find_weight does what it should */
    return weight;
}

static PyObject *
weight_or_error(PyObject *self, PyObject *object)
{
    PyObject *weight;

    if (!find_weight(object, &weight))
        return NULL;
    return weight;
}

static PyObject *
at(PyObject *self, PyObject *args)
{
    PyObject *list, *index;

    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &list, &index))
        return NULL;
    return Py_XNewRef(PyList_GetItem(list, PyLong_AsSsize_t(index))); /* -1 fails there, too */
}

static PyObject *
next_of(PyObject *self, PyObject *index)
{
    return PyLong_FromSsize_t(PyLong_AsSsize_t(index) + 1); /* wrong */
}

static PyMethodDef methods[] = {METHOD(row, METH_VARARGS), METHOD(row_of_names, METH_VARARGS), METHOD(row_checked, METH_VARARGS), METHOD(at, METH_VARARGS), METHOD(next_of, METH_O), METHOD(weigh, METH_O), METHOD(weight_or_none, METH_O), METHOD(weight_or_error, METH_O), {NULL}};
MODULE(passed, methods)

/* refsan check
 * RS302 row_of / row_of_checked: PyDict_SetItem
 * RS302 next_of / at: PyLong_AsSsize_t
 * RS302 weight_of|weigh: PyObject_GetAttrString
 * RS302 weight_or_none / weight_or_error: wrong: find_weight
 */
