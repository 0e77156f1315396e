#include "../ext.h"
typedef struct { PyObject_HEAD int n; } Tick;
static void tick_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
#ifndef FIXED

/* A static type whose dealloc releases it, as only that of a heap type may. */
    Py_DECREF(type); /* culprit */
#endif
}
static PyTypeObject Tick_Type = { PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "ext.Tick", .tp_basicsize = sizeof(Tick),
    .tp_flags = Py_TPFLAGS_DEFAULT, .tp_new = PyType_GenericNew, .tp_dealloc = tick_dealloc };
EXT_MODULE(NULL, EXT_ADD_TYPE("Tick", Tick_Type))
