/* Items that are moved out of their slots, and slots that are filled before the reference is taken. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *arguments;
} Caller;

static void
caller_dealloc(Caller *self)
{
    Py_XDECREF(self->arguments);
    PyObject_Free(self);
}

static PyObject *
call(Caller *self, PyObject *argument)
{
    if (self->arguments == NULL && (self->arguments = PyTuple_New(1)) == NULL)
        return NULL;
    Py_XDECREF(PyTuple_GET_ITEM(self->arguments, 0));
    PyTuple_SET_ITEM(self->arguments, 0, Py_NewRef(argument));
    return PyObject_Str(self->arguments);
}

static PyObject *
call_released(Caller *self, PyObject *argument)
{
    if (self->arguments == NULL)
        return PyObject_Str(argument);
    Py_DECREF(PyTuple_GetItem(self->arguments, 0)); /* its slot goes on pointing to it */
    return PyObject_Str(self->arguments);
}

static PyObject *
title(PyObject *self, PyObject *text)
{
    PyObject *parts = PyObject_CallMethod(text, "split", NULL);

    if (parts == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(parts); i++) {
        PyObject *part = PyList_GET_ITEM(parts, i), *changed = PyObject_CallMethod(part, "title", NULL);

        if (changed == NULL) {
            Py_DECREF(parts);
            return NULL;
        }
        Py_DECREF(part);
        PyList_SET_ITEM(parts, i, changed);
    }
    return parts;
}

static PyObject *
title_first(PyObject *self, PyObject *text)
{
    PyObject *parts = PyObject_CallMethod(text, "split", NULL), *part, *changed;

    if (parts == NULL)
        return NULL;
    part = PyList_GetItem(parts, 0);
    changed = part == NULL ? NULL : PyObject_CallMethod(part, "title", NULL);
    Py_XDECREF(part); /* borrowed */
    Py_DECREF(parts);
    return changed;
}

static PyObject *
tupled(PyObject *self, PyObject *iterable)
{
    PyObject *list = PySequence_List(iterable), *out;
    Py_ssize_t size;

    if (list == NULL)
        return NULL;
    size = PyList_GET_SIZE(list);
    out = PyTuple_New(size);
    for (Py_ssize_t i = 0; out != NULL && i < size; i++) {
        PyTuple_SET_ITEM(out, i, PyList_GET_ITEM(list, i));
        PyList_SET_ITEM(list, i, NULL);
    }
    Py_DECREF(list);
    return out;
}

static PyObject *
tupled_shared(PyObject *self, PyObject *iterable)
{
    PyObject *list = PySequence_List(iterable), *out;

    if (list == NULL)
        return NULL;
    out = PyTuple_New(1);
    if (out != NULL && PyList_GET_SIZE(list) > 0)
        PyTuple_SET_ITEM(out, 0, PyList_GET_ITEM(list, 0)); /* two own it */
    Py_DECREF(list);
    return out;
}

static PyObject *
put(PyObject *self, PyObject *args)
{
    PyObject *list, *value;

    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &list, &value))
        return NULL;
    if (PyList_SetItem(list, 0, value) == 0)
        Py_INCREF(value);
    else
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
put_uncounted(PyObject *self, PyObject *args)
{
    PyObject *list, *value;

    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &list, &value))
        return NULL;
    if (PyList_SetItem(list, 0, value) < 0) /* never counted */
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
empty(PyObject *self, PyObject *unused)
{
    PyObject *nothing = PyBytes_FromStringAndSize(NULL, 0);

    if (nothing == NULL)
        return NULL;
    Py_DECREF(nothing); /* there is only one */
    return PyObject_Repr(nothing);
}

static PyObject *
blank(PyObject *self, PyObject *unused)
{
    PyObject *nothing = PyBytes_FromStringAndSize(NULL, 9);

    if (nothing == NULL)
        return NULL;
    Py_DECREF(nothing);
    return PyObject_Repr(nothing); /* dead */
}

static PyMethodDef caller_methods[] = {METHOD(call, METH_O), METHOD(call_released, METH_O), {NULL}};

PyTypeObject CallerType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "slots.Caller",
    .tp_basicsize = sizeof(Caller),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_methods = caller_methods,
    .tp_dealloc = (destructor)caller_dealloc,
};

static PyObject *
call_filled(PyObject *self, PyObject *args)
{
    PyObject *callback, *arguments, *number, *answer;

    if (!PyArg_ParseTuple(args, "OO!", &callback, &PyTuple_Type, &arguments))
        return NULL;
    number = PyFloat_FromDouble(1.5);
    if (number == NULL)
        return NULL;
    PyTuple_SET_ITEM(arguments, 0, number);
    answer = PyObject_Call(callback, arguments, NULL);
    Py_DECREF(number); /* the slot's, which gets None back */
    PyTuple_SET_ITEM(arguments, 0, Py_None);
    return answer;
}

static PyObject *
call_dropped(PyObject *self, PyObject *args)
{
    PyObject *callback, *arguments, *number, *answer;

    if (!PyArg_ParseTuple(args, "OO!", &callback, &PyTuple_Type, &arguments))
        return NULL;
    number = PyFloat_FromDouble(1.5);
    if (number == NULL)
        return NULL;
    PyTuple_SET_ITEM(arguments, 0, number);
    answer = PyObject_Call(callback, arguments, NULL);
    Py_DECREF(number); /* wrong: the tuple has it */
    return answer;
}

static PyMethodDef methods[] = {
    METHOD(title, METH_O), METHOD(title_first, METH_O), METHOD(tupled, METH_O), METHOD(tupled_shared, METH_O),
    METHOD(put, METH_VARARGS), METHOD(put_uncounted, METH_VARARGS), METHOD(empty, METH_NOARGS), METHOD(blank, METH_NOARGS),
    METHOD(call_filled, METH_VARARGS), METHOD(call_dropped, METH_VARARGS), {NULL},
};
MODULE(slots, methods)

/* refsan check
 * RS101 call_released / call: its slot
 * RS101 title_first / title: borrowed
 * RS101|RS103 tupled_shared / tupled: two own it
 * RS101|RS103 put_uncounted / put: never counted
 * RS105 blank / empty: dead
 * RS104 call_dropped / call_filled: wrong: the tuple has it
 */
