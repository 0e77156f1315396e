// Handles with a fault of their own: the copy that takes no reference, the assignment that drops none.
#include "../module.h"

namespace {

struct Careless {
    PyObject *object;

    explicit Careless(PyObject *owned) : object(owned) {}
    Careless(const Careless &other) = default;
    ~Careless() { Py_XDECREF(object); }
};

struct Careful {
    PyObject *object;

    explicit Careful(PyObject *owned) : object(owned) {}
    Careful(const Careful &other) : object(other.object) { Py_XINCREF(object); }
    Careful &operator=(const Careful &) = delete;
    ~Careful() { Py_XDECREF(object); }
};

PyObject *
careless_text(PyObject *, PyObject *object)
{
    Careless text(PyObject_Str(object));
    Careless copy(text);

    return copy.object ? PyObject_Repr(copy.object) : nullptr;
}

PyObject *
careful_text(PyObject *, PyObject *object)
{
    Careful text(PyObject_Str(object));
    Careful copy(text);

    return copy.object ? PyObject_Repr(copy.object) : nullptr;
}

struct Slot {
    PyObject *object = nullptr;

    void put(PyObject *value) // takes a reference of its own, and loses the old one
    {
        Py_XINCREF(value);
        object = value;
    }
    void replace(PyObject *value)
    {
        Py_XINCREF(value);
        Py_XSETREF(object, value);
    }
    ~Slot() { Py_XDECREF(object); }
};

PyObject *
put_twice(PyObject *, PyObject *args)
{
    PyObject *a, *b;
    Slot slot;

    if (!PyArg_ParseTuple(args, "OO", &a, &b))
        return nullptr;
    slot.put(a);
    slot.put(b);
    return PyObject_Repr(slot.object);
}

PyObject *
replace_twice(PyObject *, PyObject *args)
{
    PyObject *a, *b;
    Slot slot;

    if (!PyArg_ParseTuple(args, "OO", &a, &b))
        return nullptr;
    slot.replace(a);
    slot.replace(b);
    return PyObject_Repr(slot.object);
}

PyMethodDef methods[] = {
    METHOD(careless_text, METH_O), METHOD(careful_text, METH_O), METHOD(put_twice, METH_VARARGS), METHOD(replace_twice, METH_VARARGS),
    {nullptr, nullptr, 0, nullptr},
};

} // namespace

MODULE(broken, methods)

/* refsan check
 * RS101|RS105 careless_text|~Careless / careful_text: return copy.object || PyObject_Str || Careless copy || } || ~Careless
 * RS201 put_twice|put / replace_twice: slot.put(a) || slot.put(b) || object = value
 */
