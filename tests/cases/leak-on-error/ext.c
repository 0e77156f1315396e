#include "../ext.h"

/* A pair of numbers as text; both have to be whole. */
static PyObject *pair(PyObject *module, PyObject *args)
{
    PyObject *left, *right, *a, *b;

    if (!PyArg_ParseTuple(args, "OO:pair", &left, &right))
        return NULL;
    a = PyNumber_Index(left); /* culprit */
    if (a == NULL)
        return NULL;
    b = PyNumber_Index(right);
    if (b == NULL) {
#ifdef FIXED
        Py_DECREF(a);
#endif
        return NULL; /* belief */
    }
    return Py_BuildValue("(NN)", a, b);
}

static PyMethodDef methods[] = {{"pair", pair, METH_VARARGS, NULL}, {NULL}};
EXT_MODULE(methods, )
