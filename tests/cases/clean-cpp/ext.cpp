// References in C++ clothes: a smart pointer that moves, containers of it, and exceptions that unwind through them.
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

class Ref {
public:
    explicit Ref(PyObject *stolen = nullptr) : object(stolen) {}
    Ref(const Ref &other) : object(other.object) { Py_XINCREF(object); }
    Ref(Ref &&other) noexcept : object(std::exchange(other.object, nullptr)) {}
    Ref &operator=(Ref other) noexcept
    {
        std::swap(object, other.object);
        return *this;
    }
    ~Ref() { Py_XDECREF(object); }
    PyObject *get() const { return object; }
    PyObject *release() { return std::exchange(object, nullptr); }

private:
    PyObject *object;
};

Ref checked(PyObject *result)
{
    if (result == nullptr)
        throw std::runtime_error("the API failed");
    return Ref(result);
}

std::vector<Ref> collect(PyObject *iterable)
{
    std::vector<Ref> items;
    Ref iterator = checked(PyObject_GetIter(iterable));

    while (PyObject *item = PyIter_Next(iterator.get()))
        items.emplace_back(item);
    if (PyErr_Occurred())
        throw std::runtime_error("the iterator failed");
    return items;
}

PyObject *reversed(PyObject *, PyObject *iterable)
{
    try {
        std::vector<Ref> items = collect(iterable), copy = items;
        Ref list = checked(PyList_New(static_cast<Py_ssize_t>(items.size())));
        Py_ssize_t at = 0;
        while (!items.empty()) {
            PyList_SET_ITEM(list.get(), at++, items.back().release());
            items.pop_back();
        }
        return list.release();
    } catch (const std::exception &) {
        return nullptr;
    }
}

PyMethodDef methods[] = {{"reversed", reversed, METH_O, nullptr}, {nullptr, nullptr, 0, nullptr}};
PyModuleDef definition = {PyModuleDef_HEAD_INIT, "ext", nullptr, -1, methods, nullptr, nullptr, nullptr, nullptr};

}  // namespace

PyMODINIT_FUNC PyInit_ext(void)
{
    return PyModule_Create(&definition);
}
