#include "../ext.h"

/* Helpers that make something for their callers are not to blame for what these do with it. */
static __attribute__((noinline)) PyObject *text_of(const char *text)
{
    PyObject *made = PyUnicode_DecodeLatin1(text, strlen(text), NULL);

    if (made == NULL) {
        PyErr_Clear();
        made = PyUnicode_FromString("?");
    }
    return made;
}

static __attribute__((noinline)) int get_text(PyObject *object, PyObject **text)
{
    Py_buffer view;

    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) == 0)
        PyBuffer_Release(&view);
    else
        PyErr_Clear();
    *text = text_of(Py_TYPE(object)->tp_name);
    return *text != NULL ? 0 : -1;
}

/* The pair holds a reference of its own. */
static PyObject *describe(PyObject *module, PyObject *object)
{
    PyObject *text = text_of("described object, at some length"), *pair; /* culprit */

    if (text == NULL)
        return NULL;
    pair = Py_BuildValue("(OO)", object, text);
#ifdef FIXED
    Py_DECREF(text);
#endif
    return pair;
}

static PyObject *name(PyObject *module, PyObject *object)
{
    PyObject *text;

    return get_text(object, &text) == 0 ? text : NULL;
}

static PyMethodDef methods[] = {{"describe", describe, METH_O, NULL}, {"name", name, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
