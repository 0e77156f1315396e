/* What slots hand over through an address: the obj of a buffer, the result of am_send. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    char memory[64];
    PyObject *result;
} page;

static int
page_getbuffer(page *self, Py_buffer *view, int flags)
{
    view->obj = (PyObject *)self;
    view->buf = self->memory;
    view->len = sizeof(self->memory);
    view->itemsize = 1;
    view->readonly = 0;
    view->ndim = 1;
    view->format = NULL;
    view->shape = view->strides = view->suboffsets = NULL;
    view->internal = NULL;
    return 0;
}

static int
leaf_getbuffer(page *self, Py_buffer *view, int flags)
{
    if (flags & PyBUF_FORMAT) {
        view->obj = NULL;
        PyErr_SetString(PyExc_BufferError, "bytes only");
        return -1;
    }
    view->buf = self->memory;
    view->len = sizeof(self->memory);
    view->itemsize = 1;
    view->readonly = 0;
    view->ndim = 1;
    view->format = NULL;
    view->shape = view->strides = view->suboffsets = NULL;
    view->internal = NULL;
    view->obj = (PyObject *)self;
    Py_INCREF(self);
    return 0;
}

static int
plain_getbuffer(page *self, Py_buffer *view, int flags)
{
    return PyBuffer_FillInfo(view, (PyObject *)self, self->memory, sizeof(self->memory), 0, flags);
}

static int
double_getbuffer(page *self, Py_buffer *view, int flags)
{
    if (PyBuffer_FillInfo(view, (PyObject *)self, self->memory, sizeof(self->memory), 0, flags) < 0)
        return -1;
    Py_INCREF(self);
    return 0;
}

static PyObject *
page_result(page *self, PyObject *Py_UNUSED(ignored))
{
    if (self->result == NULL)
        Py_RETURN_NONE;
    return Py_NewRef(self->result);
}

static PyObject *
page_keep(page *self, PyObject *value)
{
    Py_INCREF(value);
    Py_XSETREF(self->result, value);
    Py_RETURN_NONE;
}

#if PY_VERSION_HEX >= 0x030A0000
static PySendResult
page_send(page *self, PyObject *value, PyObject **result)
{
    if (self->result == NULL) {
        *result = Py_NewRef(value);
        return PYGEN_NEXT;
    }
    *result = self->result;
    return PYGEN_RETURN;
}

static PySendResult
leaf_send(page *self, PyObject *value, PyObject **result)
{
    *result = NULL;
    if (value == Py_None) {
        PyErr_SetString(PyExc_ValueError, "nothing to send");
        return PYGEN_ERROR;
    }
    *result = self->result == NULL ? value : self->result;
    Py_INCREF(*result);
    return self->result == NULL ? PYGEN_NEXT : PYGEN_RETURN;
}

static PyAsyncMethods page_async = {.am_send = (sendfunc)page_send};
static PyAsyncMethods leaf_async = {.am_send = (sendfunc)leaf_send};
#define ASYNC(type) .tp_as_async = &type##_async,
#else
#define ASYNC(type)
#endif

static int
page_traverse(page *self, visitproc visit, void *arg)
{
    Py_VISIT(self->result);
    return 0;
}

static int
page_clear(page *self)
{
    Py_CLEAR(self->result);
    return 0;
}

static void
page_dealloc(page *self)
{
    PyObject_GC_UnTrack(self);
    Py_CLEAR(self->result);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMethodDef page_methods[] = {
    {"result", (PyCFunction)page_result, METH_NOARGS, NULL}, {"keep", (PyCFunction)page_keep, METH_O, NULL}, {NULL},
};
static PyBufferProcs page_buffer = {(getbufferproc)page_getbuffer, NULL}, leaf_buffer = {(getbufferproc)leaf_getbuffer, NULL},
                     plain_buffer = {(getbufferproc)plain_getbuffer, NULL}, double_buffer = {(getbufferproc)double_getbuffer, NULL};

#define TYPE(name, more)                                                                                               \
    static PyTypeObject name##_type = {                                                                                \
        PyVarObject_HEAD_INIT(NULL, 0).tp_name = "filled." #name, .tp_basicsize = sizeof(page),                        \
        .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_new = PyType_GenericNew,                              \
        .tp_dealloc = (destructor)page_dealloc, .tp_traverse = (traverseproc)page_traverse,                            \
        .tp_clear = (inquiry)page_clear, .tp_methods = page_methods, .tp_as_buffer = &name##_buffer, more}
TYPE(page, ASYNC(page));
TYPE(leaf, ASYNC(leaf));
TYPE(plain, );
TYPE(double, );

static int
filled_exec(PyObject *module)
{
    return PyType_Ready(&page_type) < 0 || PyType_Ready(&leaf_type) < 0 || PyType_Ready(&plain_type) < 0 ||
                   PyType_Ready(&double_type) < 0
               ? -1
               : 0;
}

static PyModuleDef_Slot filled_slots[] = {{Py_mod_exec, filled_exec}, {0, NULL}};
static struct PyModuleDef filled_module = {PyModuleDef_HEAD_INIT, "filled", NULL, 0, NULL, filled_slots};

PyMODINIT_FUNC
PyInit_filled(void)
{
    return PyModuleDef_Init(&filled_module);
}

/* refsan check
 * RS103 page_getbuffer / leaf_getbuffer: view->obj = (PyObject *)self
 * RS201 double_getbuffer / plain_getbuffer: Py_INCREF(self)
 * RS103 page_send / leaf_send [3.10..]: *result = self->result
 */
