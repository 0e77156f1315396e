// Elements of containers, filled one by one: what operator[] gives is an address of which nothing is known.
#include "../module.h"
#include <array>
#include <vector>

static PyObject *
filled(PyObject *self, PyObject *unused)
{
    std::array<PyObject *, 3> items{};
    PyObject *result = nullptr;
    for (size_t i = 0; i < items.size(); i++) {
        items[i] = PyLong_FromSize_t(i);
        if (!items[i])
            goto done;
    }
    result = PyTuple_Pack(3, items[0], items[1], items[2]);
done:
    for (auto item : items)
        Py_XDECREF(item);
    return result;
}

class Holder {
public:
    explicit Holder(PyObject *object) : object(object) {}
    ~Holder() { Py_XDECREF(object); }
    PyObject *get() const { return object; }
    PyObject *release()
    {
        PyObject *released = object;
        object = nullptr;
        return released;
    }

private:
    PyObject *object;
};

static PyObject *
replaced(PyObject *self, PyObject *arg) // the macro gives nothing back for what was there
{
    Holder list(PySequence_List(arg));
    if (!list.get())
        return nullptr;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list.get()); i++) {
        PyObject *item = PyList_GET_ITEM(list.get(), i), *text = PyObject_Str(item);
        if (!text)
            return nullptr;
        PyList_SET_ITEM(list.get(), i, text);
        Py_DECREF(item);
    }
    return list.release();
}

static PyObject *
kept(PyObject *self, PyObject *arg)
{
    Holder list(PySequence_List(arg));
    if (!list.get())
        return nullptr;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list.get()); i++) {
        PyObject *item = PyList_GET_ITEM(list.get(), i);
        Py_DECREF(item);
    }
    return list.release();
}

static PyObject *table[3];

static PyObject *
fill(PyObject *self, PyObject *arg)
{
    Py_XSETREF(table[0], Py_NewRef(arg));
    Py_RETURN_NONE;
}

static PyObject *
empty(PyObject *self, PyObject *unused)
{
    if (!table[0])
        return nullptr;
    return Py_NewRef(table[0]);
}

static PyMethodDef methods[] = {METHOD(filled, METH_NOARGS), METHOD(fill, METH_O), METHOD(replaced, METH_O), METHOD(kept, METH_O), METHOD(empty, METH_NOARGS), {nullptr, nullptr, 0, nullptr}};
MODULE(elements, methods)

/* refsan check
 * RS302 empty / filled: return nullptr;
 * RS101 kept / replaced: Py_DECREF(item)
 */
