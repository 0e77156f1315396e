/* Between Py_BEGIN_ALLOW_THREADS and Py_END_ALLOW_THREADS no object may be touched. */
#include "../module.h"
#include <time.h>

static void
pause_for(long milliseconds)
{
    struct timespec span = {milliseconds / 1000, milliseconds % 1000 * 1000000};

    nanosleep(&span, NULL);
}

static PyObject *
hold_while_waiting(PyObject *self, PyObject *object)
{
    Py_BEGIN_ALLOW_THREADS
    Py_INCREF(object);
    pause_for(1);
    Py_END_ALLOW_THREADS
    return object;
}

static PyObject *
wait_holding(PyObject *self, PyObject *object)
{
    Py_INCREF(object);
    Py_BEGIN_ALLOW_THREADS
    pause_for(1);
    Py_END_ALLOW_THREADS
    return object;
}

static PyObject *
compress(PyObject *self, PyObject *data)
{
    PyObject *result;

    Py_BEGIN_ALLOW_THREADS
    pause_for(2);
    result = PyBytes_FromStringAndSize("", 0);
    Py_END_ALLOW_THREADS
    return result;
}

static PyObject *
expand(PyObject *self, PyObject *data)
{
    PyObject *result;
    int failed = 0;

    Py_BEGIN_ALLOW_THREADS
    pause_for(2);
    failed = time(NULL) == 0;
    Py_BLOCK_THREADS
    result = failed ? PyErr_NoMemory() : PyBytes_FromStringAndSize("", 0); /* the lock is ours again here */
    Py_UNBLOCK_THREADS
    pause_for(1);
    Py_END_ALLOW_THREADS
    return result;
}

static PyObject *
poll_device(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    int ready;

    Py_BEGIN_ALLOW_THREADS
    pause_for(3);
    ready = time(NULL) != 0;
    if (!ready)
        PyErr_SetString(PyExc_OSError, "the device is gone");
    Py_END_ALLOW_THREADS
    if (!ready)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
poll_bus(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyThreadState *state = PyEval_SaveThread();
    int ready;

    pause_for(3);
    ready = time(NULL) != 0;
    PyEval_RestoreThread(state);
    if (!ready) {
        PyErr_SetString(PyExc_OSError, "the bus is gone");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
save_and_call(PyObject *self, PyObject *function)
{
    PyThreadState *state = PyEval_SaveThread();
    PyObject *result = PyObject_CallObject(function, NULL);

    PyEval_RestoreThread(state);
    return result;
}

static PyObject *
save_and_ensure(PyObject *self, PyObject *function)
{
    PyThreadState *state = PyEval_SaveThread();
    PyGILState_STATE held = PyGILState_Ensure();
    PyObject *result = PyObject_CallObject(function, NULL);

    PyGILState_Release(held);
    PyEval_RestoreThread(state);
    return result;
}

static PyMethodDef methods[] = {
    METHOD(hold_while_waiting, METH_O), METHOD(wait_holding, METH_O), METHOD(compress, METH_O), METHOD(expand, METH_O),
    METHOD(poll_device, METH_NOARGS), METHOD(poll_bus, METH_NOARGS), METHOD(save_and_call, METH_O), METHOD(save_and_ensure, METH_O), {NULL},
};
MODULE(gil, methods)

/* refsan check
 * RS301 hold_while_waiting / wait_holding: Py_INCREF(object)
 * RS301 compress / expand: PyBytes_FromStringAndSize
 * RS301 poll_device / poll_bus: PyErr_SetString
 * RS301 save_and_call / save_and_ensure: PyObject_CallObject
 */
