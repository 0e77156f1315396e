#include "../ext.h"

/* The sum of the bytes; the view keeps its exporter alive. */
static PyObject *checksum(PyObject *module, PyObject *data)
{
    Py_buffer view;
    long sum = 0;
    Py_ssize_t i;

    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0) /* culprit */
        return NULL;
    for (i = 0; i < view.len; i++)
        sum += ((unsigned char *)view.buf)[i];
#ifdef FIXED
    PyBuffer_Release(&view);
#endif
    return PyLong_FromLong(sum);
}

static PyMethodDef methods[] = {{"checksum", checksum, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
