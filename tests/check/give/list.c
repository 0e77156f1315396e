/* PyList_Append, PyList_Insert, PySet_Add, PySequence_SetItem: none of them steals. */
#include "../module.h"

static PyObject *
squares(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *list = PyList_New(0);
    int i;

    if (list == NULL)
        return NULL;
    for (i = 300; i < 310; i++) {
        PyObject *square = PyLong_FromLong(i * i);

        if (square == NULL || PyList_Append(list, square) < 0) {
            Py_XDECREF(square);
            Py_DECREF(list);
            return NULL;
        }
    }
    return list;
}

static PyObject *
cubes(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *list = PyList_New(10);
    int i;

    if (list == NULL)
        return NULL;
    for (i = 0; i < 10; i++) {
        PyObject *cube = PyLong_FromLong(i * i * i);

        if (cube == NULL) {
            Py_DECREF(list); /* may hold NULL behind i */
            return NULL;
        }
        PyList_SET_ITEM(list, i, cube); /* it is the list's */
    }
    return list;
}

static PyObject *
add_name(PyObject *self, PyObject *list)
{
    if (PyList_Append(list, PyUnicode_FromString("a name of its own")))
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
add_title(PyObject *self, PyObject *list)
{
    PyObject *title = PyUnicode_FromString("a title of its own");

    if (title == NULL)
        return NULL;
    if (PyList_Append(list, title)) {
        Py_DECREF(title);
        return NULL;
    }
    return title; /* the list has its reference, the caller gets ours */
}

static PyObject *
push_front(PyObject *self, PyObject *args)
{
    PyObject *list;
    double number;
    PyObject *item;

    if (!PyArg_ParseTuple(args, "O!d", &PyList_Type, &list, &number))
        return NULL;
    item = PyFloat_FromDouble(number);
    if (item == NULL)
        return NULL;
    if (PyList_Insert(list, 0, item) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
push_back(PyObject *self, PyObject *args)
{
    PyObject *list, *item;
    double number;
    int failed;

    if (!PyArg_ParseTuple(args, "O!d", &PyList_Type, &list, &number))
        return NULL;
    if (!(item = PyFloat_FromDouble(number)))
        return NULL;
    failed = PyList_Insert(list, PyList_GET_SIZE(list), item);
    Py_DECREF(item);
    if (failed)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
mark_seen(PyObject *self, PyObject *args)
{
    PyObject *seen, *x, *y, *pair;

    if (!PyArg_ParseTuple(args, "OOO", &seen, &x, &y))
        return NULL;
    pair = PyTuple_Pack(2, x, y);
    if (pair == NULL || PySet_Add(seen, pair) < 0) {
        Py_XDECREF(pair);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
forget_seen(PyObject *self, PyObject *args)
{
    PyObject *seen, *x, *y, *pair;
    int found;

    if (!PyArg_ParseTuple(args, "OOO", &seen, &x, &y))
        return NULL;
    pair = PyTuple_Pack(2, x, y); /* has references of its own to x and y */
    if (pair == NULL)
        return NULL;
    found = PySet_Discard(seen, pair);
    Py_DECREF(pair);
    return found < 0 ? NULL : PyBool_FromLong(found);
}

static PyObject *
set_first(PyObject *self, PyObject *sequence)
{
    PyObject *zero = PyLong_FromLong(1 << 20);

    if (zero == NULL)
        return NULL;
    if (PySequence_SetItem(sequence, 0, zero) < 0) {
        Py_DECREF(zero);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
set_second(PyObject *self, PyObject *list)
{
    PyObject *one = PyLong_FromLong(1 << 20);

    if (one == NULL)
        return NULL;
    if (PyList_SetItem(list, 1, one) < 0) /* unlike PySequence_SetItem it steals, even if it fails */
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
splice(PyObject *self, PyObject *list)
{
    PyObject *extra = Py_BuildValue("[iii]", 1, 2, 3);

    if (!extra)
        return NULL;
    if (PyList_SetSlice(list, 0, 0, extra) < 0) {
        Py_DECREF(extra);
        return NULL;
    }
    return Py_NewRef(list);
}

static PyObject *
concat(PyObject *self, PyObject *list)
{
    PyObject *extra = Py_BuildValue("[iii]", 1, 2, 3), *result;

    if (!extra)
        return NULL;
    result = PySequence_InPlaceConcat(list, extra); /* a new reference, also when it is list itself */
    Py_DECREF(extra);
    return result;
}

static PyMethodDef methods[] = {
    METHOD(squares, METH_NOARGS), METHOD(cubes, METH_NOARGS), METHOD(add_name, METH_O), METHOD(add_title, METH_O),
    METHOD(push_front, METH_VARARGS), METHOD(push_back, METH_VARARGS), METHOD(mark_seen, METH_VARARGS), METHOD(forget_seen, METH_VARARGS),
    METHOD(set_first, METH_O), METHOD(set_second, METH_O), METHOD(splice, METH_O), METHOD(concat, METH_O), {NULL},
};
MODULE(givelist, methods)

/* refsan check
 * RS201 squares / cubes: PyLong_FromLong(i * i)
 * RS201 add_name / add_title: PyUnicode_FromString("a name of its own")
 * RS201 push_front / push_back: PyFloat_FromDouble
 * RS201 mark_seen / forget_seen: PyTuple_Pack
 * RS201 set_first / set_second: PyLong_FromLong(1 << 20)
 * RS201 splice / concat: Py_BuildValue
 */
