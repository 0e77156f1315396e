#include "../ext.h"
#include <structmember.h>

/* Multi-phase module with state, heap types, members, instance dict, weak references, a static base, subclasses in Python. */
typedef struct {
    PyObject *error, *registry;
    PyTypeObject *node;
} State;

typedef struct {
    PyObject_HEAD
    PyObject *label, *extra, *dict, *weak;
} Node;

static int node_init(Node *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"label", "extra", NULL};
    PyObject *label = NULL, *extra = Py_None;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O", names, &label, &extra))
        return -1;
    Py_INCREF(label);
    Py_XSETREF(self->label, label);
    Py_INCREF(extra);
    Py_XSETREF(self->extra, extra);
    return 0;
}

static int node_traverse(Node *self, visitproc visit, void *arg)
{
#if PY_VERSION_HEX >= 0x03090000
    Py_VISIT(Py_TYPE(self));
#endif
    Py_VISIT(self->label);
    Py_VISIT(self->extra);
    Py_VISIT(self->dict);
    return 0;
}

static int node_clear(Node *self)
{
    Py_CLEAR(self->label);
    Py_CLEAR(self->extra);
    Py_CLEAR(self->dict);
    return 0;
}

static void node_dealloc(Node *self)
{
    PyTypeObject *type = Py_TYPE(self);

    PyObject_GC_UnTrack(self);
    if (self->weak != NULL)
        PyObject_ClearWeakRefs((PyObject *)self);
    node_clear(self);
    type->tp_free((PyObject *)self);
    Py_DECREF(type);
}

static PyObject *node_repr(Node *self)
{
    return PyUnicode_FromFormat("Node(%R)", self->label);
}

static PyObject *node_compare(Node *self, PyObject *other, int op)
{
    if (Py_TYPE(other) != Py_TYPE(self) || (op != Py_EQ && op != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    return PyObject_RichCompare(self->label, ((Node *)other)->label, op);
}

static PyMemberDef node_members[] = {
    {"label", T_OBJECT_EX, offsetof(Node, label), 0, NULL}, {"extra", T_OBJECT, offsetof(Node, extra), 0, NULL},
    {"__dictoffset__", T_PYSSIZET, offsetof(Node, dict), READONLY, NULL},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(Node, weak), READONLY, NULL}, {NULL}};
static PyType_Slot node_slots[] = {
    {Py_tp_init, node_init}, {Py_tp_traverse, node_traverse}, {Py_tp_clear, node_clear}, {Py_tp_dealloc, node_dealloc},
    {Py_tp_repr, node_repr}, {Py_tp_richcompare, node_compare}, {Py_tp_members, node_members}, {Py_tp_hash, PyObject_HashNotImplemented}, {0, NULL}};
static PyType_Spec node_spec = {"ext.Node", sizeof(Node), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, node_slots};

static PyObject *make(PyObject *module, PyObject *label)
{
    State *state = PyModule_GetState(module);
    PyObject *node = PyObject_CallFunctionObjArgs((PyObject *)state->node, label, NULL);

    if (node != NULL && PyList_Append(state->registry, node) < 0)
        Py_CLEAR(node);
    if (node == NULL)
        PyErr_SetObject(state->error, label);
    return node;
}

static int ext_exec(PyObject *module)
{
    State *state = PyModule_GetState(module);

    state->error = PyErr_NewException("ext.Error", NULL, NULL);
    state->registry = PyList_New(0);
    state->node = (PyTypeObject *)PyType_FromSpec(&node_spec);
    if (state->error == NULL || state->registry == NULL || state->node == NULL)
        return -1;
    Py_INCREF(state->node);
    if (PyModule_AddObject(module, "Node", (PyObject *)state->node) < 0) {
        Py_DECREF(state->node);
        return -1;
    }
    Py_INCREF(state->registry);
    return PyModule_AddObject(module, "registry", state->registry);
}

static int ext_traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);

    Py_VISIT(state->error);
    Py_VISIT(state->registry);
    Py_VISIT(state->node);
    return 0;
}

static int ext_clear(PyObject *module)
{
    State *state = PyModule_GetState(module);

    Py_CLEAR(state->error);
    Py_CLEAR(state->registry);
    Py_CLEAR(state->node);
    return 0;
}

static PyMethodDef methods[] = {{"make", make, METH_O, NULL}, {NULL}};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, ext_exec}, {0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "ext", NULL, sizeof(State), methods, slots, ext_traverse, ext_clear, NULL};

PyMODINIT_FUNC PyInit_ext(void)
{
    return PyModuleDef_Init(&definition);
}
