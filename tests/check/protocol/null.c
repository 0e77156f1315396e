/* The NULL of a call that failed is passed on to a function that needs an object. */
#include "../module.h"

static PyObject *
count_up(PyObject *self, PyObject *number)
{
    PyObject *one = PyLong_FromLong(1000), *next;

    next = PyNumber_Add(number, one);
    Py_DECREF(one);
    return next;
}

static PyObject *
count_down(PyObject *self, PyObject *number)
{
    PyObject *one = PyLong_FromLong(1000), *next = NULL;

    if (one != NULL)
        next = PyNumber_Subtract(number, one);
    Py_XDECREF(one);
    return next;
}

static PyObject *
next_number(PyObject *self, PyObject *number)
{
    PyObject *one = PyLong_FromLong(1), *next;      /* the interpreter has it at hand */

    next = PyNumber_Add(number, one);
    Py_DECREF(one);
    return next;
}

static PyObject *
type_and_text(PyObject *self, PyObject *object)
{
    PyObject *list = PyList_New(0), *type;

    if (list == NULL)
        return NULL;
    type = PyObject_Type(object);
    if (type == NULL)
        return NULL;        /* cannot happen: the object is there */
    if (PyList_Append(list, type) < 0)
        Py_CLEAR(list);
    Py_DECREF(type);
    return list;
}

static PyObject *
attribute_size(PyObject *self, PyObject *object)
{
    PyObject *parts = PyObject_GetAttrString(object, "parts");
    Py_ssize_t size = PyObject_Size(parts);

    Py_XDECREF(parts);
    return size < 0 ? NULL : PyLong_FromSsize_t(size);
}

static PyObject *
attribute_text(PyObject *self, PyObject *object)
{
    PyObject *parts = PyObject_GetAttrString(object, "parts");
    PyObject *text = PyObject_Str(parts); /* NULL is allowed here, and gives "<NULL>" */

    if (parts == NULL)
        PyErr_Clear();
    Py_XDECREF(parts);
    return text;
}

static PyObject *
item_type(PyObject *self, PyObject *mapping)
{
    PyObject *item = PyMapping_GetItemString(mapping, "item");
    PyObject *name = PyObject_GetAttrString((PyObject *)Py_TYPE(item), "__name__");

    Py_DECREF(item);
    return name;
}

static PyObject *
item_name(PyObject *self, PyObject *mapping)
{
    PyObject *item = PyMapping_GetItemString(mapping, "item"), *name;

    if (!item)
        return NULL;
    name = PyObject_GetAttrString((PyObject *)Py_TYPE(item), "__name__");
    Py_DECREF(item);
    return name;
}

static PyObject *
missing_key(PyObject *self, PyObject *dict)
{
    return PyNumber_Long(PyDict_GetItemString(dict, "count"));
}

static PyObject *
present_key(PyObject *self, PyObject *dict)
{
    PyObject *count = PyDict_GetItemString(dict, "count");

    if (count == NULL)
        return PyErr_Format(PyExc_KeyError, "count");
    return PyNumber_Long(count);
}

static PyObject *
released_null(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallObject(function, NULL);

    if (result == NULL)
        PyErr_Print();
    Py_DECREF(result);
    Py_RETURN_NONE;
}

static PyObject *
released_maybe(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallObject(function, NULL);

    if (result == NULL)
        PyErr_Print();
    Py_XDECREF(result);
    Py_RETURN_NONE;
}

#define unlikely(condition) __builtin_expect(!!(condition), 0)

/* A test that is wrapped the way kernels and Cython do. */
static PyObject *
joined(PyObject *self, PyObject *items)
{
    PyObject *list = PySequence_List(items), *twice;

    if (unlikely(!list))
        return NULL;
    twice = PyNumber_InPlaceAdd(list, items);
    Py_DECREF(list);
    return twice;
}

/* What a helper is given the address of, it may refuse. */
static int
take_text(PyObject **text)
{
    if (*text == NULL || !PyUnicode_Check(*text))
        return 0;
    Py_INCREF(*text);
    return 1;
}

