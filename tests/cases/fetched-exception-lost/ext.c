#include "../ext.h"

/* Whether the call raises; what PyErr_Fetch hands over is never given back. */
static PyObject *raises(PyObject *module, PyObject *callable)
{
    PyObject *result = PyObject_CallObject(callable, NULL);

    if (result == NULL) {
        PyObject *type, *value, *traceback;

        PyErr_Fetch(&type, &value, &traceback); /* culprit */
#ifdef FIXED
        Py_XDECREF(type);
        Py_XDECREF(value);
        Py_XDECREF(traceback);
#endif
        Py_RETURN_TRUE;
    }
    Py_DECREF(result);
    Py_RETURN_FALSE;
}

static PyMethodDef methods[] = {{"raises", raises, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
