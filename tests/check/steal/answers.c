/* What is done on success is done in a helper whose caller looks at failure alone: no third answer exists. */
#include "../module.h"

static int
hand_over(PyObject *module, const char *name, PyObject *value)
{
    int answer = PyObject_SetAttrString(module, name, value);

    if (answer == 0)
        Py_DECREF(value);
    return answer;
}

static PyObject *
publish_kept(PyObject *self, PyObject *arg)
{
    PyObject *value = PyList_New(0);

    if (value == NULL)
        return NULL;
    if (hand_over(arg, "value", value) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
publish(PyObject *self, PyObject *arg)
{
    PyObject *value = PyList_New(0);

    if (value == NULL)
        return NULL;
    if (hand_over(arg, "value", value) < 0) {
        Py_DECREF(value);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
twice(PyObject *self, PyObject *arg)
{
    PyObject *value = PyList_New(0);
    int found;

    if (value == NULL)
        return NULL;
    found = PySequence_Contains(arg, value);
    if (found == 1) {
        Py_DECREF(value);
        Py_RETURN_TRUE;
    }
    if (found <= 0) {
        Py_DECREF(value);
        if (found < 0)
            return NULL;
    }
    Py_RETURN_FALSE;
}

static PyObject *
twice_kept(PyObject *self, PyObject *arg)
{
    PyObject *value = PyList_New(0);
    int found;

    if (value == NULL)
        return NULL;
    found = PySequence_Contains(arg, value);
    if (found <= 0) {
        Py_DECREF(value);
        if (found < 0)
            return NULL;
        Py_RETURN_FALSE;
    }
    Py_RETURN_TRUE;
}

static PyMethodDef methods[] = {METHOD(publish_kept, METH_O), METHOD(publish, METH_O), METHOD(twice_kept, METH_O), METHOD(twice, METH_O), {NULL}};
MODULE(answers, methods)

/* refsan check
 * RS202 publish_kept / publish: PyList_New(0)
 * RS201 twice_kept / twice: PyList_New(0)
 */
