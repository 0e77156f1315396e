/* Ways out on which the GIL is not given back as it was found. */
#include "../module.h"

static PyObject *sink;

void
log_line(int level, const char *text)
{
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *result;

    if (sink == NULL)
        return;
    result = PyObject_CallFunction(sink, "is", level, text);
    if (result == NULL)
        PyErr_WriteUnraisable(sink);
    Py_XDECREF(result);
    PyGILState_Release(state);
}

void
log_line_always(int level, const char *text)
{
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *result;

    if (sink == NULL)
        goto done;
    result = PyObject_CallFunction(sink, "is", level, text);
    if (result == NULL)
        PyErr_WriteUnraisable(sink);
    Py_XDECREF(result);
done:
    PyGILState_Release(state);
}

/* taken where it is not held, and given back there */
void
log_maybe(int level, const char *text)
{
    PyGILState_STATE state = PyGILState_UNLOCKED;
    int held = PyGILState_Check();

    if (!held)
        state = PyGILState_Ensure();
    if (sink != NULL)
        Py_XDECREF(PyObject_CallFunction(sink, "is", level, text));
    PyErr_Clear();
    if (!held)
        PyGILState_Release(state);
}

extern long native_sum(const long *numbers, long count);

static PyObject *
total(PyObject *module, PyObject *args)
{
    long numbers[4], sum;

    if (!PyArg_ParseTuple(args, "llll", &numbers[0], &numbers[1], &numbers[2], &numbers[3]))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    sum = native_sum(numbers, 4);
    if (sum < 0)
        return NULL;
    Py_END_ALLOW_THREADS
    return PyLong_FromLong(sum);
}

static PyObject *
total_checked(PyObject *module, PyObject *args)
{
    long numbers[4], sum;

    if (!PyArg_ParseTuple(args, "llll", &numbers[0], &numbers[1], &numbers[2], &numbers[3]))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    sum = native_sum(numbers, 4);
    if (sum < 0) {
        Py_BLOCK_THREADS
        return PyErr_NoMemory();
    }
    Py_END_ALLOW_THREADS
    return PyLong_FromLong(sum);
}

static PyObject *
set_sink(PyObject *module, PyObject *value)
{
    Py_INCREF(value);
    Py_XSETREF(sink, value);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {METHOD(total, METH_VARARGS), METHOD(total_checked, METH_VARARGS), METHOD(set_sink, METH_O), {NULL}};
MODULE(gil_left, methods)

/* refsan check
 * RS301 log_line / log_line_always: return || PyGILState_Ensure
 * RS301 total / total_checked: return NULL #2 || Py_BEGIN_ALLOW_THREADS
 * may RS302 total: return NULL
 */
