#include "../ext.h"

/* item doubled, as text; the error path releases what was released before. */
static PyObject *doubled(PyObject *module, PyObject *item)
{
    PyObject *twice = NULL, *text = NULL;

    twice = PyNumber_Add(item, item);
    if (twice == NULL)
        return NULL;
    text = PyObject_Str(twice);
    if (text == NULL) {
        Py_DECREF(twice);
#ifdef FIXED
        twice = NULL;
#endif
        goto fail;
    }
    Py_DECREF(twice);
    return text;
fail:
    Py_XDECREF(twice); /* culprit */
    return NULL;
}

static PyMethodDef methods[] = {{"doubled", doubled, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
