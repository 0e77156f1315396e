/* A helper that leaves alone what is 0, called where the number is not. */
#include "../module.h"

static int (*fetch)(char *buffer);

static int
tell(int status)
{
    if (status == 0)
        return 0;
    PyErr_Format(PyExc_OSError, "status %d", status);
    return 1;
}

static PyObject *
rows(PyObject *self, PyObject *unused)
{
    PyObject *list = PyList_New(0);
    char buffer[8];
    int status;

    while (list != NULL) {
        status = fetch(buffer);
        if (status >= 0) {
            Py_DECREF(list);
            if (tell(status))
                return NULL;
        }
        if (buffer[0] == 0)
            break;
    }
    return list;
}

static PyObject *
rows_read(PyObject *self, PyObject *unused)
{
    PyObject *list = PyList_New(0);
    char buffer[8];
    int status;

    while (list != NULL) {
        status = fetch(buffer);
        if (status) {
            Py_DECREF(list);
            if (tell(status))
                return NULL;
        }
        if (buffer[0] == 0)
            break;
    }
    return list;
}

static PyMethodDef methods[] = {METHOD(rows, METH_NOARGS), METHOD(rows_read, METH_NOARGS), {NULL}};
MODULE(nonzero, methods)

/* refsan check
 * RS101|RS105 rows / rows_read: Py_DECREF(list) || return list
 */
