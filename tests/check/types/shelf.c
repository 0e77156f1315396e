/* Free lists: tp_dealloc keeps the object for the next one that is made, and has to empty it first. */
#include "../module.h"

typedef struct cell {
    PyObject_HEAD
    PyObject *value;
    struct cell *next;
} Cell;

enum { MOST = 16 };

static Cell *free_cells, *free_kept;
static Cell *slots[MOST], *slots_kept[MOST];
static int used, used_kept, filled, filled_kept;
static PyTypeObject CellType, KeptType, SlotType, SlotKeptType;

static PyObject *
fill(Cell *cell, PyObject *value)
{
    if (cell != NULL)
        cell->value = Py_NewRef(value);
    return (PyObject *)cell;
}

static PyObject *
make_cell(PyObject *self, PyObject *value)
{
    if (free_cells == NULL)
        return fill(PyObject_New(Cell, &CellType), value);
    Cell *cell = free_cells;
    free_cells = cell->next;
    used--;
    return fill((Cell *)PyObject_Init((PyObject *)cell, &CellType), value);
}

static PyObject *
make_kept(PyObject *self, PyObject *value)
{
    if (free_kept == NULL)
        return fill(PyObject_New(Cell, &KeptType), value);
    Cell *cell = free_kept;
    free_kept = cell->next;
    used_kept--;
    return fill((Cell *)PyObject_Init((PyObject *)cell, &KeptType), value);
}

static PyObject *
make_slot(PyObject *self, PyObject *value)
{
    if (filled == 0)
        return fill(PyObject_New(Cell, &SlotType), value);
    return fill((Cell *)PyObject_Init((PyObject *)slots[--filled], &SlotType), value);
}

static PyObject *
make_slot_kept(PyObject *self, PyObject *value)
{
    if (filled_kept == 0)
        return fill(PyObject_New(Cell, &SlotKeptType), value);
    return fill((Cell *)PyObject_Init((PyObject *)slots_kept[--filled_kept], &SlotKeptType), value);
}

static void
cell_dealloc(Cell *self)
{
    if (used < MOST) {
        self->next = free_cells;
        free_cells = self;
        used++;
        return;
    }
    Py_XDECREF(self->value);
    PyObject_Free(self);
}

static void
kept_dealloc(Cell *self)
{
    if (used_kept < MOST) {
        self->next = free_kept;
        free_kept = self; /* emptied behind it */
        used_kept++;
        Py_CLEAR(self->value);
        return;
    }
    Py_XDECREF(self->value);
    PyObject_Free(self);
}

static void
slot_dealloc(Cell *self)
{
    if (filled < MOST)
        slots[filled++] = self;
    else {
        Py_XDECREF(self->value);
        PyObject_Free(self);
    }
}

static void
slot_kept_dealloc(Cell *self)
{
    Py_CLEAR(self->value);
    if (filled_kept < MOST)
        slots_kept[filled_kept++] = self;
    else
        PyObject_Free(self);
}

#define TYPE(text, dealloc)                                                                         \
    {                                                                                               \
        PyVarObject_HEAD_INIT(NULL, 0).tp_name = text, .tp_basicsize = sizeof(Cell),                \
        .tp_flags = Py_TPFLAGS_DEFAULT, .tp_dealloc = (destructor)dealloc                           \
    }
static PyTypeObject CellType = TYPE("shelf.Cell", cell_dealloc);
static PyTypeObject KeptType = TYPE("shelf.Kept", kept_dealloc);
static PyTypeObject SlotType = TYPE("shelf.Slot", slot_dealloc);
static PyTypeObject SlotKeptType = TYPE("shelf.SlotKept", slot_kept_dealloc);

static PyMethodDef methods[] = {
    METHOD(make_cell, METH_O),
    METHOD(make_kept, METH_O),
    METHOD(make_slot, METH_O),
    METHOD(make_slot_kept, METH_O),
    {NULL, NULL, 0, NULL},
};

MODULE(shelf, methods)

/* refsan check
 * RS203 cell_dealloc / kept_dealloc: free_cells = self
 * RS203 slot_dealloc / slot_kept_dealloc: slots[filled++] = self
 */
