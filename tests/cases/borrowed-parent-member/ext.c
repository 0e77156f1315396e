#include "../ext.h"
/* A cell keeps a borrowed pointer to its sheet, and reads a member of the sheet that is no more: no count of the sheet's is touched. */
typedef struct { PyObject_HEAD PyObject *title; } Sheet;
typedef struct { PyObject_HEAD Sheet *sheet; long row; } Cell;
static PyTypeObject Sheet_Type;
static int sheet_init(Sheet *self, PyObject *args, PyObject *kw)
{
    PyObject *title;
    if (!PyArg_ParseTuple(args, "U", &title)) return -1;
    Py_INCREF(title);
    Py_XSETREF(self->title, title);
    return 0;
}
static void sheet_dealloc(Sheet *self) { Py_CLEAR(self->title); Py_TYPE(self)->tp_free((PyObject *)self); }
static int cell_init(Cell *self, PyObject *args, PyObject *kw)
{
    PyObject *sheet, *old = (PyObject *)self->sheet;
    if (!PyArg_ParseTuple(args, "O!l", &Sheet_Type, &sheet, &self->row)) return -1; /* culprit */
#ifdef FIXED
    Py_INCREF(sheet);
    Py_XDECREF(old);
#endif
    (void)old;
    self->sheet = (Sheet *)sheet; /* culprit */
    return 0;
}
static void cell_dealloc(Cell *self)
{
#ifdef FIXED
    Py_XDECREF(self->sheet);
#endif
    Py_TYPE(self)->tp_free((PyObject *)self);
}
static PyObject *cell_title(Cell *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *title = self->sheet->title; /* culprit */
    Py_INCREF(title); /* culprit */
    return title;
}
static PyMethodDef cell_methods[] = {{"title", (PyCFunction)cell_title, METH_NOARGS, NULL}, {NULL}};
static PyTypeObject Sheet_Type = { PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "ext.Sheet", .tp_basicsize = sizeof(Sheet),
    .tp_flags = Py_TPFLAGS_DEFAULT, .tp_new = PyType_GenericNew, .tp_init = (initproc)sheet_init, .tp_dealloc = (destructor)sheet_dealloc };
static PyTypeObject Cell_Type = { PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "ext.Cell", .tp_basicsize = sizeof(Cell),
    .tp_flags = Py_TPFLAGS_DEFAULT, .tp_new = PyType_GenericNew, .tp_init = (initproc)cell_init, .tp_dealloc = (destructor)cell_dealloc, .tp_methods = cell_methods };
EXT_MODULE(NULL, EXT_ADD_TYPE("Sheet", Sheet_Type) EXT_ADD_TYPE("Cell", Cell_Type))
