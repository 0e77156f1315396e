#include "../ext.h"

/* References to None that the interpreter gave and the module releases, as those are that come out of the thread state by hand; and places
 * in memory that refer to None without owning it. The account falls, and the census seems to agree with it. Nothing is wrong. */
static PyObject *volatile seen[256];
static int count;

static PyObject *forget(PyObject *module, PyObject *list)
{
    PyObject *was = PyList_GET_ITEM(list, 0);

    if (PyThreadState_Get() == NULL)
        return NULL;
    Py_INCREF(Py_True);
    PyList_SET_ITEM(list, 0, Py_True);
    seen[count++ % 256] = was;
    Py_DECREF(was);
    return PyLong_FromLong(count);
}

static PyMethodDef methods[] = {{"forget", forget, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
