/* What was read through is no NULL, whatever is asked of it afterwards. */
#include "../module.h"

typedef struct {
    Py_ssize_t rows;
    int kind;
} Body;

typedef struct {
    PyObject_HEAD
    Body *body;
} Grid;

static Body *
of_kind(Body *body, int kind)
{
    Body *copy;

    if (body->kind == kind)
        return body;
    copy = PyMem_Malloc(sizeof(Body));
    if (copy == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    *copy = (Body){body->rows, kind};
    return copy;
}

static PyObject *
grid_close(Grid *self, PyObject *unused)
{
    if (self->body != NULL)
        PyMem_Free(self->body);
    self->body = NULL;
    Py_RETURN_NONE;
}

static PyObject *
grid_rows_any(Grid *self, PyObject *unused)
{
    Body *body = self->body;

    if (body == NULL)
        return NULL; /* wrong: it may be closed */
    return PyLong_FromSsize_t(body->rows);
}

static PyObject *
grid_rows(Grid *self, PyObject *unused)
{
    Body *body = of_kind(self->body, 1);
    PyObject *rows;

    if (body == NULL)
        return NULL;
    rows = PyLong_FromSsize_t(body->rows);
    if (body != self->body)
        PyMem_Free(body);
    return rows;
}

static PyMethodDef grid_methods[] = {{"close", (PyCFunction)grid_close, METH_NOARGS, NULL},
                                     {"rows_any", (PyCFunction)grid_rows_any, METH_NOARGS, NULL},
                                     {"rows", (PyCFunction)grid_rows, METH_NOARGS, NULL},
                                     {NULL}};

static PyTypeObject Grid_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "through.Grid",
    .tp_basicsize = sizeof(Grid),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_methods = grid_methods,
};

static int
ready(PyObject *module)
{
    return PyType_Ready(&Grid_Type);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, ready}, {0, NULL}};
static struct PyModuleDef through_module = {PyModuleDef_HEAD_INIT, "through", NULL, 0, NULL, slots};
PyMODINIT_FUNC
PyInit_through(void)
{
    return PyModuleDef_Init(&through_module);
}
/* refsan check
 * RS302 grid_rows_any / grid_rows: wrong: it may be
 */
