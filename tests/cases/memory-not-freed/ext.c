#include "../ext.h"

/* A table on the way, by a helper of the module's own: lost where a number is none. */
static __attribute__((noinline)) double *table_of(Py_ssize_t size)
{
    double *table = PyMem_Malloc((size + 1) * sizeof(*table)); /* belief */

    if (table == NULL)
        PyErr_NoMemory();
    return table;
}

static PyObject *average(PyObject *module, PyObject *list)
{
    Py_ssize_t size = PyList_Size(list), i;
    double *table = size < 0 ? NULL : table_of(size), sum = 0; /* culprit */

    if (table == NULL)
        return NULL;
    for (i = 0; i < size; i++) {
        table[i] = PyFloat_AsDouble(PyList_GetItem(list, i));
        if (table[i] == -1 && PyErr_Occurred()) {
#ifdef FIXED
            PyMem_Free(table);
#endif
            return NULL;
        }
    }
    for (i = 0; i < size; i++)
        sum += table[i];
    PyMem_Free(table);
    return PyFloat_FromDouble(size > 0 ? sum / size : 0);
}

/* What "es" fills in is the caller's to free. */
static PyObject *encoded(PyObject *module, PyObject *args)
{
    char *text = NULL;
    size_t length;

    if (!PyArg_ParseTuple(args, "es", "utf-8", &text)) /* culprit */
        return NULL;
    length = strlen(text);
#ifdef FIXED
    PyMem_Free(text);
#endif
    return PyLong_FromSize_t(length);
}

static PyObject *wide(PyObject *module, PyObject *text)
{
    Py_ssize_t length;
    wchar_t *made = PyUnicode_AsWideCharString(text, &length); /* culprit */

    if (made == NULL)
        return NULL;
#ifdef FIXED
    PyMem_Free(made);
#endif
    return PyLong_FromSsize_t(length);
}

static PyMethodDef methods[] = {{"average", average, METH_O, NULL}, {"encoded", encoded, METH_VARARGS, NULL}, {"wide", wide, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
