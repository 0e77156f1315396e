/* A global that is filled where it is needed first: what it holds is lent to who uses it. */
#include "../module.h"

static PyObject *comma, *space;

static PyObject *
join(PyObject *module, PyObject *args)
{
    PyObject *items, *separator = NULL, *text;

    if (!PyArg_ParseTuple(args, "O|O:join", &items, &separator))
        return NULL;
    if (separator == NULL) {
        if (comma == NULL) {
            comma = PyUnicode_FromString(", ");
            if (comma == NULL)
                return NULL;
        }
        separator = comma;
    } else {
        separator = PyObject_Str(separator);
        if (separator == NULL)
            return NULL;
    }
    text = PyUnicode_Join(separator, items);
    Py_DECREF(separator);
    return text;
}

static PyObject *
join_counted(PyObject *module, PyObject *args)
{
    PyObject *items, *separator = NULL, *text;

    if (!PyArg_ParseTuple(args, "O|O:join_counted", &items, &separator))
        return NULL;
    if (separator == NULL) {
        if (space == NULL) {
            space = PyUnicode_FromString(" ");
            if (space == NULL)
                return NULL;
        }
        separator = space;
        Py_INCREF(separator);
    } else {
        separator = PyObject_Str(separator);
        if (separator == NULL)
            return NULL;
    }
    text = PyUnicode_Join(separator, items);
    Py_DECREF(separator);
    return text;
}

static PyObject *
forget(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    Py_CLEAR(space);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {METHOD(join, METH_VARARGS), METHOD(join_counted, METH_VARARGS), METHOD(forget, METH_NOARGS), {NULL}};
MODULE(lazily, methods)

/* refsan check
 * RS101 join / join_counted: Py_DECREF(separator)
 */
