#include "../ext.h"

/* Counts as modules change them that were built before 3.12, or for its stable ABI: immortal objects included. And a counter of
 * the module's own that stands in front of a pointer to a type, so that both look like an object. */
#if PY_VERSION_HEX < 0x03090000
#define PyObject_CallNoArgs(callable) PyObject_CallFunctionObjArgs(callable, NULL)
#endif

static void take(PyObject *object)
{
    ++*(volatile Py_ssize_t *)object;
}

static void drop(PyObject *object)
{
    if (--*(volatile Py_ssize_t *)object == 0)
        _Py_Dealloc(object);
}

static struct {
    volatile Py_ssize_t spare;
    PyTypeObject *kind;
} state = {8, &PyList_Type};

static PyObject *nothing(PyObject *module, PyObject *object)
{
    for (int i = 0; i < 3; i++) {
        take(Py_None);
        take(object);
    }
    drop(object);
    drop(object);
    drop(Py_None);
    if (PyObject_IsTrue(object))
        drop(Py_None);
    else
        take(Py_None), drop(Py_None), drop(Py_None);
    drop(object);
    return Py_None;
}

static PyObject *make(PyObject *module, PyObject *arg)
{
    if (state.spare > 0)
        state.spare--;
    if (state.spare == 0)
        state.spare = 8;
    return PyObject_CallNoArgs((PyObject *)state.kind);
}

static PyMethodDef methods[] = {{"nothing", nothing, METH_O, NULL}, {"make", make, METH_NOARGS, NULL}, {NULL}};
EXT_MODULE(methods, )
