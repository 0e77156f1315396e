/* What sys.modules holds stays there while code runs; what another dictionary holds need not. */
#include "../module.h"

static PyObject *registry;

static PyObject *
enable(PyObject *self, PyObject *hook)
{
    PyObject *modules = PyImport_GetModuleDict(), *module, *done;
    module = PyDict_GetItemString(modules, "modules");
    if (module == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "not imported");
        return NULL;
    }
    done = PyObject_CallFunctionObjArgs(hook, NULL);
    if (done == NULL)
        return NULL;
    Py_DECREF(done);
    return PyObject_GetAttrString(module, "enabled");
}

static PyObject *
enable_registered(PyObject *self, PyObject *hook)
{
    PyObject *module, *done;
    module = PyDict_GetItemString(registry, "modules");
    if (module == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "not registered");
        return NULL;
    }
    done = PyObject_CallFunctionObjArgs(hook, NULL);
    if (done == NULL)
        return NULL;
    Py_DECREF(done);
    return PyObject_GetAttrString(module, "enabled");
}

static PyMethodDef methods[] = {METHOD(enable, METH_O), METHOD(enable_registered, METH_O), {NULL, NULL, 0, NULL}};
MODULE(modules, methods)

/* refsan check
 * RS106 enable_registered / enable: PyObject_GetAttrString(module, "enabled")
 */
