/* A reference released once too often, in or behind a loop. */
#include "../module.h"

static PyObject *
drop_all(PyObject *self, PyObject *list)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *item = PyList_GET_ITEM(list, i);

        if (!PyUnicode_Check(item))
            return PyErr_Format(PyExc_TypeError, "only strings");
        Py_DECREF(item);
    }
    Py_RETURN_NONE;
}

static PyObject *
visit_all(PyObject *self, PyObject *list)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *item = PyList_GET_ITEM(list, i), *answer;

        Py_INCREF(item); /* what is called may empty the list */
        answer = PyObject_CallMethod(item, "visit", NULL);
        Py_DECREF(item);
        if (answer == NULL)
            return NULL;
        Py_DECREF(answer);
    }
    Py_RETURN_NONE;
}

static PyObject *
any_match(PyObject *self, PyObject *args)
{
    PyObject *list, *pattern, *lowered;

    if (!PyArg_ParseTuple(args, "O!U", &PyList_Type, &list, &pattern))
        return NULL;
    lowered = PyObject_CallMethod(pattern, "lower", NULL);
    if (lowered == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        int hit = PySequence_Contains(PyList_GET_ITEM(list, i), lowered);

        Py_DECREF(lowered);
        if (hit < 0)
            return NULL;
        if (hit)
            Py_RETURN_TRUE;
    }
    Py_RETURN_FALSE;
}

static PyObject *
any_word(PyObject *self, PyObject *args)
{
    PyObject *tuple, *pattern, *lowered;
    int hit = 0;

    if (!PyArg_ParseTuple(args, "O!U", &PyTuple_Type, &tuple, &pattern))
        return NULL;
    lowered = PyObject_CallMethod(pattern, "lower", NULL);
    if (lowered == NULL)
        return NULL;
    for (Py_ssize_t i = 0; hit == 0 && i < PyTuple_GET_SIZE(tuple); i++)
        hit = PySequence_Contains(PyTuple_GET_ITEM(tuple, i), lowered);
    Py_DECREF(lowered);
    return hit < 0 ? NULL : PyBool_FromLong(hit);
}

static PyObject *
last_item(PyObject *self, PyObject *items)
{
    PyObject *iterator = PyObject_GetIter(items), *item, *last = NULL;

    if (iterator == NULL)
        return NULL;
    while ((item = PyIter_Next(iterator)) != NULL) {
        last = item;
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    if (PyErr_Occurred() || last == NULL)
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    return last;
}

static PyObject *
final_item(PyObject *self, PyObject *items)
{
    PyObject *iterator = PyObject_GetIter(items), *item, *last = NULL;

    if (iterator == NULL)
        return NULL;
    while ((item = PyIter_Next(iterator)) != NULL) {
        Py_XDECREF(last);
        last = item;
    }
    Py_DECREF(iterator);
    if (PyErr_Occurred()) {
        Py_XDECREF(last);
        return NULL;
    }
    return last ? last : Py_NewRef(Py_None);
}

static PyObject *
sum_values(PyObject *self, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t position = 0;
    double sum = 0;

    while (PyDict_Next(dict, &position, &key, &value)) {
        sum += PyFloat_Check(value) ? PyFloat_AS_DOUBLE(value) : 0;
        Py_DECREF(value);
    }
    return PyFloat_FromDouble(sum);
}

static PyObject *
collect_values(PyObject *self, PyObject *dict)
{
    PyObject *key, *value, *list = PyList_New(0);
    Py_ssize_t position = 0;

    while (list && PyDict_Next(dict, &position, &key, &value)) {
        if (PyFloat_Check(value) && PyList_Append(list, value) < 0)
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *
reduce(PyObject *self, PyObject *args)
{
    PyObject *function, *sequence, *value = NULL, *next;

    if (!PyArg_ParseTuple(args, "OO!", &function, &PyTuple_Type, &sequence))
        return NULL;
    value = Py_NewRef(Py_None);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(sequence); i++) {
        next = PyObject_CallFunctionObjArgs(function, value, PyTuple_GET_ITEM(sequence, i), NULL);
        Py_DECREF(value);
        if (next == NULL) {
            Py_DECREF(value);
            return NULL;
        }
        value = next;
    }
    return value;
}

static PyObject *
reduce_right(PyObject *self, PyObject *args)
{
    PyObject *function, *sequence, *value = NULL, *next;

    if (!PyArg_ParseTuple(args, "OO!", &function, &PyTuple_Type, &sequence))
        return NULL;
    value = Py_NewRef(Py_None);
    for (Py_ssize_t i = PyTuple_GET_SIZE(sequence); i-- > 0;) {
        next = PyObject_CallFunctionObjArgs(function, PyTuple_GET_ITEM(sequence, i), value, NULL);
        Py_DECREF(value);
        if (next == NULL)
            return NULL;
        value = next;
    }
    return value;
}

static PyMethodDef methods[] = {
    METHOD(drop_all, METH_O), METHOD(visit_all, METH_O), METHOD(any_match, METH_VARARGS), METHOD(any_word, METH_VARARGS), METHOD(last_item, METH_O),
    METHOD(final_item, METH_O), METHOD(sum_values, METH_O), METHOD(collect_values, METH_O), METHOD(reduce, METH_VARARGS),
    METHOD(reduce_right, METH_VARARGS), {NULL},
};
MODULE(releaseloop, methods)

/* refsan check
 * RS101 drop_all / visit_all: Py_DECREF(item)
 * RS101|RS105 any_match / any_word: Py_DECREF(lowered) || PySequence_Contains
 * may RS201 any_match: lowered = PyObject_CallMethod
 * RS101|RS102|RS105 last_item / final_item: Py_DECREF(item) || return last; || last = item
 * RS101 sum_values / collect_values: Py_DECREF(value)
 * RS101|RS105 reduce / reduce_right: Py_DECREF(value); || Py_DECREF(value); #2
 */
