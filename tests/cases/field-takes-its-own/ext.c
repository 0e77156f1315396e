#include "../ext.h"

/* A helper stores the kind with a reference of its own; the one that brought it keeps its reference, too. */
typedef struct {
    PyObject_HEAD
    PyObject *kind;
} Wrapper;
static PyTypeObject Wrapper_Type;

static __attribute__((noinline)) int raw_init(Wrapper *self, PyObject *kind)
{
    Py_INCREF(kind);
    Py_XDECREF(self->kind);
    self->kind = kind;
    return 0;
}

static int plain_init(PyObject *self, PyObject *args, PyObject *kw)
{
    PyObject *parent, *kind;
    int done;

    if (!PyArg_ParseTuple(args, "O", &parent))
        return -1;
    kind = PyObject_GetAttrString(parent, "kind"); /* culprit */
    if (kind == NULL)
        return -1;
    done = raw_init((Wrapper *)self, kind);
#ifdef FIXED
    Py_DECREF(kind);
#endif
    return done;
}

static void dealloc(PyObject *self)
{
    Py_XDECREF(((Wrapper *)self)->kind);
    Py_TYPE(self)->tp_free(self);
}

static PyTypeObject Wrapper_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "ext.Wrapper", .tp_basicsize = sizeof(Wrapper), .tp_dealloc = dealloc, .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew, .tp_init = plain_init};

static PyMethodDef methods[] = {{NULL}};
EXT_MODULE(methods, EXT_ADD_TYPE("Wrapper", Wrapper_Type))
