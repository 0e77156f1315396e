// What a C++ function initialises once, behind a guard: its second call finds it there.
extern "C" {
#include "../module.h"
}

static PyObject *found[4];
static const char *const names[4] = {"int", "float", "complex", "str"};

static PyObject *
type_of(int i)
{
    static PyObject *builtins = PyImport_ImportModule("builtins");
    if (builtins == nullptr) {
        PyErr_Clear();
        return nullptr;
    }
    if (found[i] == nullptr) {
        PyObject *type = PyObject_GetAttrString(builtins, names[i]);
        if (type == nullptr) {
            PyErr_Clear();
            return nullptr;
        }
        found[i] = type;
        Py_DECREF(type);
    }
    return found[i];
}

static PyObject *
is_number(PyObject *self, PyObject *value)
{
    if (reinterpret_cast<PyObject *>(Py_TYPE(value)) == type_of(0))
        return PyBool_FromLong(1);
    return PyBool_FromLong(reinterpret_cast<PyObject *>(Py_TYPE(value)) == type_of(1));
}

static PyObject *last;

static void
remember(const char *name)
{
    last = PyImport_ImportModule(name);
    if (last == nullptr)
        PyErr_Clear();
}

static PyObject *
remember_both(PyObject *self, PyObject *ignored)
{
    Py_CLEAR(last);
    remember("abc");
    remember("ast"); /* wrong: the first one is lost */
    return PyBool_FromLong(last != nullptr);
}

static PyMethodDef methods[] = {METHOD(is_number, METH_O), METHOD(remember_both, METH_NOARGS), {nullptr, nullptr, 0, nullptr}};
MODULE(guarded, methods)

/* refsan check
 * RS201 remember_both / is_number: remember("abc")
 */
