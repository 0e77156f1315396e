/* Numbers that decide whether there is an exception: lengths, codes of failure, sizes, sums that are compared twice. */
#include "../module.h"
#include <arpa/inet.h>

extern int open_store(const char *name, int *store);
extern int item_size(char kind);

static PyObject *pack_short(PyObject *module, PyObject *args)
{
    const char *data;
    Py_ssize_t length;

    if (!PyArg_ParseTuple(args, "s#", &data, &length))
        return NULL;
    if (length < 4)
        return NULL; /* wrong: too short */
    return PyLong_FromSsize_t(length + data[0]);
}

static PyObject *pack(PyObject *module, PyObject *args)
{
    const char *data;
    Py_ssize_t length;

    if (!PyArg_ParseTuple(args, "s#", &data, &length))
        return NULL;
    if (length < 0)
        return NULL;
    return PyLong_FromSsize_t(length + data[0]);
}

/* 0, or a code with an exception. */
static int open_named(const char *name, int *store)
{
    int code = open_store(name, store);

    if (code)
        PyErr_SetString(PyExc_OSError, name);
    return code;
}

/* 1, or 0 with an exception. */
static int is_opened(const char *name)
{
    int store;

    return open_named(name, &store) ? 0 : 1;
}

/* 1, whatever the code. */
static int is_tried(const char *name)
{
    int store;

    open_named(name, &store);
    return 1;
}

static PyObject *try_name(PyObject *module, PyObject *arg)
{
    const char *name = PyUnicode_AsUTF8(arg);

    if (name == NULL)
        return NULL;
    if (is_tried(name))
        Py_RETURN_TRUE; /* wrong: tried only */
    return NULL;
}

static PyObject *open_name(PyObject *module, PyObject *arg)
{
    const char *name = PyUnicode_AsUTF8(arg);

    if (name == NULL)
        return NULL;
    if (is_opened(name))
        Py_RETURN_TRUE;
    return NULL;
}

static int format_number(long long number, char *text, size_t size)
{
    if (size < 21) {
        PyErr_SetString(PyExc_RuntimeError, "no room");
        return -1;
    }
    PyOS_snprintf(text, size, "%lld", number);
    return 0;
}

static PyObject *text_small(PyObject *module, PyObject *unused)
{
    char text[20];

    format_number(1, text, sizeof(text));
    Py_RETURN_NONE; /* wrong: no room */
}

static PyObject *text_of(PyObject *module, PyObject *unused)
{
    char text[30];

    format_number(1, text, sizeof(text));
    Py_RETURN_NONE;
}

static PyObject *sum_sizes(PyObject *module, PyObject *arg)
{
    Py_ssize_t count = PyTuple_GET_SIZE(arg);
    int size = 0, offset = 0;

    for (Py_ssize_t i = 0; i < count; i++)
        size += item_size('a');
    size *= 8;
    for (Py_ssize_t i = 0; i < count; i++)
        offset += 8 * item_size('b');
    if (PyErr_Occurred() || offset != size)
        return NULL; /* wrong: the sums differ */
    Py_RETURN_NONE;
}

static PyObject *sum_sizes_or_raise(PyObject *module, PyObject *arg)
{
    Py_ssize_t count = PyTuple_GET_SIZE(arg);
    int size = 0, offset = 0;

    for (Py_ssize_t i = 0; i < count; i++)
        size += item_size('a');
    size *= 8;
    for (Py_ssize_t i = 0; i < count; i++)
        offset += 8 * item_size('b');
    if (PyErr_Occurred() || offset != size) {
        if (offset != size)
            PyErr_SetString(PyExc_RuntimeError, "sizes");
        return NULL;
    }
    Py_RETURN_NONE;
}

/* How many items a slice has is never negative, what a caller passes may be. */
static PyObject *first_bytes(PyObject *module, PyObject *args)
{
    Py_ssize_t count;

    if (!PyArg_ParseTuple(args, "n", &count))
        return NULL;
    if (count < 0)
        return NULL; /* wrong: less than nothing */
    return PyLong_FromSsize_t(count);
}

static PyObject *slice_bytes(PyObject *module, PyObject *slice)
{
    Py_ssize_t start, stop, step, count;

    if (PySlice_Unpack(slice, &start, &stop, &step) < 0)
        return NULL;
    count = PySlice_AdjustIndices(100, &start, &stop, step);
    if (count < 0)
        return NULL;
    return PyLong_FromSsize_t(count);
}

/* An address that is printed where there is room for it. */
static PyObject *address(PyObject *module, PyObject *bytes)
{
    PyObject *answer = PySet_New(NULL);
    char text[INET6_ADDRSTRLEN];

    if (answer == NULL)
        return NULL;
    if (inet_ntop(AF_INET6, PyBytes_AS_STRING(bytes), text, INET6_ADDRSTRLEN) == NULL)
        return NULL;
    return answer;
}

static PyObject *address_short(PyObject *module, PyObject *bytes)
{
    PyObject *answer = PyList_New(0);
    char text[INET_ADDRSTRLEN];

    if (answer == NULL)
        return NULL;
    if (inet_ntop(AF_INET6, PyBytes_AS_STRING(bytes), text, INET_ADDRSTRLEN) == NULL)
        return PyErr_SetFromErrno(PyExc_OSError);
    return answer;
}

/* NULL, with an exception, or a list. */
static PyObject *collected(PyObject *object)
{
    if (!PyTuple_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "a tuple is needed");
        return NULL;
    }
    return PySequence_List(object);
}

static PyObject *try_collect(PyObject *module, PyObject *object)
{
    Py_XDECREF(collected(object));
    Py_RETURN_TRUE; /* wrong: it may have failed */
}

static PyObject *collect(PyObject *module, PyObject *object)
{
    Py_DECREF(collected(object)); /* ends the program where there is none */
    Py_RETURN_FALSE;
}

static PyMethodDef methods[] = {
    METHOD(pack_short, METH_VARARGS), METHOD(pack, METH_VARARGS),         METHOD(try_name, METH_O),
    METHOD(open_name, METH_O),        METHOD(text_small, METH_NOARGS),    METHOD(text_of, METH_NOARGS),
    METHOD(sum_sizes, METH_O),        METHOD(sum_sizes_or_raise, METH_O), METHOD(first_bytes, METH_VARARGS),
    METHOD(slice_bytes, METH_O),      METHOD(address, METH_O),            METHOD(address_short, METH_O),
    METHOD(try_collect, METH_O),      METHOD(collect, METH_O),            {NULL}};
MODULE(numbers, methods)

/* refsan check
 * RS302 pack_short / pack: wrong: too short
 * RS302 open_named / open_name: PyErr_SetString(PyExc_OSError
 * RS302 text_small / text_of: wrong: no room
 * RS302 first_bytes / slice_bytes: wrong: less than nothing
 * RS202 address_short / address: PyList_New(0)
 * RS302 try_collect / collect: collected(object) || wrong: it may have failed
 * RS302 sum_sizes / sum_sizes_or_raise: wrong: the sums differ
 */
