/* Helpers that take the exception out, look at it, add to it, and put it back. */
#include "../module.h"

static PyObject *failed;

static void
annotate(PyObject *note)
{
    PyObject *type, *value, *traceback;

    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (PyErr_GivenExceptionMatches(type, failed))
        PyObject_SetAttrString(value, "note", note);
    PyErr_Restore(type, value, traceback);
}

static void
print_note(PyObject *note)
{
    PyObject *type, *value, *traceback;

    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (PyErr_GivenExceptionMatches(type, failed))
        PyObject_SetAttrString(value, "note", note);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    PyErr_Restore(NULL, NULL, NULL);
}

static PyObject *
open_noted(PyObject *self, PyObject *path)
{
    if (PyObject_Size(path) < 0) {
        annotate(path);
        return NULL;
    }
    return PyLong_FromLong(1);
}

static PyObject *
open_printed(PyObject *self, PyObject *path)
{
    if (PyObject_Size(path) < 0) {
        print_note(path);
        return NULL;
    }
    return PyLong_FromLong(1);
}

static PyMethodDef annotated_methods[] = {METHOD(open_noted, METH_O), METHOD(open_printed, METH_O), {NULL}};

MODULE(annotated, annotated_methods)

/* refsan check
 * RS302 open_printed / open_noted: return NULL
 */
