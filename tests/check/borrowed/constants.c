/* What the tables of Python's own modules hold is theirs. */
#include "../module.h"
#include <datetime.h>

static PyObject *
utc_time(PyObject *self, PyObject *args)
{
    int hour, minute;
    PyObject *zone, *result;

    if (!PyArg_ParseTuple(args, "ii", &hour, &minute))
        return NULL;
    zone = PyDateTime_TimeZone_UTC;
    result = PyDateTimeAPI->Time_FromTime(hour, minute, 0, 0, zone, PyDateTimeAPI->TimeType);
    Py_DECREF(zone);
    return result;
}

static PyObject *
utc_time_counted(PyObject *self, PyObject *args)
{
    int hour, minute;
    PyObject *zone, *result;

    if (!PyArg_ParseTuple(args, "ii", &hour, &minute))
        return NULL;
    zone = PyDateTime_TimeZone_UTC;
    Py_INCREF(zone);
    result = PyDateTimeAPI->Time_FromTime(hour, minute, 0, 0, zone, PyDateTimeAPI->TimeType);
    Py_DECREF(zone);
    return result;
}

static PyObject *
load(PyObject *self, PyObject *ignored)
{
    PyDateTime_IMPORT;
    if (PyDateTimeAPI == NULL)
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    METHOD(utc_time, METH_VARARGS), METHOD(utc_time_counted, METH_VARARGS), METHOD(load, METH_NOARGS), {NULL}};
MODULE(constants, methods)

/* refsan check
 * RS101 utc_time / utc_time_counted: Py_DECREF(zone)
 */
