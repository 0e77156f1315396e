#include "../ext.h"

/* Nothing to say. */
static PyObject *quiet(PyObject *module, PyObject *arg)
{
    if (PyObject_IsTrue(arg) < 0)
        return NULL;
#ifdef FIXED
    Py_INCREF(Py_None);
#endif
    return Py_None; /* culprit */
}

static PyMethodDef methods[] = {{"quiet", quiet, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
