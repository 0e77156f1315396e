/* nb_, sq_, mp_ slots, tp_richcompare, iterators: all results are new references, NotImplemented and self too. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *value;
    PyObject *items; /* a list */
} Cell;

extern PyTypeObject Cell_Type, Grid_Type;
#define Cell_Check(object) (Py_TYPE(object) == &Cell_Type || Py_TYPE(object) == &Grid_Type)

static void
cell_dealloc(Cell *self)
{
    Py_XDECREF(self->value);
    Py_XDECREF(self->items);
    PyObject_Free(self);
}

static PyObject *
cell_add(PyObject *left, PyObject *right)
{
    if (!Cell_Check(left) || !Cell_Check(right))
        return Py_NotImplemented;
    return PyNumber_Add(((Cell *)left)->value, ((Cell *)right)->value);
}

static PyObject *
grid_add(PyObject *left, PyObject *right)
{
    if (!Cell_Check(left) || !Cell_Check(right))
        Py_RETURN_NOTIMPLEMENTED;
    return PyNumber_Add(((Cell *)left)->value, ((Cell *)right)->value);
}

static PyObject *
cell_inplace_add(PyObject *self, PyObject *other)
{
    PyObject *sum = PyNumber_Add(((Cell *)self)->value, other);

    if (sum == NULL)
        return NULL;
    Py_SETREF(((Cell *)self)->value, sum);
    return self;
}

static PyObject *
grid_inplace_add(PyObject *self, PyObject *other)
{
    PyObject *sum = PyNumber_Add(((Cell *)self)->value, other);

    if (sum == NULL)
        return NULL;
    Py_SETREF(((Cell *)self)->value, sum); /* moved */
    return Py_NewRef(self);
}

static PyObject *
cell_negative(PyObject *self)
{
    return ((Cell *)self)->value;
}

static PyObject *
grid_negative(PyObject *self)
{
    return PyNumber_Negative(((Cell *)self)->value);
}

static PyObject *
cell_item(PyObject *self, Py_ssize_t i)
{
    PyObject *items = ((Cell *)self)->items;

    if (items == NULL || i < 0 || i >= PyList_GET_SIZE(items)) {
        PyErr_SetString(PyExc_IndexError, "cell index");
        return NULL;
    }
    return PyList_GET_ITEM(items, i);
}

static PyObject *
grid_item(PyObject *self, Py_ssize_t i)
{
    PyObject *items = ((Cell *)self)->items;

    if (items == NULL) {
        PyErr_SetString(PyExc_IndexError, "grid index");
        return NULL;
    }
    return PySequence_GetItem(items, i);
}

static int
cell_contains(PyObject *self, PyObject *key)
{
    PyObject *copy = PySequence_Tuple(self);

    if (copy == NULL)
        return -1;
    return PySequence_Contains(copy, key);
}

static int
grid_contains(PyObject *self, PyObject *key)
{
    PyObject *copy = PySequence_Tuple(self);
    int found = -1;

    if (copy != NULL) {
        found = PySequence_Contains(copy, key);
        Py_DECREF(copy);
    }
    return found;
}

static PyObject *
cell_subscript(PyObject *self, PyObject *key)
{
    PyObject *index = PyNumber_Index(key), *item;

    if (index == NULL)
        return NULL;
    item = PyObject_GetItem(((Cell *)self)->items, index);
    if (item == NULL)
        return NULL;
    Py_DECREF(index);
    return item;
}

static PyObject *
grid_subscript(PyObject *self, PyObject *key)
{
    Py_ssize_t index = PyNumber_AsSsize_t(key, PyExc_IndexError);

    if (index == -1 && PyErr_Occurred())
        return NULL;
    return grid_item(self, index);
}

static int
cell_ass_subscript(PyObject *self, PyObject *key, PyObject *value)
{
    Py_ssize_t index = PyNumber_AsSsize_t(key, PyExc_IndexError);

    if (index == -1 && PyErr_Occurred())
        return -1;
    if (value == NULL)
        return PySequence_DelItem(((Cell *)self)->items, index);
    return PyList_SetItem(((Cell *)self)->items, index, value);
}

static int
grid_ass_subscript(PyObject *self, PyObject *key, PyObject *value)
{
    if (value == NULL)
        return PyObject_DelItem(((Cell *)self)->items, key);
    return PyObject_SetItem(((Cell *)self)->items, key, value);
}

static PyObject *
cell_richcompare(PyObject *self, PyObject *other, int op)
{
    if (!Cell_Check(other)) {
        Py_INCREF(Py_NotImplemented);
        return Py_NotImplemented;
    }
    if (self == other && op == Py_EQ)
        return Py_True;
    return PyObject_RichCompare(((Cell *)self)->value, ((Cell *)other)->value, op);
}

static PyObject *
grid_richcompare(PyObject *self, PyObject *other, int op)
{
    PyObject *answer = Py_NotImplemented;

    if (Cell_Check(other))
        return PyObject_RichCompare(((Cell *)self)->value, ((Cell *)other)->value, op);
    if (self == other)
        answer = op == Py_EQ ? Py_True : Py_False;
    Py_INCREF(answer);
    return answer;
}

static PyObject *
cell_iter(PyObject *self)
{
    return self;
}

static PyObject *
grid_iter(PyObject *self)
{
    Py_INCREF(self);
    return self;
}

static PyObject *
cell_iternext(PyObject *self)
{
    PyObject *items = ((Cell *)self)->items, *last;
    Py_ssize_t n = items ? PyList_GET_SIZE(items) : 0;

    if (n == 0)
        return NULL;
    last = PyList_GET_ITEM(items, n - 1);
    if (PyList_SetSlice(items, n - 1, n, NULL) < 0)
        return NULL;
    return last;
}

