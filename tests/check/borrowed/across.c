/* A borrowed reference is used after a call that may have freed it. */
#include "../module.h"

static PyObject *
find(PyObject *self, PyObject *args)
{
    PyObject *list, *key;

    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &list, &key))
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *item = PyList_GET_ITEM(list, i);
        int equal = PyObject_RichCompareBool(item, key, Py_EQ);

        if (equal < 0)
            return NULL;
        if (equal) {
            Py_INCREF(item);
            return item;
        }
    }
    Py_RETURN_NONE;
}

static PyObject *
find_held(PyObject *self, PyObject *args)
{
    PyObject *tuple, *key;

    if (!PyArg_ParseTuple(args, "O!O", &PyTuple_Type, &tuple, &key))
        return NULL;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++) {
        PyObject *item = PyTuple_GET_ITEM(tuple, i); /* a tuple does not change, and args holds it */
        int equal = PyObject_RichCompareBool(item, key, Py_EQ);

        if (equal < 0)
            return NULL;
        if (equal)
            return Py_NewRef(item);
    }
    Py_RETURN_NONE;
}

static PyObject *
fire(PyObject *self, PyObject *args)
{
    PyObject *handlers, *event, *handler, *answer;

    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &handlers, &event))
        return NULL;
    handler = PyDict_GetItemWithError(handlers, event);
    if (handler == NULL)
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    answer = PyObject_CallFunctionObjArgs(handler, event, NULL);
    if (answer == NULL)
        return NULL;
    Py_DECREF(answer);
    return PyObject_GetAttrString(handler, "__name__");
}

static PyObject *
fire_owned(PyObject *self, PyObject *args)
{
    PyObject *handlers, *event, *handler, *answer, *name = NULL;

    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &handlers, &event))
        return NULL;
    handler = PyDict_GetItemWithError(handlers, event);
    if (handler == NULL)
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    Py_INCREF(handler);
    answer = PyObject_CallFunctionObjArgs(handler, event, NULL);
    if (answer != NULL)
        name = PyObject_GetAttrString(handler, "__name__");
    Py_XDECREF(answer);
    Py_DECREF(handler);
    return name;
}

static PyObject *
replace_entry(PyObject *self, PyObject *args)
{
    PyObject *dict, *key, *old;

    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &key))
        return NULL;
    old = PyDict_GetItemWithError(dict, key);
    if (old == NULL)
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
    if (PyDict_SetItem(dict, key, Py_None) < 0)
        return NULL;
    return PyObject_Str(old);
}

static PyObject *
renew_entry(PyObject *self, PyObject *args)
{
    PyObject *dict, *key, *old, *text;

    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &key))
        return NULL;
    old = PyDict_GetItemWithError(dict, key);
    if (old == NULL) {
        if (!PyErr_Occurred())
            PyErr_SetObject(PyExc_KeyError, key);
        return NULL;
    }
    text = PyObject_Str(old); /* the one use comes before the entry is replaced */
    if (text != NULL && PyDict_SetItem(dict, key, Py_None) < 0)
        Py_CLEAR(text);
    return text;
}

static PyObject *
take_first(PyObject *self, PyObject *list)
{
    PyObject *item = PyList_GetItem(list, 0);

    if (item == NULL)
        return NULL;
    if (PySequence_DelItem(list, 0) < 0)
        return NULL;
    Py_INCREF(item);
    return item;
}

static PyObject *
take_last(PyObject *self, PyObject *list)
{
    PyObject *item = PyList_GetItem(list, 0);

    if (item == NULL)
        return NULL;
    Py_INCREF(item);
    if (PyList_SetSlice(list, 0, 1, NULL) < 0) {
        Py_DECREF(item);
        return NULL;
    }
    return item;
}

static PyObject *
released_container(PyObject *self, PyObject *object)
{
    PyObject *names = PyObject_Dir(object), *name;

    if (names == NULL)
        return NULL;
    name = PyList_GetItem(names, 0);
    Py_DECREF(names);
    Py_XINCREF(name);
    return name;
}

static PyObject *
held_container(PyObject *self, PyObject *object)
{
    PyObject *names = PyObject_Dir(object), *name;

    if (names == NULL)
        return NULL;
    name = PyList_GetItem(names, 0);
    Py_XINCREF(name);
    Py_DECREF(names);
    return name;
}

static PyObject *
pair_of_calls(PyObject *self, PyObject *args)
{
    PyObject *list, *function, *a, *b, *answer;

    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &list, &function))
        return NULL;
    if (PyList_GET_SIZE(list) < 2)
        return PyErr_Format(PyExc_ValueError, "two are needed");
    a = PyList_GET_ITEM(list, 0);
    b = PyList_GET_ITEM(list, 1);
    answer = PyObject_CallFunctionObjArgs(function, a, NULL);
    if (answer == NULL)
        return NULL;
    Py_DECREF(answer);
    return PyObject_CallFunctionObjArgs(function, b, NULL);
}

static PyObject *
pair_of_fetches(PyObject *self, PyObject *args)
{
    PyObject *list, *function, *answer;

    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &list, &function))
        return NULL;
    if (PyList_GET_SIZE(list) < 2)
        return PyErr_Format(PyExc_ValueError, "two are needed");
    answer = PyObject_CallFunctionObjArgs(function, PyList_GET_ITEM(list, 0), NULL);
    if (answer == NULL)
        return NULL;
    Py_DECREF(answer);
    if (PyList_GET_SIZE(list) < 2) /* looked at afresh: the call may have changed it */
        return PyErr_Format(PyExc_RuntimeError, "the list became shorter");
    return PyObject_CallFunctionObjArgs(function, PyList_GET_ITEM(list, 1), NULL);
}

static PyMethodDef methods[] = {
    METHOD(find, METH_VARARGS), METHOD(find_held, METH_VARARGS), METHOD(fire, METH_VARARGS), METHOD(fire_owned, METH_VARARGS),
    METHOD(replace_entry, METH_VARARGS), METHOD(renew_entry, METH_VARARGS), METHOD(take_first, METH_O), METHOD(take_last, METH_O),
    METHOD(released_container, METH_O), METHOD(held_container, METH_O), METHOD(pair_of_calls, METH_VARARGS), METHOD(pair_of_fetches, METH_VARARGS),
    {NULL},
};
MODULE(across, methods)

/* refsan check
 * RS106 find / find_held: PyList_GET_ITEM || Py_INCREF(item)
 * RS106 fire / fire_owned: PyObject_GetAttrString || PyDict_GetItemWithError
 * RS106 replace_entry / renew_entry: PyObject_Str(old) || PyDict_GetItemWithError
 * RS106|RS105 take_first / take_last: Py_INCREF(item) || PyList_GetItem
 * RS105|RS106 released_container / held_container: Py_XINCREF(name) || PyList_GetItem
 * RS106 pair_of_calls / pair_of_fetches: PyObject_CallFunctionObjArgs(function, b || PyList_GET_ITEM(list, 1)
 */
