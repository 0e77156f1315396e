/* PyList_SetItem and PyTuple_SetItem steal, in success and in failure; the macros steal and release nothing. */
#include "../module.h"

static PyObject *
boxed(PyObject *self, PyObject *number)
{
    PyObject *box = PyTuple_New(1), *text;

    if (box == NULL)
        return NULL;
    text = PyObject_Str(number);
    if (text == NULL) {
        Py_DECREF(box);
        return NULL;
    }
    if (PyTuple_SetItem(box, 0, text) < 0) {
        Py_DECREF(box);
        return NULL;
    }
    Py_DECREF(text);
    return box;
}

static PyObject *
boxed_twice(PyObject *self, PyObject *number)
{
    PyObject *box = PyTuple_New(2), *text;

    if (box == NULL)
        return NULL;
    text = PyObject_Str(number);
    if (text == NULL) {
        Py_DECREF(box);
        return NULL;
    }
    Py_INCREF(text);
    PyTuple_SET_ITEM(box, 0, text);
    PyTuple_SET_ITEM(box, 1, text);
    return box;
}

static PyObject *
replace_first(PyObject *self, PyObject *list)
{
    PyObject *blank = PyUnicode_FromString("blank");

    if (blank == NULL)
        return NULL;
    if (PyList_SetItem(list, 0, blank) < 0) {
        Py_DECREF(blank);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
replace_last(PyObject *self, PyObject *list)
{
    PyObject *blank = PyUnicode_FromString("blank");

    if (blank == NULL)
        return NULL;
    Py_INCREF(blank);
    if (PyList_SetItem(list, PyList_Size(list) - 1, blank) < 0) {
        Py_DECREF(blank); /* the second reference: the call has dropped the first */
        return NULL;
    }
    return blank;
}

static PyObject *
wrap_argument(PyObject *self, PyObject *object)
{
    PyObject *tuple = PyTuple_New(1);

    if (tuple == NULL)
        return NULL;
    PyTuple_SET_ITEM(tuple, 0, object);
    return tuple;
}

static PyObject *
wrap_argument_owned(PyObject *self, PyObject *object)
{
    PyObject *tuple = PyTuple_New(1);

    if (tuple != NULL)
        PyTuple_SET_ITEM(tuple, 0, Py_NewRef(object));
    return tuple;
}

static PyObject *
pair_of_none(PyObject *self, PyObject *item)
{
    PyObject *list = PyList_New(2);

    if (list == NULL)
        return NULL;
    PyList_SET_ITEM(list, 0, item);
    Py_INCREF(Py_None);
    PyList_SET_ITEM(list, 1, Py_None);
    return list;
}

static PyObject *
pair_with_none(PyObject *self, PyObject *item)
{
    PyObject *list = PyList_New(2);

    if (list == NULL)
        return NULL;
    Py_INCREF(item);
    Py_INCREF(Py_None);
    PyList_SET_ITEM(list, 1, Py_None);
    PyList_SET_ITEM(list, 0, item);
    return list;
}

static PyObject *
rotate(PyObject *self, PyObject *list)
{
    PyObject *last;
    Py_ssize_t n = PyList_GET_SIZE(list);

    if (n < 2)
        Py_RETURN_NONE;
    last = PyList_GetItem(list, n - 1);
    if (last == NULL)
        return NULL;
    if (PyList_SetItem(list, 0, last) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
exchange(PyObject *self, PyObject *list)
{
    PyObject *first, *last;
    Py_ssize_t n = PyList_GET_SIZE(list);

    if (n < 2)
        Py_RETURN_NONE;
    first = PyList_GET_ITEM(list, 0);
    last = PyList_GET_ITEM(list, n - 1);
    PyList_SET_ITEM(list, 0, last); /* both references stay in the list, in exchanged places */
    PyList_SET_ITEM(list, n - 1, first);
    Py_RETURN_NONE;
}

static PyObject *
point(PyObject *self, PyObject *args)
{
    double x, y;
    PyObject *xy, *fx, *fy;

    if (!PyArg_ParseTuple(args, "dd", &x, &y))
        return NULL;
    xy = PyTuple_New(2);
    fx = PyFloat_FromDouble(x);
    fy = PyFloat_FromDouble(y);
    if (!xy || !fx || !fy) {
        Py_XDECREF(xy);
        return NULL;
    }
    PyTuple_SET_ITEM(xy, 0, fx);
    PyTuple_SET_ITEM(xy, 1, fy);
    return xy;
}

static PyObject *
point_checked(PyObject *self, PyObject *args)
{
    double x, y;
    PyObject *xy, *item;

    if (!PyArg_ParseTuple(args, "dd", &x, &y) || !(xy = PyTuple_New(2)))
        return NULL;
    if ((item = PyFloat_FromDouble(x)) == NULL)
        goto fail;
    PyTuple_SET_ITEM(xy, 0, item);
    if ((item = PyFloat_FromDouble(y)) == NULL)
        goto fail;
    PyTuple_SET_ITEM(xy, 1, item);
    return xy;
fail:
    Py_DECREF(xy); /* the first item goes with it */
    return NULL;
}

static PyObject *
fill(PyObject *self, PyObject *args)
{
    PyObject *value, *list;
    Py_ssize_t n;

    if (!PyArg_ParseTuple(args, "On", &value, &n))
        return NULL;
    list = PyList_New(n);
    if (list == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++)
        PyList_SET_ITEM(list, i, value);
    Py_INCREF(value);
    return list;
}

static PyObject *
fill_counted(PyObject *self, PyObject *args)
{
    PyObject *value, *list;
    Py_ssize_t n;

    if (!PyArg_ParseTuple(args, "On", &value, &n))
        return NULL;
    list = PyList_New(n);
    if (list == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_INCREF(value);
        PyList_SET_ITEM(list, i, value);
    }
    return list;
}

static PyObject *
numbered(PyObject *self, PyObject *iterable)
{
    Py_ssize_t size = PyObject_Size(iterable);
    PyObject *list = size < 0 ? NULL : PyList_New(size);

    for (Py_ssize_t i = 0; list != NULL && i < size; i++) {
        PyObject *number = PyLong_FromSsize_t(i * 1000);

        if (number == NULL || PyList_SetItem(list, i, number) < 0) { /* as many as it was made for: that does not fail */
            Py_XDECREF(number);
            Py_CLEAR(list);
        }
    }
    return list;
}

static PyMethodDef methods[] = {
    METHOD(boxed, METH_O), METHOD(boxed_twice, METH_O), METHOD(replace_first, METH_O), METHOD(replace_last, METH_O),
    METHOD(wrap_argument, METH_O), METHOD(wrap_argument_owned, METH_O), METHOD(pair_of_none, METH_O), METHOD(pair_with_none, METH_O),
    METHOD(rotate, METH_O), METHOD(exchange, METH_O), METHOD(point, METH_VARARGS), METHOD(point_checked, METH_VARARGS),
    METHOD(fill, METH_VARARGS), METHOD(fill_counted, METH_VARARGS), METHOD(numbered, METH_O), {NULL},
};
MODULE(setitem, methods)

/* refsan check
 * RS104 boxed / boxed_twice: Py_DECREF(text) || PyTuple_SetItem
 * RS104 replace_first / replace_last: Py_DECREF(blank) || PyList_SetItem
 * RS101|RS103 wrap_argument / wrap_argument_owned: PyTuple_SET_ITEM
 * RS101|RS103 pair_of_none / pair_with_none: PyList_SET_ITEM(list, 0, item)
 * RS101|RS103 rotate / exchange: PyList_SetItem || PyList_GetItem
 * RS202 point / point_checked: fx = PyFloat_FromDouble(x) || fy = PyFloat_FromDouble(y)
 * may RS201 fill: Py_INCREF(value)
 * RS101|RS103 fill / fill_counted: PyList_SET_ITEM
 */
