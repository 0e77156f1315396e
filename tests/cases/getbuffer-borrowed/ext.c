#include "../ext.h"

typedef struct {
    PyObject_HEAD
    PyObject *items; /* a list */
    Py_ssize_t at;
} Box;

static int box_init(Box *self, PyObject *args, PyObject *kwargs)
{
    PyObject *items = PyList_New(0), *old = self->items;

    if (items == NULL)
        return -1;
    self->items = items;
    Py_XDECREF(old);
    return 0;
}

static void box_dealloc(Box *self)
{
    Py_XDECREF(self->items);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static char bytes[16] = "fifteen letters";

/* bf_getbuffer hands a reference to the exporter over in view->obj. */
static int box_getbuffer(Box *self, Py_buffer *view, int flags) /* belief */
{
    memset(view, 0, sizeof(*view));
    view->buf = bytes;
    view->len = view->itemsize = 1;
    view->len = 15;
    view->readonly = 1;
    view->ndim = 1;
    view->format = NULL;
    view->shape = NULL;
    view->obj = (PyObject *)self; /* culprit */
#ifdef FIXED
    Py_INCREF(self);
#endif
    return 0;
}

static PyBufferProcs box_buffer = {.bf_getbuffer = (getbufferproc)box_getbuffer};

static PyTypeObject Box_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "ext.Box",
    .tp_basicsize = sizeof(Box),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)box_init,
    .tp_dealloc = (destructor)box_dealloc,
    .tp_as_buffer = &box_buffer,
};

static PyMethodDef methods[] = {{NULL}};
EXT_MODULE(methods, EXT_ADD_TYPE("Box", Box_Type))
