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

static PyMethodDef methods[] = {METHOD(find_key, METH_VARARGS), METHOD(find_name, METH_VARARGS), METHOD(find_item, METH_VARARGS), METHOD(first_default, METH_O), {NULL}};
MODULE(alone, methods)

/* refsan check
 * RS106 find_item / find_key: wrong: where a list || PyList_GetItem
 */
