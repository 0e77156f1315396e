/* What cannot be otherwise: the type of what the interpreter passes, what a constructor brings, a helper's refusal of
 * what its caller has asked for before. */
#include "../module.h"

/* ---- what was made is no constant ---- */
static PyObject *converted(long kind, double number)
{
    PyObject *value = NULL;

    switch (kind) {
    case 0:
        value = Py_BuildValue("i", (int)number);
        break;
    case 1:
        value = PyBool_FromLong(number > 0);
        break;
    case 2:
        value = Py_BuildValue("d", number);
        break;
    case 3:
        value = Py_None;
        break;
    }
    if (value == Py_None)
        Py_INCREF(value);
    return value;
}

static PyObject *number_of(PyObject *self, PyObject *arg)
{
    PyObject *value = converted(PyObject_IsTrue(arg), 2.5);

    if (value == NULL && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "no such kind");
    return value;
}

static PyObject *number_counted(PyObject *self, PyObject *arg)
{
    PyObject *value = Py_BuildValue("O", arg);

    if (value == Py_None)
        Py_INCREF(value);
    return value;
}

/* ---- the arguments of a method are a tuple ---- */
static PyObject *last(PyObject *self, PyObject *args)
{
    PyObject *item, *made;

    if (PyList_Check(args))
        item = PyList_GET_ITEM(args, 0);
    else if (!PyArg_ParseTuple(args, "O", &item))
        return NULL;
    made = PyObject_CallObject(item, NULL);
    if (made == NULL)
        return NULL;
    Py_DECREF(made);
    return Py_NewRef(item);
}

static PyObject *last_of(PyObject *self, PyObject *arg)
{
    PyObject *item, *made;

    if (!PyList_Check(arg)) {
        PyErr_SetString(PyExc_TypeError, "no list");
        return NULL;
    }
    item = PyList_GET_ITEM(arg, 0);
    made = PyObject_CallObject(item, NULL);
    if (made == NULL)
        return NULL;
    Py_DECREF(made);
    return Py_NewRef(item);
}

/* ---- a helper that refuses NULL refuses nothing here ---- */
static int byte_of(PyObject *value, unsigned char *byte)
{
    long number;

    if (!value || !byte)
        return 0;
    number = PyLong_AsLong(value);
    if (number == -1 && PyErr_Occurred())
        return 0;
    if (number < 0 || number > 255) {
        PyErr_SetString(PyExc_ValueError, "no byte");
        return 0;
    }
    *byte = (unsigned char)number;
    return 1;
}

static PyObject *doubled(PyObject *self, PyObject *arg)
{
    unsigned char byte;

    if (!byte_of(arg, &byte))
        return NULL;
    return PyLong_FromLong(2 * byte);
}

static PyObject *doubled_item(PyObject *self, PyObject *arg)
{
    unsigned char byte;

    if (!byte_of(PyDict_GetItemString(arg, "byte"), &byte))
        return NULL;
    return PyLong_FromLong(2 * byte);
}

/* ---- an int without an exception to raise is cut off ---- */
static PyObject *place(PyObject *self, PyObject *arg)
{
    PyObject *index = PyNumber_Index(arg);
    Py_ssize_t number;

    if (index == NULL)
        return NULL;
    number = PyNumber_AsSsize_t(index, NULL);
    Py_DECREF(index);
    return PyLong_FromSsize_t(number);
}

static PyObject *place_any(PyObject *self, PyObject *arg)
{
    Py_ssize_t number = PyNumber_AsSsize_t(arg, NULL);

    return PyLong_FromSsize_t(number);
}

/* ---- a status that is looked at and given back is the same one ---- */
extern int station_open(const char *name);

static int raised(int status)
{
    if (status)
        PyErr_Format(PyExc_OSError, "status %d", status);
    return status;
}

static PyObject *opened(PyObject *self, PyObject *arg)
{
    const char *name = PyUnicode_AsUTF8(arg);
    int status;

    if (name == NULL)
        return NULL;
    status = station_open(name);
    if (raised(status))
        return NULL;
    Py_RETURN_NONE;
}

