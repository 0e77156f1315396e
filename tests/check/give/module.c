/* What a module's exec function makes and adds: PyModule_AddObject takes the reference on success only. */
#include "../module.h"

static int
exec_unchecked(PyObject *module)
{
    PyObject *limit = PyLong_FromLong(65536);

    if (limit == NULL)
        return -1;
    if (PyModule_AddObject(module, "LIMIT", limit) < 0)
        return -1;
    return PyModule_AddIntConstant(module, "STEP", 4);
}

static int
exec_checked(PyObject *module)
{
    PyObject *limit = PyLong_FromLong(65536);

    if (limit == NULL)
        return -1;
    if (PyModule_AddObject(module, "LIMIT", limit) < 0) {
        Py_DECREF(limit);
        return -1;
    }
    return PyModule_AddStringConstant(module, "NAME", "checked");
}

static int
exec_ref(PyObject *module)
{
    PyObject *error = PyErr_NewException("exec.Error", NULL, NULL);

    if (error == NULL)
        return -1;
#if PY_VERSION_HEX >= 0x030A0000
    return PyModule_AddObjectRef(module, "Error", error);
#else
    return PyObject_SetAttrString(module, "Error", error);
#endif
}

static PyObject *ParseError;

static int
exec_global(PyObject *module)
{
    ParseError = PyErr_NewException("exec.ParseError", PyExc_ValueError, NULL);
    if (ParseError == NULL)
        return -1;
    Py_INCREF(ParseError); /* one for the global, one for the module */
    if (PyModule_AddObject(module, "ParseError", ParseError) < 0) {
        Py_DECREF(ParseError);
        Py_CLEAR(ParseError);
        return -1;
    }
    return 0;
}

static PyObject *
raise_parse(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyErr_SetString(ParseError, "nothing there");
    return NULL;
}

static PyMethodDef methods[] = {METHOD(raise_parse, METH_NOARGS), {NULL}};

static int
exec_dict(PyObject *module)
{
    PyObject *dict = PyModule_GetDict(module), *codes; /* dict is borrowed */

    if (dict == NULL || (codes = PyDict_New()) == NULL)
        return -1;
    return PyDict_SetItemString(dict, "codes", codes);
}

static int
exec_dict_released(PyObject *module)
{
    PyObject *dict = PyModule_GetDict(module), *codes;
    int status;

    if (dict == NULL || (codes = PyDict_New()) == NULL)
        return -1;
    status = PyDict_SetItemString(dict, "codes", codes);
    Py_DECREF(codes);
    return status;
}

#define EXEC(function) {Py_mod_exec, function}
static PyModuleDef_Slot slots[] = {EXEC(exec_unchecked), EXEC(exec_checked), EXEC(exec_ref), EXEC(exec_global),
                                   EXEC(exec_dict), EXEC(exec_dict_released), {0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "givemodule", NULL, 0, methods, slots};

PyMODINIT_FUNC
PyInit_givemodule(void)
{
    return PyModuleDef_Init(&definition);
}

/* refsan check
 * RS202 exec_unchecked / exec_checked: PyLong_FromLong(65536) || PyModule_AddObject
 * RS201 exec_ref / exec_global: PyErr_NewException("exec.Error"
 * RS201 exec_dict / exec_dict_released: PyDict_New
 */
