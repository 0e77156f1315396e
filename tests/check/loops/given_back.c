/* Items of a list that one loop takes and stores, and another one gives back when something fails. */
#include "../module.h"

typedef struct {
    PyObject *items[16];
} Table;

static Table table;

static PyObject *
fill(PyObject *self, PyObject *arg)
{
    Py_ssize_t count = PyList_Size(arg), done = 0;

    if (count < 0)
        return NULL;
    for (; done < count; done++) {
        PyObject *item = PyList_GetItem(arg, done);

        if (item == NULL || done == 16)
            goto error;
        Py_INCREF(item);
        table.items[done] = item;
    }
    Py_RETURN_NONE;
error:
    for (Py_ssize_t i = 0; i < done; i++)
        Py_XDECREF(PyList_GetItem(arg, i));
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "too many");
    return NULL;
}

static PyObject *
drop_all(PyObject *self, PyObject *arg)
{
    Py_ssize_t count = PyList_Size(arg);

    if (count < 0)
        return NULL;
    for (Py_ssize_t i = 0; i < count; i++)
        Py_XDECREF(PyList_GetItem(arg, i));
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {METHOD(fill, METH_O), METHOD(drop_all, METH_O), {NULL}};
MODULE(given_back, methods)

/* refsan check
 * RS101 drop_all / fill: Py_XDECREF
 */