/* ---- the receiver of a method is there ---- */
typedef struct {
    PyObject_HEAD void *inner;
    PyObject *hook;
} Wrapper;

static void *
inner_of(PyObject *object)
{
    if (object == NULL) {
        PyErr_SetString(PyExc_TypeError, "nothing wrapped");
        return NULL;
    }
    return ((Wrapper *)object)->inner;
}

static PyObject *
is_wrapping(PyObject *self, PyObject *ignored)
{
    int found = 0;

    if (inner_of(self) != NULL)
        found = 1;
    return PyLong_FromLong(found);
}

/* ---- an argument that is None is None ---- */
static int
set_hook(PyObject *self, PyObject *hook, void *closure)
{
    PyObject *old = ((Wrapper *)self)->hook;

    if (hook == NULL) {
        PyErr_SetString(PyExc_AttributeError, "hook");
        return -1;
    }
    if (hook == Py_None)
        ((Wrapper *)self)->hook = Py_None;
    else
        ((Wrapper *)self)->hook = hook;
    Py_INCREF(hook);
    Py_XDECREF(old);
    return 0;
}

static int
set_hook_lent(PyObject *self, PyObject *hook, void *closure)
{
    PyObject *old = ((Wrapper *)self)->hook;

    if (hook == NULL) {
        PyErr_SetString(PyExc_AttributeError, "hook");
        return -1;
    }
    ((Wrapper *)self)->hook = hook;
    if (hook == Py_None)
        Py_INCREF(hook);
    Py_XDECREF(old);
    return 0;
}

static void
wrapper_dealloc(PyObject *self)
{
    Py_XDECREF(((Wrapper *)self)->hook);
    Py_TYPE(self)->tp_free(self);
}

static PyMethodDef wrapper_methods[] = {METHOD(is_wrapping, METH_NOARGS), {NULL}};
static PyGetSetDef wrapper_members[] = {{"hook", NULL, set_hook, NULL, NULL},
                                        {"lent", NULL, set_hook_lent, NULL, NULL},
                                        {NULL}};
PyTypeObject Wrapper_Type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "facts.Wrapper",
                             .tp_basicsize = sizeof(Wrapper),
                             .tp_dealloc = wrapper_dealloc,
                             .tp_methods = wrapper_methods,
                             .tp_getset = wrapper_members};

/* ---- what a call that fails leaves as it was ---- */
static PyObject *mark_of(PyObject *self, PyObject *args)
{
    const char *mark = NULL;

    if (PyArg_ParseTuple(args, "z", &mark) && mark == NULL)
        mark = ".";
    if (mark != NULL)
        return PyBool_FromLong(*mark == '.');
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "a mark is a character");
    return NULL;
}

static PyObject *mark_or_comma(PyObject *self, PyObject *args)
{
    const char *mark = ",";

    if (PyArg_ParseTuple(args, "z", &mark) && mark == NULL)
        mark = ".";
    if (mark != NULL)
        return PyBool_FromLong(*mark == '.');
    return NULL;
}

static PyMethodDef facts_methods[] = {METHOD(number_of, METH_O),  METHOD(number_counted, METH_O),
                                      METHOD(last, METH_VARARGS), METHOD(last_of, METH_O),
                                      METHOD(doubled, METH_O),    METHOD(doubled_item, METH_O),
                                      METHOD(place, METH_O),      METHOD(place_any, METH_O),
                                      METHOD(opened, METH_O),     METHOD(mark_of, METH_VARARGS),
                                      METHOD(mark_or_comma, METH_VARARGS),
                                      {NULL}};

MODULE(facts, facts_methods)

/* refsan check
 * RS201 number_counted / number_of [..3.11]: Py_BuildValue("O", arg)
 * RS106 last_of / last: return Py_NewRef(item)
 * RS302 doubled_item / doubled: return NULL
 * RS103 set_hook_lent / set_hook: ->hook = hook
 * RS302 mark_or_comma / mark_of: return PyBool_FromLong || PyArg_ParseTuple
 * RS302 place_any / place: PyNumber_AsSsize_t(arg, NULL)
 */
