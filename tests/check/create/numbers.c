/* A number is made and forgotten: each constructor of the family gives its caller a reference. */
#include "../module.h"

static PyObject *
check_limit(PyObject *self, PyObject *value)
{
    PyObject *limit = PyLong_FromLong(100000);
    int above;

    if (limit == NULL)
        return NULL;
    above = PyObject_RichCompareBool(value, limit, Py_GT);
    if (above < 0) {
        Py_DECREF(limit);
        return NULL;
    }
    return PyBool_FromLong(above);
}

static PyObject *
check_limit_once(PyObject *self, PyObject *value)
{
    static PyObject *limit; /* made at the first call and kept for ever */
    int above;

    if (limit == NULL && (limit = PyLong_FromLong(100000)) == NULL)
        return NULL;
    above = PyObject_RichCompareBool(value, limit, Py_GT);
    return above < 0 ? NULL : PyBool_FromLong(above);
}

static PyObject *
half(PyObject *self, PyObject *number)
{
    PyObject *two = PyFloat_FromDouble(2.0);

    if (two == NULL)
        return NULL;
    return PyNumber_TrueDivide(number, two);
}

static PyObject *
half_of(PyObject *self, PyObject *number)
{
    PyObject *two = PyFloat_FromDouble(2.0), *result = NULL;

    if (two != NULL)
        result = PyNumber_TrueDivide(number, two);
    Py_XDECREF(two);
    return result;
}

static PyObject *
big_enough(PyObject *self, PyObject *text)
{
    PyObject *number = PyLong_FromUnicodeObject(text, 16);
    long plain;

    if (number == NULL)
        return NULL;
    plain = PyLong_AsLong(number);
    if (plain == -1 && PyErr_Occurred())
        return NULL;
    Py_DECREF(number);
    return PyBool_FromLong(plain > 4096);
}

static PyObject *
big_enough_hex(PyObject *self, PyObject *text)
{
    PyObject *number = PyLong_FromUnicodeObject(text, 16);
    long plain;

    if (number == NULL)
        return NULL;
    plain = PyLong_AsLong(number);
    Py_DECREF(number); /* what PyLong_AsLong left is a plain integer, or an exception */
    if (plain == -1 && PyErr_Occurred())
        return NULL;
    return PyBool_FromLong(plain > 4096);
}

static PyObject *
conjugate(PyObject *self, PyObject *args)
{
    double real, imaginary;
    PyObject *z;

    if (!PyArg_ParseTuple(args, "dd", &real, &imaginary))
        return NULL;
    z = PyComplex_FromDoubles(real, -imaginary);
    if (z == NULL)
        return NULL;
    return PyObject_Repr(z);
}

static PyObject *
conjugate_text(PyObject *self, PyObject *args)
{
    double real, imaginary;
    PyObject *z, *text;

    if (!PyArg_ParseTuple(args, "dd", &real, &imaginary))
        return NULL;
    z = PyComplex_FromDoubles(real, -imaginary);
    if (z == NULL)
        return NULL;
    text = PyObject_Repr(z);
    Py_DECREF(z);
    return text;
}

static PyObject *
parse_seconds(PyObject *self, PyObject *text)
{
    PyObject *seconds = PyFloat_FromString(text);
    double value;

    if (seconds == NULL)
        return NULL;
    value = PyFloat_AS_DOUBLE(seconds);
    if (value < 0) {
        PyErr_SetString(PyExc_ValueError, "time runs forward");
        return NULL;
    }
    return seconds;
}

static PyObject *
parse_minutes(PyObject *self, PyObject *text)
{
    PyObject *minutes = PyFloat_FromString(text);

    if (minutes == NULL || PyFloat_AS_DOUBLE(minutes) >= 0)
        return minutes;
    PyErr_SetString(PyExc_ValueError, "time runs forward");
    Py_DECREF(minutes);
    return NULL;
}

static PyObject *
truncated(PyObject *self, PyObject *number)
{
    PyObject *whole = PyNumber_Long(number);
    int overflow;
    long long value;

    if (whole == NULL)
        return NULL;
    value = PyLong_AsLongLongAndOverflow(whole, &overflow);
    if (overflow)
        return PyErr_Format(PyExc_OverflowError, "%R does not fit", number);
    Py_DECREF(whole);
    if (value == -1 && PyErr_Occurred())
        return NULL;
    return PyLong_FromLongLong(value);
}

static PyObject *
truncated_wide(PyObject *self, PyObject *number)
{
    PyObject *whole = PyNumber_Long(number);
    int overflow = 0;
    long long value = whole ? PyLong_AsLongLongAndOverflow(whole, &overflow) : -1;

    if (overflow)
        PyErr_Format(PyExc_OverflowError, "%R does not fit", whole);
    Py_XDECREF(whole);
    return PyErr_Occurred() ? NULL : PyLong_FromLongLong(value);
}

static PyMethodDef methods[] = {
    METHOD(check_limit, METH_O),    METHOD(check_limit_once, METH_O),    METHOD(half, METH_O),          METHOD(half_of, METH_O),
    METHOD(big_enough, METH_O),     METHOD(big_enough_hex, METH_O),      METHOD(conjugate, METH_VARARGS), METHOD(conjugate_text, METH_VARARGS),
    METHOD(parse_seconds, METH_O),  METHOD(parse_minutes, METH_O),       METHOD(truncated, METH_O),     METHOD(truncated_wide, METH_O),
    {NULL},
};
MODULE(numbers, methods)

/* refsan check
 * RS201 check_limit / check_limit_once: PyLong_FromLong(100000)
 * RS201 half / half_of: PyFloat_FromDouble(2.0)
 * RS202 big_enough / big_enough_hex: PyLong_FromUnicodeObject(text, 16)
 * RS201 conjugate / conjugate_text: PyComplex_FromDoubles
 * RS202 parse_seconds / parse_minutes: PyFloat_FromString
 * RS202 truncated / truncated_wide: PyNumber_Long
 */
