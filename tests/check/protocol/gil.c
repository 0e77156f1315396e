/* Between Py_BEGIN_ALLOW_THREADS and Py_END_ALLOW_THREADS no object may be touched. */
#include "../module.h"
#include <pthread.h>
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

/* ---- what helpers do to the GIL ---- */
static PyThreadState *
let_go(void)
{
    return PyEval_SaveThread();
}

static void
take_back(PyThreadState *state)
{
    PyEval_RestoreThread(state);
}

static PyObject *
sum_after_release(PyObject *self, PyObject *list)
{
    PyThreadState *state = let_go();
    PyObject *sum;

    pause_for(3);
    sum = PyLong_FromLong(3);
    take_back(state);
    return sum;
}

static PyObject *
sum_after_return(PyObject *self, PyObject *list)
{
    PyThreadState *state = let_go();

    pause_for(3);
    take_back(state);
    return PyLong_FromLong(3);
}

/* Gives back what it found: without the GIL its caller is without it again. */
static void
note_event(PyObject *list)
{
    PyGILState_STATE found = PyGILState_Ensure();
    PyObject *number = PyLong_FromLong(1);

    if (number != NULL) {
        if (PyList_Append(list, number) < 0)
            PyErr_Clear();
        Py_DECREF(number);
    } else {
        PyErr_Clear();
    }
    PyGILState_Release(found);
}

static PyObject *
watch(PyObject *self, PyObject *list)
{
    Py_BEGIN_ALLOW_THREADS
    note_event(list);
    Py_INCREF(list);
    Py_END_ALLOW_THREADS
    return list;
}

static PyObject *
watch_holding(PyObject *self, PyObject *list)
{
    Py_BEGIN_ALLOW_THREADS
    note_event(list);
    Py_END_ALLOW_THREADS
    note_event(list);
    Py_INCREF(list);
    return list;
}

/* ---- threads of the module's own ---- */
typedef struct {
    PyObject *payload, *seen;
} Job;

static void
job_take(Job *job)
{
    Py_INCREF(job->payload);
    job->seen = job->payload;
}

static void *
run_job(void *arg)
{
    job_take(arg);
    return NULL;
}

static void
job_take_held(Job *job)
{
    PyGILState_STATE found = PyGILState_Ensure();

    Py_INCREF(job->payload);
    job->seen = job->payload;
    PyGILState_Release(found);
}

static void *
run_job_held(void *arg)
{
    job_take_held(arg);
    return NULL;
}

static PyObject *
start_job(PyObject *self, PyObject *payload)
{
    pthread_t threads[2];
    Job jobs[2] = {{payload, NULL}, {payload, NULL}};
    int first, second;

    Py_BEGIN_ALLOW_THREADS
    first = pthread_create(&threads[0], NULL, run_job, &jobs[0]);
    second = pthread_create(&threads[1], NULL, run_job_held, &jobs[1]);
    if (first == 0)
        pthread_join(threads[0], NULL);
    if (second == 0)
        pthread_join(threads[1], NULL);
    Py_END_ALLOW_THREADS
    Py_XDECREF(jobs[0].seen);
    Py_XDECREF(jobs[1].seen);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    METHOD(hold_while_waiting, METH_O), METHOD(wait_holding, METH_O), METHOD(compress, METH_O), METHOD(expand, METH_O),
    METHOD(poll_device, METH_NOARGS), METHOD(poll_bus, METH_NOARGS), METHOD(save_and_call, METH_O), METHOD(save_and_ensure, METH_O),
    METHOD(sum_after_release, METH_O), METHOD(sum_after_return, METH_O), METHOD(watch, METH_O), METHOD(watch_holding, METH_O), METHOD(start_job, METH_O), {NULL},
};
MODULE(gil, methods)

/* refsan check
 * RS301 hold_while_waiting / wait_holding: Py_INCREF(object)
 * RS301 compress / expand: PyBytes_FromStringAndSize
 * RS301 poll_device / poll_bus: PyErr_SetString
 * RS301 save_and_call / save_and_ensure: PyObject_CallObject
 * RS301 sum_after_release / sum_after_return: PyLong_FromLong(3)
 * RS301 watch / watch_holding: Py_INCREF(list)
 * RS301 job_take / job_take_held: Py_INCREF(job->payload)
 */
