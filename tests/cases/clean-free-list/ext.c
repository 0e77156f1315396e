#include "../ext.h"

/* Points that are recycled through a free list of the module's own, with PyObject_Init and raw memory. */
typedef struct Point {
    PyObject_HEAD
    PyObject *x, *y;
    struct Point *next;
} Point;

static PyTypeObject PointType;
static Point *free_points;

static PyObject *point(PyObject *module, PyObject *args)
{
    PyObject *x, *y;
    Point *self = free_points;

    if (!PyArg_ParseTuple(args, "OO:point", &x, &y))
        return NULL;
    if (self != NULL)
        free_points = self->next;
    else if ((self = PyObject_Malloc(sizeof(Point))) == NULL)
        return PyErr_NoMemory();
    PyObject_Init((PyObject *)self, &PointType);
    Py_INCREF(x);
    self->x = x;
    Py_INCREF(y);
    self->y = y;
    return (PyObject *)self;
}

static void point_dealloc(Point *self)
{
    Py_CLEAR(self->x);
    Py_CLEAR(self->y);
    self->next = free_points;
    free_points = self;
}

static PyObject *point_swap(Point *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *x = self->x;

    self->x = self->y;
    self->y = x;
    return Py_BuildValue("(OO)", self->x, self->y);
}

static PyMethodDef point_methods[] = {{"swap", (PyCFunction)point_swap, METH_NOARGS, NULL}, {NULL}};

static PyTypeObject PointType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "ext.Point",
    .tp_basicsize = sizeof(Point),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_dealloc = (destructor)point_dealloc,
    .tp_methods = point_methods,
};

static PyMethodDef methods[] = {{"point", point, METH_VARARGS, NULL}, {NULL}};
EXT_MODULE(methods, if (PyType_Ready(&PointType) < 0) return NULL;)
