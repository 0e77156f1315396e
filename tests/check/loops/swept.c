/* Arrays whose items are given back one by one where the function ends, also where not all of them were filled. */
#include "../module.h"

static PyObject *
joined(PyObject *self, PyObject *args)
{
    PyObject *parts[4] = {NULL}, *result = NULL;
    Py_ssize_t size = PyTuple_GET_SIZE(args), i;

    if (size > 4)
        return PyErr_Format(PyExc_TypeError, "too many");
    parts[0] = PyUnicode_FromString("begin");
    if (parts[0] == NULL)
        return NULL;
    for (i = 1; i < size; i++) {
        parts[i] = PyObject_Str(PyTuple_GET_ITEM(args, i));
        if (parts[i] == NULL)
            goto done;
    }
    result = PyUnicode_Concat(parts[0], parts[size - 1]);
done:
    for (i = 0; i < size; i++)
        Py_XDECREF(parts[i]);
    return result;
}

static PyObject *
joined_lost(PyObject *self, PyObject *args)
{
    PyObject *parts[4] = {NULL}, *result = NULL;
    Py_ssize_t size = PyTuple_GET_SIZE(args), i;

    parts[0] = PyUnicode_FromString("begin");
    if (parts[0] == NULL)
        return NULL;
    if (size > 4)
        return PyErr_Format(PyExc_TypeError, "too many"); /* the first is there already */
    for (i = 1; i < size; i++) {
        parts[i] = PyObject_Str(PyTuple_GET_ITEM(args, i));
        if (parts[i] == NULL)
            goto done;
    }
    result = PyUnicode_Concat(parts[0], parts[size - 1]);
done:
    for (i = 0; i < size; i++)
        Py_XDECREF(parts[i]);
    return result;
}

static PyObject *
three(PyObject *self, PyObject *args)
{
    PyObject *made[3] = {NULL}, *result = NULL;

    for (int i = 0; i < 3; i++) {
        made[i] = PyObject_CallObject(self, args);
        if (made[i] == NULL)
            goto done;
        if (PyObject_Size(made[i]) < 0)
            goto done;
    }
    result = PyTuple_Pack(3, made[0], made[1], made[2]);
done:
    Py_XDECREF(made[0]);
    Py_XDECREF(made[1]);
    Py_XDECREF(made[2]);
    return result;
}

static PyMethodDef methods[] = {METHOD(joined, METH_VARARGS), METHOD(joined_lost, METH_VARARGS), METHOD(three, METH_VARARGS), {NULL}};
MODULE(swept, methods)

/* refsan check
 * RS202 joined_lost / joined: PyUnicode_FromString
 */
