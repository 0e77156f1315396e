/* Instances of heap types own a reference to their type: tp_traverse visits it from 3.9 on. What tp_clear gives up it
 * forgets, since tp_dealloc comes later. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *first;
} Pair;

static int
pair_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((Pair *)self)->first);
    return 0;
}

static int
couple_traverse(PyObject *self, visitproc visit, void *arg)
{
#if PY_VERSION_HEX >= 0x03090000
    Py_VISIT(Py_TYPE(self));
#endif
    Py_VISIT(((Pair *)self)->first);
    return 0;
}

static int
pair_clear(PyObject *self)
{
    Py_CLEAR(((Pair *)self)->first);
    return 0;
}

static void
pair_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    PyObject_GC_UnTrack(self);
    pair_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyType_Slot pair_slots[] = {
    {Py_tp_traverse, pair_traverse}, {Py_tp_clear, pair_clear}, {Py_tp_dealloc, pair_dealloc}, {0, NULL}};
static PyType_Spec pair_spec = {"visits.Pair", sizeof(Pair), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, pair_slots};
static PyType_Slot couple_slots[] = {
    {Py_tp_traverse, couple_traverse}, {Py_tp_clear, pair_clear}, {Py_tp_dealloc, pair_dealloc}, {0, NULL}};
static PyType_Spec couple_spec = {"visits.Couple", sizeof(Pair), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
                                  couple_slots};

typedef struct {
    PyObject_HEAD
    PyObject *peer;
} Link;

static int
link_traverse(Link *self, visitproc visit, void *arg)
{
    Py_VISIT(self->peer);
    return 0;
}

static int
link_clear(Link *self)
{
    Py_XDECREF(self->peer);
    return 0;
}

static int
chain_clear(Link *self)
{
    PyObject *peer = self->peer;

    self->peer = NULL;
    Py_XDECREF(peer);
    return 0;
}

static void
link_dealloc(Link *self)
{
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->peer);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *
link_set(Link *self, PyObject *peer)
{
    Py_INCREF(peer);
    Py_XSETREF(self->peer, peer);
    Py_RETURN_NONE;
}

static PyMethodDef link_methods[] = {METHOD(link_set, METH_O), {NULL}};

static PyTypeObject LinkType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "visits.Link",
    .tp_basicsize = sizeof(Link),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew,
    .tp_dealloc = (destructor)link_dealloc,
    .tp_traverse = (traverseproc)link_traverse,
    .tp_clear = (inquiry)link_clear,
    .tp_methods = link_methods,
};

static PyTypeObject ChainType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "visits.Chain",
    .tp_basicsize = sizeof(Link),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew,
    .tp_dealloc = (destructor)link_dealloc,
    .tp_traverse = (traverseproc)link_traverse,
    .tp_clear = (inquiry)chain_clear,
    .tp_methods = link_methods,
};

static PyObject *
pairs(PyObject *self, PyObject *ignored)
{
    if (PyType_Ready(&LinkType) < 0 || PyType_Ready(&ChainType) < 0)
        return NULL;
    return Py_BuildValue("(NN)", PyType_FromSpec(&pair_spec), PyType_FromSpec(&couple_spec));
}

static PyMethodDef methods[] = {METHOD(pairs, METH_NOARGS), {NULL}};
MODULE(visits, methods)

/* refsan check
 * RS205 pair_traverse / couple_traverse [3.9..]: pair_traverse || { || Py_VISIT
 * RS101|RS103 link_clear / chain_clear: Py_XDECREF(self->peer)
 */
