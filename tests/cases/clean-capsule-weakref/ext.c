#include "../ext.h"

/* Capsules that own an object, weak references with callbacks, context variables, buffers. */
static void give_back(PyObject *capsule)
{
    Py_XDECREF((PyObject *)PyCapsule_GetContext(capsule));
}

static PyObject *wrapped(PyObject *module, PyObject *value)
{
    static int anything;
    PyObject *capsule = PyCapsule_New(&anything, "ext.any", give_back);

    if (capsule == NULL)
        return NULL;
    Py_INCREF(value);
    PyCapsule_SetContext(capsule, value);
    return capsule;
}

static PyObject *unwrapped(PyObject *module, PyObject *capsule)
{
    PyObject *value = PyCapsule_GetContext(capsule);

    Py_XINCREF(value);
    return value;
}

static PyObject *alive(PyObject *module, PyObject *args)
{
    PyObject *object, *callback, *weak, *target, *answer;

    if (!PyArg_ParseTuple(args, "OO", &object, &callback))
        return NULL;
    weak = PyWeakref_NewRef(object, callback);
    if (weak == NULL)
        return NULL;
    target = PyObject_CallObject(weak, NULL);
    answer = PyBool_FromLong(target == object);
    Py_XDECREF(target);
    if (answer != NULL && PyObject_SetAttrString(object, "weak", weak) < 0)
        Py_CLEAR(answer);
    Py_DECREF(weak);
    return answer;
}

static PyObject *reversed_bytes(PyObject *module, PyObject *args)
{
    Py_buffer view;
    PyObject *bytes;
    Py_ssize_t i;

    if (!PyArg_ParseTuple(args, "y*", &view))
        return NULL;
    bytes = PyBytes_FromStringAndSize(NULL, view.len);
    for (i = 0; bytes != NULL && i < view.len; i++)
        PyBytes_AS_STRING(bytes)[i] = ((char *)view.buf)[view.len - 1 - i];
    PyBuffer_Release(&view);
    if (bytes != NULL && Py_SIZE(bytes) > 4 && _PyBytes_Resize(&bytes, 4) < 0)
        return NULL;
    return bytes;
}

static PyObject *joined(PyObject *module, PyObject *sequence)
{
    PyObject *text = PyUnicode_FromString("<"), *item;
    Py_ssize_t i, n = PySequence_Size(sequence);

    for (i = 0; i < n && text != NULL; i++) {
        item = PySequence_GetItem(sequence, i);
        PyUnicode_AppendAndDel(&text, item != NULL ? PyObject_Str(item) : NULL);
        Py_XDECREF(item);
    }
    PyUnicode_AppendAndDel(&text, PyUnicode_FromString(">"));
    if (text != NULL)
        PyUnicode_InternInPlace(&text);
    return text;
}

static PyMethodDef methods[] = {
    {"wrapped", wrapped, METH_O, NULL}, {"unwrapped", unwrapped, METH_O, NULL}, {"alive", alive, METH_VARARGS, NULL},
    {"reversed_bytes", reversed_bytes, METH_VARARGS, NULL}, {"joined", joined, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
