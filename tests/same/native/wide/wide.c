/* wide: calls of variadic functions with more arguments than anybody writes by hand; generators do (Cython packs constants so). */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define TEN(x) x, x, x, x, x, x, x, x, x, x
#define SEVENTY(x) TEN(x), TEN(x), TEN(x), TEN(x), TEN(x), TEN(x), TEN(x)
#define TEN_PLACES(at) at, (at) + 1, (at) + 2, (at) + 3, (at) + 4, (at) + 5, (at) + 6, (at) + 7, (at) + 8, (at) + 9

/* pack(object): a tuple with 70 times the object, by PyTuple_Pack. */
static PyObject *pack(PyObject *module, PyObject *object)
{
    return PyTuple_Pack(70, SEVENTY(object));
}

/* build(object): the same with numbers between, by Py_BuildValue. */
static PyObject *build(PyObject *module, PyObject *object)
{
    return Py_BuildValue("OOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOOi", SEVENTY(object), 70);
}

/* call(function, object): function(object, ... 70 times), by PyObject_CallFunctionObjArgs. */
static PyObject *call(PyObject *module, PyObject *args)
{
    PyObject *function, *object;

    if (!PyArg_ParseTuple(args, "OO:call", &function, &object))
        return NULL;
    return PyObject_CallFunctionObjArgs(function, SEVENTY(object), NULL);
}

/* parse(*numbers): the sum of 70 numbers, by PyArg_ParseTuple. */
static PyObject *parse(PyObject *module, PyObject *args)
{
    long n[70], sum = 0;

    if (!PyArg_ParseTuple(args, "llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll:parse", TEN_PLACES(n), TEN_PLACES(n + 10), TEN_PLACES(n + 20),
                          TEN_PLACES(n + 30), TEN_PLACES(n + 40), TEN_PLACES(n + 50), TEN_PLACES(n + 60)))
        return NULL;
    for (int i = 0; i < 70; i++)
        sum += n[i];
    return PyLong_FromLong(sum);
}

/* text(object): the object forty times in words, by PyUnicode_FromFormat. */
static PyObject *text(PyObject *module, PyObject *object)
{
    return PyUnicode_FromFormat("%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S%S", TEN(object), TEN(object), TEN(object), TEN(object));
}

static PyMethodDef methods[] = {
    {"pack", pack, METH_O, NULL}, {"build", build, METH_O, NULL}, {"call", call, METH_VARARGS, NULL},
    {"parse", parse, METH_VARARGS, NULL}, {"text", text, METH_O, NULL}, {NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "wide", NULL, 0, methods};

PyMODINIT_FUNC PyInit_wide(void)
{
    return PyModule_Create(&definition);
}
