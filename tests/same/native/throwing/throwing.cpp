// throwing: C++ exceptions that unwind through frames with references in them, and through Python in between.
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdexcept>
#include <string>

namespace {

struct PythonError : std::exception {
};

struct Held {
    PyObject *object;
    explicit Held(PyObject *borrowed) : object(borrowed) { Py_INCREF(object); }
    Held(const Held &) = delete;
    ~Held() { Py_DECREF(object); }
};

__attribute__((noinline)) long descend(PyObject *list, long depth, PyObject *function)
{
    Held held(list);
    Py_ssize_t at = depth % PyList_GET_SIZE(list);
    Held item(PyList_GET_ITEM(list, at));

    if (depth == 0) {
        PyObject *result = PyObject_CallFunctionObjArgs(function, item.object, nullptr);
        if (result == nullptr)
            throw PythonError();
        Py_DECREF(result);
        return 1;
    }
    if (depth % 7 == 3) {
        try {
            return 1 + descend(list, depth - 1, function);
        } catch (const std::out_of_range &) {
            return -depth;
        }
    }
    return 1 + descend(list, depth - 1, function);
}

PyObject *dive(PyObject *, PyObject *args)
{
    PyObject *list, *function;
    long depth;

    if (!PyArg_ParseTuple(args, "O!lO:dive", &PyList_Type, &list, &depth, &function))
        return nullptr;
    try {
        return PyLong_FromLong(descend(list, depth, function));
    } catch (const PythonError &) {
        return nullptr;
    }
}

PyObject *fall(PyObject *, PyObject *text)
{
    Held held(text);
    throw std::runtime_error("nobody catches this");
}

PyMethodDef methods[] = {
    {"dive", dive, METH_VARARGS, nullptr}, {"fall", fall, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};
PyModuleDef definition = {PyModuleDef_HEAD_INIT, "throwing", nullptr, -1, methods, nullptr, nullptr, nullptr, nullptr};

}  // namespace

PyMODINIT_FUNC PyInit_throwing(void)
{
    return PyModule_Create(&definition);
}
