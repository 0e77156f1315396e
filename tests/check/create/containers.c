/* list, tuple, dict, set, slice: the container itself is lost, not what is in it. */
#include "../module.h"

static PyObject *
is_subset(PyObject *self, PyObject *args)
{
    PyObject *left, *right, *a, *b;
    int below;

    if (!PyArg_ParseTuple(args, "OO:is_subset", &left, &right))
        return NULL;
    a = PySet_New(left);
    if (a == NULL)
        return NULL;
    b = PyFrozenSet_New(right);
    if (b == NULL)
        return NULL;
    below = PyObject_RichCompareBool(a, b, Py_LE);
    Py_DECREF(a);
    Py_DECREF(b);
    return below < 0 ? NULL : PyBool_FromLong(below);
}

static PyObject *
is_superset(PyObject *self, PyObject *args)
{
    PyObject *left, *right, *a = NULL, *b = NULL, *answer = NULL;

    if (PyArg_UnpackTuple(args, "is_superset", 2, 2, &left, &right) && (a = PySet_New(left)) && (b = PySet_New(right)))
        answer = PyObject_RichCompare(a, b, Py_GE);
    Py_XDECREF(b);
    Py_XDECREF(a);
    return answer;
}

static PyObject *
sorted_copy(PyObject *self, PyObject *items)
{
    PyObject *list = PySequence_List(items);

    if (list == NULL)
        return NULL;
    if (PyList_Sort(list) < 0)
        return NULL;
    return list;
}

static PyObject *
sorted_tuple(PyObject *self, PyObject *items)
{
    PyObject *list = PySequence_List(items), *tuple;

    if (list == NULL)
        return NULL;
    if (PyList_Sort(list) < 0) {
        Py_DECREF(list);
        return NULL;
    }
    tuple = PyList_AsTuple(list);
    Py_DECREF(list);
    return tuple;
}

static PyObject *
key_text(PyObject *self, PyObject *mapping)
{
    PyObject *keys = PyMapping_Keys(mapping);

    return keys ? PyObject_Repr(keys) : NULL;
}

static PyObject *
value_count(PyObject *self, PyObject *mapping)
{
    PyObject *values = PyMapping_Values(mapping);
    Py_ssize_t n;

    if (values == NULL)
        return NULL;
    n = PySequence_Size(values);
    Py_DECREF(values);
    return n < 0 ? NULL : PyLong_FromSsize_t(n);
}

static PyObject *
middle(PyObject *self, PyObject *items)
{
    PyObject *low = PyLong_FromLong(1), *high, *slice, *part;

    if (low == NULL)
        return NULL;
    high = PyLong_FromLong(-1);
    if (high == NULL) {
        Py_DECREF(low);
        return NULL;
    }
    slice = PySlice_New(low, high, NULL);
    Py_DECREF(low);
    Py_DECREF(high);
    if (slice == NULL)
        return NULL;
    part = PyObject_GetItem(items, slice);
    return part;
}

static PyObject *
every_second(PyObject *self, PyObject *items)
{
    PyObject *step = PyLong_FromLong(2), *slice = NULL, *part = NULL;

    if (step == NULL)
        return NULL;
    slice = PySlice_New(NULL, NULL, step);
    Py_CLEAR(step);
    if (slice)
        part = PyObject_GetItem(items, slice);
    Py_XDECREF(slice);
    return part;
}

static PyObject *
with_defaults(PyObject *self, PyObject *options)
{
    PyObject *merged = PyDict_New();

    if (merged == NULL)
        return NULL;
    if (PyDict_Update(merged, options) == -1)
        return NULL;
    if (PyDict_SetDefault(merged, Py_None, Py_False) == NULL) {
        Py_DECREF(merged);
        return NULL;
    }
    return merged;
}

static PyObject *
with_flags(PyObject *self, PyObject *options)
{
    PyObject *merged = PyDict_Copy(options);

    if (merged && PyDict_SetItemString(merged, "strict", Py_True) == 0 && PyDict_SetItemString(merged, "lazy", Py_False) == 0)
        return merged;
    Py_XDECREF(merged);
    return NULL;
}

static PyObject *
head_of(PyObject *self, PyObject *items)
{
    PyObject *fast = PySequence_Fast(items, "a sequence is needed");

    if (fast == NULL)
        return NULL;
    if (PySequence_Fast_GET_SIZE(fast) == 0) {
        Py_DECREF(fast);
        Py_RETURN_NONE;
    }
    return PySequence_GetItem(fast, 0);
}

static PyObject *
tail_of(PyObject *self, PyObject *items)
{
    PyObject *fast = PySequence_Fast(items, "a sequence is needed"), *last = NULL;

    if (fast == NULL)
        return NULL;
    if (PySequence_Fast_GET_SIZE(fast) > 0)
        last = PySequence_Fast_GET_ITEM(fast, PySequence_Fast_GET_SIZE(fast) - 1);
    else
        last = Py_None;
    Py_INCREF(last); /* before the list that holds it goes */
    Py_DECREF(fast);
    return last;
}

static PyMethodDef methods[] = {
    METHOD(is_subset, METH_VARARGS), METHOD(is_superset, METH_VARARGS), METHOD(sorted_copy, METH_O), METHOD(sorted_tuple, METH_O),
    METHOD(key_text, METH_O), METHOD(value_count, METH_O), METHOD(middle, METH_O), METHOD(every_second, METH_O),
    METHOD(with_defaults, METH_O), METHOD(with_flags, METH_O), METHOD(head_of, METH_O), METHOD(tail_of, METH_O), {NULL},
};
MODULE(containers, methods)

/* refsan check
 * RS202 is_subset / is_superset: PySet_New(left)
 * RS202 sorted_copy / sorted_tuple: PySequence_List
 * RS201 key_text / value_count: PyMapping_Keys
 * RS201 middle / every_second: PySlice_New
 * RS202 with_defaults / with_flags: PyDict_New
 * RS201 head_of / tail_of: PySequence_Fast
 */
