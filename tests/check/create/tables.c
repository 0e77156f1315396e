/* Functions of a capsule's table: numpy's, as its generated header calls them, and those of datetime.h. */
#include "../module.h"
#include <datetime.h>

static void **PyArray_API; /* filled by import_array() */
#define PyArray_Type (*(PyTypeObject *)PyArray_API[2])
#define PyArray_Check(object) PyObject_TypeCheck(object, &PyArray_Type)
#define PyArray_NewCopy (*(PyObject * (*)(PyObject *, int)) PyArray_API[85])

static PyObject *
partitioned(PyObject *self, PyObject *args)
{
    PyObject *array;
    int at;

    if (!PyArg_ParseTuple(args, "Oi", &array, &at))
        return NULL;
    array = PyArray_NewCopy(array, -1);
    if (array == NULL)
        return NULL;
    if (at < 0) {
        PyErr_Format(PyExc_ValueError, "%d is no place", at);
        return NULL;
    }
    return array;
}

static PyObject *
partitioned_at(PyObject *self, PyObject *args)
{
    PyObject *array;
    int at;

    if (!PyArg_ParseTuple(args, "Oi", &array, &at))
        return NULL;
    if (at < 0)
        return PyErr_Format(PyExc_ValueError, "%d is no place", at);
    return PyArray_NewCopy(array, -1);
}

/* what numpy brings is an array, what it is given may be none */
static PyObject *
copied(PyObject *self, PyObject *object)
{
    PyObject *array = PyArray_NewCopy(object, -1);

    if (array == NULL)
        return NULL;
    if (!PyArray_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "an array is needed");
        return NULL;
    }
    return array;
}

static PyObject *
copied_checked(PyObject *self, PyObject *object)
{
    PyObject *array = PyArray_NewCopy(object, -1);

    if (!PyArray_Check(array)) {
        PyErr_SetString(PyExc_TypeError, "an array is needed");
        return NULL;
    }
    return array;
}

static PyObject *
add_day(PyObject *self, PyObject *date)
{
    PyObject *day = PyDelta_FromDSU(1, 0, 0);

    if (day == NULL)
        return NULL;
    return PyNumber_Add(date, day);
}

static PyObject *
add_days(PyObject *self, PyObject *date)
{
    PyObject *day = PyDelta_FromDSU(2, 0, 0), *sum;

    if (day == NULL)
        return NULL;
    sum = PyNumber_Add(date, day);
    Py_DECREF(day);
    return sum;
}

static int
ready(PyObject *module)
{
    PyDateTime_IMPORT;
    return PyDateTimeAPI == NULL ? -1 : 0;
}

static PyMethodDef methods[] = {
    METHOD(partitioned, METH_VARARGS), METHOD(partitioned_at, METH_VARARGS), METHOD(add_day, METH_O), METHOD(add_days, METH_O),
    METHOD(copied, METH_O), METHOD(copied_checked, METH_O), {NULL},
};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, ready}, {0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "tables", NULL, 0, methods, slots};

PyMODINIT_FUNC
PyInit_tables(void)
{
    return PyModuleDef_Init(&definition);
}

/* refsan check
 * RS202 partitioned / partitioned_at: PyArray_NewCopy
 * RS202 copied / copied_checked: PyArray_NewCopy
 * RS201 add_day / add_days: PyDelta_FromDSU
 */
