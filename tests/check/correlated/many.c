/* The same question asked twice where the ways between are too many to follow each. */
#include "../module.h"

extern int take_options(PyObject *args, int *returns, PyObject **options);

#define OPTION(n)                                                                                                      \
    PyObject *option##n = NULL;                                                                                        \
    if (options & 1 << n) {                                                                                            \
        option##n = PyObject_GetAttrString(arg, "option" #n);                                                          \
        if (option##n == NULL)                                                                                         \
            PyErr_Clear();                                                                                             \
    }
#define DROP(n) Py_XDECREF(option##n);

static PyObject *listed(PyObject *self, PyObject *args)
{
    PyObject *list = NULL, *arg;
    int returns = 1, options = 0;

    if (!PyArg_ParseTuple(args, "O|ii", &arg, &returns, &options))
        return NULL;
    if (returns) {
        list = PyList_New(0);
        if (list == NULL)
            return NULL;
    }
    OPTION(0)
    OPTION(1) OPTION(2) OPTION(3) OPTION(4) OPTION(5) OPTION(6) OPTION(7) OPTION(8) DROP(0) DROP(1) DROP(2) DROP(3)
        DROP(4) DROP(5) DROP(6) DROP(7) DROP(8) if (returns) return list;
    Py_RETURN_NONE;
}

static PyObject *listed_some(PyObject *self, PyObject *args)
{
    PyObject *list = NULL, *arg;
    int returns = 1, options = 0;

    if (!PyArg_ParseTuple(args, "O|ii", &arg, &returns, &options))
        return NULL;
    if (returns) {
        list = PyList_New(0);
        if (list == NULL)
            return NULL;
    }
    OPTION(0)
    OPTION(1) OPTION(2) OPTION(3) OPTION(4) OPTION(5) OPTION(6) OPTION(7) OPTION(8) DROP(0) DROP(1) DROP(2) DROP(3)
        DROP(4) DROP(5) DROP(6) DROP(7) DROP(8) if (returns > 1) return list;
    Py_RETURN_NONE;
}

static PyMethodDef many_methods[] = {METHOD(listed, METH_VARARGS), METHOD(listed_some, METH_VARARGS), {NULL}};

MODULE(many, many_methods)

/* refsan check
 * RS201 listed_some / listed: list = PyList_New(0)
 */
