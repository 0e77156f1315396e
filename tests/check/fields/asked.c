/* What a member was found to be is not asked for in vain: a condition on it that comes again, behind other calls, has the same answer,
 * and a member that turns out to be None goes on owning its reference. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *hook;
    PyObject *other;
    PyObject *reader;
    int status;
} Scanner;

static void
scanner_dealloc(Scanner *self)
{
    Py_XDECREF(self->hook);
    Py_XDECREF(self->other);
    Py_XDECREF(self->reader);
    PyObject_Free(self);
}

static PyObject *
scan(Scanner *self, PyObject *text)
{
    PyObject *pairs = NULL, *result = NULL;
    Py_ssize_t size = 0;

    if (self->hook != Py_None) {
        pairs = PyList_New(0);
        if (pairs == NULL)
            return NULL;
    } else {
        result = PyDict_New();
        if (result == NULL)
            return NULL;
    }
    for (Py_ssize_t at = 0; at < 10; at++)
        size += PyObject_Hash(text) % 7;
    if (self->other != Py_None) { /* another member */
        result = PyObject_CallFunctionObjArgs(self->hook, pairs, NULL);
        Py_XDECREF(pairs);
        return result;
    }
    Py_XDECREF(pairs);
    return result == NULL ? PyLong_FromSsize_t(size) : result;
}

static PyObject *
scan_again(Scanner *self, PyObject *text)
{
    PyObject *pairs = NULL, *result = NULL;
    Py_ssize_t size = 0;
    int has_hook = self->hook != Py_None;

    if (has_hook) {
        pairs = PyList_New(0);
        if (pairs == NULL)
            return NULL;
    } else {
        result = PyDict_New();
        if (result == NULL)
            return NULL;
    }
    for (Py_ssize_t at = 0; at < 10; at++)
        size += PyObject_Hash(text) % 7;
    if (self->hook != Py_None) {
        result = PyObject_CallFunctionObjArgs(self->hook, pairs, NULL);
        Py_DECREF(pairs);
        return result;
    }
    return result;
}

static int
set_other(Scanner *self, PyObject *value, void *closure)
{
    PyObject *old = self->other;

    if (old == Py_None)
        self->status = 1;
    Py_INCREF(value);
    self->other = value;
    Py_DECREF(old);
    if (self->status == 1)
        Py_DECREF(Py_None); /* of nobody */
    return 0;
}

static int
set_hook(Scanner *self, PyObject *value, void *closure)
{
    PyObject *old = self->hook;

    if (old == Py_None)
        self->status = 1;
    Py_INCREF(value);
    self->hook = value;
    Py_DECREF(old);
    return 0;
}

static PyObject *
get_hook(Scanner *self, void *closure)
{
    PyObject *hook = self->hook;

    if (hook == Py_None) {
        Py_INCREF(Py_None);
        return hook;
    }
    return Py_NewRef(hook);
}

static PyObject *
get_other(Scanner *self, void *closure)
{
    PyObject *other = self->other;

    if (other != Py_None)
        Py_INCREF(Py_None); /* of the other */
    return Py_NewRef(other);
}

int next_status(void *state);

static PyObject *
part(Scanner *self, PyObject *text)
{
    PyObject *result = NULL;

    self->status = next_status(self);
    if (self->status == 1) {
        result = PyObject_Str(text);
        if (result == NULL)
            return NULL;
    }
    if (self->status == 1 || self->status == -13) {
        result = PyObject_Repr(text);
        if (result == NULL)
            return NULL;
    }
    return result == NULL ? Py_NewRef(Py_None) : result;
}

static PyObject *
part_of_two(Scanner *self, PyObject *text)
{
    PyObject *result = NULL;

    self->status = next_status(self);
    if (self->status == 1) {
        result = PyObject_Str(text);
        if (result == NULL)
            return NULL;
    }
    if (self->status == 0 || self->status == -13) {
        result = PyObject_Repr(text);
        if (result == NULL)
            return NULL;
    }
    return result == NULL ? Py_NewRef(Py_None) : result;
}

static PyMethodDef scanner_methods[] = {METHOD(scan, METH_O), METHOD(scan_again, METH_O), METHOD(part, METH_O), METHOD(part_of_two, METH_O), {NULL}};
static PyGetSetDef scanner_getset[] = {{"hook", (getter)get_hook, (setter)set_hook}, {"other", (getter)get_other, (setter)set_other}, {NULL}};

PyTypeObject ScannerType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "asked.Scanner",
    .tp_basicsize = sizeof(Scanner),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_methods = scanner_methods,
    .tp_getset = scanner_getset,
    .tp_dealloc = (destructor)scanner_dealloc,
};

static PyMethodDef methods[] = {{NULL}};
MODULE(asked, methods)

/* refsan check
 * RS201 scan / scan_again: PyDict_New
 * RS201 part / part_of_two: PyObject_Str
 * RS101 set_other / set_hook [..3.11]: of nobody
 * RS201 get_other / get_hook [..3.11]: of the other
 */
