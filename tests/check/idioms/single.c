/* Single-phase initialisation: the module object itself is lost on failure. */
#include "../module.h"

static PyObject *
ping(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {METHOD(ping, METH_NOARGS), {NULL}};
static struct PyModuleDef lossy = {PyModuleDef_HEAD_INIT, "lossy", NULL, -1, methods};
static struct PyModuleDef tidy = {PyModuleDef_HEAD_INIT, "tidy", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_lossy(void)
{
    PyObject *module = PyModule_Create(&lossy);

    if (module == NULL)
        return NULL;
    if (PyModule_AddIntConstant(module, "answer", 42) < 0)
        return NULL;
    return module;
}

PyMODINIT_FUNC
PyInit_tidy(void)
{
    PyObject *module = PyModule_Create(&tidy), *list;

    if (module == NULL)
        return NULL;
    list = PyList_New(0);
    if (PyModule_AddIntConstant(module, "answer", 42) < 0 || PyModule_AddObject(module, "list", list) < 0) {
        Py_XDECREF(list);
        Py_DECREF(module);
        return NULL;
    }
    return module;
}

/* refsan check
 * RS202 PyInit_lossy / PyInit_tidy: PyModule_Create
 */
