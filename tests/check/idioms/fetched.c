/* What PyErr_Fetch hands out: three objects, or none where no exception was set. */
#include "../module.h"

static PyObject *
taken(void)
{
    PyObject *type, *value, *trace;

    PyErr_Fetch(&type, &value, &trace);
    if (type == NULL)
        return NULL;
    PyErr_NormalizeException(&type, &value, &trace);
    if (trace != NULL)
        PyException_SetTraceback(value, trace);
    Py_DECREF(type);
    Py_XDECREF(trace);
    return value;
}

static PyObject *
taken_in_part(void)
{
    PyObject *type, *value, *trace;

    PyErr_Fetch(&type, &value, &trace);
    if (type == NULL)
        return NULL;
    PyErr_NormalizeException(&type, &value, &trace);
    Py_DECREF(type);
    return value;
}

static PyObject *
reason(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallObject(function, NULL), *value;

    if (result != NULL)
        return result;
    value = taken();
    if (value == NULL)
        Py_RETURN_NONE;
    return value;
}

static PyObject *
reason_in_part(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallObject(function, NULL), *value;

    if (result != NULL)
        return result;
    value = taken_in_part();
    if (value == NULL)
        Py_RETURN_NONE;
    return value;
}

static PyObject *
quiet(PyObject *self, PyObject *function)
{
    PyObject *type, *value, *trace, *result;

    PyErr_Fetch(&type, &value, &trace);
    result = PyObject_CallObject(function, NULL);
    if (type != NULL)
        PyErr_Restore(type, value, trace);
    return result;
}

static PyMethodDef methods[] = {METHOD(reason, METH_O), METHOD(reason_in_part, METH_O), METHOD(quiet, METH_O), {NULL}};
MODULE(fetched, methods)

/* refsan check
 * RS201 taken_in_part / taken: PyErr_Fetch
 */
