/* What the programs of this folder share: the frame of a module around its method table, and Py_NewRef where the
 * headers do not have it yet (up to 3.9), as many extensions define it. */
#pragma once
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

#if PY_VERSION_HEX < 0x030A0000
static inline PyObject *
compat_new_ref(PyObject *object)
{
    Py_INCREF(object);
    return object;
}

static inline PyObject *
compat_xnew_ref(PyObject *object)
{
    Py_XINCREF(object);
    return object;
}
#define Py_NewRef(object) compat_new_ref((PyObject *)(object))
#define Py_XNewRef(object) compat_xnew_ref((PyObject *)(object))
#endif

#define METHOD(function, flags) {#function, (PyCFunction)(void (*)(void))function, flags, NULL}
#define MODULE(name, methods)                                                                       \
    static struct PyModuleDef name##_module = {PyModuleDef_HEAD_INIT, #name, NULL, 0, methods};     \
    PyMODINIT_FUNC PyInit_##name(void)                                                              \
    {                                                                                               \
        return PyModuleDef_Init(&name##_module);                                                    \
    }
