/* A macro that loses a reference does so wherever it stands: that is told once, at the first place. */
#include "../module.h"

#define FAIL_LOSING(code)                                                                                              \
    {                                                                                                                  \
        PyErr_SetObject(PyExc_ArithmeticError, PyLong_FromLong(code));                                                 \
        return NULL;                                                                                                   \
    }

#define FAIL(code)                                                                                                     \
    {                                                                                                                  \
        PyObject *number = PyLong_FromLong(code);                                                                      \
        PyErr_SetObject(PyExc_ArithmeticError, number);                                                                \
        Py_XDECREF(number);                                                                                            \
        return NULL;                                                                                                   \
    }

/* The reference is the function's to give back: nothing is wrong with the macro. */
#define NUMBER(code) PyLong_FromLong(code)

extern int solve(double, double *);

static PyObject *root_lost(PyObject *module, PyObject *arg)
{
    double value = PyFloat_AsDouble(arg), root;
    int code;

    if (value == -1.0 && PyErr_Occurred())
        return NULL;
    code = solve(value, &root);
    if (code)
        FAIL_LOSING(code)
    return PyFloat_FromDouble(root);
}

static PyObject *root_lost_again(PyObject *module, PyObject *arg)
{
    double value = PyFloat_AsDouble(arg), root;
    int code;

    if (value == -1.0 && PyErr_Occurred())
        return NULL;
    code = solve(-value, &root);
    if (code)
        FAIL_LOSING(code)
    return PyFloat_FromDouble(-root);
}

static PyObject *root_of(PyObject *module, PyObject *arg)
{
    double value = PyFloat_AsDouble(arg), root;
    int code;

    if (value == -1.0 && PyErr_Occurred())
        return NULL;
    code = solve(value, &root);
    if (code)
        FAIL(code)
    return PyFloat_FromDouble(root);
}

static PyObject *pair_lost(PyObject *module, PyObject *arg)
{
    PyObject *one = NUMBER(1000), *text;

    if (one == NULL)
        return NULL;
    text = PyObject_Str(arg);
    if (text == NULL)
        return NULL;
    return Py_BuildValue("(NN)", one, text);
}

static PyObject *pair_lost_too(PyObject *module, PyObject *arg)
{
    PyObject *one = NUMBER(2000), *text;

    if (one == NULL)
        return NULL;
    text = PyObject_Repr(arg);
    if (text == NULL)
        return NULL;
    return Py_BuildValue("(NN)", one, text);
}

static PyObject *pair_of(PyObject *module, PyObject *arg)
{
    PyObject *one = NUMBER(3000), *text;

    if (one == NULL)
        return NULL;
    text = PyObject_Str(arg);
    if (text == NULL) {
        Py_DECREF(one);
        return NULL;
    }
    return Py_BuildValue("(NN)", one, text);
}

/* No macro: each call loses what it brings. */
static PyObject *called(PyObject *module, PyObject *arg)
{
    if (PyObject_CallMethod(arg, "open", NULL) == NULL)
        return NULL;
    return Py_NewRef(Py_None);
}

static PyObject *called_too(PyObject *module, PyObject *arg)
{
    if (PyObject_CallMethod(arg, "close", NULL) == NULL)
        return NULL;
    return Py_NewRef(Py_None);
}

static PyObject *called_well(PyObject *module, PyObject *arg)
{
    PyObject *answer = PyObject_CallMethod(arg, "close", NULL);

    if (answer == NULL)
        return NULL;
    Py_DECREF(answer);
    return Py_NewRef(Py_None);
}

static PyMethodDef methods[] = {METHOD(root_lost, METH_O),
                                METHOD(root_lost_again, METH_O),
                                METHOD(root_of, METH_O),
                                METHOD(pair_lost, METH_O),
                                METHOD(pair_lost_too, METH_O),
                                METHOD(pair_of, METH_O),
                                METHOD(called, METH_O),
                                METHOD(called_too, METH_O),
                                METHOD(called_well, METH_O),
                                {NULL}};
MODULE(macros, methods)
/* refsan check
 * RS202 root_lost / root_of: FAIL_LOSING(code)
 * RS202 pair_lost / pair_of: NUMBER(1000)
 * RS202 pair_lost_too / pair_of: NUMBER(2000)
 * RS201 called / called_well: "open"
 * RS201 called_too / called_well: "close"
 */
