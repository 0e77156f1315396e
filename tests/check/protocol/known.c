/* NULL that cannot come here: what the code around a call has asked, or decided before, is known. */
#include "../module.h"

static PyObject *
read_all(PyObject *self, PyObject *file)
{
    PyObject *read = PyObject_GetAttrString(file, "read"), *text;

    text = PyObject_CallObject(read, NULL);
    Py_XDECREF(read);
    return text;
}

static PyObject *
read_called(PyObject *self, PyObject *file)
{
    PyObject *read = PyObject_GetAttrString(file, "read"), *text;

    if (!PyCallable_Check(read)) { /* says no to NULL, too */
        Py_XDECREF(read);
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "a file is needed");
        return NULL;
    }
    text = PyObject_CallObject(read, NULL);
    Py_DECREF(read);
    return text;
}

static PyObject *
look_up(PyObject *self, PyObject *args)
{
    PyObject *mapping, *key, *value, *text;

    if (!PyArg_ParseTuple(args, "OO", &mapping, &key))
        return NULL;
    value = PyObject_GetItem(mapping, key);
    text = value == Py_None ? PyUnicode_FromString("") : PyObject_GetAttr(value, key);
    Py_XDECREF(value);
    return text;
}

static PyObject *
follow(PyObject *self, PyObject *args)
{
    PyObject *at, *keys;
    int owned = 0;

    if (!PyArg_ParseTuple(args, "OO!", &at, &PyTuple_Type, &keys))
        return NULL;
    PyObject *here = at;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(keys); i++) {
        PyObject *next = PyObject_GetItem(here, PyTuple_GET_ITEM(keys, i));

        if (owned) {
            Py_DECREF(here);
            owned = 0;
        }
        here = next;
        if (here == NULL)
            goto error;
        owned = 1;
    }
    return owned ? here : Py_NewRef(here);
error:
    if (owned)
        Py_DECREF(here);
    return NULL;
}

static PyObject *
is_true_string(PyObject *self, PyObject *args)
{
    PyObject *left, *right, *same;

    if (!PyArg_ParseTuple(args, "UU", &left, &right))
        return NULL;
    same = PyUnicode_RichCompare(left, right, Py_EQ);
    if (same == Py_True) { /* not for NULL */
        Py_DECREF(same);
        return PyUnicode_FromString("same");
    }
    if (same == NULL)
        return NULL;
    Py_DECREF(same);
    return PyUnicode_FromString("other");
}

static PyMethodDef methods[] = {
    METHOD(read_all, METH_O), METHOD(read_called, METH_O), METHOD(look_up, METH_VARARGS), METHOD(follow, METH_VARARGS),
    METHOD(is_true_string, METH_VARARGS), {NULL},
};
MODULE(known, methods)

/* refsan check
 * RS403 read_all / read_called: PyObject_CallObject || PyObject_GetAttrString
 * RS403 look_up / follow: PyObject_GetAttr(value || PyObject_GetItem
 */
