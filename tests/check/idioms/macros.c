/* Py_NewRef, Py_SETREF, Py_CLEAR and the like, and what they are mistaken for. */
#include "../module.h"

static PyObject *
wrapped(PyObject *self, PyObject *object)
{
    PyObject *tuple = PyTuple_New(1);

    if (tuple == NULL)
        return NULL;
    if (PyTuple_SetItem(tuple, 0, Py_NewRef(object)) < 0) {
        Py_DECREF(object);
        Py_DECREF(tuple);
        return NULL;
    }
    return tuple;
}

static PyObject *
wrapped_once(PyObject *self, PyObject *object)
{
    PyObject *tuple = PyTuple_New(1);

    if (tuple != NULL && PyTuple_SetItem(tuple, 0, Py_NewRef(object)) < 0)
        Py_CLEAR(tuple);
    return tuple;
}

static PyObject *
new_of_new(PyObject *self, PyObject *object)
{
    return Py_XNewRef(PyObject_Repr(object));
}

static PyObject *
new_of_borrowed(PyObject *self, PyObject *dict)
{
    return Py_XNewRef(PyDict_GetItemString(dict, "key") ? PyDict_GetItemString(dict, "key") : Py_None);
}

static PyObject *
shorten(PyObject *self, PyObject *items)
{
    PyObject *list = PySequence_List(items);

    if (list == NULL)
        return NULL;
    list = PyList_GetSlice(list, 0, 3);
    return list;
}

static PyObject *
shorten_set(PyObject *self, PyObject *items)
{
    PyObject *list = PySequence_List(items);

    if (list == NULL)
        return NULL;
    Py_SETREF(list, PyList_GetSlice(list, 0, 3)); /* NULL on failure, and so is the result */
    return list;
}

static PyObject *
trim(PyObject *self, PyObject *text)
{
    Py_SETREF(text, PyObject_CallMethod(text, "strip", NULL));
    return text;
}

static PyObject *
trim_owned(PyObject *self, PyObject *text)
{
    Py_INCREF(text);
    Py_SETREF(text, PyObject_CallMethod(text, "strip", NULL));
    return text;
}

static PyObject *
clear_then_use(PyObject *self, PyObject *items)
{
    PyObject *list = PySequence_List(items), *again = list;

    if (list == NULL)
        return NULL;
    Py_CLEAR(list);
    return PyObject_Repr(again);
}

static PyObject *
clear_then_none(PyObject *self, PyObject *items)
{
    PyObject *list = PySequence_List(items), *again = list;

    if (list == NULL)
        return NULL;
    again = PyObject_Repr(list);
    Py_CLEAR(list);
    Py_CLEAR(list); /* NULL already */
    return again;
}

static PyObject *
counted_by_hand(PyObject *self, PyObject *object)
{
    PyObject *pair[2] = {object, object};

    Py_INCREF(pair[0]);
    Py_INCREF(pair[1]);
    return Py_BuildValue("(NO)", pair[0], pair[1]);
}

static PyObject *
counted_functions(PyObject *self, PyObject *object)
{
    Py_IncRef(object);
    Py_IncRef(object);
    return Py_BuildValue("(NN)", object, object);
}

static PyObject *
occurred_instead(PyObject *self, PyObject *args)
{
    PyObject *number, *index;
    long value;

    if (!PyArg_ParseTuple(args, "O", &number))
        return NULL;
    index = PyNumber_Index(number);
    if (PyErr_Occurred())
        return NULL;
    value = PyLong_AsLong(index);
    if (PyErr_Occurred())
        return NULL;
    Py_DECREF(index);
    return PyLong_FromLong(value + 1);
}

static PyObject *
occurred_cleaned(PyObject *self, PyObject *args)
{
    PyObject *number, *index;
    long value;

    if (!PyArg_ParseTuple(args, "O", &number))
        return NULL;
    index = PyNumber_Index(number);
    if (PyErr_Occurred())
        return NULL; /* index is NULL then */
    value = PyLong_AsLong(index);
    Py_DECREF(index);
    if (PyErr_Occurred())
        return NULL;
    return PyLong_FromLong(value + 1);
}

static PyObject *
discarded(PyObject *self, PyObject *args)
{
    PyObject *list, *index, *value;

    if (!PyArg_ParseTuple(args, "OOO", &list, &index, &value))
        return NULL;
    PyDict_SetDefault(list, index, value);
    PyNumber_InPlaceAdd(value, index);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
discarded_borrowed(PyObject *self, PyObject *args)
{
    PyObject *dict, *key, *value;

    if (!PyArg_ParseTuple(args, "OOO", &dict, &key, &value))
        return NULL;
    if (PyDict_SetDefault(dict, key, value) == NULL) /* borrowed: nothing to release */
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    METHOD(wrapped, METH_O), METHOD(wrapped_once, METH_O), METHOD(new_of_new, METH_O), METHOD(new_of_borrowed, METH_O), METHOD(shorten, METH_O),
    METHOD(shorten_set, METH_O), METHOD(trim, METH_O), METHOD(trim_owned, METH_O), METHOD(clear_then_use, METH_O), METHOD(clear_then_none, METH_O),
    METHOD(counted_by_hand, METH_O), METHOD(counted_functions, METH_O), METHOD(occurred_instead, METH_VARARGS),
    METHOD(occurred_cleaned, METH_VARARGS), METHOD(discarded, METH_VARARGS), METHOD(discarded_borrowed, METH_VARARGS), {NULL},
};
MODULE(macros, methods)

/* refsan check
 * RS104 wrapped / wrapped_once: Py_DECREF(object) || PyTuple_SetItem
 * RS201 new_of_new / new_of_borrowed: PyObject_Repr
 * RS201 shorten / shorten_set: PySequence_List || list = PyList_GetSlice
 * RS101 trim / trim_owned: Py_SETREF
 * RS105 clear_then_use / clear_then_none: PyObject_Repr(again) || Py_CLEAR(list)
 * RS201 counted_by_hand / counted_functions: Py_INCREF(pair[1]) || Py_INCREF(pair[0])
 * RS202 occurred_instead / occurred_cleaned: PyNumber_Index
 * RS201 discarded / discarded_borrowed: PyNumber_InPlaceAdd
 */
