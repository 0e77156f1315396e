/* Pointers into an object die with it: the text of a str, the bytes of a bytes object, the items of a tuple. */
#include "../module.h"

static PyObject *
repr_prefix(PyObject *self, PyObject *object)
{
    PyObject *repr = PyObject_Repr(object);
    const char *text;

    if (repr == NULL)
        return NULL;
    text = PyUnicode_AsUTF8(repr);
    Py_DECREF(repr);
    if (text == NULL)
        return NULL;
    return PyUnicode_FromFormat("repr: %s", text);
}

static PyObject *
text_prefix(PyObject *self, PyObject *object)
{
    const char *text = PyUnicode_AsUTF8(object); /* of the argument: good for as long as the call lasts */

    if (text == NULL)
        return NULL;
    return PyUnicode_FromFormat("text: %s", text);
}

static PyObject *
encoded_sum(PyObject *self, PyObject *text)
{
    PyObject *bytes = PyUnicode_AsUTF8String(text);
    const char *p;
    long sum = 0;

    if (bytes == NULL)
        return NULL;
    p = PyBytes_AS_STRING(bytes);
    Py_DECREF(bytes);
    while (*p)
        sum += *p++;
    return PyLong_FromLong(sum);
}

static PyObject *
encoded_hash(PyObject *self, PyObject *text)
{
    PyObject *bytes = PyUnicode_AsUTF8String(text);
    const unsigned char *start;
    unsigned long hash = 5381;
    Py_ssize_t size;

    if (bytes == NULL)
        return NULL;
    start = (const unsigned char *)PyBytes_AS_STRING(bytes);
    size = PyBytes_GET_SIZE(bytes);
    Py_DECREF(bytes);
    for (Py_ssize_t i = 0; i < size; i++)
        hash = hash * 33 + start[i]; /* decides nothing, and is read all the same */
    return PyLong_FromUnsignedLong(hash);
}

static PyObject *
encoded_hash_held(PyObject *self, PyObject *text)
{
    PyObject *bytes = PyUnicode_AsUTF8String(text);
    const unsigned char *start;
    unsigned long hash = 5381;
    Py_ssize_t size;

    if (bytes == NULL)
        return NULL;
    start = (const unsigned char *)PyBytes_AS_STRING(bytes);
    size = PyBytes_GET_SIZE(bytes);
    for (Py_ssize_t i = 0; i < size; i++)
        hash = hash * 33 + start[i];
    Py_DECREF(bytes);
    return PyLong_FromUnsignedLong(hash);
}

static PyObject *
encoded_copy(PyObject *self, PyObject *text)
{
    PyObject *bytes = PyUnicode_AsUTF8String(text);
    char copy[64];
    long sum = 0;

    if (bytes == NULL)
        return NULL;
    strncpy(copy, PyBytes_AS_STRING(bytes), sizeof copy - 1);
    copy[sizeof copy - 1] = '\0';
    Py_DECREF(bytes); /* the copy stays */
    for (const char *p = copy; *p; p++)
        sum += *p;
    return PyLong_FromLong(sum);
}

static PyObject *
first_of_fast(PyObject *self, PyObject *items)
{
    PyObject *fast = PySequence_Fast(items, "no sequence"), *first;

    if (fast == NULL)
        return NULL;
    if (PySequence_Fast_GET_SIZE(fast) == 0) {
        Py_DECREF(fast);
        Py_RETURN_NONE;
    }
    first = PySequence_Fast_GET_ITEM(fast, 0);
    Py_DECREF(fast);
    return PyObject_Repr(first);
}

static PyObject *
first_held(PyObject *self, PyObject *items)
{
    PyObject *fast = PySequence_Fast(items, "no sequence"), *text = NULL;

    if (fast == NULL)
        return NULL;
    if (PySequence_Fast_GET_SIZE(fast) > 0)
        text = PyObject_Repr(PySequence_Fast_ITEMS(fast)[0]);
    else
        PyErr_SetString(PyExc_IndexError, "empty");
    Py_DECREF(fast);
    return text;
}

static PyObject *
slice_item(PyObject *self, PyObject *args)
{
    PyObject *tail = PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args)), *item;

    if (tail == NULL)
        return NULL;
    item = PyTuple_GetItem(tail, 0);
    if (item == NULL) {
        Py_DECREF(tail);
        return NULL;
    }
    Py_DECREF(tail);
    return PyObject_Str(item);
}

static PyObject *
argument_item(PyObject *self, PyObject *args)
{
    PyObject *tail = PyTuple_GetSlice(args, 1, PyTuple_GET_SIZE(args)), *item, *text;

    if (tail == NULL)
        return NULL;
    item = PyTuple_GetItem(tail, 0);
    text = item ? PyObject_Str(item) : NULL;
    Py_DECREF(tail);
    return text;
}

static PyObject *
attribute_text(PyObject *self, PyObject *object)
{
    PyObject *doc = PyObject_GetAttrString(object, "__doc__");
    const char *text = NULL;

    if (doc == NULL)
        return NULL;
    if (PyUnicode_Check(doc))
        text = PyUnicode_AsUTF8(doc);
    Py_DECREF(doc);
    return PyUnicode_FromString(text ? text : "");
}

static PyObject *
attribute_line(PyObject *self, PyObject *object)
{
    PyObject *doc = PyObject_GetAttrString(object, "__doc__"), *line = NULL;
    const char *text = "", *end;

    if (doc == NULL)
        return NULL;
    if (PyUnicode_Check(doc))
        text = PyUnicode_AsUTF8(doc);
    if (text != NULL) {
        end = strchr(text, '\n');
        line = PyUnicode_FromStringAndSize(text, end ? end - text : (Py_ssize_t)strlen(text));
    }
    Py_DECREF(doc);
    return line;
}

static PyMethodDef methods[] = {
    METHOD(repr_prefix, METH_O), METHOD(text_prefix, METH_O), METHOD(encoded_sum, METH_O), METHOD(encoded_hash, METH_O), METHOD(encoded_hash_held, METH_O), METHOD(encoded_copy, METH_O), METHOD(first_of_fast, METH_O),
    METHOD(first_held, METH_O), METHOD(slice_item, METH_VARARGS), METHOD(argument_item, METH_VARARGS), METHOD(attribute_text, METH_O),
    METHOD(attribute_line, METH_O), {NULL},
};
MODULE(interior, methods)

/* refsan check
 * RS105 encoded_hash / encoded_hash_held: start[i]
 * RS105 repr_prefix / text_prefix: PyUnicode_FromFormat || Py_DECREF(repr) || PyUnicode_AsUTF8
 * RS105 encoded_sum / encoded_copy: while (*p) || sum += *p++ || Py_DECREF(bytes) || PyBytes_AS_STRING
 * RS105|RS106 first_of_fast / first_held: PyObject_Repr(first) || Py_DECREF(fast); #2 || PySequence_Fast_GET_ITEM
 * RS105|RS106 slice_item / argument_item: PyObject_Str(item) || Py_DECREF(tail); #2 || PyTuple_GetItem
 * RS105 attribute_text / attribute_line: PyUnicode_FromString || Py_DECREF(doc) || PyUnicode_AsUTF8
 */
