// Methods that a binding library calls: arguments kept in handles, which own nothing, and in objects, which do. What stands in the
// namespace is the part of pybind11 that matters here.
#include "../module.h"
#include <utility>
#include <vector>

namespace pybind11 {

class handle {
public:
    handle() = default;
    handle(PyObject *pointer) : m_ptr(pointer) {}
    PyObject *ptr() const { return m_ptr; }
    bool is_none() const { return m_ptr == Py_None; }

protected:
    PyObject *m_ptr = nullptr;
};

class object : public handle {
public:
    object() = default;
    object(const object &other) : handle(other) { Py_XINCREF(m_ptr); }
    object(object &&other) noexcept : handle(other) { other.m_ptr = nullptr; }
    object &operator=(const object &other)
    {
        Py_XINCREF(other.m_ptr);
        Py_XDECREF(std::exchange(m_ptr, other.m_ptr));
        return *this;
    }
    ~object() { Py_XDECREF(m_ptr); }
};

class function : public object {};

} // namespace pybind11

namespace py = pybind11;

class Signal {
public:
    void connect(py::function callback) { handles.push_back(callback); }
    void join(py::function callback) { objects.push_back(callback); }
    void choose(const py::object &callback)
    {
        if (!callback.is_none())
            chosen = callback;
    }
    void prefer(const py::object &callback)
    {
        preferred = callback;
        chosen = callback; // the object beside it owns what the handle points to
    }
    void add(const py::object &callback) { handles.push_back(callback); } // for C++ alone: its callers own
    void relay() { add(preferred); }

private:
    std::vector<py::handle> handles;
    std::vector<py::object> objects;
    py::handle chosen;
    py::object preferred;
};

struct Bound {
    void (Signal::*takes_function)(py::function);
    void (Signal::*takes_object)(const py::object &);
    void (Signal::*takes_nothing)();
};

extern const Bound bound[];
const Bound bound[] = {{&Signal::connect, &Signal::choose, nullptr}, {&Signal::join, &Signal::prefer, &Signal::relay}};

static PyMethodDef methods[] = {{nullptr, nullptr, 0, nullptr}};
MODULE(bound, methods)

/* refsan check
 * RS103 connect / join: push_back(callback)
 * RS103 choose / prefer: chosen = callback
 */
