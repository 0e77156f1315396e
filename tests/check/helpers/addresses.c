/* Addresses that are no names of objects: kept as numbers, of members, of memory that has moved. */
#include "../module.h"

typedef struct {
    uintptr_t bits;
} tagged;
static tagged kept[4];
extern void remember_number(uintptr_t number);

static tagged
tag(PyObject *object)
{
    tagged it;
    Py_INCREF(object);
    it.bits = (uintptr_t)object | 1;
    return it;
}

static PyObject *
keep_tagged(PyObject *self, PyObject *arg)
{
    kept[0] = tag(arg);
    Py_RETURN_NONE;
}

static PyObject *
keep_number(PyObject *self, PyObject *arg)
{
    Py_INCREF(arg);
    remember_number((uintptr_t)arg >> 3);
    Py_RETURN_NONE;
}

static PyObject *
compare_number(PyObject *self, PyObject *arg)
{
    Py_INCREF(arg);
    if ((uintptr_t)arg == kept[0].bits)
        Py_RETURN_TRUE;
    Py_RETURN_FALSE;
}

static PyObject *
handle(PyObject *self, PyObject *arg)
{
    Py_INCREF(arg);
    return PyLong_FromVoidPtr(arg);
}

static PyObject *
keep_nothing(PyObject *self, PyObject *arg)
{
    Py_INCREF(arg);
    return PyLong_FromLong(1);
}

/* the address of a member of an object is never NULL */
typedef struct {
    PyObject_VAR_HEAD
    long field[1];
} Set;
static PyTypeObject Set_type;

static PyObject *
united(PyObject *self, PyObject *arg)
{
    Set *result = NULL;
    long *field = NULL;
    Py_ssize_t size = PySequence_Size(arg);
    if (size < 0)
        return NULL;
    for (;;) {
        if (field != NULL)
            return (PyObject *)result;
        result = PyObject_NewVar(Set, &Set_type, size);
        if (result == NULL)
            return NULL;
        field = &result->field[0];
        for (Py_ssize_t i = 0; i < size; i++)
            *field++ = i;
    }
}

static PyObject *
united_again(PyObject *self, PyObject *arg)
{
    Set *result = NULL;
    Py_ssize_t size = PySequence_Size(arg);
    if (size < 0)
        return NULL;
    for (int round = 0; round < 2; round++) {
        result = PyObject_NewVar(Set, &Set_type, size);
        if (result == NULL)
            return NULL;
    }
    return (PyObject *)result;
}

static PyMethodDef methods[] = {METHOD(keep_tagged, METH_O), METHOD(keep_number, METH_O), METHOD(compare_number, METH_O),
                                METHOD(handle, METH_O), METHOD(keep_nothing, METH_O), METHOD(united, METH_O),
                                METHOD(united_again, METH_O), {NULL, NULL, 0, NULL}};
MODULE(addresses, methods)

/* refsan check
 * RS201 compare_number / keep_number: Py_INCREF(arg);
 * RS201 keep_nothing / handle: Py_INCREF(arg);
 * RS201 united_again / united: PyObject_NewVar
 */
