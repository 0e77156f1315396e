#include "../ext.h"

/* Raises KeyError(number); PyErr_SetObject takes a reference of its own. */
static PyObject *refuse(PyObject *module, PyObject *arg)
{
    PyObject *number = PyLong_FromSsize_t(100000 + PyObject_Size(arg)); /* culprit */

    if (number == NULL)
        return NULL;
    PyErr_SetObject(PyExc_KeyError, number);
#ifdef FIXED
    Py_DECREF(number);
#endif
    return NULL;
}

static PyMethodDef methods[] = {{"refuse", refuse, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
