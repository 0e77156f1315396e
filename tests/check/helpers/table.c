/* Functions that are called through a table only: on each way the result has a reference, or on none. */
#include "../module.h"

static PyObject *latest;

static PyObject *
as_bytes(PyObject *object, const char *errors)
{
    if (PyBytes_CheckExact(object))
        return object;
    return PyObject_Bytes(object);
}

static PyObject *
as_bytes_counted(PyObject *object, const char *errors)
{
    if (PyBytes_CheckExact(object)) {
        Py_INCREF(object);
        return object;
    }
    return PyObject_Bytes(object);
}

static PyObject *
as_text(PyObject *object, const char *errors)
{
    return PyUnicode_AsEncodedString(object, "utf-8", errors);
}

static const struct codec {
    const char *name;
    PyObject *(*encode)(PyObject *, const char *);
} codecs[] = {{"raw", as_bytes}, {"exact", as_bytes_counted}, {"text", as_text}, {NULL, NULL}};

/* these lend on all ways: what they make they keep */
static PyObject *
find_same(PyObject *object)
{
    return object;
}

static PyObject *
find_text(PyObject *object)
{
    PyObject *text;

    if (PyUnicode_CheckExact(object))
        return object;
    text = PyObject_Str(object);
    Py_XSETREF(latest, text);
    return text;
}

static PyObject *(*const finders[])(PyObject *) = {find_same, find_text};

static PyObject *
encode(PyObject *module, PyObject *args)
{
    PyObject *object, *bytes, *result;
    const char *name;

    if (!PyArg_ParseTuple(args, "Os:encode", &object, &name))
        return NULL;
    for (const struct codec *codec = codecs; codec->name != NULL; codec++) {
        if (strcmp(codec->name, name) != 0)
            continue;
        bytes = codec->encode(object, NULL);
        if (bytes == NULL)
            return NULL;
        result = PyLong_FromSsize_t(PyObject_Size(bytes));
        Py_DECREF(bytes);
        return result;
    }
    PyErr_SetString(PyExc_LookupError, name);
    return NULL;
}

static PyObject *
length(PyObject *module, PyObject *object)
{
    PyObject *found = finders[PyLong_Check(object)](object);
    Py_ssize_t size = found == NULL ? -1 : PyObject_Size(found);

    return size < 0 ? NULL : PyLong_FromSsize_t(size);
}

static PyMethodDef methods[] = {METHOD(encode, METH_VARARGS), METHOD(length, METH_O), {NULL}};
MODULE(table, methods)

/* refsan check
 * RS102 as_bytes / as_bytes_counted: return object
 */
