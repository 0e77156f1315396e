/* span: a pair of bounds, of any type. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *start, *stop;
} Span;

static PyObject *span_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *start, *stop;
    Span *self;

    if (!PyArg_ParseTuple(args, "OO:Span", &start, &stop))
        return NULL;
    self = (Span *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    Py_INCREF(start);
    self->start = start;
    Py_INCREF(stop);
    self->stop = stop;
    return (PyObject *)self;
}

static int span_traverse(Span *self, visitproc visit, void *arg)
{
    Py_VISIT(self->start);
    Py_VISIT(self->stop);
    return 0;
}

static int span_clear(Span *self)
{
#ifdef FIXED
    Py_CLEAR(self->start);
    Py_CLEAR(self->stop);
#else
    Py_XDECREF(self->start);
    Py_XDECREF(self->stop); /* belief: the owned reference ends here, but the pointer stays */
#endif
    return 0;
}

static void span_dealloc(Span *self)
{
    PyObject_GC_UnTrack(self);
    span_clear(self);
    Py_XDECREF(self->stop); /* culprit: released by span_clear already */
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *span_stop(Span *self, PyObject *Py_UNUSED(ignored))
{
    Py_INCREF(self->stop);
    return self->stop;
}

static PyMethodDef span_methods[] = {
    {"stop", (PyCFunction)span_stop, METH_NOARGS, "The upper bound."},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject SpanType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "span.Span",
    .tp_basicsize = sizeof(Span),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = span_new,
    .tp_traverse = (traverseproc)span_traverse,
    .tp_clear = (inquiry)span_clear,
    .tp_dealloc = (destructor)span_dealloc,
    .tp_methods = span_methods,
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "span",
    .m_size = -1,
};

PyMODINIT_FUNC PyInit_span(void)
{
    PyObject *module;

    if (PyType_Ready(&SpanType) < 0)
        return NULL;
    module = PyModule_Create(&definition);
    if (module == NULL)
        return NULL;
    Py_INCREF(&SpanType);
    if (PyModule_AddObject(module, "Span", (PyObject *)&SpanType) < 0) {
        Py_DECREF(&SpanType);
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
