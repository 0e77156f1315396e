/* PyList_SET_ITEM is for new lists: it gives nothing back for the item that was there. */
#include "../module.h"

static PyObject *
number(PyObject *self, PyObject *args)
{
    PyObject *list, *value;

    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &list))
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        if ((value = PyLong_FromSsize_t(i + 1000)) == NULL)
            return NULL;
        PyList_SET_ITEM(list, i, value);
    }
    Py_RETURN_NONE;
}

static PyObject *
number_new(PyObject *self, PyObject *args)
{
    PyObject *list, *value;
    Py_ssize_t size;

    if (!PyArg_ParseTuple(args, "n", &size) || (list = PyList_New(size)) == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < size; i++) {
        if ((value = PyLong_FromSsize_t(i + 1000)) == NULL) {
            Py_DECREF(list);
            return NULL;
        }
        PyList_SET_ITEM(list, i, value);
    }
    return list;
}

static PyObject *
swap(PyObject *self, PyObject *args)
{
    PyObject *list, *first;

    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &list))
        return NULL;
    if (PyList_GET_SIZE(list) < 2)
        Py_RETURN_NONE;
    first = PyList_GET_ITEM(list, 0);
    PyList_SET_ITEM(list, 0, PyList_GET_ITEM(list, 1)); /* the references change places */
    PyList_SET_ITEM(list, 1, first);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    METHOD(number, METH_VARARGS), METHOD(number_new, METH_VARARGS), METHOD(swap, METH_VARARGS), {NULL},
};
MODULE(written, methods)

/* refsan check
 * RS201 number / number_new: PyList_SET_ITEM
 */
