#include "../ext.h"

typedef struct {
    PyObject_HEAD
    double value;
} Cell;

static void cell_dealloc(PyObject *self) /* culprit */
{
    PyTypeObject *type = Py_TYPE(self);

    type->tp_free(self);
#ifdef FIXED
    Py_DECREF(type);
#else
    (void)type;
#endif
}

static PyType_Slot slots[] = {{Py_tp_dealloc, cell_dealloc}, {Py_tp_new, PyType_GenericNew}, {0, NULL}};
static PyType_Spec spec = {"ext.Cell", sizeof(Cell), 0, Py_TPFLAGS_DEFAULT, slots};

static PyObject *make(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    PyObject *type = PyObject_GetAttrString(module, "Cell"), *cell;

    if (type == NULL)
        return NULL;
    cell = PyObject_CallObject(type, NULL);
    Py_DECREF(type);
    return cell;
}

static PyMethodDef methods[] = {{"make", make, METH_NOARGS, NULL}, {NULL}};
EXT_MODULE(methods, PyObject *type = PyType_FromSpec(&spec);
           if (type == NULL || PyModule_AddObject(module, "Cell", type) < 0) return NULL;)
