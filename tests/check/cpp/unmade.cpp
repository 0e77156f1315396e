// A handle that is never constructed where it is used: its place on the stack is seen by nobody, an object's member is. Who
// assigns to a handle decides who sees it; in a destructor nobody does.
#include <Python.h>
#include <new>

class Handle {
    PyObject *held;

public:
    explicit Handle(PyObject *object) { held = object; }

    bool attach(PyObject *object)
    {
        Py_XDECREF(held);
        held = object;
        return object != nullptr;
    }

    void close() { Py_CLEAR(held); }
    PyObject *get() { return held; }
};

struct Box {
    PyObject_HEAD
    PyObject *value;
};

static PyObject *text_length(PyObject *self, PyObject *value)
{
    alignas(Handle) char place[sizeof(Handle)] = {0};
    Handle *handle = reinterpret_cast<Handle *>(place);
    PyObject *text = PyObject_Str(value);

    if (text == nullptr)
        return nullptr;
    handle->attach(text);
    text = PyLong_FromSsize_t(PyUnicode_GetLength(text));
    handle->close();
    return text;
}

static PyObject *box_set(Box *self, PyObject *value)
{
    Py_XDECREF(self->value);
    Py_INCREF(value);
    self->value = value;
    Py_RETURN_NONE;
}

static void box_dealloc(Box *self)
{
    Py_XDECREF(self->value);
    PyObject_Free(self);
}

class Shared {
    PyObject *held = nullptr;

public:
    Shared &operator=(PyObject *object)
    {
        Py_INCREF(object);
        Py_XDECREF(held);
        held = object;
        return *this;
    }

    ~Shared()
    {
        Py_XDECREF(held);
        held = nullptr;
    }
};

static Shared last;

static PyObject *box_last(Box *self, PyObject *value)
{
    last = value;
    Py_RETURN_NONE;
}

static PyMethodDef box_methods[] = {
    {"last", reinterpret_cast<PyCFunction>(box_last), METH_O, nullptr},
    {"set", reinterpret_cast<PyCFunction>(box_set), METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static PyTypeObject box_type = [] {
    PyTypeObject type = {PyVarObject_HEAD_INIT(nullptr, 0)};

    type.tp_name = "unmade.Box";
    type.tp_basicsize = sizeof(Box);
    type.tp_dealloc = reinterpret_cast<destructor>(box_dealloc);
    type.tp_methods = box_methods;
    type.tp_new = PyType_GenericNew;
    return type;
}();

static PyMethodDef methods[] = {
    {"text_length", text_length, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "unmade", nullptr, -1, methods, nullptr, nullptr, nullptr, nullptr};

PyMODINIT_FUNC PyInit_unmade()
{
    if (PyType_Ready(&box_type) < 0)
        return nullptr;
    return PyModule_Create(&definition);
}

/* refsan check
 * RS107 (warning) box_set / attach: Py_XDECREF(self->value)
 * RS107 (note) operator=: Py_XDECREF(held)
 */
