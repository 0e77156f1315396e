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

static PyMethodDef methods[] = {METHOD(row, METH_VARARGS), METHOD(row_of_names, METH_VARARGS), METHOD(row_checked, METH_VARARGS), METHOD(at, METH_VARARGS), METHOD(next_of, METH_O), {NULL}};
MODULE(passed, methods)

/* refsan check
 * RS302 row_of / row_of_checked: PyDict_SetItem
 * RS302 next_of / at: PyLong_AsSsize_t
 */
