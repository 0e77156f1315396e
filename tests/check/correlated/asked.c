/* The same question asked twice, with calls between that nothing is known of: whoever answers it two ways describes no
 * way through the function, unless something between can change the answer. */
#include "../module.h"

typedef struct {
    PyObject_HEAD int flags, mode;
    PyObject *sink;
} Trace;

enum { VERBOSE = 4, QUIET = 8 };

extern int trace_open(const char *name, int *status);
extern int trace_write(PyObject *row);

/* ---- a bit of a member ---- */
static PyObject *dump(Trace *self, PyObject *arg)
{
    PyObject *seen = NULL, *list = PyList_New(0);

    if (list == NULL)
        return NULL;
    if (self->flags & VERBOSE) {
        seen = PyDict_New();
        if (seen == NULL) {
            Py_DECREF(list);
            return NULL;
        }
    }
    for (Py_ssize_t i = 0; i < 3; i++) {
        PyObject *item = PyNumber_Add(arg, arg);

        if (item == NULL)
            goto fail;
        if (PyList_Append(list, item) < 0) {
            Py_DECREF(item);
            goto fail;
        }
        Py_DECREF(item);
    }
    if (self->flags & VERBOSE) {
        if (PyObject_SetAttrString(arg, "seen", seen) < 0)
            PyErr_Clear();
        Py_DECREF(seen);
    }
    return list;
fail:
    Py_DECREF(list);
    if (self->flags & VERBOSE)
        Py_DECREF(seen);
    return NULL;
}

static PyObject *dump_other(Trace *self, PyObject *arg)
{
    PyObject *seen = NULL, *list = PyList_New(0);

    if (list == NULL)
        return NULL;
    if (self->flags & VERBOSE) {
        seen = PyDict_New();
        if (seen == NULL) {
            Py_DECREF(list);
            return NULL;
        }
    }
    for (Py_ssize_t i = 0; i < 3; i++) {
        PyObject *item = PyNumber_Add(arg, arg);

        if (item == NULL)
            goto fail;
        if (PyList_Append(list, item) < 0) {
            Py_DECREF(item);
            goto fail;
        }
        Py_DECREF(item);
    }
    if (self->flags & QUIET) {
        if (PyObject_SetAttrString(arg, "seen", seen) < 0)
            PyErr_Clear();
        Py_DECREF(seen);
    }
    return list;
fail:
    Py_DECREF(list);
    if (self->flags & VERBOSE)
        Py_DECREF(seen);
    return NULL;
}

/* ---- a member that the function sets in between ---- */
static PyObject *switched(Trace *self, PyObject *arg)
{
    PyObject *made = NULL;

    if (self->mode == 1) {
        made = PyList_New(0);
        if (made == NULL)
            return NULL;
    }
    if (PyObject_IsTrue(arg) == 1)
        self->mode = 2;
    if (self->mode == 1)
        return made;
    Py_RETURN_NONE;
}

static PyObject *kept_mode(Trace *self, PyObject *arg)
{
    PyObject *made = NULL;

    if (self->mode == 1) {
        made = PyList_New(0);
        if (made == NULL)
            return NULL;
    }
    if (PyObject_IsTrue(arg) == 1)
        self->flags = 2;
    if (self->mode == 1)
        return made;
    Py_RETURN_NONE;
}

/* ---- a status that one call has given and the end of the function asks for ---- */
static PyObject *stored(PyObject *self, PyObject *arg)
{
    int answer = 0;

    if (PyObject_IsTrue(arg) == 1) {
        answer = trace_write(arg);
        if (answer != 1)
            PyErr_SetString(PyExc_OSError, "not written");
    }
    PyGILState_Check();
    if (answer == 1)
        Py_RETURN_NONE;
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "nothing to write");
    return NULL;
}

static PyObject *stored_wrong(PyObject *self, PyObject *arg)
{
    int answer = 0;

    if (PyObject_IsTrue(arg) == 1) {
        answer = trace_write(arg);
        if (answer != 1)
            PyErr_SetString(PyExc_OSError, "not written");
    }
    PyGILState_Check();
    if (answer >= 0)
        Py_RETURN_NONE;
    return NULL;
}

/* ---- a counter is 0 in the first round alone ---- */
static PyObject *received(PyObject *self, PyObject *arg)
{
    PyObject *payload = NULL;
    Py_ssize_t count = PyObject_Size(arg);

    if (count < 0)
        return NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (!i) {
            payload = PyBytes_FromStringAndSize(NULL, 16);
            if (payload == NULL)
                return NULL;
        }
        trace_open("next", NULL);
    }
    if (payload == NULL)
        Py_RETURN_NONE;
    return payload;
}

static PyObject *received_each(PyObject *self, PyObject *arg)
{
    PyObject *payload = NULL;
    Py_ssize_t count = PyObject_Size(arg);

    if (count < 0)
        return NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (i % 2 == 0) {
            payload = PyBytes_FromStringAndSize(NULL, 16);
            if (payload == NULL)
                return NULL;
        }
        trace_open("next", NULL);
    }
    if (payload == NULL)
        Py_RETURN_NONE;
    return payload;
}

/* ---- how a search ended: found and left by break, or not ---- */
static PyObject *found_at(PyObject *self, PyObject *arg)
{
    PyObject *found = NULL;
    Py_ssize_t i, count = PyTuple_Check(arg) ? PyTuple_GET_SIZE(arg) : 0;

    for (i = 0; i < count; i++)
        if (trace_write(PyTuple_GET_ITEM(arg, i))) {
            found = PyLong_FromSsize_t(i);
            break;
        }
    if (i == count)
        found = PyLong_FromLong(-1);
    return found;
}

static PyObject *found_last(PyObject *self, PyObject *arg)
{
    PyObject *found = NULL;
    Py_ssize_t i, count = PyTuple_Check(arg) ? PyTuple_GET_SIZE(arg) : 0;

    for (i = 0; i < count; i++)
        if (trace_write(PyTuple_GET_ITEM(arg, i))) {
            found = PyLong_FromSsize_t(i);
            if (found == NULL)
                return NULL;
        }
    if (i == count)
        found = PyLong_FromLong(-1);
    return found;
}

static PyMethodDef asked_methods[] = {METHOD(dump, METH_O),
                                      METHOD(dump_other, METH_O),
                                      METHOD(switched, METH_O),
                                      METHOD(kept_mode, METH_O),
                                      METHOD(stored, METH_O),
                                      METHOD(stored_wrong, METH_O),
                                      METHOD(received, METH_O),
                                      METHOD(received_each, METH_O),
                                      METHOD(found_at, METH_O),
                                      METHOD(found_last, METH_O),
                                      {NULL}};

MODULE(asked, asked_methods)

/* refsan check
 * RS201 dump_other / dump: seen = PyDict_New()
 * RS201 switched / kept_mode: made = PyList_New(0)
 * RS302 stored_wrong / stored: Py_RETURN_NONE
 * RS201 received_each / received: payload = PyBytes_FromStringAndSize
 * RS201 found_last / found_at: found = PyLong_FromSsize_t(i)
 */
