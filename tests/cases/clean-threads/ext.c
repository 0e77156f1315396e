#include "../ext.h"
#include <pthread.h>

/* Work without the GIL, callbacks from a foreign thread, references kept across both. */
struct job {
    PyObject *callable, *result;
};

static void *work(void *context)
{
    struct job *job = context;
    PyGILState_STATE state = PyGILState_Ensure();

    job->result = PyObject_CallObject(job->callable, NULL);
    if (job->result == NULL)
        PyErr_Clear();
    PyGILState_Release(state);
    return NULL;
}

static PyObject *elsewhere(PyObject *module, PyObject *callable)
{
    struct job job = {callable, NULL};
    pthread_t thread;

    Py_INCREF(callable);
    Py_BEGIN_ALLOW_THREADS
    pthread_create(&thread, NULL, work, &job);
    pthread_join(thread, NULL);
    Py_END_ALLOW_THREADS
    Py_DECREF(callable);
    if (job.result == NULL)
        Py_RETURN_NONE;
    return job.result;
}

static PyObject *nap(PyObject *module, PyObject *value)
{
    PyObject *pair = PyTuple_Pack(2, value, value);
    volatile long spin = 0;

    Py_BEGIN_ALLOW_THREADS
    while (spin < 20000)
        spin++;
    Py_END_ALLOW_THREADS
    return pair;
}

static PyMethodDef methods[] = {{"elsewhere", elsewhere, METH_O, NULL}, {"nap", nap, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
