/* goto ladders: each label releases what was acquired before the jump, no more and no less. */
#include "../module.h"

static PyObject *
ladder_short(PyObject *self, PyObject *args)
{
    PyObject *x, *a, *b, *c, *result = NULL;

    if (!PyArg_ParseTuple(args, "O", &x))
        return NULL;
    if ((a = PyObject_GetAttrString(x, "a")) == NULL)
        goto out;
    if ((b = PyObject_GetAttrString(x, "b")) == NULL)
        goto out;
    if ((c = PyNumber_Multiply(a, b)) == NULL)
        goto out_b;
    result = PyNumber_Add(c, b);
    Py_DECREF(c);
out_b:
    Py_DECREF(b);
    Py_DECREF(a);
out:
    return result;
}

static PyObject *
ladder_full(PyObject *self, PyObject *args)
{
    PyObject *x, *a, *b, *c, *result = NULL;

    if (!PyArg_ParseTuple(args, "O", &x))
        return NULL;
    if ((a = PyObject_GetAttrString(x, "a")) == NULL)
        goto out;
    if ((b = PyObject_GetAttrString(x, "b")) == NULL)
        goto out_a;
    if ((c = PyNumber_Multiply(a, b)) == NULL)
        goto out_b;
    result = PyNumber_Add(c, b);
    Py_DECREF(c);
out_b:
    Py_DECREF(b);
out_a:
    Py_DECREF(a);
out:
    return result;
}

static PyObject *
one_label(PyObject *self, PyObject *path)
{
    PyObject *module = NULL, *file = NULL, *text = NULL;

    module = PyImport_ImportModule("io");
    if (module == NULL)
        goto error;
    file = PyObject_CallMethod(module, "open", "O", path);
    if (file == NULL)
        goto error;
    text = PyObject_CallMethod(file, "read", NULL);
    if (text == NULL)
        goto error;
    Py_DECREF(file);
    Py_DECREF(module);
    return text;
error:
    Py_XDECREF(module);
    Py_XDECREF(text);
    return NULL;
}

static PyObject *
one_label_all(PyObject *self, PyObject *path)
{
    PyObject *module = NULL, *file = NULL, *text = NULL;

    if (!(module = PyImport_ImportModule("io")) || !(file = PyObject_CallMethod(module, "open", "O", path)))
        goto done;
    text = PyObject_CallMethod(file, "read", NULL);
done:
    Py_XDECREF(file);
    Py_XDECREF(module);
    return text;
}

static PyObject *
released_twice(PyObject *self, PyObject *object)
{
    PyObject *name, *upper, *pair = NULL;

    name = PyObject_GetAttrString(object, "__name__");
    if (name == NULL)
        return NULL;
    upper = PyObject_CallMethod(name, "upper", NULL);
    if (upper == NULL) {
        Py_DECREF(name);
        goto done;
    }
    pair = PyTuple_Pack(2, name, upper);
    Py_DECREF(upper);
done:
    Py_DECREF(name);
    return pair;
}

static PyObject *
released_once(PyObject *self, PyObject *object)
{
    PyObject *name, *upper, *pair = NULL;

    name = PyObject_GetAttrString(object, "__name__");
    if (name == NULL)
        return NULL;
    upper = PyObject_CallMethod(name, "upper", NULL);
    if (upper == NULL) {
        Py_CLEAR(name); /* and NULL for the label's Py_XDECREF */
        goto done;
    }
    pair = PyTuple_Pack(2, name, upper);
    Py_DECREF(upper);
done:
    Py_XDECREF(name);
    return pair;
}

static PyObject *
success_falls_in(PyObject *self, PyObject *items)
{
    PyObject *list = PySequence_List(items), *copy = NULL;

    if (list == NULL)
        return NULL;
    if (PyList_Reverse(list) < 0)
        goto error;
    copy = PyList_AsTuple(list);
    if (copy == NULL)
        goto error;
error:
    Py_DECREF(list);
    Py_XDECREF(copy);
    return copy;
}

static PyObject *
success_returns(PyObject *self, PyObject *items)
{
    PyObject *list = PySequence_List(items), *copy = NULL;

    if (list == NULL)
        return NULL;
    if (PyList_Reverse(list) < 0)
        goto error;
    copy = PyList_AsTuple(list);
error:
    Py_DECREF(list);
    return copy;
}

static PyObject *
wrong_variable(PyObject *self, PyObject *args)
{
    PyObject *source, *keys, *values, *result = NULL;

    if (!PyArg_ParseTuple(args, "O", &source))
        return NULL;
    keys = PyMapping_Keys(source);
    if (keys == NULL)
        return NULL;
    values = PyMapping_Values(source);
    if (values == NULL)
        goto out;
    result = PyTuple_Pack(2, keys, values);
    Py_DECREF(values);
out:
    Py_DECREF(source);
    return result;
}

static PyObject *
right_variable(PyObject *self, PyObject *args)
{
    PyObject *source, *keys, *values, *result = NULL;

    if (!PyArg_ParseTuple(args, "O", &source))
        return NULL;
    keys = PyMapping_Keys(source);
    values = keys ? PyMapping_Values(source) : NULL;
    if (values != NULL)
        result = PyTuple_Pack(2, keys, values);
    Py_XDECREF(values);
    Py_XDECREF(keys);
    return result;
}

static PyObject *
uninitialised(PyObject *self, PyObject *args)
{
    PyObject *source, *result, *first;

    if (!PyArg_ParseTuple(args, "O", &source))
        return NULL;
    result = PyList_New(0);
    if (result == NULL)
        return NULL;
    first = PySequence_GetItem(source, 0);
    if (first == NULL)
        goto fail;
    if (PyList_Append(result, first) < 0)
        goto fail_first;
    Py_DECREF(first);
    return result;
fail_first:
    Py_DECREF(first);
    return NULL;
fail:
    Py_DECREF(result);
    return NULL;
}

static PyObject *
initialised(PyObject *self, PyObject *args)
{
    PyObject *source, *result, *first;

    if (!PyArg_ParseTuple(args, "O", &source))
        return NULL;
    result = PyList_New(0);
    if (result == NULL)
        return NULL;
    first = PySequence_GetItem(source, 0);
    if (first == NULL)
        goto fail;
    if (PyList_Append(result, first) < 0)
        goto fail_first;
    Py_DECREF(first);
    return result;
fail_first:
    Py_DECREF(first);
fail:
    Py_DECREF(result);
    return NULL;
}

static PyMethodDef methods[] = {
    METHOD(ladder_short, METH_VARARGS), METHOD(ladder_full, METH_VARARGS), METHOD(one_label, METH_O), METHOD(one_label_all, METH_O),
    METHOD(released_twice, METH_O), METHOD(released_once, METH_O), METHOD(success_falls_in, METH_O), METHOD(success_returns, METH_O),
    METHOD(wrong_variable, METH_VARARGS), METHOD(right_variable, METH_VARARGS), METHOD(uninitialised, METH_VARARGS),
    METHOD(initialised, METH_VARARGS), {NULL},
};
MODULE(ladders, methods)

/* refsan check
 * RS202 ladder_short / ladder_full: a = PyObject_GetAttrString
 * RS202 one_label / one_label_all: file = PyObject_CallMethod
 * RS101|RS105 released_twice / released_once: Py_DECREF(name); || Py_DECREF(name); #2
 * RS101|RS102|RS105 success_falls_in / success_returns: Py_XDECREF(copy) || return copy
 * RS101 wrong_variable / right_variable: Py_DECREF(source)
 * may RS201|RS202 wrong_variable: PyMapping_Keys
 * RS202 uninitialised / initialised: PyList_New
 */
