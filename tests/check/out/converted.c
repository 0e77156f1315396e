/* A helper that puts another object in the place of the one that its caller's variable holds. */
#include "../module.h"

static int
to_int(PyObject **place)
{
    PyObject *old = *place, *number = PyNumber_Long(old);

    *place = number;
    Py_DECREF(old);
    if (number == NULL)
        return -1;
    return 0;
}

static int
to_int_keeping(PyObject **place)
{
    PyObject *number = PyNumber_Long(*place);

    if (number == NULL)
        return -1;
    *place = number;
    return 0;
}

static PyObject *
size_lost(PyObject *self, PyObject *arg)
{
    PyObject *size = PyObject_GetAttrString(arg, "size");

    if (size == NULL)
        return NULL;
    if (to_int_keeping(&size) < 0) {
        Py_DECREF(size);
        return NULL;
    }
    return size;
}

static PyObject *
size(PyObject *self, PyObject *arg)
{
    PyObject *size = PyObject_GetAttrString(arg, "size");

    if (size == NULL)
        return NULL;
    if (to_int(&size) < 0)
        return NULL;
    return size;
}

static PyMethodDef methods[] = {METHOD(size_lost, METH_O), METHOD(size, METH_O), {NULL}};
MODULE(converted, methods)

/* refsan check
 * RS201 size_lost / size: PyObject_GetAttrString
 */
