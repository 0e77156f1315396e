/* The few places of numpy's table of functions that the cases use (numpy's headers need not be there). */
#include "ext.h"

enum { NUMPY_TYPE = 2, NUMPY_FROM_TYPE = 45, NUMPY_RETURN = 76, NUMPY_NEW = 93, NUMPY_NEW_FROM_DESCR = 94, NUMPY_DOUBLE = 12 };
typedef PyObject *numpy_from_type(int type);
typedef PyObject *numpy_new(PyTypeObject *, int, const Py_ssize_t *, int, const Py_ssize_t *, void *, int, int, PyObject *);
typedef PyObject *numpy_new_from_descr(PyTypeObject *, PyObject *, int, const Py_ssize_t *, const Py_ssize_t *, void *, int, PyObject *);

static void **numpy;

/* What import_array does. */
static int numpy_fetch(void)
{
    PyObject *module = PyImport_ImportModule("numpy._core._multiarray_umath"), *capsule;

    if (module == NULL) {
        PyErr_Clear();
        module = PyImport_ImportModule("numpy.core._multiarray_umath"); /* 1.x */
    }
    capsule = module != NULL ? PyObject_GetAttrString(module, "_ARRAY_API") : NULL;
    Py_XDECREF(module);
    if (capsule != NULL)
        numpy = PyCapsule_GetPointer(capsule, NULL);
    Py_XDECREF(capsule);
    return numpy != NULL ? 0 : -1;
}
