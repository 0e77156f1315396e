#include "../ext.h"
#include <pthread.h>

/* Containers filled by C threads, across a released GIL, in forked children, at exit. */
static PyObject *cb;
static void *work(void *arg)
{
    for (int i = 0; i < 20; i++) {
        PyGILState_STATE g = PyGILState_Ensure();
        PyObject *l = PyList_New(2), *r;
        PyList_SET_ITEM(l, 0, PyUnicode_FromFormat("t%d", i));
        PyList_SET_ITEM(l, 1, PyLong_FromLong(100000 + i));
        r = PyObject_CallFunctionObjArgs(cb, l, NULL);
        if (!r) PyErr_WriteUnraisable(cb);
        Py_XDECREF(r);
        Py_DECREF(l);
        PyGILState_Release(g);
    }
    return NULL;
}
static PyObject *run(PyObject *m, PyObject *f)
{
    pthread_t t[3];
    PyObject *mine = PyList_New(1);
    PyList_SET_ITEM(mine, 0, PyUnicode_FromFormat("mine%d", 1));
    Py_INCREF(f);
    Py_XSETREF(cb, f);
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < 3; i++) pthread_create(&t[i], NULL, work, NULL);
    for (int i = 0; i < 3; i++) pthread_join(t[i], NULL);
    Py_END_ALLOW_THREADS
    Py_CLEAR(cb);
    return mine;
}
static PyObject *nap(PyObject *m, PyObject *a)
{
    PyObject *t = PyTuple_New(1);
    PyTuple_SET_ITEM(t, 0, PyFloat_FromDouble(1.5));
    Py_BEGIN_ALLOW_THREADS
    usleep(200);
    Py_END_ALLOW_THREADS
    Py_INCREF(a);
    PyTuple_SET_ITEM(t, 0, (Py_DECREF(PyTuple_GET_ITEM(t, 0)), a));
    return t;
}
static PyMethodDef methods[] = {{"run", run, METH_O}, {"nap", nap, METH_O}, {NULL}};
EXT_MODULE(methods, )
