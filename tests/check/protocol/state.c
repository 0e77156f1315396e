/* The exception state is moved with the functions made for it. */
#include "../module.h"

static PyObject *
swallow(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallObject(function, NULL);
#if PY_VERSION_HEX < 0x030C0000
    PyThreadState *state = PyThreadState_Get();

    if (result == NULL) {
        state->curexc_type = NULL;
        state->curexc_value = NULL;
        state->curexc_traceback = NULL;
        Py_RETURN_NONE;
    }
#endif
    return result;
}

static PyObject *
swallow_cleared(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallObject(function, NULL);
    PyThreadState *state = PyThreadState_Get();

    if (result == NULL && state != NULL) {
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    return result;
}

static void
log_quietly(PyObject *logger, PyObject *message)
{
    PyObject *type, *value, *traceback, *result;

    PyErr_Fetch(&type, &value, &traceback);
    result = PyObject_CallFunctionObjArgs(logger, message, NULL);
    if (result == NULL)
        PyErr_WriteUnraisable(logger);
    Py_XDECREF(result);
    PyErr_Restore(type, value, traceback);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
}

static void
log_safely(PyObject *logger, PyObject *message)
{
    PyObject *type, *value, *traceback, *result;

    PyErr_Fetch(&type, &value, &traceback);
    result = PyObject_CallFunctionObjArgs(logger, message, NULL);
    if (result == NULL)
        PyErr_WriteUnraisable(logger);
    Py_XDECREF(result);
    PyErr_Restore(type, value, traceback);
}

static PyObject *
log_both(PyObject *self, PyObject *args)
{
    PyObject *logger, *message;

    if (!PyArg_ParseTuple(args, "OO", &logger, &message))
        return NULL;
    log_quietly(logger, message);
    log_safely(logger, message);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {METHOD(swallow, METH_O), METHOD(swallow_cleared, METH_O), METHOD(log_both, METH_VARARGS), {NULL}};
MODULE(state, methods)

/* refsan check
 * RS308 swallow / swallow_cleared [..3.11]: state->curexc_type || state->curexc_value || state->curexc_traceback
 * may RS302 swallow: return || Py_RETURN_NONE || PyObject_CallObject || {
 * RS104|RS308 log_quietly / log_safely: Py_XDECREF(type) || Py_XDECREF(value) || Py_XDECREF(traceback) || PyErr_Restore
 */
