/* Memory that the function has made is freed while it holds a reference of the function's. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *code;
    PyObject *locals;
} frame;

typedef struct {
    PyObject *key;
    PyObject *value;
    Py_hash_t hash;
} entry;

static PyTypeObject frame_type;

static PyObject *
frame_new(PyObject *module, PyObject *code)
{
    frame *self = PyObject_GC_New(frame, &frame_type);

    if (self == NULL)
        return NULL;
    Py_INCREF(code);
    self->code = code;
    self->locals = PyObject_GetAttrString(code, "locals");
    if (self->locals == NULL) {
        PyObject_GC_Del(self);
        return NULL;
    }
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static PyObject *
frame_new_whole(PyObject *module, PyObject *code)
{
    frame *self = PyObject_GC_New(frame, &frame_type);

    if (self == NULL)
        return NULL;
    Py_INCREF(code);
    self->code = code;
    self->locals = PyObject_GetAttrString(code, "locals");
    if (self->locals == NULL) {
        Py_DECREF(self->code);
        PyObject_GC_Del(self);
        return NULL;
    }
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static void entry_free(entry *self)
{
    Py_XDECREF(self->key);
    Py_XDECREF(self->value);
    PyMem_Free(self);
}

static void entry_capsule_free(PyObject *capsule)
{
    entry_free(PyCapsule_GetPointer(capsule, "entry"));
}

static PyObject *
entry_new(PyObject *module, PyObject *key)
{
    entry *self = PyMem_Malloc(sizeof(*self));

    if (self == NULL)
        return PyErr_NoMemory();
    Py_INCREF(key);
    self->key = key;
    self->value = NULL;
    self->hash = PyObject_Hash(key);
    if (self->hash == -1) {
        PyMem_Free(self);
        return NULL;
    }
    return PyCapsule_New(self, "entry", entry_capsule_free);
}

static PyObject *
entry_new_whole(PyObject *module, PyObject *key)
{
    entry *self = PyMem_Malloc(sizeof(*self));
    PyObject *capsule;

    if (self == NULL)
        return PyErr_NoMemory();
    Py_INCREF(key);
    self->key = key;
    self->value = NULL;
    self->hash = PyObject_Hash(key);
    if (self->hash == -1) {
        PyMem_Free(self);
        Py_DECREF(key);
        return NULL;
    }
    capsule = PyCapsule_New(self, "entry", entry_capsule_free);
    if (capsule == NULL)
        entry_free(self);
    return capsule;
}

static int
frame_traverse(frame *self, visitproc visit, void *arg)
{
    Py_VISIT(self->code);
    Py_VISIT(self->locals);
    return 0;
}

static int
frame_clear(frame *self)
{
    Py_CLEAR(self->code);
    Py_CLEAR(self->locals);
    return 0;
}

static void
frame_dealloc(frame *self)
{
    PyObject_GC_UnTrack(self);
    frame_clear(self);
    PyObject_GC_Del(self);
}

static PyTypeObject frame_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "freed.frame", .tp_basicsize = sizeof(frame),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .tp_dealloc = (destructor)frame_dealloc,
    .tp_traverse = (traverseproc)frame_traverse, .tp_clear = (inquiry)frame_clear,
};

static int
freed_exec(PyObject *module)
{
    return PyType_Ready(&frame_type);
}

static PyMethodDef methods[] = {
    METHOD(frame_new, METH_O), METHOD(frame_new_whole, METH_O), METHOD(entry_new, METH_O), METHOD(entry_new_whole, METH_O), {NULL},
};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, freed_exec}, {0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "freed", NULL, 0, methods, slots};

PyMODINIT_FUNC
PyInit_freed(void)
{
    return PyModuleDef_Init(&definition);
}

/* refsan check
 * RS202 frame_new / frame_new_whole: Py_INCREF(code)
 * RS202 entry_new / entry_new_whole: Py_INCREF(key)
 */
