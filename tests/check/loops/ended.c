/* PyIter_Next gives NULL at the end and when it fails: who returns a result has to ask which. */
#include "../module.h"

static PyObject *
longest(PyObject *self, PyObject *iterable)
{
    PyObject *iterator = PyObject_GetIter(iterable), *item;
    Py_ssize_t best = 0;

    if (iterator == NULL)
        return NULL;
    while ((item = PyIter_Next(iterator)) != NULL) {
        Py_ssize_t size = PyObject_Size(item);

        Py_DECREF(item);
        if (size < 0) {
            Py_DECREF(iterator);
            return NULL;
        }
        best = size > best ? size : best;
    }
    Py_DECREF(iterator);
    return PyLong_FromSsize_t(best);
}

static PyObject *
longest_asked(PyObject *self, PyObject *iterable)
{
    PyObject *iterator = PyObject_GetIter(iterable), *item;
    Py_ssize_t best = 0;

    if (iterator == NULL)
        return NULL;
    while ((item = PyIter_Next(iterator)) != NULL) {
        Py_ssize_t size = PyObject_Size(item);

        Py_DECREF(item);
        if (size < 0) {
            Py_DECREF(iterator);
            return NULL;
        }
        best = size > best ? size : best;
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? NULL : PyLong_FromSsize_t(best);
}

static PyObject *
count_keys(PyObject *self, PyObject *args)
{
    PyObject *dict, *keys, *iterator, *item;
    Py_ssize_t count = 0;

    if (!PyArg_ParseTuple(args, "O!", &PyDict_Type, &dict))
        return NULL;
    keys = PyDict_Keys(dict);
    if (keys == NULL)
        return NULL;
    iterator = PyObject_GetIter(keys); /* a list's: it does not fail */
    Py_DECREF(keys);
    if (iterator == NULL)
        return NULL;
    while ((item = PyIter_Next(iterator)) != NULL) {
        count++;
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    return PyLong_FromSsize_t(count);
}

static int
drain(PyObject *iterable, PyObject *list)
{
    PyObject *iterator = PyObject_GetIter(iterable), *item;
    int status = 0;

    if (iterator == NULL)
        return -1;
    while (status == 0 && (item = PyIter_Next(iterator)) != NULL) {
        status = PyList_Append(list, item);
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    return status;
}

static PyObject *
drained(PyObject *self, PyObject *iterable)
{
    PyObject *list = PyList_New(0);

    if (list == NULL)
        return NULL;
    if (drain(iterable, list) < 0 || PyErr_Occurred()) { /* asks for the helper */
        Py_DECREF(list);
        return NULL;
    }
    return list;
}

static PyMethodDef methods[] = {
    METHOD(longest, METH_O), METHOD(longest_asked, METH_O), METHOD(count_keys, METH_VARARGS), METHOD(drained, METH_O),
    {NULL},
};
MODULE(ended, methods)

/* refsan check
 * RS302 longest / longest_asked: PyIter_Next || return PyLong_FromSsize_t(best)
 */
