/* The dictionary of keywords is made for the call: nobody else takes anything out of it, unless it is passed on. And what
 * the frame's names are looked up in is missing only with an exception. */
#include "../module.h"

static PyObject *
with_keywords(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *size = kwargs == NULL ? NULL : PyDict_GetItemString(kwargs, "size");
    PyObject *limit = kwargs == NULL ? NULL : PyDict_GetItemString(kwargs, "limit");
    int many;

    if (size == NULL || limit == NULL)
        return PyBool_FromLong(0);
    many = PyObject_IsTrue(size);
    return many < 0 ? NULL : PyObject_Str(limit);
}

static PyObject *
with_dictionary(PyObject *self, PyObject *options)
{
    PyObject *size, *limit;
    int many;

    if (!PyDict_Check(options))
        return PyBool_FromLong(0);
    size = PyDict_GetItemString(options, "size");
    limit = PyDict_GetItemString(options, "limit");
    if (size == NULL || limit == NULL)
        return PyBool_FromLong(0);
    many = PyObject_IsTrue(size);
    return many < 0 ? NULL : PyObject_Str(limit); /* wrong: the answer may have emptied the dictionary */
}

static PyObject *
count_locals(PyObject *self, PyObject *ignored)
{
    PyObject *locals = PyEval_GetLocals();

    return locals == NULL ? NULL : PyLong_FromSsize_t(PyObject_Size(locals));
}

static PyObject *
count_globals(PyObject *self, PyObject *ignored)
{
    PyObject *globals = PyEval_GetGlobals();

    return globals == NULL ? NULL : PyLong_FromSsize_t(PyDict_Size(globals)); /* wrong: NULL says nothing */
}

static PyMethodDef methods[] = {METHOD(with_keywords, METH_VARARGS | METH_KEYWORDS), METHOD(with_dictionary, METH_O), METHOD(count_locals, METH_NOARGS), METHOD(count_globals, METH_NOARGS), {NULL}};
MODULE(keywords, methods)

/* refsan check
 * RS106 with_dictionary / with_keywords: wrong: the answer || PyDict_GetItemString(options, "limit")
 * RS302 count_globals / count_locals: wrong: NULL || PyEval_GetGlobals
 */
