/* Released twice, or used after the last own reference was given up. */
#include "../module.h"

static PyObject *
upper_name(PyObject *self, PyObject *object)
{
    PyObject *name = PyObject_GetAttrString(object, "name"), *upper;

    if (name == NULL)
        return NULL;
    upper = PyObject_CallMethod(name, "upper", NULL);
    Py_DECREF(name);
    if (upper == NULL) {
        Py_DECREF(name);
        return NULL;
    }
    return upper;
}

static PyObject *
lower_name(PyObject *self, PyObject *object)
{
    PyObject *name = PyObject_GetAttrString(object, "name"), *lower;

    if (name == NULL)
        return NULL;
    lower = PyObject_CallMethod(name, "lower", NULL);
    if (lower == NULL) {
        Py_DECREF(name);
        return NULL;
    }
    Py_DECREF(name);
    return lower;
}

static PyObject *
quoted_name(PyObject *self, PyObject *object)
{
    PyObject *name = PyObject_Str(object);

    if (name == NULL)
        return NULL;
    Py_DECREF(name);
    return PyObject_Repr(name);
}

static PyObject *
name_size(PyObject *self, PyObject *object)
{
    PyObject *name = PyObject_Str(object), *size;

    if (name == NULL)
        return NULL;
    size = PyLong_FromSsize_t(PyUnicode_GET_LENGTH(name));
    Py_DECREF(name);
    return size;
}

static PyObject *
log_item(PyObject *self, PyObject *args)
{
    PyObject *list, *item;

    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &list))
        return NULL;
    item = PyLong_FromLong(123456);
    if (item == NULL)
        return NULL;
    if (PyList_Append(list, item) < 0) {
        Py_DECREF(item);
        return PyErr_Format(PyExc_RuntimeError, "cannot add %R", item);
    }
    Py_DECREF(item);
    Py_RETURN_NONE;
}

static PyObject *
log_kept_item(PyObject *self, PyObject *args)
{
    PyObject *list, *item;

    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &list))
        return NULL;
    item = PyLong_FromLong(123456);
    if (item == NULL)
        return NULL;
    if (PyList_Append(list, item) < 0) {
        Py_DECREF(item);
        return NULL;
    }
    Py_DECREF(item);
    if (PyLong_AsLong(item) == 0) /* the list holds it */
        Py_RETURN_FALSE;
    Py_RETURN_TRUE;
}

static PyObject *
release_result(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallObject(function, NULL);

    if (result == NULL)
        return NULL;
    if (!PyDict_Check(result)) {
        Py_DECREF(result);
        PyErr_Format(PyExc_TypeError, "expected a dict, got %s", Py_TYPE(result)->tp_name);
        return NULL;
    }
    return result;
}

static PyObject *
check_result(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallObject(function, NULL);

    if (result == NULL)
        return NULL;
    if (!PyDict_Check(result)) {
        PyErr_Format(PyExc_TypeError, "expected a dict, got %s", Py_TYPE(result)->tp_name);
        Py_DECREF(result);
        return NULL;
    }
    return result;
}

static PyObject *
return_released(PyObject *self, PyObject *items)
{
    PyObject *list = PySequence_List(items);

    if (list == NULL)
        return NULL;
    if (PyList_Reverse(list) < 0) {
        Py_DECREF(list);
        return NULL;
    }
    Py_DECREF(list);
    return list;
}

static PyObject *
return_none(PyObject *self, PyObject *items)
{
    PyObject *list = PySequence_List(items);

    if (list == NULL)
        return NULL;
    if (PyList_Reverse(list) < 0) {
        Py_DECREF(list);
        return NULL;
    }
    if (list == items) { /* cannot be: only compared */
        Py_DECREF(list);
        Py_RETURN_NOTIMPLEMENTED;
    }
    Py_DECREF(list);
    Py_RETURN_NONE;
}

static PyObject *
drop_argument(PyObject *self, PyObject *number)
{
    PyObject *result;

    if (!PyLong_Check(number)) {
        PyErr_SetString(PyExc_TypeError, "an int is needed");
        Py_DECREF(number);
        return NULL;
    }
    result = PyNumber_Negative(number);
    return result;
}

static PyObject *
drop_copy(PyObject *self, PyObject *number)
{
    PyObject *result;

    Py_INCREF(number);
    if (!PyLong_Check(number)) {
        PyErr_SetString(PyExc_TypeError, "an int is needed");
        Py_DECREF(number); /* the one taken above */
        return NULL;
    }
    result = PyNumber_Negative(number);
    Py_DECREF(number);
    return result;
}

static PyObject *
drop_none(PyObject *self, PyObject *mapping)
{
    PyObject *value = PyDict_GetItemString(mapping, "limit");

    if (value == NULL)
        value = Py_None;
    Py_DECREF(value);
    Py_RETURN_NONE;
}

static PyObject *
drop_value(PyObject *self, PyObject *mapping)
{
    PyObject *value = PyMapping_GetItemString(mapping, "limit"); /* new, unlike PyDict_GetItemString */

    if (value == NULL) {
        PyErr_Clear();
        value = Py_NewRef(Py_None);
    }
    Py_DECREF(value);
    Py_RETURN_NONE;
}

/* A released object is passed on: to a helper that looks at it, to one that only declares it. */
static void
explain(PyObject *name, const char *space)
{
    PyErr_Format(PyExc_KeyError, "%R in %s", name, space);
}

static void
explain_space(PyObject *name, const char *space)
{
    PyErr_Format(PyExc_KeyError, "nothing in %s", space);
}

static PyObject *
log_space(PyObject *self, PyObject *object)
{
    PyObject *name = PySequence_List(object);

    if (name == NULL)
        return NULL;
    Py_DECREF(name);
    explain(name, "locals");
    return NULL;
}

static PyObject *
log_nothing(PyObject *self, PyObject *object)
{
    PyObject *name = PySequence_List(object);

    if (name == NULL)
        return NULL;
    Py_DECREF(name);
    explain_space(name, "locals");
    return NULL;
}

static PyMethodDef methods[] = {
    METHOD(upper_name, METH_O), METHOD(lower_name, METH_O), METHOD(quoted_name, METH_O), METHOD(name_size, METH_O), METHOD(log_item, METH_VARARGS),
    METHOD(log_kept_item, METH_VARARGS), METHOD(release_result, METH_O), METHOD(check_result, METH_O), METHOD(return_released, METH_O),
    METHOD(return_none, METH_O), METHOD(drop_argument, METH_O), METHOD(drop_copy, METH_O), METHOD(drop_none, METH_O), METHOD(drop_value, METH_O), METHOD(log_space, METH_O),
    METHOD(log_nothing, METH_O),
    {NULL},
};
MODULE(twice, methods)

/* refsan check
 * RS101|RS105 upper_name / lower_name: Py_DECREF(name); || Py_DECREF(name); #2
 * RS105 quoted_name / name_size: PyObject_Repr(name) || Py_DECREF(name)
 * RS105 log_item / log_kept_item: PyErr_Format || Py_DECREF(item)
 * RS105 release_result / check_result: PyErr_Format || Py_DECREF(result)
 * RS101|RS102|RS105 return_released / return_none: return list || Py_DECREF(list); #2
 * RS105 log_space / log_nothing: explain(name || Py_DECREF(name)
 * RS101 drop_argument / drop_copy: Py_DECREF(number)
 * RS101 drop_none / drop_value: Py_DECREF(value) || PyDict_GetItemString
 */
