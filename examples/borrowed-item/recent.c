/* recent: remembers the first element of the list that it saw last. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *last; /* the element; owned by this module */

static PyObject *recent_note(PyObject *module, PyObject *list)
{
    PyObject *first;

    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "note() needs a list");
        return NULL;
    }
    first = PyList_GetItem(list, 0); /* belief: a borrowed reference, it belongs to the list */
    if (first == NULL)
        return NULL;
#ifdef FIXED
    Py_INCREF(first);
#endif
    Py_XSETREF(last, first); /* culprit: kept as if it were owned, given up at the next call */
    Py_RETURN_NONE;
}

static PyObject *recent_get(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    if (last == NULL)
        Py_RETURN_NONE;
    Py_INCREF(last);
    return last;
}

static PyMethodDef methods[] = {
    {"note", recent_note, METH_O, "Remembers the first element of a list."},
    {"get", recent_get, METH_NOARGS, "The element remembered last."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "recent",
    .m_size = -1,
    .m_methods = methods,
};

PyMODINIT_FUNC PyInit_recent(void)
{
    return PyModule_Create(&definition);
}
