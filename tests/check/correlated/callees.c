/* What a helper asks and its caller asks again: the ways of both belong together. A way through the helper that answers
 * otherwise than its caller does, or than it has answered itself, is none. */
#include "../module.h"

typedef struct {
    PyObject_HEAD int flags, mode;
    PyObject *sink;
} Trace;

enum { VERBOSE = 4, QUIET = 8 };

extern int trace_open(const char *name, int *status);

/* ---- a condition that helper and caller ask ---- */
static PyObject *label_of(Trace *self)
{
    if (self->flags & VERBOSE)
        return PyUnicode_FromString("label");
    return self->sink;
}

static PyObject *count_label(Trace *self, PyObject *arg)
{
    PyObject *label = label_of(self);
    Py_ssize_t length;
    int status = 0;

    if (label == NULL)
        return NULL;
    trace_open("label", &status);
    length = PyObject_Length(label);
    if (self->flags & QUIET)
        Py_DECREF(label);
    return length < 0 ? NULL : PyLong_FromSsize_t(length);
}

static PyObject *measure_label(Trace *self, PyObject *arg)
{
    PyObject *label = label_of(self);
    Py_ssize_t length;
    int status = 0;

    if (label == NULL)
        return NULL;
    trace_open("label", &status);
    length = PyObject_Length(label);
    if (self->flags & VERBOSE)
        Py_DECREF(label);
    return length < 0 ? NULL : PyLong_FromSsize_t(length);
}

/* ---- a helper that asks twice itself ---- */
static int collect(Trace *self, PyObject *arg, PyObject **rows)
{
    int status = 0;

    *rows = NULL;
    if (self->flags & VERBOSE) {
        *rows = PyList_New(0);
        if (*rows == NULL)
            return -1;
    }
    for (int i = 0; i < 3; i++)
        trace_open("row", &status);
    return (self->flags & VERBOSE) != 0;
}

static int collect_some(Trace *self, PyObject *arg, PyObject **rows)
{
    int status = 0;

    *rows = NULL;
    if (self->flags & VERBOSE) {
        *rows = PyList_New(0);
        if (*rows == NULL)
            return -1;
    }
    for (int i = 0; i < 3; i++)
        trace_open("row", &status);
    return (self->flags & VERBOSE) != 0 && status == 0;
}

static PyObject *rows_of(Trace *self, PyObject *arg)
{
    PyObject *rows;
    int found = collect_some(self, arg, &rows);

    if (found < 0)
        return NULL;
    if (found)
        return rows;
    Py_RETURN_NONE;
}

static PyObject *all_rows_of(Trace *self, PyObject *arg)
{
    PyObject *rows;
    int found = collect(self, arg, &rows);

    if (found < 0)
        return NULL;
    if (found)
        return rows;
    Py_RETURN_NONE;
}

/* ---- two helpers that the exception ties ---- */
static int reworded(const char *name)
{
    PyObject *type, *value, *trace;

    if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_KeyError)) {
        PyErr_Fetch(&type, &value, &trace);
        Py_XDECREF(value);
        PyErr_Restore(type, PyUnicode_FromString(name), trace);
        return -1;
    }
    return 0;
}

static int noted(const char *name)
{
    if (trace_open(name, NULL) < 0) {
        PyErr_SetString(PyExc_OSError, name);
        return -1;
    }
    return 0;
}

static PyObject *follow(PyObject *object, const char **names, int count)
{
    PyObject *here = object, *next;

    for (int i = 0; i < count; i++) {
        if (PyErr_CheckSignals()) {
            if (i > 0)
                Py_DECREF(here);
            return NULL;
        }
        if (PyMapping_Check(here) && PyMapping_HasKeyString(here, names[i])) {
            next = PyMapping_GetItemString(here, names[i]);
        } else {
            PyObject *error;

            next = PyObject_GetAttrString(here, names[i]);
            error = PyErr_Occurred();
            if (error != NULL || next == NULL) {
                if (i > 0)
                    Py_DECREF(here);
                return NULL;
            }
        }
        if (i > 0)
            Py_DECREF(here);
        if (PyCallable_Check(next)) {
            here = PyObject_CallObject(next, NULL);
            Py_DECREF(next);
            if (here == NULL)
                return NULL;
        } else {
            here = next;
        }
    }
    return here;
}

static PyObject *find_noted(Trace *self, PyObject *args)
{
    const char *names[] = {"first", "second"};
    PyObject *object, *found;

    if (!PyArg_ParseTuple(args, "O", &object))
        return NULL;
    found = follow(object, names, 2);
    if (noted("find"))
        found = NULL;
    return found;
}

static PyObject *find_reworded(Trace *self, PyObject *args)
{
    const char *names[] = {"first", "second"};
    PyObject *object, *found;

    if (!PyArg_ParseTuple(args, "O", &object))
        return NULL;
    found = follow(object, names, 2);
    if (reworded("find"))
        found = NULL;
    return found;
}

static PyMethodDef callees_methods[] = {METHOD(count_label, METH_O),
                                        METHOD(measure_label, METH_O),
                                        METHOD(rows_of, METH_O),
                                        METHOD(all_rows_of, METH_O),
                                        METHOD(find_noted, METH_VARARGS),
                                        METHOD(find_reworded, METH_VARARGS),
                                        {NULL}};

MODULE(callees, callees_methods)

/* refsan check
 * RS201 count_label / measure_label: label_of(self)
 * RS201 rows_of / all_rows_of: collect_some(self, arg, &rows)
 * RS202 find_noted / find_reworded: found = follow(object, names, 2)
 * may RS403 follow: next = PyMapping_GetItemString(here, names[i])
 */
