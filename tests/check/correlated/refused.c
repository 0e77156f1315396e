/* What a call would have refused: a function of Python's texts and containers that has succeeded has found its argument
 * to be of its type, and who asks for that type afterwards gets yes. */
#include "../module.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    PyObject_HEAD char *path;
} Lock;

static char *copy_of(PyObject *value)
{
    if (PyBytes_Check(value))
        return strdup(PyBytes_AS_STRING(value));
    PyErr_SetString(PyExc_TypeError, "bytes are needed");
    return NULL;
}

static int set_path(Lock *self, PyObject *value, void *closure)
{
    char *path;

    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "the path stays");
        return -1;
    }
    path = PyBytes_AsString(value);
    if (path == NULL)
        return -1;
    free(self->path);
    self->path = copy_of(value);
    return 0;
}

static int set_any_path(Lock *self, PyObject *value, void *closure)
{
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "the path stays");
        return -1;
    }
    if (PyObject_Length(value) < 0)
        return -1;
    free(self->path);
    self->path = copy_of(value);
    return 0;
}

static PyObject *counted(PyObject *self, PyObject *arg)
{
    PyObject *names = NULL;
    Py_ssize_t count = PyList_Size(arg);

    if (count < 0)
        return NULL;
    if (PyList_Check(arg))
        names = PyList_GetSlice(arg, 0, count);
    if (names == NULL)
        return PyTuple_Check(arg) ? NULL : PyErr_NoMemory();
    return names;
}

static PyObject *counted_any(PyObject *self, PyObject *arg)
{
    PyObject *names = NULL;
    Py_ssize_t count = PySequence_Size(arg);

    if (count < 0)
        return NULL;
    if (PyList_Check(arg))
        names = PyList_GetSlice(arg, 0, count);
    else if (PyTuple_Check(arg))
        return NULL;
    return names == NULL ? PyErr_NoMemory() : names;
}

static PyGetSetDef refused_getset[] = {{"path", NULL, (setter)set_path, NULL, NULL},
                                       {"any_path", NULL, (setter)set_any_path, NULL, NULL},
                                       {NULL}};

PyTypeObject Lock_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "refused.Lock",
    .tp_basicsize = sizeof(Lock),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_getset = refused_getset,
};

static PyMethodDef refused_methods[] = {METHOD(counted, METH_O), METHOD(counted_any, METH_O), {NULL}};

MODULE(refused, refused_methods)

/* refsan check
 * RS302 set_any_path / set_path: return 0
 * RS302 counted_any / counted: return NULL #2
 */
