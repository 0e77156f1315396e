#include "../ext.h"

/* One object that many hold: boxes take and give back a reference each, in calls of their own; a mark takes two and gives back one. */
typedef struct {
    PyObject_HEAD
    PyObject *label;
} Box;
static PyTypeObject Box_Type;

static PyObject *box_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
    PyObject *label;
    Box *self;

    if (!PyArg_ParseTuple(args, "O", &label))
        return NULL;
    self = (Box *)type->tp_alloc(type, 0);
    if (self != NULL) {
        Py_INCREF(label);
        self->label = label;
    }
    return (PyObject *)self;
}

static void box_dealloc(PyObject *self)
{
    Py_XDECREF(((Box *)self)->label);
    Py_TYPE(self)->tp_free(self);
}

static PyObject *mark(PyObject *module, PyObject *object)
{
    PyObject *label = PyObject_GetAttrString(object, "label"), *again; /* culprit */

    if (label == NULL)
        return NULL;
    again = PyObject_GetAttrString(object, "label"); /* culprit */
    Py_XDECREF(again);
#ifdef FIXED
    Py_DECREF(label);
#endif
    return PyLong_FromLong(again == label);
}

static PyTypeObject Box_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "ext.Box", .tp_basicsize = sizeof(Box), .tp_dealloc = box_dealloc, .tp_flags = Py_TPFLAGS_DEFAULT, .tp_new = box_new};

static PyMethodDef methods[] = {{"mark", mark, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, EXT_ADD_TYPE("Box", Box_Type))
