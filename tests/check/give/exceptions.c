/* PyErr_SetObject and its kin keep references of their own. */
#include "../module.h"

static PyObject *
unknown_key(PyObject *self, PyObject *key)
{
    PyObject *message = PyUnicode_FromFormat("no such key: %R", key);

    if (message != NULL)
        PyErr_SetObject(PyExc_KeyError, message);
    return NULL;
}

static PyObject *
unknown_name(PyObject *self, PyObject *name)
{
    PyObject *message = PyUnicode_FromFormat("no such name: %R", name);

    if (message != NULL) {
        PyErr_SetObject(PyExc_NameError, message);
        Py_DECREF(message);
    }
    return NULL;
}

static void
raise_errno(int number)
{
    PyErr_SetObject(PyExc_OSError, Py_BuildValue("(is)", number, "the device said no"));
}

static PyObject *
device(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    raise_errno(5);
    return NULL;
}

static void
raise_status(int number)
{
    PyObject *value = Py_BuildValue("(is)", number, "the line is down");

    if (value) {
        PyErr_SetObject(PyExc_ConnectionError, value);
        Py_DECREF(value);
    }
}

static PyObject *
line(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    raise_status(5);
    return NULL;
}

static PyObject *
stop_with(PyObject *self, PyObject *args)
{
    PyObject *value = PyTuple_GetSlice(args, 0, 1), *stop;

    if (value == NULL)
        return NULL;
    stop = PyObject_CallObject(PyExc_StopIteration, value);
    Py_DECREF(value);
    if (stop == NULL)
        return NULL;
    PyErr_SetObject(PyExc_StopIteration, stop);
    return NULL;
}

static PyObject *
stop_with_pair(PyObject *self, PyObject *args)
{
    PyObject *stop = PyObject_CallObject(PyExc_StopIteration, args);

    if (stop != NULL) {
        PyErr_SetObject((PyObject *)Py_TYPE(stop), stop);
        Py_DECREF(stop);
    }
    return NULL;
}

static PyObject *
bad_position(PyObject *self, PyObject *args)
{
    PyObject *text, *exc;
    Py_ssize_t at;

    if (!PyArg_ParseTuple(args, "Un", &text, &at))
        return NULL;
    exc = PyObject_CallFunction(PyExc_SyntaxError, "O", text);
    if (exc == NULL)
        return NULL;
    if (PyObject_SetAttrString(exc, "offset", PyLong_FromSsize_t(at)) < 0) {
        Py_DECREF(exc);
        return NULL;
    }
    PyErr_SetObject(PyExc_SyntaxError, exc);
    Py_DECREF(exc);
    return NULL;
}

static PyObject *
bad_line(PyObject *self, PyObject *args)
{
    PyObject *text, *exc = NULL, *number = NULL;
    Py_ssize_t at;

    if (!PyArg_ParseTuple(args, "Un", &text, &at))
        return NULL;
    if ((exc = PyObject_CallFunction(PyExc_SyntaxError, "O", text)) && (number = PyLong_FromSsize_t(at)) &&
        PyObject_SetAttrString(exc, "lineno", number) == 0)
        PyErr_SetObject(PyExc_SyntaxError, exc);
    Py_XDECREF(number);
    Py_XDECREF(exc);
    return NULL;
}

static PyObject *
chain(PyObject *self, PyObject *args)
{
    PyObject *exc, *cause;

    if (!PyArg_ParseTuple(args, "OO", &exc, &cause))
        return NULL;
    PyException_SetCause(exc, cause);
    Py_RETURN_NONE;
}

static PyObject *
chain_context(PyObject *self, PyObject *args)
{
    PyObject *exc, *context;

    if (!PyArg_ParseTuple(args, "OO", &exc, &context))
        return NULL;
    Py_INCREF(context);
    PyException_SetContext(exc, context); /* steals it */
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    METHOD(unknown_key, METH_O), METHOD(unknown_name, METH_O), METHOD(device, METH_NOARGS), METHOD(line, METH_NOARGS),
    METHOD(stop_with, METH_VARARGS), METHOD(stop_with_pair, METH_VARARGS), METHOD(bad_position, METH_VARARGS),
    METHOD(bad_line, METH_VARARGS), METHOD(chain, METH_VARARGS), METHOD(chain_context, METH_VARARGS), {NULL},
};
MODULE(giveexc, methods)

/* refsan check
 * RS201|RS202 unknown_key / unknown_name: PyUnicode_FromFormat
 * RS201|RS202 raise_errno / raise_status: Py_BuildValue
 * RS201|RS202 stop_with / stop_with_pair: stop = PyObject_CallObject
 * RS201|RS202 bad_position / bad_line: PyLong_FromSsize_t(at)
 * RS101|RS103 chain / chain_context: PyException_SetCause
 */
