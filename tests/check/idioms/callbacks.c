/* Functions that the interpreter, or a C library, calls back: capsule destructors, weakref callbacks, contexts. */
#include "../module.h"

struct observer {
    PyObject *function;
    PyObject *context;
};

static void
observer_close(PyObject *capsule)
{
    struct observer *observer = PyCapsule_GetPointer(capsule, "observer");

    Py_XDECREF(observer->function);
    PyMem_Free(observer);
}

static void
observer_close_both(PyObject *capsule)
{
    struct observer *observer = PyCapsule_GetPointer(capsule, "observer");

    if (observer == NULL) {
        PyErr_Clear();
        return;
    }
    Py_XDECREF(observer->function);
    Py_XDECREF(observer->context);
    PyMem_Free(observer);
}

static PyObject *
observe(PyObject *self, PyObject *function)
{
    struct observer *observer = PyMem_Malloc(sizeof *observer);
    PyObject *capsule;

    if (observer == NULL)
        return PyErr_NoMemory();
    observer->function = function;
    observer->context = NULL;
    capsule = PyCapsule_New(observer, "observer", observer_close);
    if (capsule == NULL)
        PyMem_Free(observer);
    return capsule;
}

static PyObject *
observe_owned(PyObject *self, PyObject *args)
{
    struct observer *observer;
    PyObject *function, *context, *capsule;

    if (!PyArg_ParseTuple(args, "OO", &function, &context))
        return NULL;
    observer = PyMem_Malloc(sizeof *observer);
    if (observer == NULL)
        return PyErr_NoMemory();
    observer->function = Py_NewRef(function);
    observer->context = Py_NewRef(context);
    capsule = PyCapsule_New(observer, "observer", observer_close_both);
    if (capsule == NULL) {
        Py_DECREF(observer->function);
        Py_DECREF(observer->context);
        PyMem_Free(observer);
    }
    return capsule;
}

static int
compare_with(PyObject *function, PyObject *left, PyObject *right)
{
    PyObject *answer = PyObject_CallFunctionObjArgs(function, left, right, NULL);

    if (answer == NULL)
        return 0;
    return PyObject_IsTrue(answer);
}

static int
compare_by(PyObject *function, PyObject *left, PyObject *right)
{
    PyObject *answer = PyObject_CallFunctionObjArgs(function, left, right, NULL);
    int truth = answer ? PyObject_IsTrue(answer) : -1;

    Py_XDECREF(answer);
    return truth;
}

static PyObject *
is_ordered(PyObject *self, PyObject *args)
{
    PyObject *function, *a, *b;

    if (!PyArg_ParseTuple(args, "OOO", &function, &a, &b))
        return NULL;
    if (compare_with(function, a, b) || compare_by(function, a, b))
        return PyErr_Occurred() ? NULL : Py_NewRef(Py_True);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_False);
}

/* called by a library's thread, without the lock */
static void
on_event(void *context)
{
    PyGILState_STATE held = PyGILState_Ensure();
    PyObject *answer = PyObject_CallObject((PyObject *)context, NULL);

    if (answer == NULL)
        PyErr_Print();
    PyGILState_Release(held);
}

static void
on_signal(void *context)
{
    PyGILState_STATE held = PyGILState_Ensure();
    PyObject *answer = PyObject_CallObject((PyObject *)context, NULL);

    if (answer == NULL)
        PyErr_WriteUnraisable((PyObject *)context);
    Py_XDECREF(answer);
    PyGILState_Release(held);
}

void (*const handlers[])(void *) = {on_event, on_signal};

static PyMethodDef methods[] = {METHOD(observe, METH_O), METHOD(observe_owned, METH_VARARGS), METHOD(is_ordered, METH_VARARGS), {NULL}};
MODULE(callbacks, methods)

/* refsan check
 * RS103 observe / observe_owned: observer->function = function
 * RS201 compare_with / compare_by: PyObject_CallFunctionObjArgs
 * RS201 on_event / on_signal: PyObject_CallObject
 */
