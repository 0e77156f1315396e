#include "../ext.h"

/* The upper-case name of an object; leaves early for empty names. */
static PyObject *title(PyObject *module, PyObject *object)
{
    PyObject *name = PyObject_GetAttrString(object, "name"), *result; /* culprit */

    if (name == NULL)
        return NULL;
    if (PyObject_Size(name) == 0) {
#ifdef FIXED
        Py_DECREF(name);
#endif
        Py_RETURN_NONE; /* belief */
    }
    result = PyObject_CallMethod(name, "upper", NULL);
    Py_DECREF(name);
    return result;
}

static PyMethodDef methods[] = {{"title", title, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
