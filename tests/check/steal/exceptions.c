/* PyErr_Restore and the exception's own setters take what they are given. */
#include "../module.h"

static PyObject *
close_quietly(PyObject *self, PyObject *file)
{
    PyObject *type, *value, *traceback, *answer;

    PyErr_Fetch(&type, &value, &traceback);
    answer = PyObject_CallMethod(file, "close", NULL);
    if (answer == NULL)
        PyErr_WriteUnraisable(file);
    Py_XDECREF(answer);
    PyErr_Restore(type, value, traceback);
    Py_XDECREF(value);
    Py_RETURN_NONE;
}

static PyObject *
close_loudly(PyObject *self, PyObject *file)
{
    PyObject *type, *value, *traceback, *answer;

    PyErr_Fetch(&type, &value, &traceback);
    answer = PyObject_CallMethod(file, "close", NULL);
    if (answer == NULL) { /* the newer exception wins */
        Py_XDECREF(type);
        Py_XDECREF(value);
        Py_XDECREF(traceback);
        return NULL;
    }
    PyErr_Restore(type, value, traceback);
    Py_DECREF(answer);
    Py_RETURN_NONE;
}

static PyObject *
try_open(PyObject *self, PyObject *path)
{
    PyObject *raw = PyUnicode_EncodeFSDefault(path);

    if (raw == NULL) {
        PyObject *type, *value, *traceback;

        PyErr_Fetch(&type, &value, &traceback);
        Py_XDECREF(traceback);
        return value ? PyObject_Repr(type) : Py_NewRef(Py_None);
    }
    return raw;
}

static PyObject *
try_encode(PyObject *self, PyObject *path)
{
    PyObject *raw = PyUnicode_EncodeFSDefault(path), *type, *value, *traceback, *text;

    if (raw != NULL)
        return raw;
    PyErr_Fetch(&type, &value, &traceback);
    text = type ? PyObject_Repr(type) : NULL;
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return text;
}

static PyObject *
with_cause(PyObject *self, PyObject *exception)
{
    PyObject *cause = PyObject_CallFunction(PyExc_ValueError, "s", "the cause");

    if (cause == NULL)
        return NULL;
    PyException_SetCause(exception, cause);
    Py_DECREF(cause);
    Py_RETURN_NONE;
}

static PyObject *
with_traceback(PyObject *self, PyObject *args)
{
    PyObject *from, *to, *traceback;

    if (!PyArg_ParseTuple(args, "OO", &from, &to))
        return NULL;
    traceback = PyException_GetTraceback(from);
    if (traceback == NULL)
        Py_RETURN_NONE;
    if (PyException_SetTraceback(to, traceback) < 0) { /* takes its own, unlike SetCause */
        Py_DECREF(traceback);
        return NULL;
    }
    Py_DECREF(traceback);
    Py_RETURN_NONE;
}

static PyObject *
raise_class(PyObject *self, PyObject *type)
{
    PyErr_Restore(type, NULL, NULL);
    return NULL;
}

static PyObject *
raise_class_owned(PyObject *self, PyObject *type)
{
    Py_INCREF(type);
    PyErr_Restore(type, NULL, NULL);
    return NULL;
}

static PyMethodDef methods[] = {
    METHOD(close_quietly, METH_O), METHOD(close_loudly, METH_O), METHOD(try_open, METH_O), METHOD(try_encode, METH_O),
    METHOD(with_cause, METH_O), METHOD(with_traceback, METH_VARARGS), METHOD(raise_class, METH_O), METHOD(raise_class_owned, METH_O), {NULL},
};
MODULE(stealexc, methods)

/* refsan check
 * RS104|RS308 close_quietly / close_loudly: Py_XDECREF(value) || PyErr_Restore
 * RS201 try_open / try_encode: PyErr_Fetch
 * RS104 with_cause / with_traceback: Py_DECREF(cause) || PyException_SetCause
 * RS101|RS103 raise_class / raise_class_owned: PyErr_Restore
 */
