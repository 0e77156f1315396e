/* Buffers that helpers look at, or that a function of the unit's own has parsed: whoever has them has to release them. */
#include "../module.h"
#include <stdarg.h>

static long
sum_of(const Py_buffer *view)
{
    const unsigned char *bytes = view->buf;
    long sum = 0;

    for (Py_ssize_t i = 0; i < view->len; i++)
        sum += bytes[i];
    return sum;
}

static void
finish(Py_buffer *view)
{
    if (view->buf != NULL)
        PyBuffer_Release(view);
}

static int
parse_first(PyObject *args, const char *format, ...)
{
    va_list addresses;
    int parsed;

    va_start(addresses, format);
    parsed = PyArg_VaParse(args, format, addresses);
    va_end(addresses);
    return parsed ? 1 : -1;
}

static PyObject *
total(PyObject *module, PyObject *args)
{
    Py_buffer view;

    if (!PyArg_ParseTuple(args, "y*:total", &view))
        return NULL;
    return PyLong_FromLong(sum_of(&view));
}

static PyObject *
total_released(PyObject *module, PyObject *args)
{
    Py_buffer view;
    long sum;

    if (!PyArg_ParseTuple(args, "y*:total", &view))
        return NULL;
    sum = sum_of(&view);
    finish(&view);
    return PyLong_FromLong(sum);
}

static PyObject *
first(PyObject *module, PyObject *args)
{
    Py_buffer view;

    if (parse_first(args, "y*:first", &view) < 0)
        return NULL;
    return PyLong_FromLong(sum_of(&view));
}

static PyObject *
first_released(PyObject *module, PyObject *args)
{
    Py_buffer view;
    long sum;

    if (parse_first(args, "y*:first", &view) < 0)
        return NULL;
    sum = sum_of(&view);
    PyBuffer_Release(&view);
    return PyLong_FromLong(sum);
}

static PyMethodDef methods[] = {
    METHOD(total, METH_VARARGS), METHOD(total_released, METH_VARARGS), METHOD(first, METH_VARARGS), METHOD(first_released, METH_VARARGS), {NULL},
};
MODULE(read_buffer, methods)

/* refsan check
 * RS206 total / total_released: PyArg_ParseTuple
 * RS206 first / first_released: parse_first
 */
