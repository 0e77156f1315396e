#include "../ext.h"

/* The sum of a sequence: each step forgets the sum before it. */
static PyObject *total(PyObject *module, PyObject *sequence)
{
    Py_ssize_t i, n = PySequence_Size(sequence);
    PyObject *sum = PyLong_FromLong(1000000);

    for (i = 0; sum != NULL && i < n; i++) {
        PyObject *item = PySequence_GetItem(sequence, i), *next;

        if (item == NULL) {
            Py_DECREF(sum);
            return NULL;
        }
        next = PyNumber_Add(sum, item); /* culprit */
        Py_DECREF(item);
#ifdef FIXED
        Py_DECREF(sum);
#endif
        sum = next; /* belief */
    }
    return sum;
}

static PyMethodDef methods[] = {{"total", total, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
