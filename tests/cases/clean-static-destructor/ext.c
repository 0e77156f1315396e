#include "../ext.h"

/* Two registries; one is emptied as a C++ static destructor would: after the interpreter, where there is no GIL any more. */
static PyObject *kept[4], *also_kept[4];

static PyObject *keep(PyObject *module, PyObject *args)
{
    PyObject *value;
    unsigned slot;

    if (!PyArg_ParseTuple(args, "IO", &slot, &value))
        return NULL;
    Py_INCREF(value);
    Py_XSETREF(kept[slot % 4], value);
    Py_INCREF(value);
    Py_XSETREF(also_kept[slot % 4], value);
    Py_RETURN_NONE;
}

__attribute__((destructor)) static void empty(void)
{
    for (unsigned i = 0; i < 4; i++)
        Py_CLEAR(also_kept[i]);
}

static PyMethodDef methods[] = {{"keep", keep, METH_VARARGS, NULL}, {NULL}};
EXT_MODULE(methods, )
