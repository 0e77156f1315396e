/* A structure that keeps an object as a number, and an address inside of it beside it. */
#include <Python.h>
#include <stdint.h>

struct export {
    long value;
    const void *digits;
    uintptr_t reserved;
};

static void export_number(PyObject *number, struct export *export)
{
    int overflow;

    export->value = PyLong_AsLongAndOverflow(number, &overflow);
    export->digits = NULL;
    export->reserved = 0;
    if (overflow != 0) {
        Py_INCREF(number);
        export->digits = (const char *)number + sizeof(PyVarObject);
        export->reserved = (uintptr_t)number;
    }
}

static void free_export(struct export *export)
{
    PyObject *number = (PyObject *)export->reserved;

    if (number != NULL) {
        export->reserved = 0;
        Py_DECREF(number);
    }
}

static PyObject *is_large(PyObject *self, PyObject *number)
{
    struct export export;

    export_number(number, &export);
    if (export.digits == NULL)
        Py_RETURN_FALSE;
    free_export(&export);
    Py_RETURN_TRUE;
}

static PyObject *is_huge(PyObject *self, PyObject *number)
{
    struct export export;

    export_number(number, &export);
    if (export.digits == NULL)
        Py_RETURN_FALSE;
    Py_RETURN_TRUE;
}

static PyMethodDef methods[] = {
    {"is_large", is_large, METH_O, NULL},
    {"is_huge", is_huge, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "number", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_number(void)
{
    return PyModule_Create(&definition);
}

/* refsan check
 * RS201 is_huge / is_large: export_number(number, &export)
 */
