/* An object that goes to a function nobody sees, with the callback that gets it back. */
#include "../module.h"

extern int native_walk(const char *path, int (*visit)(const char *, void *), void *data);

static int
run_pending(void *data)
{
    PyObject *callable = data, *result = PyObject_CallObject(callable, NULL);

    Py_DECREF(callable);
    if (result == NULL)
        return -1;
    Py_DECREF(result);
    return 0;
}

static int
run_counted(void *data)
{
    PyObject *callable = data, *result = PyObject_CallObject(callable, NULL);

    Py_DECREF(callable);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

static int
visit_once(const char *path, void *data)
{
    PyObject *result = PyObject_CallFunction(data, "s", path);

    Py_DECREF((PyObject *)data);
    if (result == NULL)
        return -1;
    Py_DECREF(result);
    return 0;
}

static int
visit_each(const char *path, void *data)
{
    PyObject *result = PyObject_CallFunction(data, "s", path);

    if (result == NULL)
        return -1;
    Py_DECREF(result);
    return 0;
}

static PyObject *
call_soon(PyObject *module, PyObject *callable)
{
    if (Py_AddPendingCall(run_pending, callable) < 0) {
        PyErr_SetString(PyExc_RuntimeError, "the queue is full");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
call_soon_counted(PyObject *module, PyObject *callable)
{
    Py_INCREF(callable);
    if (Py_AddPendingCall(run_counted, callable) < 0) {
        Py_DECREF(callable);
        PyErr_SetString(PyExc_RuntimeError, "the queue is full");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
walk(PyObject *module, PyObject *args)
{
    const char *path;
    PyObject *callable;

    if (!PyArg_ParseTuple(args, "sO:walk", &path, &callable))
        return NULL;
    if (native_walk(path, visit_once, callable) < 0)
        return PyErr_Occurred() ? NULL : PyErr_NoMemory();
    Py_RETURN_NONE;
}

static PyObject *
walk_lent(PyObject *module, PyObject *args)
{
    const char *path;
    PyObject *callable;

    if (!PyArg_ParseTuple(args, "sO:walk", &path, &callable))
        return NULL;
    if (native_walk(path, visit_each, callable) < 0)
        return PyErr_Occurred() ? NULL : PyErr_NoMemory();
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    METHOD(call_soon, METH_O), METHOD(call_soon_counted, METH_O), METHOD(walk, METH_VARARGS), METHOD(walk_lent, METH_VARARGS), {NULL},
};
MODULE(handed, methods)

/* refsan check
 * RS101 run_pending / run_counted: Py_DECREF(callable)
 * RS101 visit_once / visit_each: Py_DECREF((PyObject *)data)
 */
