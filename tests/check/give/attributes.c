/* Attributes, items of mappings, sys, thread-local dictionaries: the setter takes its own reference. */
#include "../module.h"

static PyObject *
stamp(PyObject *self, PyObject *target)
{
    PyObject *version = PyUnicode_FromString("4.2.0");

    if (version == NULL)
        return NULL;
    if (PyObject_SetAttrString(target, "version", version) < 0) {
        Py_DECREF(version);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
stamp_once(PyObject *self, PyObject *target)
{
    static PyObject *version;

    if (version == NULL)
        version = PyUnicode_InternFromString("4.2.0");
    if (version == NULL || PyObject_SetAttrString(target, "version", version) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
annotate(PyObject *self, PyObject *args)
{
    PyObject *target, *name;

    if (!PyArg_ParseTuple(args, "OO", &target, &name))
        return NULL;
    if (PyObject_SetAttr(target, name, PyDict_New()))
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
annotate_list(PyObject *self, PyObject *args)
{
    PyObject *target, *name, *list;
    int failed;

    if (!PyArg_ParseTuple(args, "OO", &target, &name) || !(list = PyList_New(0)))
        return NULL;
    failed = PyObject_SetAttr(target, name, list);
    Py_DECREF(list);
    return failed ? NULL : Py_NewRef(Py_None);
}

static PyObject *
store_cell(PyObject *self, PyObject *args)
{
    PyObject *grid, *key, *cell;
    int row, column;

    if (!PyArg_ParseTuple(args, "Oii", &grid, &row, &column))
        return NULL;
    key = Py_BuildValue("(ii)", row, column);
    cell = PyFloat_FromDouble(0.5 * row * column);
    if (key == NULL || cell == NULL || PyObject_SetItem(grid, key, cell) < 0) {
        Py_XDECREF(key);
        Py_XDECREF(cell);
        return NULL;
    }
    Py_DECREF(cell);
    Py_RETURN_NONE;
}

static PyObject *
erase_cell(PyObject *self, PyObject *args)
{
    PyObject *grid, *key;
    int row, column, failed;

    if (!PyArg_ParseTuple(args, "Oii", &grid, &row, &column))
        return NULL;
    if ((key = Py_BuildValue("(ii)", row, column)) == NULL)
        return NULL;
    failed = PyObject_DelItem(grid, key);
    Py_DECREF(key);
    if (failed)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
set_prompt(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    if (PySys_SetObject("ps1", PyUnicode_FromString("refsan> ")) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
set_prompts(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *prompt = PyUnicode_FromString("refsan> ");
    int status = -1;

    if (prompt != NULL && PySys_SetObject("ps1", prompt) == 0)
        status = PySys_SetObject("ps2", prompt);
    Py_XDECREF(prompt);
    return status < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
label_mapping(PyObject *self, PyObject *mapping)
{
    PyObject *label = PyBytes_FromString("label");

    if (label == NULL || PyMapping_SetItemString(mapping, "label", label) == -1)
        return NULL;
    Py_RETURN_TRUE;
}

static PyObject *
label_thread(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *state = PyThreadState_GetDict(), *label; /* borrowed */

    if (state == NULL)
        Py_RETURN_FALSE;
    label = PyBytes_FromString("label");
    if (label == NULL || PyDict_SetItemString(state, "label", label) == -1) {
        Py_XDECREF(label);
        return NULL;
    }
    Py_DECREF(label);
    Py_RETURN_TRUE;
}

static PyMethodDef methods[] = {
    METHOD(stamp, METH_O), METHOD(stamp_once, METH_O), METHOD(annotate, METH_VARARGS), METHOD(annotate_list, METH_VARARGS),
    METHOD(store_cell, METH_VARARGS), METHOD(erase_cell, METH_VARARGS), METHOD(set_prompt, METH_NOARGS), METHOD(set_prompts, METH_NOARGS),
    METHOD(label_mapping, METH_O), METHOD(label_thread, METH_NOARGS), {NULL},
};
MODULE(giveattr, methods)

/* refsan check
 * RS201 stamp / stamp_once: PyUnicode_FromString
 * RS201 annotate / annotate_list: PyDict_New
 * RS201 store_cell / erase_cell: Py_BuildValue
 * RS201 set_prompt / set_prompts: PyUnicode_FromString
 * RS201 label_mapping / label_thread: PyBytes_FromString
 */
