/* A variable that names what a member holds, and is cleared after its own reference was given back. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *handler;
} Bell;

static void
bell_dealloc(Bell *self)
{
    Py_XDECREF(self->handler);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *
ring(Bell *self, PyObject *args)
{
    PyObject *handler = self->handler, *answer;

    if (!PyArg_ParseTuple(args, "|O", &handler))
        return NULL;
    if (handler == NULL)
        Py_RETURN_NONE;
    Py_INCREF(handler);
    answer = PyObject_CallFunctionObjArgs(handler, (PyObject *)self, NULL);
    if (answer == NULL) {
        handler = NULL;
        return NULL;
    }
    Py_DECREF(handler);
    handler = NULL;
    return answer;
}

static PyObject *
ring_held(Bell *self, PyObject *args)
{
    PyObject *handler = self->handler, *answer;

    if (!PyArg_ParseTuple(args, "|O", &handler))
        return NULL;
    if (handler == NULL)
        Py_RETURN_NONE;
    Py_INCREF(handler);
    answer = PyObject_CallFunctionObjArgs(handler, (PyObject *)self, NULL);
    Py_DECREF(handler);
    handler = NULL;
    if (answer == NULL)
        return NULL;
    return answer;
}

static PyMethodDef bell_methods[] = {METHOD(ring, METH_VARARGS), METHOD(ring_held, METH_VARARGS), {NULL}};

static PyTypeObject Bell_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "variables.Bell",
    .tp_basicsize = sizeof(Bell),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_dealloc = (destructor)bell_dealloc,
    .tp_methods = bell_methods,
};

static PyObject *
bell(PyObject *self, PyObject *arg)
{
    Bell *made = PyObject_New(Bell, &Bell_Type);

    if (made == NULL)
        return NULL;
    made->handler = Py_NewRef(arg);
    return (PyObject *)made;
}

static PyMethodDef methods[] = {METHOD(bell, METH_O), {NULL}};
MODULE(variables, methods)

/* refsan check
 * RS202 ring / ring_held: Py_INCREF(handler)
 */
