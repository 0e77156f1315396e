/* The state of a module by way of a helper; an object of the state whose reference the module takes over. */
#include "../module.h"

typedef struct {
    PyObject *error;
    PyObject *warning;
    PyObject *last;
} State;

static inline State *
get_state(PyObject *module)
{
    return (State *)PyModule_GetState(module);
}

static PyObject *
last(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    State *state = get_state(module);

    if (state->last == NULL)
        Py_RETURN_NONE;
    return state->last;
}

static PyObject *
last_owned(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    State *state = get_state(module);

    if (state->last == NULL)
        Py_RETURN_NONE;
    Py_INCREF(state->last);
    return state->last;
}

static PyObject *
keep(PyObject *module, PyObject *value)
{
    State *state = get_state(module);

    Py_INCREF(value);
    Py_XSETREF(state->last, value);
    Py_RETURN_NONE;
}

static int
add_error(PyObject *module)
{
    State *state = PyModule_GetState(module);

    state->error = PyErr_NewException("helped_state.Error", NULL, NULL);
    if (state->error == NULL)
        return -1;
    if (PyModule_AddObject(module, "Error", state->error) < 0) {
        Py_CLEAR(state->error);
        return -1;
    }
    return 0;
}

static int
add_warning(PyObject *module)
{
    State *state = PyModule_GetState(module);

    state->warning = PyErr_NewException("helped_state.Warning", NULL, NULL);
    if (state->warning == NULL)
        return -1;
    Py_INCREF(state->warning);
    if (PyModule_AddObject(module, "Warning", state->warning) < 0) {
        Py_DECREF(state->warning);
        return -1;
    }
    return 0;
}

static int
state_exec(PyObject *module)
{
    return add_error(module) < 0 || add_warning(module) < 0 ? -1 : 0;
}

static int
state_traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = get_state(module);

    Py_VISIT(state->error);
    Py_VISIT(state->warning);
    Py_VISIT(state->last);
    return 0;
}

static int
state_clear(PyObject *module)
{
    State *state = get_state(module);

    Py_CLEAR(state->error);
    Py_CLEAR(state->warning);
    Py_CLEAR(state->last);
    return 0;
}

static PyMethodDef methods[] = {METHOD(last, METH_NOARGS), METHOD(last_owned, METH_NOARGS), METHOD(keep, METH_O), {NULL}};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, state_exec}, {0, NULL}};
static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "helped_state", NULL, sizeof(State), methods, slots, state_traverse, state_clear, NULL,
};

PyMODINIT_FUNC
PyInit_helped_state(void)
{
    return PyModuleDef_Init(&definition);
}

/* refsan check
 * RS102 last / last_owned: return state->last
 * RS103 add_error / add_warning: PyErr_NewException || PyModule_AddObject
 */
