/* Containers that a function makes and fills itself, the one empty object, and objects that the interpreter keeps as C data. */
#include "../module.h"

static PyObject *
squares(PyObject *self, PyObject *arg)
{
    Py_ssize_t count = PyObject_Size(arg);
    PyObject *list = count < 0 ? NULL : PyList_New(count);

    if (list == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PyLong_FromSsize_t(i * i);

        if (item == NULL)
            goto error;
        if (PyList_SetItem(list, i, item) < 0) {
            Py_DECREF(item);
            goto error;
        }
    }
    return list;
error:
    Py_DECREF(list);
    return NULL;
}

static PyObject *
squares_twice(PyObject *self, PyObject *arg)
{
    Py_ssize_t count = PyObject_Size(arg);
    PyObject *list = count < 0 ? NULL : PyList_New(count);

    if (list == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PyLong_FromSsize_t(i * i);

        if (item == NULL) {
            Py_DECREF(list);
            return NULL;
        }
        if (PyList_SetItem(list, i, item) < 0)
            return NULL;
        Py_DECREF(item);
    }
    return list;
}

static PyObject *
packed(PyObject *self, PyObject *arg)
{
    PyObject *pair = PyTuple_Pack(2, self, arg);
    Py_ssize_t size;

    if (pair == NULL)
        return NULL;
    size = PyObject_Size(pair);
    if (size == 0)
        Py_RETURN_NONE;     /* a pair is not empty */
    Py_DECREF(pair);
    return PyLong_FromSsize_t(size);
}

static PyObject *
packed_kept(PyObject *self, PyObject *arg)
{
    PyObject *pair = PyTuple_Pack(2, self, arg);
    Py_ssize_t size;

    if (pair == NULL)
        return NULL;
    size = PyObject_Size(pair);
    if (size == 2)
        Py_RETURN_NONE;
    Py_DECREF(pair);
    return PyLong_FromSsize_t(size);
}

static PyObject *
length_of_nothing(PyObject *self, PyObject *ignored)
{
    PyObject *empty = PyBytes_FromStringAndSize(NULL, 0);
    Py_ssize_t size;

    if (empty == NULL)
        return NULL;
    Py_DECREF(empty);
    size = PyBytes_GET_SIZE(empty);     /* there is only one, which is never freed */
    return PyLong_FromSsize_t(size);
}

static PyObject *
length_of_line(PyObject *self, PyObject *ignored)
{
    PyObject *line = PyBytes_FromStringAndSize(NULL, 80);
    Py_ssize_t size;

    if (line == NULL)
        return NULL;
    Py_DECREF(line);
    size = PyBytes_GET_SIZE(line);
    return PyLong_FromSsize_t(size);
}

static void
drop_context(PyObject *capsule)
{
    Py_XDECREF((PyObject *)PyCapsule_GetContext(capsule));
}

static PyObject *
handle(PyObject *self, PyObject *arg)
{
    PyObject *capsule = PyCapsule_New(self, "handle", drop_context);

    if (capsule == NULL)
        return NULL;
    Py_INCREF(arg);
    if (PyCapsule_SetContext(capsule, arg) < 0) {
        Py_DECREF(arg);
        Py_DECREF(capsule);
        return NULL;
    }
    return capsule;
}

static PyObject *
handle_kept(PyObject *self, PyObject *arg)
{
    PyObject *capsule = PyCapsule_New(self, "handle", NULL);

    if (capsule == NULL)
        return NULL;
    Py_INCREF(arg);
    return capsule;
}

static PyMethodDef methods[] = {METHOD(squares, METH_O), METHOD(squares_twice, METH_O), METHOD(packed, METH_O), METHOD(packed_kept, METH_O), METHOD(length_of_nothing, METH_NOARGS), METHOD(length_of_line, METH_NOARGS),
                                METHOD(handle, METH_O), METHOD(handle_kept, METH_O), {NULL}};
MODULE(filled, methods)

/* refsan check
 * RS104 squares_twice / squares: Py_DECREF(item) || PyList_SetItem
 * RS201 packed_kept / packed: PyTuple_Pack
 * RS105 length_of_line / length_of_nothing: PyBytes_GET_SIZE(line) || Py_DECREF(line)
 * RS201 handle_kept / handle: Py_INCREF(arg)
 * may RS202 squares_twice: PyList_New
 */
