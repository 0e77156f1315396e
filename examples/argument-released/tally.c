/* tally: counts how often a key was seen, in a dict of the caller's. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *tally_add(PyObject *module, PyObject *args)
{
    PyObject *counts, *key, *old, *sum;
    long seen;
    int failed;

    if (!PyArg_ParseTuple(args, "O!O:add", &PyDict_Type, &counts, &key)) /* belief: "O" lends the argument */
        return NULL;
    old = PyDict_GetItemWithError(counts, key);
    if (old == NULL && PyErr_Occurred())
        return NULL;
    seen = old != NULL ? PyLong_AsLong(old) : 0;
    if (seen == -1 && PyErr_Occurred())
        return NULL;
    sum = PyLong_FromLong(seen + 1);
    if (sum == NULL)
        return NULL;
    failed = PyDict_SetItem(counts, key, sum);
    Py_DECREF(sum);
#ifndef FIXED
    Py_DECREF(key); /* culprit: the caller's reference, not ours */
#endif
    if (failed)
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"add", tally_add, METH_VARARGS, "add(counts, key): counts one more of key."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "tally",
    .m_size = -1,
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit_tally(void)
{
    return PyModule_Create(&definition);
}
