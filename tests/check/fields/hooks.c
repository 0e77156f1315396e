/* Callbacks in globals: replaced, reset, and objects that a dying one puts on a free list. */
#include "../module.h"

static PyObject *progress, *report;

static PyObject *
set_progress(PyObject *self, PyObject *function)
{
    if (function == Py_None) {
        Py_CLEAR(progress);
        Py_RETURN_NONE;
    }
    Py_INCREF(function);
    progress = function;
    Py_RETURN_NONE;
}

static PyObject *
set_report(PyObject *self, PyObject *function)
{
    Py_CLEAR(report);
    if (function == Py_None)
        Py_RETURN_NONE;
    Py_INCREF(function);
    report = function;
    Py_RETURN_NONE;
}

static PyObject *
fire(PyObject *self, PyObject *arg)
{
    PyObject *function = progress != NULL ? progress : report, *result;

    if (function == NULL)
        Py_RETURN_NONE;
    Py_INCREF(function);
    result = PyObject_CallFunctionObjArgs(function, arg, NULL);
    Py_DECREF(function);
    return result;
}

typedef struct cell {
    PyObject_HEAD
    PyObject *value;
    struct cell *next;
} Cell;

static Cell *unused;
static int count;

static void
cell_dealloc(Cell *self)
{
    Py_CLEAR(self->value);
    if (count < 16) {
        self->next = unused;
        unused = self; /* nobody refers to it any more */
        count++;
        return;
    }
    PyObject_Free(self);
}

static PyTypeObject CellType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "hooks.Cell",
    .tp_basicsize = sizeof(Cell),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_dealloc = (destructor)cell_dealloc,
};

static PyObject *
make_cell(PyObject *self, PyObject *value)
{
    Cell *cell = unused;

    if (cell != NULL) {
        unused = cell->next;
        count--;
        (void)PyObject_Init((PyObject *)cell, &CellType);
    } else if ((cell = PyObject_New(Cell, &CellType)) == NULL) {
        return NULL;
    }
    cell->value = Py_NewRef(value);
    cell->next = NULL;
    return (PyObject *)cell;
}

static PyMethodDef methods[] = {
    METHOD(set_progress, METH_O), METHOD(set_report, METH_O), METHOD(fire, METH_O), METHOD(make_cell, METH_O), {NULL}};
MODULE(hooks, methods)

/* refsan check
 * RS201 set_progress / set_report: Py_INCREF(function) || progress = function
 */
