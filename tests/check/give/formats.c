/* Py_BuildValue "O" and "S", PyTuple_Pack, PyObject_CallFunction and alike take references; "N" takes ours over. */
#include "../module.h"

static PyObject *
split_at(PyObject *self, PyObject *args)
{
    PyObject *text, *left, *right;
    Py_ssize_t at;

    if (!PyArg_ParseTuple(args, "Un", &text, &at))
        return NULL;
    left = PyUnicode_Substring(text, 0, at);
    if (left == NULL)
        return NULL;
    right = PyUnicode_Substring(text, at, PY_SSIZE_T_MAX);
    if (right == NULL) {
        Py_DECREF(left);
        return NULL;
    }
    return Py_BuildValue("(ON)", left, right);
}

static PyObject *
split_both(PyObject *self, PyObject *args)
{
    PyObject *text, *left, *right, *pair;
    Py_ssize_t at;

    if (!PyArg_ParseTuple(args, "Un", &text, &at))
        return NULL;
    left = PyUnicode_Substring(text, 0, at);
    if (left == NULL)
        return NULL;
    right = PyUnicode_Substring(text, at, PY_SSIZE_T_MAX);
    if (right == NULL) {
        Py_DECREF(left);
        return NULL;
    }
    pair = Py_BuildValue("(OO)", left, right);
    Py_DECREF(left);
    Py_DECREF(right);
    return pair;
}

static PyObject *
bounds(PyObject *self, PyObject *items)
{
    PyObject *first = PySequence_GetItem(items, 0), *last;

    if (first == NULL)
        return NULL;
    last = PySequence_GetItem(items, -1);
    if (last == NULL) {
        Py_DECREF(first);
        return NULL;
    }
    return PyTuple_Pack(2, first, last);
}

static PyObject *
span(PyObject *self, PyObject *items)
{
    PyObject *first = PySequence_GetItem(items, 0), *last, *pair;

    if (first == NULL)
        return NULL;
    last = PySequence_GetItem(items, -1);
    if (last == NULL) {
        Py_DECREF(first);
        return NULL;
    }
    pair = PyTuple_New(2);
    if (pair == NULL) {
        Py_DECREF(first);
        Py_DECREF(last);
        return NULL;
    }
    PyTuple_SET_ITEM(pair, 0, first);
    PyTuple_SET_ITEM(pair, 1, last);
    return pair;
}

static PyObject *
report(PyObject *self, PyObject *function)
{
    PyObject *size = PyLong_FromLong(4711), *answer;

    if (size == NULL)
        return NULL;
    answer = PyObject_CallFunctionObjArgs(function, self, size, NULL);
    return answer;
}

static PyObject *
report_size(PyObject *self, PyObject *function)
{
    PyObject *size = PyLong_FromLong(4711);

    if (size == NULL)
        return NULL;
    return PyObject_CallFunction(function, "ON", self, size); /* "N": the argument tuple takes it over */
}

static PyObject *
send_event(PyObject *self, PyObject *target)
{
    PyObject *event = PyUnicode_FromString("resize");

    if (event == NULL)
        return NULL;
    return PyObject_CallMethod(target, "emit", "Oii", event, 640, 480);
}

static PyObject *
send_events(PyObject *self, PyObject *target)
{
    PyObject *event = PyUnicode_FromString("resize"), *emit = PyUnicode_FromString("emit"), *answer = NULL;

    if (event && emit)
        answer = PyObject_CallMethodObjArgs(target, emit, event, NULL);
    Py_XDECREF(event);
    Py_XDECREF(emit);
    return answer;
}

static PyObject *
named(PyObject *self, PyObject *object)
{
    return Py_BuildValue("{s:O,s:O}", "self", object, "type", PyObject_Type(object));
}

static PyObject *
named_new(PyObject *self, PyObject *object)
{
    return Py_BuildValue("{s:O,s:N}", "self", object, "type", PyObject_Type(object));
}

static PyObject *
formatted(PyObject *self, PyObject *object)
{
    PyObject *text = PyObject_Str(object);

    if (text == NULL)
        return NULL;
    return PyUnicode_FromFormat("[%U]", text);
}

static PyObject *
formatted_safely(PyObject *self, PyObject *object)
{
    PyObject *text = PyObject_Str(object), *result;

    if (text == NULL)
        return NULL;
    result = PyUnicode_FromFormat("[%U]", text);
    Py_DECREF(text);
    return result;
}

static PyMethodDef methods[] = {
    METHOD(split_at, METH_VARARGS), METHOD(split_both, METH_VARARGS), METHOD(bounds, METH_O), METHOD(span, METH_O), METHOD(report, METH_O),
    METHOD(report_size, METH_O), METHOD(send_event, METH_O), METHOD(send_events, METH_O), METHOD(named, METH_O), METHOD(named_new, METH_O),
    METHOD(formatted, METH_O), METHOD(formatted_safely, METH_O), {NULL},
};
MODULE(giveformat, methods)

/* refsan check
 * RS201 split_at / split_both: left = PyUnicode_Substring
 * RS201 bounds / span: *first = PySequence_GetItem || last = PySequence_GetItem
 * RS201 report / report_size: PyLong_FromLong
 * RS201 send_event / send_events: PyUnicode_FromString("resize")
 * RS201 named / named_new: PyObject_Type
 * RS201 formatted / formatted_safely: PyObject_Str
 */
