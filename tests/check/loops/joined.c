/* A loop that goes on while nothing has failed, its condition joined by "&" and "|". */
#include "../module.h"

enum { GOING, DONE, FAILED };

static PyObject *
scan(PyObject *self, PyObject *args)
{
    Py_ssize_t size = PyTuple_GET_SIZE(args), i = 0;
    PyObject *message = NULL;
    int code = GOING, depth = 0;

    while ((i < size) & (depth >= 0)) {
        if (PyTuple_GET_ITEM(args, i) == Py_None) {
            message = PyUnicode_FromFormat("at %zd", i);
            if (message == NULL)
                return NULL;
            code = FAILED;
        }
        i++;
    }
    if (code == FAILED)
        return message;
    return PyLong_FromSsize_t(i);
}

static PyObject *
scan_until(PyObject *self, PyObject *args)
{
    Py_ssize_t size = PyTuple_GET_SIZE(args), i = 0;
    PyObject *message = NULL;
    int code = GOING, depth = 0;

    while ((i < size) & (code == GOING) & (depth >= 0)) {
        if (PyTuple_GET_ITEM(args, i) == Py_None) {
            message = PyUnicode_FromFormat("at %zd", i);
            if (message == NULL)
                return NULL;
            code = FAILED;
        }
        i++;
    }
    if (code == FAILED)
        return message;
    return PyLong_FromSsize_t(i);
}

static PyObject *
pick_by(int wanted, int quick)
{
    PyObject *object = NULL;

    if (wanted != 0 && quick == 0 && (object = PyList_New(0)) == NULL)
        return NULL;
    if ((wanted == 0) & (quick != 0))
        Py_RETURN_NONE;
    if (wanted == 0)
        return PyLong_FromLong(2000);
    Py_RETURN_NONE;
}

static PyObject *
pick_all_by(int wanted, int quick)
{
    PyObject *object = NULL;

    if (wanted != 0 && quick == 0 && (object = PyList_New(0)) == NULL)
        return NULL;
    if ((wanted == 0) | (quick != 0))
        Py_RETURN_NONE;
    return object;
}

static PyObject *
pick(PyObject *self, PyObject *args)
{
    int wanted, quick;

    if (!PyArg_ParseTuple(args, "pp", &wanted, &quick))
        return NULL;
    return pick_by(wanted, quick);
}

static PyObject *
pick_all(PyObject *self, PyObject *args)
{
    int wanted, quick;

    if (!PyArg_ParseTuple(args, "pp", &wanted, &quick))
        return NULL;
    return pick_all_by(wanted, quick);
}

static PyMethodDef methods[] = {METHOD(scan, METH_VARARGS), METHOD(scan_until, METH_VARARGS),
                                METHOD(pick, METH_VARARGS), METHOD(pick_all, METH_VARARGS), {NULL}};
MODULE(joined, methods)

/* refsan check
 * RS201 scan / scan_until: PyUnicode_FromFormat
 * RS201 pick_by / pick_all_by: PyList_New(0)
 */
