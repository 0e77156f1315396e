/* Items that change places in one array, that a number names twice, that are the object's own. */
#include "../module.h"

static PyObject *
rotate(PyObject *self, PyObject *arg)
{
    PyObject *list = PySequence_Fast(arg, "a sequence"), **items, *first;
    Py_ssize_t size;
    if (list == NULL)
        return NULL;
    items = PySequence_Fast_ITEMS(list);
    size = PySequence_Fast_GET_SIZE(list);
    for (Py_ssize_t i = 1; i < size; i++) {
        first = items[i - 1];
        items[i - 1] = items[i];
        items[i] = first;
    }
    return list;
}

static PyObject *
copy_lent(PyObject *self, PyObject *arg)
{
    PyObject *result = PyList_New(1), *item;
    if (result == NULL)
        return NULL;
    item = PyTuple_GetItem(arg, 0);
    if (item == NULL) {
        Py_DECREF(result);
        return NULL;
    }
    PyList_SET_ITEM(result, 0, item);
    return result;
}

static PyObject *
chosen(PyObject *self, PyObject *args)
{
    PyObject *list, *result, **items;
    int *numbers, count;
    if (!PyArg_ParseTuple(args, "O!i", &PyList_Type, &list, &count))
        return NULL;
    numbers = PyMem_Calloc((size_t)count + 1, sizeof(int));
    if (numbers == NULL)
        return PyErr_NoMemory();
    items = PySequence_Fast_ITEMS(list);
    result = PyList_New(count);
    for (int i = 0; result != NULL && i < count; i++) {
        Py_INCREF(items[numbers[i]]);
        PyList_SET_ITEM(result, i, items[numbers[i]]);
    }
    PyMem_Free(numbers);
    return result;
}

static PyObject *
chosen_lent(PyObject *self, PyObject *args)
{
    PyObject *list, *result, **items;
    int *numbers, count;
    if (!PyArg_ParseTuple(args, "O!i", &PyList_Type, &list, &count))
        return NULL;
    numbers = PyMem_Calloc((size_t)count + 1, sizeof(int));
    if (numbers == NULL)
        return PyErr_NoMemory();
    items = PySequence_Fast_ITEMS(list);
    result = PyList_New(count);
    for (int i = 0; result != NULL && i < count; i++)
        PyList_SET_ITEM(result, i, items[numbers[i]]);
    PyMem_Free(numbers);
    return result;
}

/* laid out as a tuple, without being one */
typedef PyTupleObject Row;

static void
Row_dealloc(Row *self)
{
    Py_ssize_t i = Py_SIZE(self);
    while (--i >= 0)
        Py_XDECREF(self->ob_item[i]);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *
drop_items(PyObject *self, PyObject *row)
{
    Py_DECREF(PyTuple_GET_ITEM(row, 0));
    Py_RETURN_NONE;
}

static PyTypeObject Row_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "places.Row",
    .tp_basicsize = sizeof(Row),
    .tp_itemsize = sizeof(PyObject *),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_dealloc = (destructor)Row_dealloc,
};

static PyObject *
ready(PyObject *module, PyObject *unused)
{
    return PyType_Ready(&Row_type) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyMethodDef methods[] = {METHOD(rotate, METH_O), METHOD(copy_lent, METH_O), METHOD(chosen, METH_VARARGS),
                                METHOD(chosen_lent, METH_VARARGS), METHOD(drop_items, METH_O), METHOD(ready, METH_NOARGS),
                                {NULL, NULL, 0, NULL}};
MODULE(places, methods)

/* refsan check
 * RS103 copy_lent / rotate: PyList_SET_ITEM(result, 0, item)
 * RS103 chosen_lent / chosen: PyList_SET_ITEM(result, i
 * RS101 drop_items / Row_dealloc: Py_DECREF(PyTuple_GET_ITEM(row, 0))
 */
