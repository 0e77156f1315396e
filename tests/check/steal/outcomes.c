/* Who owns the reference after a call that steals depends on what the call returned. */
#include "../module.h"

static int
add_on_failure(PyObject *module)
{
    PyObject *table = PyDict_New();

    if (table == NULL)
        return -1;
    if (PyModule_AddObject(module, "table", table) == 0)
        return 0;
    return -1;
}

static int
add_on_both(PyObject *module)
{
    PyObject *table = PyDict_New();

    if (table == NULL)
        return -1;
    if (PyModule_AddObject(module, "table", table) == 0)
        return 0;
    Py_DECREF(table);
    return -1;
}

static int
add_released(PyObject *module)
{
    PyObject *names = PyList_New(0);
    int status;

    if (names == NULL)
        return -1;
    status = PyModule_AddObject(module, "names", names);
    Py_DECREF(names);
    return status;
}

static int
add_if_failed(PyObject *module)
{
    PyObject *names = PyList_New(0);
    int status;

    if (names == NULL)
        return -1;
    status = PyModule_AddObject(module, "names", names);
    if (status < 0)
        Py_DECREF(names);
    return status;
}

static int
add_borrowed(PyObject *module)
{
    PyObject *modules = PyImport_GetModuleDict(); /* borrowed */

    return PyModule_AddObject(module, "modules", modules);
}

static int
add_borrowed_owned(PyObject *module)
{
    PyObject *modules = PyImport_GetModuleDict();

    Py_INCREF(modules);
    if (PyModule_AddObject(module, "modules", modules) < 0) {
        Py_DECREF(modules);
        return -1;
    }
    return 0;
}

static PyObject *
pack_pair(PyObject *self, PyObject *object)
{
    PyObject *text = PyObject_Str(object), *pair;

    if (text == NULL)
        return NULL;
    pair = Py_BuildValue("(Ni)", text, 1);
    if (pair == NULL) {
        Py_DECREF(text);
        return NULL;
    }
    return pair;
}

static PyObject *
pack_single(PyObject *self, PyObject *object)
{
    PyObject *text = PyObject_Str(object), *pair;

    if (text == NULL)
        return NULL;
    pair = Py_BuildValue("(Oi)", text, 1);
    if (pair == NULL) {
        Py_DECREF(text);
        return NULL;
    }
    Py_DECREF(text);
    return pair;
}

static PyObject *
pack_argument(PyObject *self, PyObject *object)
{
    return Py_BuildValue("iN", 7, object);
}

static PyObject *
pack_argument_owned(PyObject *self, PyObject *object)
{
    return Py_BuildValue("iNO", 7, Py_NewRef(object), object);
}

static PyObject *
pack_released(PyObject *self, PyObject *object)
{
    PyObject *kind = PyObject_Type(object), *result;

    if (!kind)
        return NULL;
    result = Py_BuildValue("{sN}", "kind", kind);
    Py_DECREF(kind);
    return result;
}

static PyObject *
pack_kept(PyObject *self, PyObject *object)
{
    PyObject *kind = PyObject_Type(object), *result;

    if (!kind)
        return NULL;
    result = Py_BuildValue("{sN}", "kind", Py_NewRef(kind));
    Py_DECREF(kind);
    return result;
}

static PyObject *
structured(PyObject *self, PyObject *type)
{
    PyObject *record = PyStructSequence_New((PyTypeObject *)type), *name;

    if (record == NULL)
        return NULL;
    name = PyUnicode_FromString("record");
    if (name == NULL) {
        Py_DECREF(record);
        return NULL;
    }
    PyStructSequence_SetItem(record, 0, name);
    Py_DECREF(name);
    return record;
}

static PyObject *
structured_whole(PyObject *self, PyObject *type)
{
    PyObject *record = PyStructSequence_New((PyTypeObject *)type), *name;

    if (record == NULL)
        return NULL;
    name = PyUnicode_FromString("record");
    if (name == NULL)
        Py_CLEAR(record);
    else
        PyStructSequence_SetItem(record, 0, name);
    return record;
}

static PyObject *
cell_of(PyObject *self, PyObject *value)
{
    PyObject *cell = PyCell_New(NULL);

    if (cell == NULL)
        return NULL;
    PyCell_SET(cell, value);
    return cell;
}

static PyObject *
cell_with(PyObject *self, PyObject *value)
{
    PyObject *cell = PyCell_New(NULL);

    if (cell == NULL)
        return NULL;
    if (PyCell_Set(cell, value) < 0) { /* the function, unlike the macro, takes its own reference */
        Py_DECREF(cell);
        return NULL;
    }
    return cell;
}

static PyMethodDef methods[] = {
    METHOD(pack_pair, METH_O), METHOD(pack_single, METH_O), METHOD(pack_argument, METH_O), METHOD(pack_argument_owned, METH_O),
    METHOD(pack_released, METH_O), METHOD(pack_kept, METH_O), METHOD(structured, METH_O), METHOD(structured_whole, METH_O),
    METHOD(cell_of, METH_O), METHOD(cell_with, METH_O), {NULL},
};

static PyModuleDef_Slot slots[] = {{Py_mod_exec, add_on_failure}, {Py_mod_exec, add_on_both}, {Py_mod_exec, add_released},
                                   {Py_mod_exec, add_if_failed}, {Py_mod_exec, add_borrowed}, {Py_mod_exec, add_borrowed_owned}, {0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "outcomes", NULL, 0, methods, slots};

PyMODINIT_FUNC
PyInit_outcomes(void)
{
    return PyModuleDef_Init(&definition);
}

/* refsan check
 * RS202 add_on_failure / add_on_both: PyDict_New
 * RS104 add_released / add_if_failed: Py_DECREF(names) || PyModule_AddObject
 * RS101|RS103 add_borrowed / add_borrowed_owned: PyModule_AddObject || PyImport_GetModuleDict
 * RS104 pack_pair / pack_single: Py_DECREF(text) || Py_BuildValue
 * RS101|RS103 pack_argument / pack_argument_owned: Py_BuildValue
 * RS104 pack_released / pack_kept: Py_DECREF(kind) || Py_BuildValue
 * RS104 structured / structured_whole: Py_DECREF(name) || PyStructSequence_SetItem
 * RS101|RS103 cell_of / cell_with: PyCell_SET
 */
