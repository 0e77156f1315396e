/* What the import has put into a global, or else has failed: who asks all the same finds it there. */
#include "../module.h"

static PyObject *needed, *wanted, *later;

/* the import goes on without it */
static PyObject *
dump_wanted(PyObject *self, PyObject *object)
{
    if (wanted == NULL)
        return NULL;
    return PyObject_CallMethod(wanted, "dumps", "O", object);
}

static PyObject *
dump_needed(PyObject *self, PyObject *object)
{
    if (needed == NULL)
        return NULL;
    return PyObject_CallMethod(needed, "dumps", "O", object);
}

/* filled when it is first used */
static PyObject *
dump_later(PyObject *self, PyObject *object)
{
    if (later == NULL)
        return NULL;
    return PyObject_CallMethod(later, "dumps", "O", object);
}

static PyObject *
prepare(PyObject *self, PyObject *ignored)
{
    PyObject *module = PyImport_ImportModule("json");

    if (module == NULL)
        return NULL;
    Py_XSETREF(later, module);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {METHOD(dump_wanted, METH_O),
                                METHOD(dump_needed, METH_O),
                                METHOD(dump_later, METH_O),
                                METHOD(prepare, METH_NOARGS),
                                {NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "imported", NULL, -1, methods};

static int
load(void)
{
    needed = PyImport_ImportModule("json");
    if (needed == NULL)
        return -1;
    wanted = PyImport_ImportModule("simplejson");
    if (wanted == NULL)
        PyErr_Clear();
    return 0;
}

PyMODINIT_FUNC
PyInit_imported(void)
{
    PyObject *module = PyModule_Create(&definition);

    if (module == NULL)
        return NULL;
    if (load() < 0) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}

/* refsan check
 * RS302 dump_wanted / dump_needed: return NULL || wanted == NULL
 * RS302 dump_later / dump_needed: return NULL || later == NULL
 */
