/* Multi-phase initialisation: the state of a module owns its objects; m_traverse and m_clear belong to it. */
#include "../module.h"

typedef struct {
    PyObject *error;
    PyObject *cache;
} State;

static int
state_exec(PyObject *module)
{
    State *state = PyModule_GetState(module);

    state->error = PyErr_NewException("state.Error", NULL, NULL);
    if (state->error == NULL)
        return -1;
    state->cache = PyDict_New();
    if (state->cache == NULL)
        return -1; /* m_clear will release the error */
    Py_INCREF(state->error);
    if (PyModule_AddObject(module, "Error", state->error) < 0) {
        Py_DECREF(state->error);
        return -1;
    }
    return 0;
}

static int
state_traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);

    Py_VISIT(state->error);
    Py_VISIT(state->cache);
    return 0;
}

static int
state_clear(PyObject *module)
{
    State *state = PyModule_GetState(module);

    Py_CLEAR(state->error);
    Py_CLEAR(state->cache);
    return 0;
}

static PyObject *
get_cache(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    return ((State *)PyModule_GetState(module))->cache;
}

static PyObject *
get_cache_owned(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    State *state = PyModule_GetState(module);

    return Py_NewRef(state->cache);
}

static PyObject *
set_cache(PyObject *module, PyObject *cache)
{
    State *state = PyModule_GetState(module);
    PyObject *old = state->cache;

    state->cache = cache;
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

static PyObject *
set_cache_owned(PyObject *module, PyObject *cache)
{
    State *state = PyModule_GetState(module);

    Py_INCREF(cache);
    Py_XSETREF(state->cache, cache);
    Py_RETURN_NONE;
}

static PyObject *
remember(PyObject *module, PyObject *key)
{
    State *state = PyModule_GetState(module);
    PyObject *stamp = PyObject_Repr(key);

    if (stamp == NULL || PyDict_SetItem(state->cache, key, stamp) < 0)
        return NULL;
    return Py_NewRef(stamp);
}

static PyObject *
remember_once(PyObject *module, PyObject *key)
{
    State *state = PyModule_GetState(module);
    PyObject *stamp = PyObject_Repr(key);

    if (stamp != NULL && PyDict_SetItem(state->cache, key, stamp) < 0)
        Py_CLEAR(stamp);
    return stamp;
}

static PyMethodDef methods[] = {
    METHOD(get_cache, METH_NOARGS), METHOD(get_cache_owned, METH_NOARGS), METHOD(set_cache, METH_O), METHOD(set_cache_owned, METH_O),
    METHOD(remember, METH_O), METHOD(remember_once, METH_O), {NULL},
};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, state_exec}, {0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "modstate", NULL, sizeof(State), methods, slots, state_traverse, state_clear, NULL};

PyMODINIT_FUNC
PyInit_modstate(void)
{
    return PyModuleDef_Init(&definition);
}

/* refsan check
 * RS102 get_cache / get_cache_owned: PyModule_GetState
 * RS103 set_cache / set_cache_owned: state->cache = cache
 * RS201 remember / remember_once: PyObject_Repr || Py_NewRef
 */
