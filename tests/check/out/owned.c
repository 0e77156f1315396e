/* Out-parameters that are filled with references of the caller's: PyErr_Fetch, PyErr_GetExcInfo, PyDict_GetItemRef,
 * PyIter_Send, PyWeakref_GetRef, PyObject_GetOptionalAttr. */
#include "../module.h"

static PyObject *
error_text(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallObject(function, NULL), *type, *value, *traceback, *text;

    if (result != NULL)
        return result;
    PyErr_Fetch(&type, &value, &traceback);
    text = value ? PyObject_Str(value) : Py_NewRef(Py_None);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return text;
}

static PyObject *
error_repr(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallObject(function, NULL), *type, *value, *traceback, *text;

    if (result != NULL)
        return result;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    text = PyObject_Repr(value);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return text;
}

static PyObject *
handled_type(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *type, *value, *traceback;

    PyErr_GetExcInfo(&type, &value, &traceback);
    if (type == NULL)
        type = Py_NewRef(Py_None);
    Py_XDECREF(value);
    return type;
}

static PyObject *
handled_value(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *type, *value, *traceback;

    PyErr_GetExcInfo(&type, &value, &traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    if (value == NULL)
        Py_RETURN_NONE;
    return value;
}

#if PY_VERSION_HEX >= 0x030D0000
static PyObject *
has_entry(PyObject *self, PyObject *args)
{
    PyObject *dict, *key, *value;
    int found;

    if (!PyArg_ParseTuple(args, "OO", &dict, &key))
        return NULL;
    found = PyDict_GetItemRef(dict, key, &value);
    return found < 0 ? NULL : PyBool_FromLong(found);
}

static PyObject *
get_entry(PyObject *self, PyObject *args)
{
    PyObject *dict, *key, *value;

    if (!PyArg_ParseTuple(args, "OO", &dict, &key))
        return NULL;
    if (PyDict_GetItemRef(dict, key, &value) == 0)
        PyErr_SetObject(PyExc_KeyError, key);
    return value; /* NULL unless it was found */
}

static PyObject *
entry_length(PyObject *self, PyObject *mapping)
{
    PyObject *value;
    Py_ssize_t length;

    if (PyMapping_GetOptionalItemString(mapping, "entry", &value) < 0)
        return NULL;
    if (value == NULL)
        return PyLong_FromLong(0);
    length = PyObject_Length(value);
    if (length < 0)
        return NULL;
    Py_DECREF(value);
    return PyLong_FromSsize_t(length);
}

static PyObject *
attribute_length(PyObject *self, PyObject *object)
{
    PyObject *value;
    Py_ssize_t length = 0;

    if (PyObject_GetOptionalAttrString(object, "entry", &value) < 0)
        return NULL;
    if (value != NULL) {
        length = PyObject_Length(value);
        Py_DECREF(value);
    }
    return length < 0 ? NULL : PyLong_FromSsize_t(length);
}

static PyObject *
is_alive(PyObject *self, PyObject *ref)
{
    PyObject *target;
    int alive = PyWeakref_GetRef(ref, &target);

    if (alive < 0)
        return NULL;
    return PyBool_FromLong(alive);
}

static PyObject *
is_alive_now(PyObject *self, PyObject *ref)
{
    PyObject *target;
    int alive = PyWeakref_GetRef(ref, &target);

    if (alive < 0)
        return NULL;
    Py_XDECREF(target);
    return PyBool_FromLong(alive);
}

static PyObject *
pop_entry(PyObject *self, PyObject *dict)
{
    PyObject *old;

    if (PyDict_PopString(dict, "entry", &old) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
pop_unseen(PyObject *self, PyObject *dict)
{
    if (PyDict_PopString(dict, "entry", NULL) < 0) /* with NULL the dictionary drops it itself */
        return NULL;
    Py_RETURN_NONE;
}
#endif

static PyMethodDef methods[] = {
    METHOD(error_text, METH_O), METHOD(error_repr, METH_O), METHOD(handled_type, METH_NOARGS), METHOD(handled_value, METH_NOARGS),
#if PY_VERSION_HEX >= 0x030D0000
    METHOD(has_entry, METH_VARARGS), METHOD(get_entry, METH_VARARGS), METHOD(entry_length, METH_O), METHOD(attribute_length, METH_O),
    METHOD(is_alive, METH_O), METHOD(is_alive_now, METH_O), METHOD(pop_entry, METH_O), METHOD(pop_unseen, METH_O),
#endif
    {NULL},
};
MODULE(outowned, methods)

/* refsan check
 * RS201 error_text / error_repr: PyErr_Fetch
 * RS201 handled_type / handled_value: PyErr_GetExcInfo
 * RS201 has_entry / get_entry [3.13..]: PyDict_GetItemRef
 * RS202 entry_length / attribute_length [3.13..]: PyMapping_GetOptionalItemString
 * RS201 is_alive / is_alive_now [3.13..]: PyWeakref_GetRef
 * RS201 pop_entry / pop_unseen [3.13..]: PyDict_PopString
 */
