/* In-out parameters: the call gives up what the variable held and stores what it made, NULL on failure. */
#include "../module.h"

static PyObject *
read_some(PyObject *self, PyObject *args)
{
    int fd;
    Py_ssize_t size, got;
    PyObject *block;

    if (!PyArg_ParseTuple(args, "in", &fd, &size))
        return NULL;
    block = PyBytes_FromStringAndSize(NULL, size);
    if (block == NULL)
        return NULL;
    got = fd; /* stands for read(fd, ...) */
    if (_PyBytes_Resize(&block, got) < 0) {
        Py_DECREF(block);
        return NULL;
    }
    return block;
}

static PyObject *
read_part(PyObject *self, PyObject *args)
{
    int fd;
    Py_ssize_t size, got;
    PyObject *block;

    if (!PyArg_ParseTuple(args, "in", &fd, &size))
        return NULL;
    block = PyBytes_FromStringAndSize(NULL, size);
    if (block == NULL)
        return NULL;
    got = fd;
    if (got < 0) {
        Py_DECREF(block);
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    if (got != size)
        _PyBytes_Resize(&block, got); /* block is NULL if it failed */
    return block;
}

static PyObject *
concat_kept(PyObject *self, PyObject *args)
{
    PyObject *left, *right;

    if (!PyArg_ParseTuple(args, "SS", &left, &right))
        return NULL;
    PyBytes_Concat(&left, right);
    return left;
}

static PyObject *
concat_owned(PyObject *self, PyObject *args)
{
    PyObject *left, *right;

    if (!PyArg_ParseTuple(args, "SS", &left, &right))
        return NULL;
    Py_INCREF(left); /* PyBytes_Concat gives it up */
    PyBytes_Concat(&left, right);
    return left;
}

static PyObject *
append_twice(PyObject *self, PyObject *text)
{
    PyObject *result = PyUnicode_FromString(""), *quoted;

    if (result == NULL)
        return NULL;
    quoted = PyObject_Repr(text);
    if (quoted == NULL) {
        Py_DECREF(result);
        return NULL;
    }
    PyUnicode_AppendAndDel(&result, quoted);
    Py_DECREF(quoted);
    return result;
}

static PyObject *
append_once(PyObject *self, PyObject *text)
{
    PyObject *result = PyUnicode_FromString("");

    PyUnicode_AppendAndDel(&result, PyObject_Repr(text)); /* NULL in, NULL out */
    if (result == NULL)
        return NULL;
    PyUnicode_Append(&result, text);
    return result;
}

static PyObject *
shrink(PyObject *self, PyObject *count)
{
    Py_ssize_t n = PyNumber_AsSsize_t(count, NULL);
    PyObject *tuple;

    if (n < 0)
        return PyErr_Occurred() ? NULL : PyTuple_New(0);
    tuple = PyTuple_New(n + 1);
    if (tuple == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i <= n; i++)
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(Py_None));
    if (_PyTuple_Resize(&tuple, n) != 0)
        goto error;
    return tuple;
error:
    Py_DECREF(tuple);
    return NULL;
}

static PyObject *
shrink_safely(PyObject *self, PyObject *count)
{
    Py_ssize_t n = PyNumber_AsSsize_t(count, NULL);
    PyObject *tuple;

    if (n < 0)
        return PyErr_Occurred() ? NULL : PyTuple_New(0);
    tuple = PyTuple_New(n + 1);
    if (tuple == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i <= n; i++)
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(Py_None));
    if (_PyTuple_Resize(&tuple, n) != 0)
        goto error;
    return tuple;
error:
    Py_XDECREF(tuple); /* NULL by now */
    return NULL;
}

static PyObject *
interned(PyObject *self, PyObject *text)
{
    PyUnicode_InternInPlace(&text);
    return text;
}

static PyObject *
interned_owned(PyObject *self, PyObject *text)
{
    Py_INCREF(text);
    PyUnicode_InternInPlace(&text);
    return text;
}

static int
grow(PyObject **list) /* replaces *list, whose old value it gives up */
{
    PyObject *copy = PyList_GetSlice(*list, 0, PyList_GET_SIZE(*list));

    if (copy == NULL)
        return -1;
    Py_SETREF(*list, copy);
    return PyList_Append(*list, Py_None);
}

static PyObject *
grown(PyObject *self, PyObject *items)
{
    PyObject *list = PySequence_List(items);

    if (list == NULL)
        return NULL;
    if (grow(&list) < 0)
        return NULL;
    return list;
}

static PyObject *
grown_safely(PyObject *self, PyObject *items)
{
    PyObject *list = PySequence_List(items);

    if (list != NULL && grow(&list) < 0)
        Py_CLEAR(list);
    return list;
}

static PyMethodDef methods[] = {
    METHOD(read_some, METH_VARARGS), METHOD(read_part, METH_VARARGS), METHOD(concat_kept, METH_VARARGS), METHOD(concat_owned, METH_VARARGS),
    METHOD(append_twice, METH_O), METHOD(append_once, METH_O), METHOD(shrink, METH_O), METHOD(shrink_safely, METH_O), METHOD(interned, METH_O),
    METHOD(interned_owned, METH_O), METHOD(grown, METH_O), METHOD(grown_safely, METH_O), {NULL},
};
MODULE(inout, methods)

/* refsan check
 * RS403|RS101|RS105 read_some / read_part: Py_DECREF(block) || _PyBytes_Resize
 * RS101|RS102 concat_kept / concat_owned: PyBytes_Concat || return left
 * RS104 append_twice / append_once: Py_DECREF(quoted) || PyUnicode_AppendAndDel
 * RS403|RS101|RS105 shrink / shrink_safely: Py_DECREF(tuple) || _PyTuple_Resize
 * RS101|RS102 interned / interned_owned: PyUnicode_InternInPlace || return text
 * RS202 grown / grown_safely: PySequence_List || grow(&list)
 */
