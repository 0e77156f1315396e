// Borrowed results made objects that own. What stands in the namespace is the part of pybind11 that matters here.
#include "../module.h"
#include <utility>

namespace pybind11 {

class handle {
public:
    handle() = default;
    handle(PyObject *pointer) : m_ptr(pointer) {}
    PyObject *ptr() const { return m_ptr; }

protected:
    PyObject *m_ptr = nullptr;
};

class object : public handle {
public:
    struct borrowed_t {};
    struct stolen_t {};
    object() = default;
    object(handle h, borrowed_t) : handle(h) { Py_XINCREF(m_ptr); }
    object(handle h, stolen_t) : handle(h) {}
    object(const object &other) : handle(other) { Py_XINCREF(m_ptr); }
    object(object &&other) noexcept : handle(other) { other.m_ptr = nullptr; }
    ~object() { Py_XDECREF(m_ptr); }
    handle release() { return handle(std::exchange(m_ptr, nullptr)); }
};

template <typename T> T reinterpret_borrow(handle h) { return {h, object::borrowed_t{}}; }
template <typename T> T reinterpret_steal(handle h) { return {h, object::stolen_t{}}; }

} // namespace pybind11

namespace py = pybind11;

static py::object find_item(PyObject *dict, PyObject *key)
{
    PyObject *item = PyDict_GetItemWithError(dict, key);
    return item ? py::reinterpret_steal<py::object>(item) : py::object();
}

static py::object find_lent(PyObject *dict, PyObject *key)
{
    PyObject *item = PyDict_GetItemWithError(dict, key);
    return item ? py::reinterpret_borrow<py::object>(item) : py::object();
}

static py::object text_of(PyObject *value) { return py::reinterpret_steal<py::object>(PyObject_Str(value)); }

static PyObject *find(PyObject *, PyObject *args)
{
    PyObject *dict, *key;

    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &key))
        return nullptr;
    py::object found = find_item(dict, key), lent = find_lent(dict, key), text = text_of(key);
    return PyBool_FromLong(found.ptr() == lent.ptr() && text.ptr() != nullptr);
}

static PyMethodDef methods[] = {METHOD(find, METH_VARARGS), {nullptr, nullptr, 0, nullptr}};
MODULE(stolen, methods)

/* refsan check
 * RS103 find_item / find_lent: reinterpret_steal || PyDict_GetItemWithError
 * may RS101 find: find_item
 */
