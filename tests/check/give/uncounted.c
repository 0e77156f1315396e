/* A dictionary that, as all functions here agree, owns no references: what is put in is released again, and counted before it is
 * taken out. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *data;
    PyObject *names;
    Py_ssize_t size;
} Cache;

static int
put(Cache *self, PyObject *key, PyObject *value)
{
    if (PyDict_SetItem(self->data, key, value) < 0)
        return -1;
    Py_DECREF(value); /* the dictionary's reference is not counted */
    return 0;
}

static PyObject *
add(Cache *self, PyObject *args)
{
    PyObject *key, *value;

    if (!PyArg_ParseTuple(args, "OO", &key, &value) || PyDict_SetItem(self->data, key, value) < 0)
        return NULL;
    Py_DECREF(value);
    Py_RETURN_NONE;
}

static PyObject *
add_name(Cache *self, PyObject *args)
{
    PyObject *key, *value;

    if (!PyArg_ParseTuple(args, "OO", &key, &value) || PyDict_SetItem(self->names, key, value) < 0)
        return NULL;
    Py_DECREF(value); /* this dictionary counts */
    Py_RETURN_NONE;
}

static PyObject *
take(Cache *self, PyObject *key)
{
    PyObject *value = PyDict_GetItem(self->data, key);

    if (value == NULL)
        return PyErr_Format(PyExc_KeyError, "none");
    Py_INCREF(value);
    self->size--;
    if (PyDict_DelItem(self->data, key) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
take_name(Cache *self, PyObject *key)
{
    PyObject *value = PyDict_GetItem(self->names, key);
    Py_ssize_t size;

    if (value == NULL)
        return PyErr_Format(PyExc_KeyError, "none");
    Py_INCREF(value); /* to use it afterwards */
    if (PyDict_DelItem(self->names, key) < 0)
        return NULL;
    size = PyObject_Size(value);
    return size < 0 ? NULL : PyLong_FromSsize_t(size);
}

static PyMethodDef cache_methods[] = {METHOD(add, METH_VARARGS), METHOD(add_name, METH_VARARGS), METHOD(take, METH_O), METHOD(take_name, METH_O), {NULL}};
static PyMappingMethods cache_mapping = {.mp_ass_subscript = (objobjargproc)put};

PyTypeObject CacheType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "uncounted.Cache",
    .tp_basicsize = sizeof(Cache),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_as_mapping = &cache_mapping,
    .tp_methods = cache_methods,
};

static PyMethodDef methods[] = {{NULL}};
MODULE(uncounted, methods)

/* refsan check
 * RS101 add_name / add: this dictionary counts
 * RS201|RS202 take_name / take: to use it afterwards
 */
