// Parses numbers; a C++ exception leaves the function before the release.
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdexcept>
#include <string>

namespace {

long measure(PyObject *text)
{
    Py_ssize_t size;
    const char *bytes = PyUnicode_AsUTF8AndSize(text, &size);

    if (bytes == nullptr || size > 6)
        throw std::length_error("too long");
    return static_cast<long>(size);
}

PyObject *width(PyObject *, PyObject *object)
{
    PyObject *text = nullptr;

    try {
        text = PyObject_Str(object);  // culprit
        if (text == nullptr)
            return nullptr;
        long size = measure(text);
        Py_DECREF(text);
        return PyLong_FromLong(size);
    } catch (const std::length_error &e) {  // belief
#ifdef FIXED
        Py_DECREF(text);
#endif
        PyErr_SetString(PyExc_ValueError, e.what());
        return nullptr;
    }
}

PyMethodDef methods[] = {{"width", width, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};
PyModuleDef definition = {PyModuleDef_HEAD_INIT, "ext", nullptr, -1, methods, nullptr, nullptr, nullptr, nullptr};

}  // namespace

PyMODINIT_FUNC PyInit_ext(void)
{
    return PyModule_Create(&definition);
}
