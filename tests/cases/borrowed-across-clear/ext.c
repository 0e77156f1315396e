#include "../ext.h"

/* Empties the list and returns the text of what was its first item. */
static PyObject *empty(PyObject *module, PyObject *list)
{
    PyObject *item = PyList_GetItem(list, 0), *text;

    if (item == NULL)
        return NULL;
#ifdef FIXED
    Py_INCREF(item);
#endif
    if (PyList_SetSlice(list, 0, PyList_Size(list), NULL) < 0) /* belief */
        return NULL;
    text = PyObject_Repr(item); /* culprit */
#ifdef FIXED
    Py_DECREF(item);
#endif
    return text;
}

static PyMethodDef methods[] = {{"empty", empty, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
