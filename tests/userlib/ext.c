#include "../cases/ext.h"
#include "keep.h"

/* Makes a name, puts it on the library's stack and takes it back. The wrong one releases what the library has taken. */
static PyObject *through(PyObject *module, PyObject *arg)
{
    PyObject *name = PyUnicode_FromFormat("name %S", arg), *back;

    if (name == NULL)
        return NULL;
    if (keep_push(name) < 0) { /* belief */
        Py_DECREF(name);
        return NULL;
    }
#ifndef FIXED
    Py_DECREF(name); /* culprit */
#endif
    back = keep_pop();
    if (back == NULL)
        return NULL;
#ifdef FIXED
    Py_DECREF(back);
#endif
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"through", through, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
