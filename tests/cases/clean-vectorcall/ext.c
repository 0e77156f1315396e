#include "../ext.h"

/* Calls in every convention, arguments of every convention, callbacks that take the caller's list apart. */
static PyObject *call_all(PyObject *module, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    PyObject *list = PyList_New(0), *result;
    Py_ssize_t i, named = names != NULL ? PyTuple_GET_SIZE(names) : 0;

    for (i = 0; list != NULL && i < count; i++) {
        result = i % 2 ? PyObject_Vectorcall(args[i], args + count, 0, NULL) : PyObject_CallObject(args[i], NULL);
        if (result == NULL || PyList_Append(list, result) < 0)
            Py_CLEAR(list);
        Py_XDECREF(result);
    }
    for (i = 0; list != NULL && i < named; i++) {
        PyObject *pair = Py_BuildValue("(ON)", PyTuple_GET_ITEM(names, i), PyObject_Repr(args[count + i]));

        if (pair == NULL || PyList_Insert(list, 0, pair) < 0)
            Py_CLEAR(list);
        Py_XDECREF(pair);
    }
    return list;
}

static PyObject *merged(PyObject *module, PyObject *args, PyObject *kwargs)
{
    PyObject *first, *rest = NULL, *key, *value, *out;
    static char *names[] = {"first", "rest", NULL};
    Py_ssize_t at = 0;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!|O!", names, &PyDict_Type, &first, &PyDict_Type, &rest))
        return NULL;
    out = PyDict_Copy(first);
    while (out != NULL && rest != NULL && PyDict_Next(rest, &at, &key, &value)) {
        PyObject *old = PyDict_GetItemWithError(out, key);
        PyObject *both = old != NULL ? PyTuple_Pack(2, old, value) : Py_NewRef(value);

        if (both == NULL || PyDict_SetItem(out, key, both) < 0)
            Py_CLEAR(out);
        Py_XDECREF(both);
    }
    return out;
}

static PyObject *hollow(PyObject *module, PyObject *args)
{
    PyObject *list, *callback, *item, *result;

    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &list, &callback))
        return NULL;
    item = PyList_GetItem(list, 0);
    if (item == NULL)
        return NULL;
    Py_INCREF(item);
    result = PyObject_CallFunctionObjArgs(callback, list, NULL);
    if (result == NULL) {
        Py_DECREF(item);
        return NULL;
    }
    Py_SETREF(result, PyObject_Repr(item));
    Py_DECREF(item);
    return result;
}

static PyMethodDef methods[] = {
    {"call_all", (PyCFunction)(void (*)(void))call_all, METH_FASTCALL | METH_KEYWORDS, NULL},
    {"merged", (PyCFunction)(void (*)(void))merged, METH_VARARGS | METH_KEYWORDS, NULL}, {"hollow", hollow, METH_VARARGS, NULL}, {NULL}};
EXT_MODULE(methods, )