static PyObject *
grid_iternext(PyObject *self)
{
    PyObject *items = ((Cell *)self)->items, *last;
    Py_ssize_t n = items ? PyList_GET_SIZE(items) : 0;

    if (n == 0)
        return NULL; /* exhausted: no exception is needed */
    last = Py_NewRef(PyList_GET_ITEM(items, n - 1));
    if (PyList_SetSlice(items, n - 1, n, NULL) < 0) {
        Py_DECREF(last);
        return NULL;
    }
    return last;
}

static PyObject *
cell_repr(PyObject *self)
{
    PyObject *inner = PyObject_Repr(((Cell *)self)->value);

    return inner ? PyUnicode_FromFormat("Cell(%U)", inner) : NULL;
}

static PyObject *
grid_repr(PyObject *self)
{
    PyObject *inner;
    int status = Py_ReprEnter(self);

    if (status != 0)
        return status > 0 ? PyUnicode_FromString("Grid(...)") : NULL;
    inner = PyObject_Repr(((Cell *)self)->value);
    if (inner != NULL)
        Py_SETREF(inner, PyUnicode_FromFormat("Grid(%U)", inner));
    Py_ReprLeave(self);
    return inner;
}

static Py_hash_t
cell_hash(PyObject *self)
{
    PyObject *key = PyTuple_Pack(2, Py_TYPE(self), ((Cell *)self)->value);

    return key ? PyObject_Hash(key) : -1;
}

static Py_hash_t
grid_hash(PyObject *self)
{
    PyObject *key = PyTuple_Pack(2, Py_TYPE(self), ((Cell *)self)->value);
    Py_hash_t hash;

    if (key == NULL)
        return -1;
    hash = PyObject_Hash(key);
    Py_DECREF(key);
    return hash;
}

static PyObject *
cell_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) == 0)
        return ((Cell *)self)->items;
    return PyObject_Call(((Cell *)self)->value, args, kwargs);
}

static PyObject *
grid_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) == 0)
        return Py_XNewRef(((Cell *)self)->items ? ((Cell *)self)->items : Py_None);
    return PyObject_Call(((Cell *)self)->value, args, kwargs);
}

static PyObject *
cell_getattro(PyObject *self, PyObject *name)
{
    PyObject *found = PyObject_GenericGetAttr(self, name);

    if (found == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        return Py_None;
    }
    return found;
}

static PyObject *
grid_getattro(PyObject *self, PyObject *name)
{
    PyObject *found = PyObject_GenericGetAttr(self, name);

    if (found == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        found = PyObject_GetAttr(((Cell *)self)->value, name);
    }
    return found;
}

static PyNumberMethods cell_number = {.nb_add = cell_add, .nb_inplace_add = cell_inplace_add, .nb_negative = cell_negative};
static PyNumberMethods grid_number = {.nb_add = grid_add, .nb_inplace_add = grid_inplace_add, .nb_negative = grid_negative};
static PySequenceMethods cell_sequence = {.sq_item = cell_item, .sq_contains = cell_contains};
static PySequenceMethods grid_sequence = {.sq_item = grid_item, .sq_contains = grid_contains};
static PyMappingMethods cell_mapping = {.mp_subscript = cell_subscript, .mp_ass_subscript = cell_ass_subscript};
static PyMappingMethods grid_mapping = {.mp_subscript = grid_subscript, .mp_ass_subscript = grid_ass_subscript};

PyTypeObject Cell_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "slots.Cell", .tp_basicsize = sizeof(Cell), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_dealloc = (destructor)cell_dealloc,
    .tp_as_number = &cell_number, .tp_as_sequence = &cell_sequence, .tp_as_mapping = &cell_mapping, .tp_richcompare = cell_richcompare,
    .tp_iter = cell_iter, .tp_iternext = cell_iternext, .tp_repr = cell_repr, .tp_hash = cell_hash, .tp_call = cell_call,
    .tp_getattro = cell_getattro,
};

PyTypeObject Grid_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "slots.Grid", .tp_basicsize = sizeof(Cell), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_dealloc = (destructor)cell_dealloc,
    .tp_as_number = &grid_number, .tp_as_sequence = &grid_sequence, .tp_as_mapping = &grid_mapping, .tp_richcompare = grid_richcompare,
    .tp_iter = grid_iter, .tp_iternext = grid_iternext, .tp_repr = grid_repr, .tp_hash = grid_hash, .tp_call = grid_call,
    .tp_getattro = grid_getattro,
};

/* refsan check
 * RS102 cell_add / grid_add [..3.11]: return Py_NotImplemented
 * RS102 cell_inplace_add / grid_inplace_add: return self
 * RS102 cell_negative / grid_negative: return ((Cell *)self)->value
 * RS102 cell_item / grid_item: PyList_GET_ITEM
 * RS201 cell_contains / grid_contains: PySequence_Tuple
 * RS202 cell_subscript / grid_subscript: PyNumber_Index
 * RS101|RS103 cell_ass_subscript / grid_ass_subscript: PyList_SetItem
 * RS102 cell_richcompare / grid_richcompare [..3.11]: return Py_True
 * RS102 cell_iter / grid_iter: return self
 * RS102|RS105|RS106 cell_iternext / grid_iternext: return last || PyList_GET_ITEM
 * RS201 cell_repr / grid_repr: PyObject_Repr
 * RS201 cell_hash / grid_hash: PyTuple_Pack
 * RS102 cell_call / grid_call: return ((Cell *)self)->items
 * RS102 cell_getattro / grid_getattro [..3.11]: return Py_None
 */
