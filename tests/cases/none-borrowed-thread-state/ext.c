#include "../ext.h"

/* A module that asks for the thread state, as those do that move exceptions by hand: its account of None counts all the same, where
 * the census agrees with it. */
static PyObject *advise(PyObject *module, PyObject *level)
{
    PyObject *result = NULL;
    long number = PyLong_AsLong(level);

    if (number < 0 && PyErr_Occurred())
        return NULL;
    if (PyThreadState_Get() == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "no thread state");
        return NULL;
    }
#ifdef FIXED
    Py_INCREF(Py_None);
#endif
    result = Py_None;
    return result; /* culprit */
}

static PyMethodDef methods[] = {{"advise", advise, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
