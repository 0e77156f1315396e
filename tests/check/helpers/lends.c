/* Helpers whose result is borrowed on one way and new on another: whoever takes it for new is right. */
#include "../module.h"

static PyObject *names, *texts;

static PyObject *
name_of(PyObject *key)
{
    PyObject *name = PyDict_GetItemWithError(names, key);

    if (name != NULL)
        return name;
    if (PyErr_Occurred())
        return NULL;
    name = PyObject_Repr(key);
    if (name == NULL)
        return NULL;
    if (PyDict_SetItem(names, key, name) < 0) {
        Py_DECREF(name);
        return NULL;
    }
    return name;
}

static PyObject *
name_of_owned(PyObject *key)
{
    PyObject *name = PyDict_GetItemWithError(names, key);

    if (name != NULL)
        return Py_NewRef(name);
    if (PyErr_Occurred())
        return NULL;
    name = PyObject_Repr(key);
    if (name == NULL)
        return NULL;
    if (PyDict_SetItem(names, key, name) < 0) {
        Py_DECREF(name);
        return NULL;
    }
    return name;
}

/* lends on both ways: what is made is the dictionary's */
static PyObject *
text_of(PyObject *key)
{
    PyObject *text = PyDict_GetItemWithError(texts, key);

    if (text != NULL || PyErr_Occurred())
        return text;
    text = PyObject_Str(key);
    if (text == NULL)
        return NULL;
    if (PyDict_SetItem(texts, key, text) < 0)
        Py_CLEAR(text);
    Py_XDECREF(text);
    return text;
}

static PyObject *
as_text(PyObject *object)
{
    if (PyUnicode_Check(object))
        return object;
    return PyObject_Str(object);
}

static PyObject *
length(PyObject *module, PyObject *key)
{
    PyObject *name = name_of(key), *result;

    if (name == NULL)
        return NULL;
    result = PyLong_FromSsize_t(PyUnicode_GetLength(name));
    Py_DECREF(name);
    return result;
}

static PyObject *
name(PyObject *module, PyObject *key)
{
    return name_of(key);
}

static PyObject *
pair(PyObject *module, PyObject *key)
{
    PyObject *first, *pair = PyTuple_New(1);

    if (pair == NULL)
        return NULL;
    first = name_of_owned(key);
    if (first == NULL) {
        Py_DECREF(pair);
        return NULL;
    }
    PyTuple_SET_ITEM(pair, 0, first);
    return pair;
}

static PyObject *
text_length(PyObject *module, PyObject *key)
{
    PyObject *text = text_of(key);

    return text == NULL ? NULL : PyLong_FromSsize_t(PyUnicode_GetLength(text));
}

static PyObject *
text_size(PyObject *module, PyObject *object)
{
    PyObject *text = as_text(object), *result;

    if (text == NULL)
        return NULL;
    result = PyLong_FromSsize_t(PyUnicode_GetLength(text));
    Py_DECREF(text);
    return result;
}

static PyMethodDef methods[] = {
    METHOD(length, METH_O), METHOD(name, METH_O), METHOD(pair, METH_O), METHOD(text_length, METH_O), METHOD(text_size, METH_O), {NULL},
};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "lends", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_lends(void)
{
    names = PyDict_New();
    texts = PyDict_New();
    if (names == NULL || texts == NULL)
        return NULL;
    return PyModule_Create(&definition);
}

/* refsan check
 * RS102 name_of / name_of_owned: return name
 * RS102 as_text / text_of: return object
 */
