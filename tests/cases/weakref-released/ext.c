#include "../ext.h"

/* The referent's text; PyWeakref_GetObject lends it. */
static PyObject *text_of(PyObject *module, PyObject *reference)
{
    PyObject *object = PyWeakref_GetObject(reference), *text; /* belief */

    if (object == NULL)
        return NULL;
    text = PyObject_Str(object);
#ifndef FIXED
    Py_DECREF(object); /* culprit */
#endif
    return text;
}

static PyMethodDef methods[] = {{"text_of", text_of, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
