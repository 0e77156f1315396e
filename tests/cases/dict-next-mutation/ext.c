#include "../ext.h"

/* A value of PyDict_Next is used after the callback has dropped it: it lies in the free list of lists. */
static PyObject *each(PyObject *module, PyObject *args)
{
    PyObject *d, *f, *k, *v, *out;
    Py_ssize_t pos = 0;
    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &d, &f)) return NULL;
    out = PyList_New(0);
    if (!out) return NULL;
    while (PyDict_Next(d, &pos, &k, &v)) { /* culprit */
        PyObject *r;
        int rc;
#ifdef FIXED
        Py_INCREF(v);
#endif
        r = PyObject_CallFunctionObjArgs(f, k, NULL); /* culprit */
        if (r == NULL) {
#ifdef FIXED
            Py_DECREF(v);
#endif
            Py_DECREF(out);
            return NULL;
        }
        rc = PyObject_IsTrue(r);
        Py_DECREF(r);
        if (rc > 0)
            rc = PyList_Append(out, v); /* culprit */
#ifdef FIXED
        Py_DECREF(v);
#endif
        if (rc < 0) {
            Py_DECREF(out);
            return NULL;
        }
    }
    return out;
}
static PyMethodDef methods[] = {{"each", each, METH_VARARGS}, {NULL}};
EXT_MODULE(methods, )
