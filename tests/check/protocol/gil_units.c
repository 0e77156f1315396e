/* The GIL across units: what functions of gil_helper.c give up, take or need. */
#include "../module.h"

#include "gil_helper.h"

/* leave_python() gives the GIL up, and only come_back() takes it again. */
static PyObject *
count_outside(PyObject *self, PyObject *list)
{
    PyThreadState *saved = leave_python();
    PyObject *count = PyLong_FromLong(1000);

    come_back(saved);
    return count;
}

static PyObject *
count_inside(PyObject *self, PyObject *list)
{
    PyThreadState *saved = leave_python();

    come_back(saved);
    return PyLong_FromLong(1000);
}

/* note_failure() sets an exception on every way; note_failure_held() takes the GIL for that. */
static PyObject *
poll(PyObject *self, PyObject *ignored)
{
    int failed;

    Py_BEGIN_ALLOW_THREADS
    failed = device_state();
    if (failed)
        note_failure(failed);
    Py_END_ALLOW_THREADS
    if (failed)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
poll_held(PyObject *self, PyObject *ignored)
{
    int failed;

    Py_BEGIN_ALLOW_THREADS
    failed = device_state();
    if (failed)
        note_failure_held(failed);
    Py_END_ALLOW_THREADS
    if (failed)
        return NULL;
    Py_RETURN_NONE;
}

/* keep() is told whether it may touch objects: not on every way. */
static PyObject *
hold(PyObject *self, PyObject *list)
{
    Py_BEGIN_ALLOW_THREADS
    keep_row(list);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyObject *
hold_asking(PyObject *self, PyObject *list)
{
    Py_BEGIN_ALLOW_THREADS
    keep_row_if(list, 0);
    Py_END_ALLOW_THREADS
    keep_row_if(list, 1);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    METHOD(count_outside, METH_O), METHOD(count_inside, METH_O), METHOD(poll, METH_NOARGS), METHOD(poll_held, METH_NOARGS),
    METHOD(hold, METH_O), METHOD(hold_asking, METH_O), {NULL},
};
MODULE(gil_units, methods)

/* refsan check
 * RS301 count_outside / count_inside: PyLong_FromLong(1000)
 * RS301 poll / poll_held: note_failure(failed)
 * RS301 hold / hold_asking: keep_row(list)
 */
