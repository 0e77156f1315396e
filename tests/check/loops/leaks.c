/* A reference lost in each iteration. */
#include "../module.h"

static PyObject *
join_all(PyObject *self, PyObject *items)
{
    PyObject *iterator = PyObject_GetIter(items), *item, *text = NULL;

    if (iterator == NULL)
        return NULL;
    text = PyUnicode_FromString("");
    while (text != NULL && (item = PyIter_Next(iterator)) != NULL)
        PyUnicode_Append(&text, item);
    Py_DECREF(iterator);
    if (PyErr_Occurred())
        Py_CLEAR(text);
    return text;
}

static PyObject *
join_each(PyObject *self, PyObject *items)
{
    PyObject *iterator = PyObject_GetIter(items), *item, *text = NULL;

    if (iterator == NULL)
        return NULL;
    text = PyUnicode_FromString("");
    while (text != NULL && (item = PyIter_Next(iterator)) != NULL)
        PyUnicode_AppendAndDel(&text, item); /* takes the item over */
    Py_DECREF(iterator);
    if (PyErr_Occurred())
        Py_CLEAR(text);
    return text;
}

static PyObject *
longest(PyObject *self, PyObject *sequence)
{
    Py_ssize_t n = PySequence_Size(sequence), best = 0;

    if (n < 0)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = PySequence_GetItem(sequence, i);
        Py_ssize_t size;

        if (item == NULL)
            return NULL;
        size = PyObject_Length(item);
        if (size < 0) {
            Py_DECREF(item);
            return NULL;
        }
        if (size <= best)
            continue;
        best = size;
        Py_DECREF(item);
    }
    return PyLong_FromSsize_t(best);
}

static PyObject *
shortest(PyObject *self, PyObject *sequence)
{
    Py_ssize_t n = PySequence_Size(sequence), best = PY_SSIZE_T_MAX;

    if (n < 0)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = PySequence_GetItem(sequence, i);
        Py_ssize_t size = item ? PyObject_Length(item) : -1;

        Py_XDECREF(item);
        if (size < 0)
            return NULL;
        if (size >= best)
            continue;
        best = size;
    }
    return PyLong_FromSsize_t(best);
}

static PyObject *
first_true(PyObject *self, PyObject *items)
{
    PyObject *iterator, *item;

    if (!(iterator = PyObject_GetIter(items)))
        return NULL;
    while ((item = PyIter_Next(iterator))) {
        int truth = PyObject_IsTrue(item);

        if (truth > 0)
            break;
        if (truth < 0) {
            Py_DECREF(item);
            break;
        }
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
find_true(PyObject *self, PyObject *items)
{
    PyObject *iterator, *item, *found = NULL;

    if (!(iterator = PyObject_GetIter(items)))
        return NULL;
    while (!found && (item = PyIter_Next(iterator))) {
        int truth = PyObject_IsTrue(item);

        if (truth > 0)
            found = item; /* moved: not released below */
        else
            Py_DECREF(item);
        if (truth < 0)
            break;
    }
    Py_DECREF(iterator);
    if (!found && !PyErr_Occurred())
        found = Py_NewRef(Py_None);
    return found;
}

static PyObject *
apply(PyObject *self, PyObject *args)
{
    PyObject *function, *items;

    if (!PyArg_ParseTuple(args, "OO!", &function, &PyList_Type, &items))
        return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(items); i++) {
        PyObject *item = Py_NewRef(PyList_GET_ITEM(items, i));
        PyObject *answer = PyObject_CallFunctionObjArgs(function, item, NULL);

        Py_DECREF(item);
        if (answer == NULL)
            return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
apply_last(PyObject *self, PyObject *args)
{
    PyObject *function, *items, *answer = Py_NewRef(Py_None);

    if (!PyArg_ParseTuple(args, "OO!", &function, &PyList_Type, &items)) {
        Py_DECREF(answer);
        return NULL;
    }
    for (Py_ssize_t i = 0; answer && i < PyList_GET_SIZE(items); i++) {
        PyObject *item = Py_NewRef(PyList_GET_ITEM(items, i));

        Py_SETREF(answer, PyObject_CallFunctionObjArgs(function, item, NULL));
        Py_DECREF(item);
    }
    return answer;
}

static PyObject *
running_sum(PyObject *self, PyObject *sequence)
{
    Py_ssize_t n = PySequence_Size(sequence);
    PyObject *sum;

    if (n < 0 || !(sum = PyLong_FromLong(0)))
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = PySequence_GetItem(sequence, i);

        if (!item) {
            Py_DECREF(sum);
            return NULL;
        }
        sum = PyNumber_Add(sum, item);
        Py_DECREF(item);
        if (!sum)
            return NULL;
    }
    return sum;
}

static PyObject *
running_product(PyObject *self, PyObject *sequence)
{
    Py_ssize_t n = PySequence_Size(sequence);
    PyObject *product, *old;

    if (n < 0 || !(product = PyLong_FromLong(1)))
        return NULL;
    for (Py_ssize_t i = 0; i < n && product; i++) {
        PyObject *item = PySequence_GetItem(sequence, i);

        old = product;
        product = item ? PyNumber_Multiply(old, item) : NULL;
        Py_DECREF(old);
        Py_XDECREF(item);
    }
    return product;
}

static PyObject *
read_lines(PyObject *self, PyObject *file)
{
    PyObject *lines = PyList_New(0);

    for (;;) {
        PyObject *line = lines ? PyFile_GetLine(file, 0) : NULL;

        if (line == NULL)
            goto error;
        if (PyObject_Length(line) == 0)
            break;
        if (PyList_Append(lines, line) < 0) {
            Py_DECREF(line);
            goto error;
        }
        Py_DECREF(line);
    }
    return lines;
error:
    Py_XDECREF(lines);
    return NULL;
}

static PyObject *
read_blocks(PyObject *self, PyObject *file)
{
    PyObject *blocks = PyList_New(0), *block = NULL;

    if (blocks == NULL)
        return NULL;
    while ((block = PyObject_CallMethod(file, "read", "i", 512)) != NULL && PyObject_Size(block) > 0) {
        int status = PyList_Append(blocks, block);

        Py_DECREF(block);
        if (status < 0) {
            Py_DECREF(blocks);
            return NULL;
        }
    }
    Py_XDECREF(block); /* the empty one that ended the loop */
    if (PyErr_Occurred())
        Py_CLEAR(blocks);
    return blocks;
}

static PyMethodDef methods[] = {
    METHOD(join_all, METH_O), METHOD(join_each, METH_O), METHOD(longest, METH_O), METHOD(shortest, METH_O), METHOD(first_true, METH_O),
    METHOD(find_true, METH_O), METHOD(apply, METH_VARARGS), METHOD(apply_last, METH_VARARGS), METHOD(running_sum, METH_O),
    METHOD(running_product, METH_O), METHOD(read_lines, METH_O), METHOD(read_blocks, METH_O), {NULL},
};
MODULE(leakloop, methods)

/* refsan check
 * RS201 join_all / join_each: PyIter_Next
 * RS201 longest / shortest: PySequence_GetItem
 * RS201 first_true / find_true: PyIter_Next
 * RS201 apply / apply_last: PyObject_CallFunctionObjArgs
 * RS201 running_sum / running_product: PyLong_FromLong(0) || sum = PyNumber_Add
 * RS201 read_lines / read_blocks: PyFile_GetLine
 */
