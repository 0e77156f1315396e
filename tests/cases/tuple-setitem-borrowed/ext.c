#include "../ext.h"

/* A pair of the list's first item and itself; PyTuple_SetItem takes a reference that nobody has. */
static PyObject *first_pair(PyObject *module, PyObject *list)
{
    PyObject *pair = PyTuple_New(2), *item;

    if (pair == NULL)
        return NULL;
    item = PyList_GetItem(list, 0); /* belief */
    if (item == NULL) {
        Py_DECREF(pair);
        return NULL;
    }
#ifdef FIXED
    Py_INCREF(item);
#endif
    PyTuple_SetItem(pair, 0, item); /* culprit */
    Py_INCREF(list);
    PyTuple_SetItem(pair, 1, list);
    return pair;
}

static PyMethodDef methods[] = {{"first_pair", first_pair, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
