#include "../ext.h"

/* What is remembered is returned with a reference too many; the increment is a short branch target. */
typedef struct { PyObject_HEAD PyObject *func, *seen; } Memo;
static int memo_init(Memo *self, PyObject *args, PyObject *kw)
{
    PyObject *f, *d;
    if (!PyArg_ParseTuple(args, "O", &f)) return -1;
    d = PyDict_New();
    if (!d) return -1;
    Py_INCREF(f);
    Py_XSETREF(self->func, f);
    Py_XSETREF(self->seen, d);
    return 0;
}
static void memo_dealloc(Memo *self) { Py_CLEAR(self->func); Py_CLEAR(self->seen); Py_TYPE(self)->tp_free((PyObject *)self); }
static PyObject *memo_call(Memo *self, PyObject *args, PyObject *kw)
{
    PyObject *key, *value;
    if (!PyArg_ParseTuple(args, "O", &key)) return NULL;
    value = PyDict_GetItemWithError(self->seen, key);
    if (value == NULL) {
        if (PyErr_Occurred()) return NULL;
        value = PyObject_CallFunctionObjArgs(self->func, key, NULL); /* culprit */
        if (value == NULL) return NULL;
        if (PyDict_SetItem(self->seen, key, value) < 0) {
            Py_DECREF(value);
            return NULL;
        }
#ifdef FIXED
        return value;
#endif
    }
    Py_INCREF(value); /* culprit */
    return value;
}
static PyTypeObject Memo_Type = { PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "ext.Memo", .tp_basicsize = sizeof(Memo),
    .tp_flags = Py_TPFLAGS_DEFAULT, .tp_new = PyType_GenericNew, .tp_init = (initproc)memo_init, .tp_dealloc = (destructor)memo_dealloc, .tp_call = (ternaryfunc)memo_call };
EXT_MODULE(NULL, EXT_ADD_TYPE("Memo", Memo_Type))
