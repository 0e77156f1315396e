/* Of a length each negative number is a failure; of other slots' answers -1 alone. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *items;
} Box;

static Py_ssize_t
box_length(PyObject *self)
{
    if (PyObject_IsTrue(((Box *)self)->items) < 0)
        return -2;
    return 1;
}

static Py_ssize_t
other_length(PyObject *self)
{
    if (PyObject_IsTrue(((Box *)self)->items) < 0)
        return 0; /* wrong: no failure */
    return 1;
}

static Py_hash_t
box_hash(PyObject *self)
{
    if (PyObject_IsTrue(((Box *)self)->items) < 0)
        return -1;
    return 1;
}

static Py_hash_t
other_hash(PyObject *self)
{
    if (PyObject_IsTrue(((Box *)self)->items) < 0)
        return -2; /* wrong: a hash like any other */
    return 1;
}

static void
box_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    Py_XDECREF(((Box *)self)->items);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyType_Slot box_slots[] = {{Py_sq_length, box_length}, {Py_tp_hash, box_hash}, {Py_tp_dealloc, box_dealloc}, {0, NULL}};
static PyType_Slot other_slots[] = {{Py_mp_length, other_length}, {Py_tp_hash, other_hash}, {Py_tp_dealloc, box_dealloc}, {0, NULL}};
PyType_Spec box_spec = {.name = "lengths.Box", .basicsize = sizeof(Box), .flags = Py_TPFLAGS_DEFAULT, .slots = box_slots};
PyType_Spec other_spec = {.name = "lengths.Other", .basicsize = sizeof(Box), .flags = Py_TPFLAGS_DEFAULT, .slots = other_slots};

static PyMethodDef methods[] = {{NULL}};
MODULE(lengths, methods)

/* refsan check
 * RS302 other_length / box_length: return 0; || PyObject_IsTrue
 * RS302 other_hash / box_hash: return -2; || PyObject_IsTrue
 */
