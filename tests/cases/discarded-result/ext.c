#include "../ext.h"

/* Drops the last items of a list; what pop returns is a reference, too. */
static PyObject *drop(PyObject *module, PyObject *list)
{
    PyObject *gone = NULL;
    int i;

    for (i = 0; i < 3; i++) {
        gone = PyObject_CallMethod(list, "pop", NULL); /* culprit */
        if (gone == NULL)
            return NULL;
#ifdef FIXED
        Py_DECREF(gone);
#endif
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"drop", drop, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
