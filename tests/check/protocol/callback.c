/* A callback that a function of the unit calls without the GIL, and NULL that a helper answers without an exception. */
#include "../module.h"

typedef int (*on_value)(int value, void *data);

static int
walk(const int *values, int count, on_value call, void *data)
{
    int failed = 0;

    for (int i = 0; i < count && failed == 0; i++)
        failed = call(values[i], data);
    return failed;
}

static int
walk_held(const int *values, int count, on_value call, void *data)
{
    int failed = 0;

    for (int i = 0; i < count && failed == 0; i++)
        failed = call(values[i], data);
    return failed;
}

static int
append(int value, void *data)
{
    PyObject *number = PyLong_FromLong(value);
    int failed = number == NULL ? -1 : PyList_Append(data, number);

    Py_XDECREF(number);
    return failed;
}

static int
append_locked(int value, void *data)
{
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *number = PyLong_FromLong(value);
    int failed = number == NULL ? -1 : PyList_Append(data, number);

    Py_XDECREF(number);
    PyGILState_Release(state);
    return failed;
}

static int
append_held(int value, void *data)
{
    PyObject *number = PyLong_FromLong(value);
    int failed = number == NULL ? -1 : PyList_Append(data, number);

    Py_XDECREF(number);
    return failed;
}

static const int numbers[] = {1000, 2000, 3000};

static PyObject *
collect(PyObject *self, PyObject *unused)
{
    PyObject *list = PyList_New(0);
    int failed;

    if (list == NULL)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    failed = walk(numbers, 3, append, list);
    failed = failed || walk(numbers, 3, append_locked, list);
    Py_END_ALLOW_THREADS
    if (failed || walk_held(numbers, 3, append_held, list))
        Py_CLEAR(list);
    return list;
}

static PyObject *
first_of(PyObject *list)
{
    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "a list is needed");
        return NULL;
    }
    if (PyList_GET_SIZE(list) == 0)
        return NULL;
    return Py_NewRef(PyList_GET_ITEM(list, 0));
}

static PyObject *
first_or_raise(PyObject *list)
{
    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "a list is needed");
        return NULL;
    }
    if (PyList_GET_SIZE(list) == 0) {
        PyErr_SetNone(PyExc_IndexError);
        return NULL;
    }
    return Py_NewRef(PyList_GET_ITEM(list, 0));
}

static PyObject *
first(PyObject *self, PyObject *list)
{
    return first_of(list);
}

static PyObject *
first_raised(PyObject *self, PyObject *list)
{
    return first_or_raise(list);
}

static PyObject *
first_if_any(PyObject *list)
{
    if (PyList_GET_SIZE(list) == 0)
        return NULL;
    return Py_NewRef(PyList_GET_ITEM(list, 0));
}

static PyObject *
first_asked(PyObject *self, PyObject *list)
{
    PyObject *item = PyList_Check(list) ? first_if_any(list) : NULL;

    if (item == NULL)
        PyErr_SetString(PyExc_ValueError, "nothing");
    return item;
}

static PyMethodDef methods[] = {
    METHOD(collect, METH_NOARGS),
    METHOD(first, METH_O),
    METHOD(first_raised, METH_O),
    METHOD(first_asked, METH_O),
    {NULL, NULL, 0, NULL},
};

MODULE(callback, methods)

/* refsan check
 * RS301 append / append_locked: PyLong_FromLong(value) || PyList_Append(data, number) || Py_XDECREF(number)
 * may RS301 append / append_locked: PyList_Append(data, number)
 * may RS301 append / append_locked: Py_XDECREF(number)
 * RS302 first_of / first_or_raise: return NULL #2
 */
