/* A result that is looked at after its exception was cleared; sizes and modules that cannot be missing. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *known;
    Py_ssize_t most;
} Cache;

static PyObject *
look_up_twice(Cache *self, PyObject *key)
{
    PyObject *found = PyObject_GetItem(self->known, key);

    if (found == NULL)
        Py_RETURN_NONE;
    return found;
}

static PyObject *
look_up(Cache *self, PyObject *key)
{
    PyObject *found = PyObject_GetItem(self->known, key);

    PyErr_Clear();
    if (found == NULL)
        Py_RETURN_NONE;
    return found;
}

static PyObject *
is_full(Cache *self, PyObject *unused)
{
    if (PyDict_Size(self->known) == -1)
        Py_RETURN_FALSE;
    return PyBool_FromLong(PyDict_Size(self->known) >= self->most);
}

static PyMethodDef methods[] = {METHOD(look_up_twice, METH_O), METHOD(look_up, METH_O), METHOD(is_full, METH_NOARGS), {NULL}};
MODULE(cleared, methods)

/* refsan check
 * RS302 look_up_twice / look_up: Py_RETURN_NONE
 * RS302 look_up_twice / is_full: Py_RETURN_NONE
 */
