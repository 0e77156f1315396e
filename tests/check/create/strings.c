/* A str is made, looked at and forgotten; or handed out rightly. */
#include "../module.h"

static PyObject *
greeting_length(PyObject *self, PyObject *name)
{
    PyObject *text = PyUnicode_FromFormat("hello %U", name);

    if (!text)
        return NULL;
    return PyLong_FromSsize_t(PyUnicode_GET_LENGTH(text));
}

static PyObject *
greeting(PyObject *self, PyObject *name)
{
    PyObject *text = PyUnicode_FromFormat("hello %U", name);

    if (!text)
        return NULL;
    if (PyUnicode_GET_LENGTH(text) > 80) {
        Py_SETREF(text, PyUnicode_Substring(text, 0, 80)); /* NULL on failure, which is the answer then */
    }
    return text;
}

static PyObject *
same_word(PyObject *self, PyObject *word)
{
    PyObject *known = PyUnicode_FromString("refused");
    int same;

    if (known == NULL)
        return NULL;
    same = PyUnicode_Compare(known, word) == 0;
    if (PyErr_Occurred())
        goto error;
    Py_DECREF(known);
    return PyBool_FromLong(same);

error:
    return NULL;
}

static PyObject *
same_word_quick(PyObject *self, PyObject *word)
{
    PyObject *known = PyUnicode_InternFromString("refused");
    int same;

    if (known == NULL)
        return NULL;
    if (known == word) {
        Py_DECREF(known); /* interned: the dictionary of all such strings holds it */
        Py_RETURN_TRUE;
    }
    same = PyUnicode_Compare(known, word) == 0;
    Py_DECREF(known);
    if (PyErr_Occurred())
        return NULL;
    return PyBool_FromLong(same);
}

static PyObject *
header_line(PyObject *self, PyObject *args)
{
    const char *key, *value;
    PyObject *k, *v, *line;

    if (!PyArg_ParseTuple(args, "ss:header_line", &key, &value))
        return NULL;
    k = PyUnicode_DecodeASCII(key, strlen(key), "strict");
    v = PyUnicode_DecodeLatin1(value, strlen(value), "replace");
    if (!k || !v) {
        Py_XDECREF(k);
        Py_XDECREF(v);
        return NULL;
    }
    line = PyUnicode_FromFormat("%S: %S\r\n", k, v);
    Py_DECREF(k);
    return line;
}

static PyObject *
header_pair(PyObject *self, PyObject *args)
{
    const char *key, *value;
    PyObject *k, *v;

    if (!PyArg_ParseTuple(args, "ss:header_pair", &key, &value))
        return NULL;
    k = PyUnicode_DecodeASCII(key, strlen(key), "strict");
    if (!k)
        return NULL;
    v = PyUnicode_DecodeLatin1(value, strlen(value), "replace");
    if (!v) {
        Py_DECREF(k);
        return NULL;
    }
    return Py_BuildValue("(NN)", k, v); /* both are the tuple's, even if it could not be made */
}

static PyObject *
joined_length(PyObject *self, PyObject *parts)
{
    PyObject *comma = PyUnicode_FromOrdinal(','), *joined;
    Py_ssize_t length;

    if (comma == NULL)
        return NULL;
    joined = PyUnicode_Join(comma, parts);
    Py_DECREF(comma);
    if (joined == NULL)
        return NULL;
    length = PyUnicode_GET_LENGTH(joined);
    return PyLong_FromSsize_t(length);
}

static PyObject *
joined_upper(PyObject *self, PyObject *parts)
{
    PyObject *comma = PyUnicode_FromOrdinal(','), *joined, *upper;

    if (comma == NULL)
        return NULL;
    joined = PyUnicode_Join(comma, parts);
    Py_DECREF(comma);
    if (joined == NULL)
        return NULL;
    upper = PyObject_CallMethod(joined, "upper", NULL);
    Py_DECREF(joined);
    return upper;
}

static PyObject *
replace_tabs(PyObject *self, PyObject *text)
{
    PyObject *tab = PyUnicode_FromStringAndSize("\t", 1);
    PyObject *blank = PyUnicode_FromStringAndSize(" ", 1);
    PyObject *result = NULL;

    if (tab == NULL || blank == NULL)
        return NULL;
    result = PyUnicode_Replace(text, tab, blank, -1);
    Py_DECREF(tab);
    Py_DECREF(blank);
    return result;
}

static PyObject *
replace_blanks(PyObject *self, PyObject *text)
{
    PyObject *from = NULL, *to = NULL, *result = NULL;

    if ((from = PyUnicode_FromStringAndSize(" ", 1)) == NULL)
        goto done;
    if ((to = PyUnicode_New(0, 0)) == NULL)
        goto done;
    result = PyUnicode_Replace(text, from, to, -1);
done:
    Py_XDECREF(from);
    Py_XDECREF(to);
    return result;
}

static PyObject *
shout(PyObject *self, PyObject *text)
{
    PyObject *mark = PyUnicode_FromString("!"), *loud;

    if (mark == NULL)
        return NULL;
    loud = PyUnicode_Concat(text, mark);
    if (loud == NULL)
        return NULL;
    Py_DECREF(mark);
    return loud;
}

static PyObject *
shout_twice(PyObject *self, PyObject *text)
{
    PyObject *mark = PyUnicode_FromString("!"), *loud, *louder;

    loud = mark ? PyUnicode_Concat(text, mark) : NULL;
    louder = loud ? PyUnicode_Concat(loud, mark) : NULL;
    Py_XDECREF(loud);
    Py_XDECREF(mark);
    return louder;
}

static PyMethodDef methods[] = {
    METHOD(greeting_length, METH_O),    METHOD(greeting, METH_O),           METHOD(same_word, METH_O),     METHOD(same_word_quick, METH_O),
    METHOD(header_line, METH_VARARGS),  METHOD(header_pair, METH_VARARGS),  METHOD(joined_length, METH_O), METHOD(joined_upper, METH_O),
    METHOD(replace_tabs, METH_O),       METHOD(replace_blanks, METH_O),     METHOD(shout, METH_O),         METHOD(shout_twice, METH_O),
    {NULL},
};
MODULE(strings, methods)

/* refsan check
 * RS201 greeting_length / greeting: PyUnicode_FromFormat
 * RS202 same_word / same_word_quick: PyUnicode_FromString("refused")
 * RS201 header_line / header_pair: PyUnicode_DecodeLatin1
 * RS201 joined_length / joined_upper: PyUnicode_Join
 * RS202 replace_tabs / replace_blanks: PyUnicode_FromStringAndSize("\t", 1) || PyUnicode_FromStringAndSize(" ", 1)
 * RS202 shout / shout_twice: PyUnicode_FromString("!")
 */
