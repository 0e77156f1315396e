/* Numbers that say failure: each below 0 of tp_init, each but 0 of a setter. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    long start, end;
} span;

static int
span_init(span *self, PyObject *args, PyObject *kwargs)
{
    if (!PyArg_ParseTuple(args, "ll", &self->start, &self->end))
        return -1;
    if (self->end < self->start) {
        PyErr_SetString(PyExc_ValueError, "the end comes before the start");
        return -2;
    }
    return 0;
}

static int
span_set_end(span *self, PyObject *value, void *closure)
{
    long end;

    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "cannot be deleted");
        return 1;
    }
    end = PyLong_AsLong(value);
    if (end == -1 && PyErr_Occurred())
        return -1;
    self->end = end;
    return 0;
}

static PyGetSetDef span_getset[] = {{"end", NULL, (setter)span_set_end, NULL, NULL}, {NULL}};

static PyTypeObject span_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "codes.span",
    .tp_basicsize = sizeof(span),
    .tp_init = (initproc)span_init,
    .tp_getset = span_getset,
    .tp_new = PyType_GenericNew,
};

typedef struct {
    PyObject_HEAD
    long width;
} line;

static int
line_init(line *self, PyObject *args, PyObject *kwargs)
{
    if (!PyArg_ParseTuple(args, "l", &self->width))
        return -1;
    if (self->width < 0) {
        PyErr_SetString(PyExc_ValueError, "a width is not negative");
        return 2;
    }
    return 0;
}

static int
line_set_width(line *self, PyObject *value, void *closure)
{
    long width;

    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "cannot be deleted");
        return -1;
    }
    width = PyLong_AsLong(value);
    if (width == -1 && PyErr_Occurred())
        return -1;
    if (width < 0)
        return 1;
    self->width = width;
    return 0;
}

static PyGetSetDef line_getset[] = {{"width", NULL, (setter)line_set_width, NULL, NULL}, {NULL}};

static PyTypeObject line_type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "codes.line",
    .tp_basicsize = sizeof(line),
    .tp_init = (initproc)line_init,
    .tp_getset = line_getset,
    .tp_new = PyType_GenericNew,
};

/* NULL behind the last variable, as other lists of arguments end. */
static PyObject *
spans(PyObject *module, PyObject *args)
{
    long start, end;

    if (!PyArg_ParseTuple(args, "ll", &start, &end, NULL))
        return NULL;
    return PyLong_FromLong(end - start);
}

static PyObject *
spans_more(PyObject *module, PyObject *args)
{
    long start, end, step = 1;

    if (!PyArg_ParseTuple(args, "ll", &start, &end, &step))
        return NULL;
    return PyLong_FromLong((end - start) / step);
}

static int
codes_exec(PyObject *module)
{
    return PyType_Ready(&span_type) < 0 || PyType_Ready(&line_type) < 0 ? -1 : 0;
}

static PyModuleDef_Slot codes_slots[] = {{Py_mod_exec, codes_exec}, {0, NULL}};
static PyMethodDef codes_methods[] = {METHOD(spans, METH_VARARGS), METHOD(spans_more, METH_VARARGS), {NULL}};
static struct PyModuleDef codes_module = {PyModuleDef_HEAD_INIT, "codes", NULL, 0, codes_methods, codes_slots};

PyMODINIT_FUNC
PyInit_codes(void)
{
    return PyModuleDef_Init(&codes_module);
}

/* refsan check
 * RS302 line_init / span_init: return 2
 * RS302 line_set_width / span_set_end: return 1
 * RS306 spans_more / spans: PyArg_ParseTuple
 */
