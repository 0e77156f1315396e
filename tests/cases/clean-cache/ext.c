#include "../ext.h"

/* What a module keeps for good: interned names, a cache in a dict, a type, a callback that is replaced now and then. */
static PyObject *cache, *callback, *name_attribute, *table[8];

static PyObject *remember(PyObject *module, PyObject *args)
{
    PyObject *key, *value, *old;

    if (!PyArg_ParseTuple(args, "OO:remember", &key, &value))
        return NULL;
    old = PyDict_GetItemWithError(cache, key);
    if (old == NULL && PyErr_Occurred())
        return NULL;
    Py_XINCREF(old);
    if (PyDict_SetItem(cache, key, value) < 0) {
        Py_XDECREF(old);
        return NULL;
    }
    if (old == NULL)
        Py_RETURN_NONE;
    return old;
}

static PyObject *set_callback(PyObject *module, PyObject *function)
{
    Py_INCREF(function);
    Py_XSETREF(callback, function);
    return PyObject_GetAttr(function, name_attribute);
}

static PyObject *call_back(PyObject *module, PyObject *argument)
{
    PyObject *result, *type, *value, *traceback;

    if (callback == NULL)
        Py_RETURN_NONE;
    result = PyObject_CallFunctionObjArgs(callback, argument, NULL);
    if (result == NULL && PyErr_ExceptionMatches(PyExc_ValueError)) {
        PyErr_Fetch(&type, &value, &traceback);
        Py_XDECREF(type);
        Py_XDECREF(traceback);
        return value != NULL ? value : PyUnicode_FromString("nothing");
    }
    return result;
}

static PyObject *slot(PyObject *module, PyObject *args)
{
    unsigned index;
    PyObject *value;

    if (!PyArg_ParseTuple(args, "IO:slot", &index, &value))
        return NULL;
    Py_INCREF(value);
    Py_XSETREF(table[index % 8], value);
    Py_RETURN_TRUE;
}

static PyMethodDef methods[] = {{"remember", remember, METH_VARARGS, NULL},
                                {"set_callback", set_callback, METH_O, NULL},
                                {"call_back", call_back, METH_O, NULL},
                                {"slot", slot, METH_VARARGS, NULL},
                                {NULL}};
EXT_MODULE(methods, cache = PyDict_New(); name_attribute = PyUnicode_InternFromString("__name__");
           if (cache == NULL || name_attribute == NULL) return NULL;)
