/* Objects in an array of the function's own, by index: what one loop fills another one empties. */
#include "../module.h"

static PyObject *
send(PyObject *self, PyObject *args)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args), length, i;
    PyObject **encoded, *result = NULL;
    char *text;

    encoded = PyMem_New(PyObject *, count + 1);
    if (encoded == NULL)
        return PyErr_NoMemory();
    memset(encoded, 0, (size_t)count * sizeof(PyObject *));
    for (i = 0; i < count; i++) {
        encoded[i] = PyUnicode_AsEncodedString(PyTuple_GET_ITEM(args, i), "utf-8", "strict");
        if (encoded[i] == NULL || PyBytes_AsStringAndSize(encoded[i], &text, &length) < 0)
            goto out;
    }
    result = Py_NewRef(Py_None);
out:
    for (i = 0; i < count; i++)
        Py_XDECREF(encoded[i]);
    PyMem_Free(encoded);
    return result;
}

static PyObject *
send_few(PyObject *self, PyObject *args)
{
    PyObject *encoded[8] = {NULL}, *result = NULL;
    Py_ssize_t count = PyTuple_GET_SIZE(args), length, i;
    char *text;

    if (count > 8)
        return PyErr_Format(PyExc_ValueError, "too many");
    for (i = 0; i < count; i++) {
        encoded[i] = PyUnicode_AsEncodedString(PyTuple_GET_ITEM(args, i), "utf-8", "strict");
        if (!encoded[i])
            goto out;
        if (PyBytes_AsStringAndSize(encoded[i], &text, &length) < 0)
            goto out;
    }
    result = Py_NewRef(Py_None);
out:
    for (i = 0; i < count; i++)
        Py_XDECREF(encoded[i]);
    return result;
}

static PyObject *
send_one(PyObject *self, PyObject *args)
{
    Py_ssize_t count = PyTuple_GET_SIZE(args), length, i;
    PyObject *encoded;
    char *text;

    for (i = 0; i < count; i++) {
        encoded = PyObject_CallMethod(PyTuple_GET_ITEM(args, i), "encode", NULL);
        if (!encoded)
            return NULL;
        if (PyBytes_AsStringAndSize(encoded, &text, &length) < 0)
            return NULL;
        Py_DECREF(encoded);
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {METHOD(send, METH_VARARGS), METHOD(send_few, METH_VARARGS), METHOD(send_one, METH_VARARGS), {NULL}};
MODULE(arrays, methods)

/* refsan check
 * RS202 send_one / send_few: PyObject_CallMethod
 */
