/* Who asks whether an exception is set need not reckon with one that was set before. */
#include "../module.h"
#include <stdlib.h>

extern int compressor_run(void *state, char *to, size_t size);

static PyObject *
finished(char *bytes, Py_ssize_t size)
{
    PyObject *result = PyBytes_FromStringAndSize(bytes, size);

    free(bytes);
    return result;
}

/* a helper: it is never called with an exception set */
static PyObject *
compressed(void *state, size_t size)
{
    char *to = malloc(size);
    PyObject *result = NULL;

    if (to == NULL)
        PyErr_NoMemory();
    else if (compressor_run(state, to, size) < 0)
        PyErr_SetString(PyExc_ValueError, "no more");
    else
        result = finished(to, (Py_ssize_t)size);
    if (PyErr_Occurred() != NULL)
        return NULL;
    return result;
}

static PyObject *
compress(PyObject *self, PyObject *unused)
{
    int state = 0;

    return compressed(&state, 20);
}

/* a method: what the library does it does not do to the error indicator */
typedef struct {
    PyObject_HEAD
    void *state;
    int healthy;
} Compressor;

static PyObject *
process(Compressor *self, PyObject *unused)
{
    char *to = malloc(20);
    PyObject *result = NULL;

    if (to == NULL)
        return PyErr_NoMemory();
    if (compressor_run(self->state, to, 20) < 0) {
        PyErr_SetString(PyExc_ValueError, "no more");
        free(to);
    } else {
        result = finished(to, 20);
    }
    if (PyErr_Occurred() != NULL)
        self->healthy = 0;
    return result;
}

static PyObject *
process_lossy(Compressor *self, PyObject *unused)
{
    PyObject *result = PyBytes_FromStringAndSize(NULL, 20);

    if (result == NULL)
        return NULL;
    if (compressor_run(self->state, PyBytes_AS_STRING(result), 20) < 0)
        PyErr_SetString(PyExc_ValueError, "no more");
    if (PyErr_Occurred() != NULL)
        self->healthy = 0;
    return result;
}

static PyMethodDef methods[] = {METHOD(compress, METH_NOARGS), METHOD(process, METH_NOARGS), METHOD(process_lossy, METH_NOARGS), {NULL}};
MODULE(asked, methods)

/* refsan check
 * RS302 process_lossy / process: return result
 */
