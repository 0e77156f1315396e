/* Items borrowed from a container that was made for this call: nobody else can take them out, whatever code runs. */
#include "../module.h"

static PyObject *
names_of(PyObject *mapping)
{
    PyObject *list = PyList_New(0), *keys = PyMapping_Keys(mapping);

    if (keys == NULL)
        Py_CLEAR(list);
    for (Py_ssize_t i = 0; list != NULL && keys != NULL && i < PyList_GET_SIZE(keys); i++)
        if (PyList_Append(list, PyList_GET_ITEM(keys, i)) < 0)
            Py_CLEAR(list);
    Py_XDECREF(keys);
    return list;
}

static PyObject *
find_key(PyObject *self, PyObject *args)
{
    PyObject *mapping, *wanted, *keys, *found = NULL;

    if (!PyArg_ParseTuple(args, "OO", &mapping, &wanted) || (keys = PyMapping_Keys(mapping)) == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(keys) && found == NULL; i++) {
        PyObject *key = PyList_GET_ITEM(keys, i);
        int equal = PyObject_RichCompareBool(key, wanted, Py_EQ);

        if (equal < 0)
            break;
        if (equal)
            found = Py_NewRef(key);
    }
    Py_DECREF(keys);
    if (found == NULL && !PyErr_Occurred())
        found = Py_NewRef(Py_None);
    return found;
}

static PyObject *
find_name(PyObject *self, PyObject *args)
{
    PyObject *mapping, *wanted, *names, *found = NULL;

    if (!PyArg_ParseTuple(args, "OO", &mapping, &wanted) || (names = names_of(mapping)) == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(names) && found == NULL; i++) {
        PyObject *name = PyList_GET_ITEM(names, i);
        int equal = PyObject_RichCompareBool(name, wanted, Py_EQ);

        if (equal < 0)
            break;
        if (equal)
            found = Py_NewRef(name);
    }
    Py_DECREF(names);
    if (found == NULL && !PyErr_Occurred())
        found = Py_NewRef(Py_None);
    return found;
}

static PyObject *
find_item(PyObject *self, PyObject *args)
{
    PyObject *given, *wanted, *list, *found = NULL;

    if (!PyArg_ParseTuple(args, "OO", &given, &wanted) || (list = PySequence_Fast(given, "a sequence is required")) == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(list) && found == NULL; i++) {
        PyObject *item = PyList_GetItem(list, i);
        int equal = item == NULL ? -1 : PyObject_RichCompareBool(item, wanted, Py_EQ);

        if (equal < 0)
            break;
        if (equal) {
            Py_INCREF(item); /* wrong: where a list was given, that list it is */
            found = item;
        }
    }
    Py_DECREF(list);
    if (found == NULL && !PyErr_Occurred())
        found = Py_NewRef(Py_None);
    return found;
}

static PyObject *
first_default(PyObject *self, PyObject *defaults)
{
    PyObject *value, *strict = Py_REFCNT(self) > 1 ? Py_True : Py_False;

    if (!PyDict_Check(defaults))
        return PyErr_Format(PyExc_TypeError, "a dict is required");
    value = PyDict_GetItemString(defaults, "first");
    if (value == NULL || PyObject_IsTrue(strict)) /* asks a constant: runs nothing */
        value = Py_None;
    return Py_NewRef(value);
}

static PyObject *
replace_doubled(PyObject *self, PyObject *items)
{
    PyObject *list = PySequence_List(items), *last = NULL;

    for (Py_ssize_t i = 0; list != NULL && i < PyList_GET_SIZE(list); i++) {
        PyObject *item = PyList_GetItem(list, i), *twice = item == NULL ? NULL : PyNumber_Add(item, item);

        if (twice == NULL || PyList_SetItem(list, i, twice) < 0) { /* the list lets go of the item */
            Py_CLEAR(list);
            break;
        }
        last = PyObject_Repr(item); /* wrong: it may be gone */
        Py_XDECREF(last);
    }
    return list;
}

static PyObject *
replace_repr(PyObject *self, PyObject *items)
{
    PyObject *list = PySequence_List(items);

    for (Py_ssize_t i = 0; list != NULL && i < PyList_GET_SIZE(list); i++) {
        PyObject *item = PyList_GET_ITEM(list, i), *text = PyObject_CallMethod(item, "name", NULL), *both;

        both = text == NULL ? NULL : PyTuple_Pack(2, item, text);
        Py_XDECREF(text);
        if (both == NULL || PyList_SetItem(list, i, both) < 0)
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *
shown_values(PyObject *self, PyObject *given)
{
    PyObject *copy = PyDict_Check(given) ? PyDict_Copy(given) : PyDict_New(), *key, *value;
    Py_ssize_t at = 0;

    while (copy != NULL && PyDict_Next(copy, &at, &key, &value)) {
        PyObject *text = PyObject_CallMethod(value, "name", NULL);

        if (text == NULL || PyDict_SetItem(copy, key, text) < 0)
            Py_CLEAR(copy);
        Py_XDECREF(text);
    }
    return copy;
}

static PyObject *
pairs_of(PyObject *self, PyObject *mapping)
{
    PyObject *items = PyMapping_Items(mapping), *fast, *all = PyList_New(0);

    fast = items == NULL ? NULL : PySequence_Fast(items, "a sequence is required");
    for (Py_ssize_t i = 0; fast != NULL && all != NULL && i < PySequence_Fast_GET_SIZE(fast); i++) {
        PyObject *pair = PySequence_Fast_ITEMS(fast)[i], *text = PyObject_CallObject(PyTuple_GET_ITEM(pair, 0), NULL);
        PyObject *both = text == NULL ? NULL : PyTuple_Pack(2, text, PyTuple_GET_ITEM(pair, 1));

        if (both == NULL || PyList_Append(all, both) < 0)
            Py_CLEAR(all);
        Py_XDECREF(text);
        Py_XDECREF(both);
    }
    if (fast == NULL)
        Py_CLEAR(all);
    Py_XDECREF(fast);
    Py_XDECREF(items);
    return all;
}

static PyMethodDef methods[] = {METHOD(find_key, METH_VARARGS), METHOD(find_name, METH_VARARGS), METHOD(find_item, METH_VARARGS), METHOD(first_default, METH_O), METHOD(replace_doubled, METH_O), METHOD(replace_repr, METH_O), METHOD(shown_values, METH_O), METHOD(pairs_of, METH_O), {NULL}};
MODULE(alone, methods)

/* refsan check
 * RS106 find_item / find_key: wrong: where a list || PyList_GetItem
 * RS106 replace_doubled / replace_repr: wrong: it may be gone || PyList_GetItem
 */
