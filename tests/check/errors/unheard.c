/* Length, truth and hash that an object's own code gives, passed on unlooked at; where the object is Python's own it answers. */
#include "../module.h"
#include <unistd.h>

static PyObject *
length(PyObject *self, PyObject *object)
{
    return PyLong_FromSsize_t(PyObject_Size(object));
}

static PyObject *
length_asked(PyObject *self, PyObject *object)
{
    Py_ssize_t size = PyObject_Size(object);

    return size < 0 ? NULL : PyLong_FromSsize_t(size);
}

static PyObject *
truth(PyObject *self, PyObject *object)
{
    return PyBool_FromLong(PyObject_IsTrue(object));
}

static PyObject *
truth_asked(PyObject *self, PyObject *object)
{
    int is = PyObject_IsTrue(object);

    return is == -1 ? NULL : PyBool_FromLong(is);
}

static PyObject *
mixed_hash(PyObject *self, PyObject *object)
{
    Py_hash_t hash = PyObject_Hash(object);

    return PyLong_FromSsize_t(hash ^ 17);
}

static PyObject *
mixed_hash_asked(PyObject *self, PyObject *object)
{
    Py_hash_t hash = PyObject_Hash(object);

    if (PyErr_Occurred())
        return NULL;
    return PyLong_FromSsize_t(hash ^ 17);
}

static PyObject *
list_length(PyObject *self, PyObject *object)
{
    if (!PyList_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "a list is needed");
        return NULL;
    }
    return PyLong_FromSsize_t(PySequence_Size(object));
}

static PyObject *
copied_length(PyObject *self, PyObject *object)
{
    PyObject *list = PySequence_List(object), *answer;

    if (list == NULL)
        return NULL;
    answer = PyLong_FromSsize_t(PySequence_Size(list));
    Py_DECREF(list);
    return answer;
}

/* No file has the number -1: read() fails there, too. */
static PyObject *
byte_times(PyObject *self, PyObject *number)
{
    long factor = PyLong_AsLong(number);
    char byte;

    if (read(0, &byte, 1) < 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    return PyLong_FromLong(byte * factor);
}

static PyObject *
byte_of(PyObject *self, PyObject *number)
{
    int descriptor = (int)PyLong_AsLong(number);
    char byte;

    if (read(descriptor, &byte, 1) < 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    return PyLong_FromLong(byte);
}

static PyMethodDef methods[] = {
    METHOD(length, METH_O),        METHOD(length_asked, METH_O),  METHOD(truth, METH_O),
    METHOD(truth_asked, METH_O),   METHOD(mixed_hash, METH_O),    METHOD(mixed_hash_asked, METH_O),
    METHOD(list_length, METH_O),   METHOD(copied_length, METH_O), METHOD(byte_times, METH_O),
    METHOD(byte_of, METH_O),       {NULL, NULL, 0, NULL},
};

MODULE(unheard, methods)

/* refsan check
 * RS302 length / length_asked: PyObject_Size(object)
 * RS302 truth / truth_asked: PyObject_IsTrue(object)
 * RS302 mixed_hash / mixed_hash_asked: PyObject_Hash(object)
 * RS302 byte_times / byte_of: PyLong_AsLong(number)
 */
