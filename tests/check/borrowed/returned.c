/* A borrowed reference is returned as if it were new. */
#include "../module.h"

static PyObject *
first_of(PyObject *self, PyObject *list)
{
    return PyList_GetItem(list, 0);
}

static PyObject *
second_of(PyObject *self, PyObject *list)
{
    PyObject *item = PyList_GetItem(list, 1);

    Py_XINCREF(item);
    return item;
}

static PyObject *
column(PyObject *self, PyObject *row)
{
    if (!PyTuple_Check(row) || PyTuple_GET_SIZE(row) < 3)
        return PyErr_Format(PyExc_TypeError, "a row has three columns");
    return PyTuple_GET_ITEM(row, 2);
}

static PyObject *
columns(PyObject *self, PyObject *row)
{
    if (!PyTuple_Check(row) || PyTuple_GET_SIZE(row) < 3)
        return PyErr_Format(PyExc_TypeError, "a row has three columns");
    return PyTuple_GetSlice(row, 0, 2);
}

static PyObject *
setting(PyObject *self, PyObject *dict)
{
    PyObject *value = PyDict_GetItemString(dict, "setting");

    if (value == NULL)
        Py_RETURN_NONE;
    return value;
}

static PyObject *
settings(PyObject *self, PyObject *dict)
{
    PyObject *value = PyDict_GetItemString(dict, "setting");

    if (value == NULL)
        value = Py_None;
    Py_INCREF(value);
    return value;
}

static PyObject *
same(PyObject *self, PyObject *object)
{
    if (PyLong_Check(object))
        return object;
    return PyNumber_Long(object);
}

static PyObject *
same_float(PyObject *self, PyObject *object)
{
    if (PyFloat_CheckExact(object)) {
        Py_INCREF(object);
        return object;
    }
    return PyNumber_Float(object);
}

static PyObject *
type_of(PyObject *self, PyObject *object)
{
    return (PyObject *)Py_TYPE(object);
}

static PyObject *
type_of_new(PyObject *self, PyObject *object)
{
    return PyObject_Type(object);
}

static PyObject *
loaded(PyObject *self, PyObject *name)
{
    PyObject *modules = PyImport_GetModuleDict(), *module;

    module = PyDict_GetItemWithError(modules, name);
    if (module == NULL && !PyErr_Occurred())
        PyErr_SetObject(PyExc_KeyError, name);
    return module;
}

static PyObject *
imported(PyObject *self, PyObject *name)
{
    PyObject *module = PyImport_GetModule(name); /* a new reference, unlike the dictionary's items */

    if (module == NULL && !PyErr_Occurred())
        PyErr_SetObject(PyExc_KeyError, name);
    return module;
}

static PyObject *
path_list(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *path = PySys_GetObject("path");

    if (path == NULL)
        return PyErr_Format(PyExc_RuntimeError, "sys.path is lost");
    return path;
}

static PyObject *
path_copy(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *path = PySys_GetObject("path");

    if (path == NULL)
        return PyErr_Format(PyExc_RuntimeError, "sys.path is lost");
    return PySequence_List(path);
}

static PyObject *
namespace_of(PyObject *self, PyObject *module)
{
    return PyModule_GetDict(module);
}

static PyObject *
namespace_copy(PyObject *self, PyObject *module)
{
    PyObject *dict = PyModule_GetDict(module);

    return dict ? PyDict_Copy(dict) : NULL;
}

static PyObject *
fallback_raised(PyObject *self, PyObject *args)
{
    PyObject *item, *list;

    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &list))
        return NULL;
    item = PySequence_GetItem(list, 0);
    if (item == NULL) {
        PyErr_Clear();
        item = PySys_GetObject("platform");
    }
    return item;
}

static PyObject *
fallback_new(PyObject *self, PyObject *args)
{
    PyObject *item, *list;

    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &list))
        return NULL;
    item = PySequence_GetItem(list, 0);
    if (item == NULL) {
        PyErr_Clear();
        item = PyUnicode_FromString("");
    }
    return item;
}

static PyObject *
yes(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return Py_True;
}

static PyObject *
yes_new(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    Py_INCREF(Py_True);
    return Py_True;
}

static PyObject *
nothing(PyObject *self, PyObject *flag)
{
    if (PyObject_IsTrue(flag) == 1)
        return Py_None;
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_FALSE;
}

static PyObject *
nothing_new(PyObject *self, PyObject *flag)
{
    int truth = PyObject_IsTrue(flag);

    if (truth < 0)
        return NULL;
    if (truth)
        Py_RETURN_NONE;
    return PyBool_FromLong(0);
}

static PyMethodDef methods[] = {
    METHOD(first_of, METH_O), METHOD(second_of, METH_O), METHOD(column, METH_O), METHOD(columns, METH_O), METHOD(setting, METH_O),
    METHOD(settings, METH_O), METHOD(same, METH_O), METHOD(same_float, METH_O), METHOD(type_of, METH_O), METHOD(type_of_new, METH_O),
    METHOD(loaded, METH_O), METHOD(imported, METH_O), METHOD(path_list, METH_NOARGS), METHOD(path_copy, METH_NOARGS), METHOD(namespace_of, METH_O),
    METHOD(namespace_copy, METH_O), METHOD(fallback_raised, METH_VARARGS), METHOD(fallback_new, METH_VARARGS), METHOD(yes, METH_NOARGS),
    METHOD(yes_new, METH_NOARGS), METHOD(nothing, METH_O), METHOD(nothing_new, METH_O), {NULL},
};
MODULE(returned, methods)

/* refsan check
 * RS102 first_of / second_of: PyList_GetItem
 * RS102 column / columns: PyTuple_GET_ITEM
 * RS102 setting / settings: return value || PyDict_GetItemString
 * RS102 same / same_float: return object
 * RS102 type_of / type_of_new: Py_TYPE(object)
 * RS102 loaded / imported: return module || PyDict_GetItemWithError
 * RS102 path_list / path_copy: return path || PySys_GetObject
 * RS102 namespace_of / namespace_copy: PyModule_GetDict
 * RS102 fallback_raised / fallback_new: return item || PySys_GetObject
 * RS102 yes / yes_new [..3.11]: return Py_True
 * RS102 nothing / nothing_new [..3.11]: return Py_None
 */
