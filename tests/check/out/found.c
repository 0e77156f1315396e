/* What PyDict_SetDefaultRef hands over whether the key was there or not (3.13). */
#include "../module.h"

#if PY_VERSION_HEX >= 0x030D0000
static PyObject *table;

static PyObject *
intern(PyObject *module, PyObject *object)
{
    PyObject *key = PyObject_Str(object), *kept;
    int found;

    if (key == NULL)
        return NULL;
    found = PyDict_SetDefaultRef(table, key, key, &kept);
    if (found < 0) {
        Py_DECREF(key);
        return NULL;
    }
    if (found) {
        Py_DECREF(key);
        return kept;
    }
    return key;
}

static PyObject *
intern_once(PyObject *module, PyObject *object)
{
    PyObject *key = PyObject_Str(object), *kept;

    if (key == NULL)
        return NULL;
    if (PyDict_SetDefaultRef(table, key, key, &kept) < 0) {
        Py_DECREF(key);
        return NULL;
    }
    Py_DECREF(key);
    return kept;
}

static PyMethodDef methods[] = {METHOD(intern, METH_O), METHOD(intern_once, METH_O), {NULL}};
#else
static PyMethodDef methods[] = {{NULL}};
#endif
MODULE(found, methods)

/* refsan check
 * RS201 intern / intern_once [3.13..]: PyDict_SetDefaultRef
 */