static PyObject *
joined_text(PyObject *self, PyObject *items)
{
    PyObject *first, *text = first = PySequence_Concat(items, items);

    if (!take_text(&text)) {
        Py_XDECREF(first);
        return PyErr_Occurred() ? NULL : PyUnicode_FromString("no text");
    }
    Py_DECREF(first);
    return text;
}

static PyObject *
joined_length(PyObject *self, PyObject *items)
{
    PyObject *twice = PySequence_Concat(items, items), *length = PyLong_FromSsize_t(PyObject_Size(twice));

    Py_DECREF(twice);
    return length;
}

/* True or False is always there. */
static PyObject *
flags(PyObject *self, PyObject *number)
{
    PyObject *dict = PyDict_New(), *flag;

    if (dict == NULL)
        return NULL;
    flag = PyBool_FromLong(PyNumber_Check(number));
    if (PyDict_SetItemString(dict, "number", flag) < 0)
        Py_CLEAR(dict);
    Py_DECREF(flag);
    return dict;
}

static PyObject *
texts(PyObject *self, PyObject *number)
{
    PyObject *dict = PyDict_New(), *text;

    if (dict == NULL)
        return NULL;
    text = PyObject_Repr(number);
    if (PyDict_SetItemString(dict, "number", text) < 0)
        Py_CLEAR(dict);
    Py_DECREF(text);
    return dict;
}

/* PyModule_AddObject refuses NULL: behind its success the text is there. */
static PyObject *
kept_text(PyObject *module, PyObject *number)
{
    PyObject *text = PyObject_Str(number);

    if (PyModule_AddObject(module, "text", text) < 0) {
        Py_DECREF(text);
        return NULL;
    }
    Py_INCREF(text);
    return text;
}

static PyObject *
kept_repr(PyObject *module, PyObject *number)
{
    PyObject *text = PyObject_Repr(number);

    if (PyModule_AddObject(module, "repr", text) < 0) {
        Py_XDECREF(text);
        return NULL;
    }
    Py_INCREF(text);
    return text;
}

/* PyMapping_Check takes NULL, and says no. */
static PyObject *
mapping_of(PyObject *self, PyObject *object)
{
    PyObject *found = PyObject_GetAttrString(object, "mapping");

    if (PyMapping_Check(found))
        return found;
    Py_DECREF(found);
    return PyDict_New();
}

static PyObject *
mapping_or_none(PyObject *self, PyObject *object)
{
    PyObject *found = PyObject_GetAttrString(object, "mapping");

    if (PyMapping_Check(found))
        return found;
    if (found == NULL)
        return NULL;
    Py_DECREF(found);
    return PyDict_New();
}

static PyMethodDef methods[] = {
    METHOD(joined, METH_O), METHOD(count_up, METH_O), METHOD(count_down, METH_O), METHOD(next_number, METH_O), METHOD(type_and_text, METH_O), METHOD(attribute_size, METH_O), METHOD(attribute_text, METH_O), METHOD(item_type, METH_O),
    METHOD(item_name, METH_O), METHOD(missing_key, METH_O), METHOD(present_key, METH_O), METHOD(released_null, METH_O),
    METHOD(released_maybe, METH_O), METHOD(joined_text, METH_O), METHOD(joined_length, METH_O), METHOD(flags, METH_O), METHOD(texts, METH_O),
    METHOD(kept_text, METH_O), METHOD(kept_repr, METH_O), METHOD(mapping_of, METH_O), METHOD(mapping_or_none, METH_O), {NULL},
};
MODULE(nullarg, methods)

/* refsan check
 * RS403 count_up / count_down: PyNumber_Add || Py_DECREF(one) || PyLong_FromLong
 * RS403 attribute_size / attribute_text: PyObject_Size || PyObject_GetAttrString
 * RS403 item_type / item_name: PyObject_GetAttrString || Py_DECREF(item) || PyMapping_GetItemString
 * RS403 missing_key / present_key: PyNumber_Long
 * RS403 released_null / released_maybe: Py_DECREF(result)
 * RS403 joined_length / joined_text: PySequence_Concat || Py_DECREF(twice)
 * RS403 kept_text / kept_repr: Py_DECREF(text)
 * RS403 mapping_of / mapping_or_none: Py_DECREF(found)
 * RS403 texts / flags: PyDict_SetItemString || PyObject_Repr || Py_DECREF(text)
 */
