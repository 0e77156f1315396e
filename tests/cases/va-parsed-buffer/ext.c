#include "../ext.h"

#include <stdarg.h>

/* A wrapper of the module's own around the parser, with a va_list; its fixed arguments leave few registers for it. */
static int parse(PyObject *args, int least, int most, const char *format, ...)
{
    va_list list;
    int parsed;

    if (PyTuple_GET_SIZE(args) < least || PyTuple_GET_SIZE(args) > most) {
        PyErr_SetString(PyExc_TypeError, "not that many arguments");
        return 0;
    }
    va_start(list, format);
    parsed = PyArg_VaParse(args, format, list); /* belief */
    va_end(list);
    return parsed;
}

/* Fills the buffer with a byte and returns a pair of it and its length, built from a va_list, too. */
static PyObject *pair(const char *format, ...)
{
    PyObject *made;
    va_list list;

    va_start(list, format);
    made = Py_VaBuildValue(format, list);
    va_end(list);
    return made;
}

static PyObject *fill(PyObject *module, PyObject *args)
{
    Py_buffer view;
    PyObject *first, *second, *third, *length;
    int byte;

    if (!parse(args, 5, 5, "OOOiw*", &first, &second, &third, &byte, &view)) /* culprit */
        return NULL;
    memset(view.buf, byte, view.len);
    length = PyLong_FromSsize_t(view.len);
#ifdef FIXED
    PyBuffer_Release(&view);
#endif
    return pair("dddddddddOON", 1., 2., 3., 4., 5., 6., 7., 8., 9., first, second, length);
}

static PyMethodDef methods[] = {{"fill", fill, METH_VARARGS, NULL}, {NULL}};
EXT_MODULE(methods, )
