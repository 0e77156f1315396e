#include "../ext.h"

/* How many values are true; PyDict_Next lends keys and values. */
static PyObject *count_true(PyObject *module, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t at = 0;
    long count = 0;

    while (PyDict_Next(dict, &at, &key, &value)) { /* belief */
        count += PyObject_IsTrue(value);
#ifndef FIXED
        Py_DECREF(value); /* culprit */
#endif
    }
    return PyLong_FromLong(count);
}

static PyMethodDef methods[] = {{"count_true", count_true, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
