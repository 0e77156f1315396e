/* What an iterator brings is used after it was given back; what was kept by a container may be. */
#include "../module.h"

static PyObject *
encode(PyObject *self, PyObject *args)
{
    PyObject *codes, *symbols, *iterator, *symbol, *code;

    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &codes, &symbols))
        return NULL;
    iterator = PyObject_GetIter(symbols);
    if (iterator == NULL)
        return NULL;
    while ((symbol = PyIter_Next(iterator)) != NULL) {
        code = PyDict_GetItemWithError(codes, symbol); /* a look-up keeps nothing */
        Py_DECREF(symbol);
        if (code == NULL) {
            if (!PyErr_Occurred())
                PyErr_Format(PyExc_ValueError, "no code for %R", symbol);
            break;
        }
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static PyObject *
encode_all(PyObject *self, PyObject *args)
{
    PyObject *codes, *symbols, *iterator, *symbol, *code;

    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &codes, &symbols))
        return NULL;
    iterator = PyObject_GetIter(symbols);
    if (iterator == NULL)
        return NULL;
    while ((symbol = PyIter_Next(iterator)) != NULL) {
        code = PyDict_GetItemWithError(codes, symbol);
        if (code == NULL && !PyErr_Occurred())
            PyErr_Format(PyExc_ValueError, "no code for %R", symbol);
        Py_DECREF(symbol);
        if (code == NULL)
            break;
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static PyObject *
label_of(PyObject *self, PyObject *args)
{
    PyObject *pairs, *labels, *pair, *label;

    if (!PyArg_ParseTuple(args, "OO!", &pairs, &PyDict_Type, &labels))
        return NULL;
    pair = PySequence_Tuple(pairs);
    if (pair == NULL)
        return NULL;
    label = PyTuple_GetItem(pair, 0);
    Py_DECREF(pair);
    if (label == NULL || PyDict_SetItemString(labels, "label", label) < 0)
        return NULL;
    return Py_NewRef(label);
}

static PyObject *
label_kept(PyObject *self, PyObject *args)
{
    PyObject *pairs, *labels, *pair, *label;

    if (!PyArg_ParseTuple(args, "OO!", &pairs, &PyDict_Type, &labels))
        return NULL;
    pair = PySequence_Tuple(pairs);
    if (pair == NULL)
        return NULL;
    label = PyTuple_GetItem(pair, 0);
    if (label == NULL || PyDict_SetItemString(labels, "label", label) < 0) {
        Py_DECREF(pair);
        return NULL;
    }
    Py_DECREF(pair);
    return Py_NewRef(label); /* the dictionary holds it */
}

static PyMethodDef methods[] = {
    METHOD(encode, METH_VARARGS), METHOD(encode_all, METH_VARARGS), METHOD(label_of, METH_VARARGS), METHOD(label_kept, METH_VARARGS), {NULL},
};
MODULE(iterated, methods)

/* refsan check
 * RS105 encode / encode_all: PyErr_Format || Py_DECREF(symbol)
 * RS105 label_of / label_kept: PyDict_SetItemString || Py_DECREF(pair) || PyTuple_GetItem
 */
