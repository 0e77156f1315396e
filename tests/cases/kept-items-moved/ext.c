#include "../ext.h"

/* Keeps objects in an array of its own and shows them through a tuple, which takes each of them over. */
static PyObject *kept[8];
static Py_ssize_t count;

static PyObject *keep(PyObject *module, PyObject *number)
{
    for (Py_ssize_t i = 0; i < 8 && count == 8; i++)
        Py_CLEAR(kept[i]);
    count %= 8;
    kept[count] = PyNumber_Multiply(number, number);
    return kept[count] != NULL ? PyLong_FromSsize_t(count++) : NULL;
}

static PyObject *describe(PyObject *module, PyObject *unused)
{
    PyObject *tuple = PyTuple_New(count), *text;
    Py_ssize_t i;

    if (tuple == NULL)
        return NULL;
    for (i = 0; i < count; i++) {
#ifdef FIXED
        Py_INCREF(kept[i]);
#endif
        PyTuple_SET_ITEM(tuple, i, kept[i]); /* culprit */
    }
    text = PyObject_Repr(tuple); /* culprit: there it shows, where the items were copied as a whole */
    Py_DECREF(tuple);
    return text;
}

static PyMethodDef methods[] = {{"keep", keep, METH_O, NULL}, {"describe", describe, METH_NOARGS, NULL}, {NULL}};
EXT_MODULE(methods, )
