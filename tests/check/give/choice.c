/* `c ? a : b` chooses between two objects, or two outcomes: what follows depends on which. */
#include "../module.h"

static PyObject *
truth(int holds)
{
    PyObject *object = holds ? Py_True : Py_False;

    Py_INCREF(object);
    return object;
}

static PyObject *
flags_of(PyObject *self, PyObject *number)
{
    long flags = PyLong_AsLong(number);
    PyObject *dict;

    if (flags == -1 && PyErr_Occurred())
        return NULL;
    dict = PyDict_New();
    if (dict == NULL)
        return NULL;
    PyDict_SetItemString(dict, "reverse", truth(flags & 2));
    if (PyErr_Occurred())
        Py_CLEAR(dict);
    return dict;
}

static PyObject *
flags_owned(PyObject *self, PyObject *number)
{
    long flags = PyLong_AsLong(number);
    PyObject *dict, *reverse;

    if (flags == -1 && PyErr_Occurred())
        return NULL;
    dict = PyDict_New();
    if (dict == NULL)
        return NULL;
    reverse = truth(flags & 2);
    if (PyDict_SetItemString(dict, "reverse", reverse) < 0)
        Py_CLEAR(dict);
    Py_DECREF(reverse);
    return dict;
}

/* 0 and a new reference, or -1 and an exception */
static int
read_name(PyObject *object, PyObject **name)
{
    *name = PyObject_GetAttrString(object, "name");
    return *name == NULL ? -1 : 0;
}

static PyObject *
first_letter(PyObject *self, PyObject *object)
{
    PyObject *name;
    Py_ssize_t size;

    if (read_name(object, &name) < 0)
        return NULL;
    size = PyObject_Size(name);
    if (size < 1)
        return size < 0 ? NULL : PyUnicode_FromString("");
    Py_DECREF(name);
    return PyLong_FromSsize_t(size);
}

static PyObject *
last_letter(PyObject *self, PyObject *object)
{
    PyObject *name;
    Py_ssize_t size;

    if (read_name(object, &name) < 0)
        return NULL; /* nothing was filled in */
    size = PyObject_Size(name);
    Py_DECREF(name);
    if (size < 1)
        return size < 0 ? NULL : PyUnicode_FromString("");
    return PyLong_FromSsize_t(size);
}

static PyMethodDef methods[] = {
    METHOD(flags_of, METH_O), METHOD(flags_owned, METH_O), METHOD(first_letter, METH_O), METHOD(last_letter, METH_O), {NULL},
};
MODULE(choice, methods)

/* refsan check
 * RS201 flags_of / flags_owned [..3.11]: truth(flags & 2)
 * RS201|RS202 first_letter / last_letter: read_name(object, &name)
 */
