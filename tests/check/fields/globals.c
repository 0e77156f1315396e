/* Global and static variables. */
#include "../module.h"

static PyObject *callback;
static PyObject *logger;
static PyObject *registry;
static PyObject *last_error;
static PyObject *current;
static PyObject *names[4];

static PyObject *
set_callback(PyObject *self, PyObject *function)
{
    callback = function;
    Py_RETURN_NONE;
}

static PyObject *
set_logger(PyObject *self, PyObject *object)
{
    Py_INCREF(object);
    Py_XSETREF(logger, object);
    Py_RETURN_NONE;
}

static PyObject *
call_back(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    if (callback == NULL || logger == NULL)
        Py_RETURN_NONE;
    return PyObject_CallObject(callback, NULL);
}

static PyObject *
get_registry(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    if (registry == NULL)
        registry = PyDict_New();
    return registry;
}

static PyObject *
get_registry_owned(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    if (registry == NULL)
        registry = PyDict_New();
    Py_XINCREF(registry);
    return registry;
}

static PyObject *
note_error(PyObject *self, PyObject *text)
{
    last_error = PyObject_Str(text);
    if (last_error == NULL)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
note_error_once(PyObject *self, PyObject *text)
{
    PyObject *now = PyObject_Str(text);

    if (now == NULL)
        return NULL;
    Py_XSETREF(last_error, now);
    Py_RETURN_NONE;
}

static PyObject *
run_with(PyObject *self, PyObject *args)
{
    PyObject *context, *function, *result;

    if (!PyArg_ParseTuple(args, "OO", &context, &function))
        return NULL;
    current = context; /* for the time of the call, during which args holds it */
    result = PyObject_CallObject(function, NULL);
    current = NULL;
    return result;
}

static PyObject *
get_current(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    return current ? Py_NewRef(current) : Py_NewRef(Py_None);
}

static PyObject *
name_at(PyObject *self, PyObject *args)
{
    int i;
    PyObject *name;

    if (!PyArg_ParseTuple(args, "iU", &i, &name))
        return NULL;
    if (i < 0 || i > 3)
        return PyErr_Format(PyExc_IndexError, "0 to 3");
    Py_XDECREF(names[i]);
    names[i] = name;
    Py_RETURN_NONE;
}

static PyObject *
name_kept_at(PyObject *self, PyObject *args)
{
    int i;
    PyObject *name, *old;

    if (!PyArg_ParseTuple(args, "iU", &i, &name))
        return NULL;
    if (i < 0 || i > 3)
        return PyErr_Format(PyExc_IndexError, "0 to 3");
    old = names[i];
    names[i] = Py_NewRef(name);
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    METHOD(set_callback, METH_O), METHOD(set_logger, METH_O), METHOD(call_back, METH_NOARGS), METHOD(get_registry, METH_NOARGS),
    METHOD(get_registry_owned, METH_NOARGS), METHOD(note_error, METH_O), METHOD(note_error_once, METH_O), METHOD(run_with, METH_VARARGS),
    METHOD(get_current, METH_NOARGS), METHOD(name_at, METH_VARARGS), METHOD(name_kept_at, METH_VARARGS), {NULL},
};
MODULE(globals, methods)

/* refsan check
 * RS103 set_callback / set_logger: callback = function
 * RS102 get_registry / get_registry_owned: return registry
 * RS201 note_error / note_error_once: last_error = PyObject_Str
 * RS103|RS101 name_at / name_kept_at: names[i] = name
 */
