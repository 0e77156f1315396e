/* Results of calls, attributes and imports. */
#include "../module.h"

static PyObject *
notify(PyObject *self, PyObject *callback)
{
    PyObject_CallFunction(callback, "is", 3, "ready");
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
notify_all(PyObject *self, PyObject *callback)
{
    PyObject *answer = PyObject_CallFunction(callback, "is", 3, "ready");

    if (answer == NULL)
        return NULL;
    Py_DECREF(answer);
    Py_RETURN_NONE;
}

static PyObject *
flush(PyObject *self, PyObject *stream)
{
    if (PyObject_CallMethod(stream, "flush", NULL) == NULL)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
flush_quietly(PyObject *self, PyObject *stream)
{
    PyObject *answer = PyObject_CallMethod(stream, "flush", NULL);

    if (answer == NULL)
        PyErr_Clear();
    Py_XDECREF(answer);
    Py_RETURN_NONE;
}

static PyObject *
now(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *module = PyImport_ImportModule("time");

    if (module == NULL)
        return NULL;
    return PyObject_CallMethod(module, "time", NULL);
}

static PyObject *
monotonic(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *module, *function, *seconds;

    if (!(module = PyImport_ImportModule("time")))
        return NULL;
    function = PyObject_GetAttrString(module, "monotonic");
    Py_DECREF(module);
    if (!function)
        return NULL;
    seconds = PyObject_CallObject(function, NULL);
    Py_DECREF(function);
    return seconds;
}

static PyObject *
class_name(PyObject *self, PyObject *object)
{
    PyObject *cls = PyObject_GetAttrString(object, "__class__"), *name;

    if (cls == NULL)
        return NULL;
    name = PyObject_GetAttrString(cls, "__name__");
    return name;
}

static PyObject *
class_module(PyObject *self, PyObject *object)
{
    PyObject *cls = PyObject_Type(object), *name;

    if (cls == NULL)
        return NULL;
    name = PyObject_GetAttrString(cls, "__module__");
    if (name == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        Py_DECREF(cls);
        Py_RETURN_NONE;
    }
    Py_DECREF(cls);
    return name;
}

static PyObject *
is_closed(PyObject *self, PyObject *file)
{
    PyObject *closed = PyObject_GetAttrString(file, "closed");
    int truth;

    if (closed == NULL)
        return NULL;
    truth = PyObject_IsTrue(closed);
    if (truth < 0)
        return NULL;
    Py_DECREF(closed);
    return PyBool_FromLong(truth);
}

static PyObject *
is_open(PyObject *self, PyObject *file)
{
    PyObject *closed = PyObject_GetAttrString(file, "closed");
    int truth = closed ? PyObject_Not(closed) : -1;

    Py_XDECREF(closed);
    return truth < 0 ? NULL : PyBool_FromLong(truth);
}

static PyObject *
call_with_pair(PyObject *self, PyObject *function)
{
    PyObject *args = Py_BuildValue("(ii)", 640, 480);

    if (args == NULL)
        return NULL;
    return PyObject_Call(function, args, NULL);
}

static PyObject *
call_with_name(PyObject *self, PyObject *function)
{
    PyObject *args = PyTuple_New(0), *kwargs = NULL, *result = NULL;

    if (args == NULL)
        return NULL;
    kwargs = Py_BuildValue("{s:s}", "name", "anonymous");
    if (kwargs)
        result = PyObject_Call(function, args, kwargs);
    Py_DECREF(args);
    Py_XDECREF(kwargs);
    return result;
}

static PyObject *
stderr_write(PyObject *self, PyObject *text)
{
    PyObject *sys = PyImport_ImportModule("sys"), *stream, *answer;

    if (sys == NULL)
        return NULL;
    stream = PyObject_GetAttrString(sys, "stderr");
    Py_DECREF(sys);
    if (stream == NULL)
        return NULL;
    answer = PyObject_CallMethod(stream, "write", "O", text);
    if (answer == NULL)
        return NULL;
    Py_DECREF(stream);
    return answer;
}

static PyObject *
stdout_write(PyObject *self, PyObject *text)
{
    PyObject *stream = PySys_GetObject("stdout"); /* borrowed from the module sys */
    PyObject *answer;

    if (stream == NULL || stream == Py_None)
        Py_RETURN_NONE;
    Py_INCREF(stream);
    answer = PyObject_CallMethod(stream, "write", "O", text);
    Py_DECREF(stream);
    return answer;
}

static PyMethodDef methods[] = {
    METHOD(notify, METH_O),      METHOD(notify_all, METH_O),   METHOD(flush, METH_O),          METHOD(flush_quietly, METH_O),
    METHOD(now, METH_NOARGS),    METHOD(monotonic, METH_NOARGS), METHOD(class_name, METH_O),   METHOD(class_module, METH_O),
    METHOD(is_closed, METH_O),   METHOD(is_open, METH_O),      METHOD(call_with_pair, METH_O), METHOD(call_with_name, METH_O),
    METHOD(stderr_write, METH_O), METHOD(stdout_write, METH_O), {NULL},
};
MODULE(calls, methods)

/* refsan check
 * RS201 notify / notify_all: PyObject_CallFunction
 * RS201 flush / flush_quietly: PyObject_CallMethod
 * RS201 now / monotonic: PyImport_ImportModule
 * RS201 class_name / class_module: PyObject_GetAttrString(object, "__class__")
 * RS202 is_closed / is_open: PyObject_GetAttrString(file, "closed")
 * RS201 call_with_pair / call_with_name: Py_BuildValue
 * RS202 stderr_write / stdout_write: PyObject_GetAttrString(sys, "stderr")
 */
