// A member of a template in a namespace that is released before it is replaced: where an object leads to the instance, code
// that the release runs may come across it; where all instances are local variables it does not.
#include <Python.h>

namespace holding {

template <typename T> class Seen {
    PyObject *held = nullptr;
    T extent = 0;

public:
    void keep(PyObject *object, T size)
    {
        Py_XDECREF(held);
        Py_INCREF(object);
        held = object;
        extent = size;
    }
    void drop() { Py_CLEAR(held); }
    T size() const { return extent; }
};

template <typename T> class Local {
    PyObject *held = nullptr;
    T extent = 0;

public:
    ~Local() { Py_XDECREF(held); }
    void hold(PyObject *object, T size)
    {
        Py_XDECREF(held);
        Py_INCREF(object);
        held = object;
        extent = size;
    }
    T size() const { return extent; }
};

} // namespace holding

struct Box {
    PyObject_HEAD
    holding::Seen<double> value;
};

static PyObject *box_set(Box *self, PyObject *object)
{
    self->value.keep(object, 2.0);
    Py_RETURN_NONE;
}

static PyObject *box_size(Box *self, PyObject *object)
{
    holding::Local<double> local;

    local.hold(object, 3.0);
    return PyFloat_FromDouble(local.size() + self->value.size());
}

static void box_dealloc(Box *self)
{
    self->value.drop();
    Py_TYPE(self)->tp_free(reinterpret_cast<PyObject *>(self));
}

static PyMethodDef box_methods[] = {{"set", reinterpret_cast<PyCFunction>(box_set), METH_O, nullptr},
                                    {"size", reinterpret_cast<PyCFunction>(box_size), METH_O, nullptr},
                                    {nullptr, nullptr, 0, nullptr}};

PyTypeObject Box_Type = [] {
    PyTypeObject type = {PyVarObject_HEAD_INIT(nullptr, 0)};
    type.tp_name = "seen.Box";
    type.tp_basicsize = sizeof(Box);
    type.tp_dealloc = reinterpret_cast<destructor>(box_dealloc);
    type.tp_methods = box_methods;
    return type;
}();

/* refsan check
 * RS107 keep / hold: Py_XDECREF(held)
 */
