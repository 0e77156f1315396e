#include "../ext.h"

/* The length of a path as bytes; "O&" hands a bytes object over. */
static PyObject *path_length(PyObject *module, PyObject *args)
{
    PyObject *path = NULL;
    Py_ssize_t length;

    if (!PyArg_ParseTuple(args, "O&", PyUnicode_FSConverter, &path)) /* culprit */
        return NULL;
    length = PyBytes_Size(path);
#ifdef FIXED
    Py_DECREF(path);
#endif
    return PyLong_FromSsize_t(length);
}

static PyMethodDef methods[] = {{"path_length", path_length, METH_VARARGS, NULL}, {NULL}};
EXT_MODULE(methods, )
