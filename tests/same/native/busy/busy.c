/* busy: takes and gives references in loops, with the GIL and between times without it; nothing is wrong with it. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* spin(objects, rounds): rotates the list through an array of the module's own; returns how many references moved. */
static PyObject *spin(PyObject *module, PyObject *args)
{
    PyObject *objects, **held;
    long round, rounds, moved = 0;
    Py_ssize_t i, n;

    if (!PyArg_ParseTuple(args, "O!l:spin", &PyList_Type, &objects, &rounds))
        return NULL;
    n = PyList_GET_SIZE(objects);
    held = PyMem_Calloc(n + 1, sizeof(*held));
    if (held == NULL)
        return PyErr_NoMemory();
    for (round = 0; round < rounds; round++) {
        for (i = 0; i < n && i < PyList_GET_SIZE(objects); i++) {
            PyObject *item = PyList_GET_ITEM(objects, i);

            Py_INCREF(item);
            Py_XSETREF(held[i], item);
            moved++;
        }
        if (round % 64 == 0) {
            Py_BEGIN_ALLOW_THREADS
            Py_END_ALLOW_THREADS
        }
    }
    for (i = 0; i < n; i++)
        Py_XDECREF(held[i]);
    PyMem_Free(held);
    return PyLong_FromLong(moved);
}

/* each(objects, function): what the function makes of each. */
static PyObject *each(PyObject *module, PyObject *args)
{
    PyObject *objects, *function, *iterator, *item, *result;

    if (!PyArg_ParseTuple(args, "OO:each", &objects, &function))
        return NULL;
    iterator = PyObject_GetIter(objects);
    result = PyList_New(0);
    while (iterator != NULL && result != NULL && (item = PyIter_Next(iterator)) != NULL) {
        PyObject *made = PyObject_CallFunctionObjArgs(function, item, NULL);

        Py_DECREF(item);
        if (made == NULL || PyList_Append(result, made) < 0)
            Py_CLEAR(result);
        Py_XDECREF(made);
    }
    Py_XDECREF(iterator);
    if (PyErr_Occurred())
        Py_CLEAR(result);
    return result;
}

static PyMethodDef methods[] = {
    {"spin", spin, METH_VARARGS, NULL}, {"each", each, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "busy", .m_size = -1, .m_methods = methods};

PyMODINIT_FUNC PyInit_busy(void)
{
    return PyModule_Create(&definition);
}
