/* Types made by PyType_FromSpec: each instance owns a reference to its type. */
#include "../module.h"

typedef struct {
    PyObject_HEAD
    PyObject *content;
} Box;

static void
box_dealloc(PyObject *self)
{
    Py_CLEAR(((Box *)self)->content);
    Py_TYPE(self)->tp_free(self);
}

static void
crate_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self); /* to be read before the memory goes */

    Py_CLEAR(((Box *)self)->content);
    type->tp_free(self);
    Py_DECREF(type);
}

static void
chest_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);

    PyObject_GC_UnTrack(self);
    Py_CLEAR(((Box *)self)->content);
    release(self);
}

static void
trunk_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);

    PyObject_GC_UnTrack(self);
    Py_CLEAR(((Box *)self)->content);
    release(self);
    Py_DECREF(type);
}

static int
trunk_traverse(PyObject *self, visitproc visit, void *arg)
{
#if PY_VERSION_HEX >= 0x03090000
    Py_VISIT(Py_TYPE(self));
#endif
    Py_VISIT(((Box *)self)->content);
    return 0;
}

static int
trunk_clear(PyObject *self)
{
    Py_CLEAR(((Box *)self)->content);
    return 0;
}

static PyObject *
box_put(PyObject *self, PyObject *content)
{
    PyObject *old = ((Box *)self)->content;

    ((Box *)self)->content = Py_NewRef(content);
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

static PyMethodDef box_methods[] = {METHOD(box_put, METH_O), {NULL}};

static PyType_Slot box_slots[] = {{Py_tp_dealloc, box_dealloc}, {Py_tp_methods, box_methods}, {0, NULL}};
static PyType_Slot crate_slots[] = {{Py_tp_dealloc, crate_dealloc}, {Py_tp_methods, box_methods}, {0, NULL}};
static PyType_Slot chest_slots[] = {{Py_tp_dealloc, chest_dealloc}, {Py_tp_methods, box_methods}, {Py_tp_traverse, trunk_traverse},
                                    {Py_tp_clear, trunk_clear}, {0, NULL}};
static PyType_Slot trunk_slots[] = {{Py_tp_dealloc, trunk_dealloc}, {Py_tp_methods, box_methods}, {Py_tp_traverse, trunk_traverse},
                                    {Py_tp_clear, trunk_clear}, {0, NULL}};

static PyType_Spec box_spec = {.name = "heap.Box", .basicsize = sizeof(Box), .flags = Py_TPFLAGS_DEFAULT, .slots = box_slots};
static PyType_Spec crate_spec = {.name = "heap.Crate", .basicsize = sizeof(Box), .flags = Py_TPFLAGS_DEFAULT, .slots = crate_slots};
static PyType_Spec chest_spec = {.name = "heap.Chest", .basicsize = sizeof(Box), .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .slots = chest_slots};
static PyType_Spec trunk_spec = {.name = "heap.Trunk", .basicsize = sizeof(Box), .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, .slots = trunk_slots};

static int
add_type(PyObject *module, PyType_Spec *spec, const char *name)
{
    PyObject *type = PyType_FromSpec(spec);

    if (type == NULL)
        return -1;
    if (PyModule_AddObject(module, name, type) < 0) {
        Py_DECREF(type);
        return -1;
    }
    return 0;
}

static int
heap_exec(PyObject *module)
{
    if (add_type(module, &box_spec, "Box") < 0 || add_type(module, &crate_spec, "Crate") < 0)
        return -1;
    return add_type(module, &chest_spec, "Chest") < 0 ? -1 : add_type(module, &trunk_spec, "Trunk");
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, heap_exec}, {0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "heap", NULL, 0, NULL, slots};

PyMODINIT_FUNC
PyInit_heap(void)
{
    return PyModuleDef_Init(&definition);
}

/* refsan check
 * RS204 box_dealloc / crate_dealloc: box_dealloc || { || tp_free
 * RS204 chest_dealloc / trunk_dealloc: chest_dealloc || { || release(self) || Py_tp_free
 */
