#include "../ext.h"

/* The last item of a list; IndexError comes from PyList_GetItem. */
static PyObject *last_item(PyObject *module, PyObject *list)
{
    PyObject *item = PyList_GetItem(list, PyList_Size(list) - 1); /* belief */

#ifdef FIXED
    Py_XINCREF(item);
#endif
    return item; /* culprit */
}

static PyMethodDef methods[] = {{"last_item", last_item, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
