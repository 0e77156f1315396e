/* What PyArg_Parse need not fill: the first variable behind the | is as likely to be NULL still as any other. */
#include "../module.h"

static PyObject *close_socket(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"address", "socket", NULL};
    PyObject *address = NULL, *socket = NULL;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OO", names, &address, &socket))
        return NULL;
    if (address == NULL && socket != NULL) {
        PyObject *result = PyObject_CallMethod(socket, "close", NULL);

        Py_DECREF(socket);
        return result;
    }
    Py_RETURN_NONE;
}

static PyObject *close_later(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"address", "socket", NULL};
    PyObject *address = NULL, *socket = NULL;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OO", names, &address, &socket))
        return NULL;
    if (address == NULL && socket != NULL) {
        PyObject *result = PyObject_CallMethod(socket, "close", NULL);

        return result;
    }
    Py_RETURN_NONE;
}

static PyObject *need_name(PyObject *self, PyObject *args)
{
    const char *name = NULL;

    if (!PyArg_ParseTuple(args, "|s", &name))
        return NULL;
    if (name == NULL)
        return NULL;
    return PyUnicode_FromString(name);
}

static PyObject *ask_name(PyObject *self, PyObject *args)
{
    const char *name = NULL;

    if (!PyArg_ParseTuple(args, "|s", &name))
        return NULL;
    if (name == NULL)
        return PyErr_Format(PyExc_TypeError, "a name is needed");
    return PyUnicode_FromString(name);
}

/* what has to be there is there */
static PyObject *given_name(PyObject *self, PyObject *args)
{
    const char *name = NULL;

    if (!PyArg_ParseTuple(args, "s", &name))
        return NULL;
    if (name == NULL)
        return NULL;
    return PyUnicode_FromString(name);
}

static PyMethodDef optional_methods[] = {METHOD(close_socket, METH_VARARGS | METH_KEYWORDS),
                                         METHOD(close_later, METH_VARARGS | METH_KEYWORDS),
                                         METHOD(need_name, METH_VARARGS),
                                         METHOD(ask_name, METH_VARARGS),
                                         METHOD(given_name, METH_VARARGS),
                                         {NULL}};

MODULE(optional, optional_methods)

/* refsan check
 * RS101 close_socket / close_later: Py_DECREF(socket)
 * RS302 need_name / ask_name: return NULL #2
 */
