#include "../ext.h"

/* Formats that speak of more than was passed along: the units behind '|' that no argument fills leave their variables as they were,
 * and one of them has no variable at all. */
static PyObject *size(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"data", NULL};
    Py_buffer view;
    Py_ssize_t length;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "y*|O:size", names, &view))
        return NULL;
    length = view.len;
    PyBuffer_Release(&view);
    return PyLong_FromSsize_t(length);
}

static PyObject *both(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"first", "second", "path", NULL};
    Py_buffer first, second;
    PyObject *path, *result;

    memset(&second, 0x5a, sizeof(second)); /* as a stack may look */
    second.obj = module;
    path = module;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "y*|y*O&:both", names, &first, &second, PyUnicode_FSConverter, &path))
        return NULL;
    result = Py_BuildValue("nii", first.len, second.obj != module, path != module);
    if (second.obj != module)
        PyBuffer_Release(&second);
    if (path != module)
        Py_DECREF(path);
    PyBuffer_Release(&first);
    return result;
}

static PyMethodDef methods[] = {{"size", (PyCFunction)(void (*)(void))size, METH_VARARGS | METH_KEYWORDS, NULL},
                                {"both", (PyCFunction)(void (*)(void))both, METH_VARARGS | METH_KEYWORDS, NULL},
                                {NULL}};
EXT_MODULE(methods, )
