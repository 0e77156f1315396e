/* What a loop has counted is not negative, and one more is not 0: a helper that says so with an exception says it in no other way. */
#include "../module.h"

static Py_ssize_t
unpack(PyObject *args, Py_ssize_t most, PyObject **into)
{
    Py_ssize_t i, size;
    if (!PyTuple_Check(args)) {
        PyErr_SetString(PyExc_SystemError, "no tuple");
        return 0;
    }
    size = PyTuple_GET_SIZE(args);
    if (size > most) {
        PyErr_Format(PyExc_TypeError, "%zd at most", most);
        return 0;
    }
    for (i = 0; i < size; i++)
        into[i] = PyTuple_GET_ITEM(args, i);
    return i + 1;
}

static PyObject *
unpacked(PyObject *self, PyObject *args)
{
    PyObject *items[2] = {NULL, NULL};
    if (!unpack(args, 2, items))
        return NULL;
    Py_RETURN_NONE;
}

static Py_ssize_t
count(PyObject *list, PyObject *item)
{
    Py_ssize_t found = 0;
    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "no list");
        return -1;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++)
        if (PyList_GET_ITEM(list, i) == item)
            found++;
    return found;
}

static PyObject *
counted(PyObject *self, PyObject *args)
{
    PyObject *list, *item;
    Py_ssize_t found;
    if (!PyArg_ParseTuple(args, "OO", &list, &item))
        return NULL;
    found = count(list, item);
    if (found < 0)
        return NULL;
    return PyLong_FromSsize_t(found);
}

static PyObject *
counted_none(PyObject *self, PyObject *args)
{
    PyObject *list, *item;
    Py_ssize_t found;
    if (!PyArg_ParseTuple(args, "OO", &list, &item))
        return NULL;
    found = count(list, item);
    if (found <= 0)
        return NULL;
    return PyLong_FromSsize_t(found);
}

/* whatever is not 0 is a failure to who calls a setter */
static int
refuse(PyObject *self, char *name, PyObject *value)
{
    int result = 1;
    if (strcmp(name, "known") == 0)
        result = 0;
    if (result == 1)
        PyErr_Format(PyExc_AttributeError, "unknown: '%s'", name);
    return result;
}

static int
accept(PyObject *self, char *name, PyObject *value)
{
    if (strcmp(name, "known") != 0)
        PyErr_Format(PyExc_AttributeError, "unknown: '%s'", name);
    return 0;
}

static int
begin(PyObject *self, PyObject *args, PyObject *keywords)
{
    int number;
    if (!PyArg_ParseTuple(args, "i", &number))
        return -2;
    return 0;
}

static PyTypeObject Refusing_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "counted.Refusing", .tp_setattr = refuse, .tp_init = begin};
static PyTypeObject Accepting_type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "counted.Accepting", .tp_setattr = accept};

static PyObject *
ready(PyObject *module, PyObject *unused)
{
    if (PyType_Ready(&Refusing_type) < 0 || PyType_Ready(&Accepting_type) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {METHOD(unpacked, METH_VARARGS), METHOD(counted, METH_VARARGS), METHOD(counted_none, METH_VARARGS),
                                METHOD(ready, METH_NOARGS), {NULL, NULL, 0, NULL}};
MODULE(counted, methods)

/* refsan check
 * RS302 counted_none / counted: return NULL; #2
 * RS302 accept / refuse: return 0;
 */
