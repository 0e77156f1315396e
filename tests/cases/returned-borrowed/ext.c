#include "../ext.h"

static long served;

/* The last item of a list; None where it is empty. */
static PyObject *last_item(PyObject *module, PyObject *list)
{
    Py_ssize_t size = PyList_Size(list);
    PyObject *item;

    if (size < 0)
        return NULL;
    if (size == 0)
        Py_RETURN_NONE;
    item = PyList_GetItem(list, size - 1); /* belief */
    if (item == NULL)
        return NULL;
    served++; /* so that the call above is no tail call, which would leave no line behind */
#ifdef FIXED
    Py_INCREF(item);
#endif
    return item; /* culprit */
}

static PyMethodDef methods[] = {{"last_item", last_item, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
