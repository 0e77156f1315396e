/* __init__ that is called again: an initialiser that gives up what one member held before knows of it, and forgets another. */
#include <Python.h>

typedef struct {
    PyObject_HEAD
    PyObject *label, *rows;
    int filled;
} BoxObject;

static int box_init(BoxObject *self, PyObject *args, PyObject *keywords)
{
    PyObject *label, *rows;

    if (!PyArg_ParseTuple(args, "O", &label))
        return -1;
    rows = PyList_New(0);
    if (rows == NULL)
        return -1;
    Py_INCREF(label);
    Py_XSETREF(self->label, label);
    self->rows = rows; /* wrong: the list of the first time */
    return 0;
}

static int crate_init(BoxObject *self, PyObject *args, PyObject *keywords)
{
    PyObject *label, *rows;

    if (!PyArg_ParseTuple(args, "O", &label))
        return -1;
    rows = PyList_New(0);
    if (rows == NULL)
        return -1;
    Py_INCREF(label);
    Py_XSETREF(self->label, label);
    Py_XSETREF(self->rows, rows);
    return 0;
}

/* The second time is refused. */
static int chest_init(BoxObject *self, PyObject *args, PyObject *keywords)
{
    PyObject *rows;

    if (self->filled) {
        PyErr_SetString(PyExc_RuntimeError, "a chest is filled once");
        return -1;
    }
    rows = PyList_New(0);
    if (rows == NULL)
        return -1;
    self->rows = rows;
    self->filled = 1;
    return 0;
}

static void box_dealloc(BoxObject *self)
{
    Py_XDECREF(self->label);
    Py_XDECREF(self->rows);
    Py_TYPE((PyObject *)self)->tp_free((PyObject *)self);
}

#define TYPE(name, title)                                                                                              \
    static PyTypeObject name##_type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "twice." title,                        \
                                       .tp_basicsize = sizeof(BoxObject),                                              \
                                       .tp_flags = Py_TPFLAGS_DEFAULT,                                                 \
                                       .tp_new = PyType_GenericNew,                                                    \
                                       .tp_init = (initproc)name##_init,                                               \
                                       .tp_dealloc = (destructor)box_dealloc};
TYPE(box, "Box")
TYPE(crate, "Crate")
TYPE(chest, "Chest")

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "twice", .m_size = -1};

PyMODINIT_FUNC PyInit_twice(void)
{
    return PyType_Ready(&box_type) < 0 || PyType_Ready(&crate_type) < 0 || PyType_Ready(&chest_type) < 0
               ? NULL
               : PyModule_Create(&definition);
}

/* refsan check
 * RS201 box_init / crate_init: the list of the first time
 */
