// Handles that own: destructors are plain calls, moves pass a reference on, copies take one.
#include "../module.h"
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

class Ref {
public:
    Ref() = default;
    explicit Ref(PyObject *owned) : object(owned) {}
    static Ref borrow(PyObject *object)
    {
        Py_XINCREF(object);
        return Ref(object);
    }
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
    explicit operator bool() const { return object != nullptr; }

private:
    PyObject *object = nullptr;
};

PyObject *
joined(PyObject *, PyObject *items)
{
    Ref comma(PyUnicode_FromString(", "));

    if (!comma)
        return nullptr;
    return Py_XNewRef(PyUnicode_Join(comma.get(), items));
}

PyObject *
joined_once(PyObject *, PyObject *items)
{
    Ref comma(PyUnicode_FromString(", "));

    return comma ? PyUnicode_Join(comma.get(), items) : nullptr;
}

PyObject *
first(PyObject *, PyObject *list)
{
    Ref item(PyList_GetItem(list, 0));

    return item.release();
}

PyObject *
first_borrowed(PyObject *, PyObject *list)
{
    Ref item = Ref::borrow(PyList_GetItem(list, 0));

    return item.release();
}

PyObject *
copied(PyObject *, PyObject *object)
{
    Ref text(PyObject_Str(object));
    PyObject *raw = text.get();

    return raw;
}

PyObject *
moved(PyObject *, PyObject *object)
{
    Ref text(PyObject_Str(object));
    Ref other = std::move(text);

    return other.release();
}

PyObject *
released_by_hand(PyObject *, PyObject *object)
{
    Ref type(PyObject_Type(object));
    PyObject *name = PyObject_GetAttrString(type.get(), "__name__");

    Py_DECREF(type.get());
    return name;
}

PyObject *
released_by_scope(PyObject *, PyObject *object)
{
    PyObject *name = nullptr;
    {
        Ref type(PyObject_Type(object));

        name = PyObject_GetAttrString(type.get(), "__name__");
    }
    return name;
}

PyObject *
packed(PyObject *, PyObject *object)
{
    Ref text(PyObject_Repr(object)), pair(PyTuple_New(1));

    if (!text || !pair)
        return nullptr;
    PyTuple_SET_ITEM(pair.get(), 0, text.get());
    return pair.release();
}

PyObject *
packed_released(PyObject *, PyObject *object)
{
    Ref text(PyObject_Repr(object)), pair(PyTuple_New(1));

    if (!text || !pair)
        return nullptr;
    PyTuple_SET_ITEM(pair.get(), 0, text.release());
    return pair.release();
}

PyObject *
forgotten(PyObject *, PyObject *object)
{
    Ref text(PyObject_Repr(object));

    if (!text)
        return nullptr;
    PyObject *kept = text.release();
    return PyLong_FromSsize_t(PyUnicode_GET_LENGTH(kept));
}

PyObject *
reset(PyObject *, PyObject *object)
{
    Ref text(PyObject_Repr(object));

    text = Ref(PyObject_Str(object)); // the old one goes in the parameter's destructor
    return text.release();
}

PyObject *
thrown(PyObject *, PyObject *items)
{
    PyObject *list = PySequence_List(items);

    if (list == nullptr)
        return nullptr;
    try {
        std::string text(static_cast<size_t>(PyList_GET_SIZE(list)), 'x');

        if (text.size() > 80)
            throw std::length_error("too long");
        Py_DECREF(list);
        return PyUnicode_FromString(text.c_str());
    } catch (const std::length_error &error) {
        PyErr_SetString(PyExc_ValueError, error.what());
        return nullptr;
    }
}

PyObject *
thrown_safely(PyObject *, PyObject *items)
{
    try {
        Ref list(PySequence_List(items));

        if (!list)
            return nullptr;
        if (PyList_GET_SIZE(list.get()) > 80)
            throw std::length_error("too long"); // unwinding destroys the handle
        return PyLong_FromSsize_t(PyList_GET_SIZE(list.get()));
    } catch (const std::length_error &error) {
        PyErr_SetString(PyExc_ValueError, error.what());
        return nullptr;
    }
}

PyMethodDef methods[] = {
    METHOD(joined, METH_O), METHOD(joined_once, METH_O), METHOD(first, METH_O), METHOD(first_borrowed, METH_O), METHOD(copied, METH_O),
    METHOD(moved, METH_O), METHOD(released_by_hand, METH_O), METHOD(released_by_scope, METH_O), METHOD(packed, METH_O),
    METHOD(packed_released, METH_O), METHOD(forgotten, METH_O), METHOD(reset, METH_O), METHOD(thrown, METH_O), METHOD(thrown_safely, METH_O),
    {nullptr, nullptr, 0, nullptr},
};

} // namespace

MODULE(handles, methods)

/* refsan check
 * RS201 joined / joined_once: PyUnicode_Join
 * RS102 first / first_borrowed: PyList_GetItem || return item.release()
 * RS101|RS102|RS105 copied / moved: return raw || PyObject_Str
 * RS101|RS105 released_by_hand / released_by_scope: Py_DECREF(type.get()) || PyObject_Type || return name || }
 * RS104|RS101|RS105 packed / packed_released: PyTuple_SET_ITEM || return pair.release() || PyObject_Repr || }
 * RS201 forgotten / reset: PyObject_Repr || text.release()
 * RS202|RS201 thrown / thrown_safely: PySequence_List
 */
