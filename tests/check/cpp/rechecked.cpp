// Helpers that ask again what their callers have asked, in C++: the answer is the same.
#include "../module.h"
#include <stdexcept>
#include <vector>

static std::vector<int> numbers;

static void
assign(std::vector<int> *to, PyObject *slice)
{
    if (!PySlice_Check(slice)) {
        PyErr_SetString(PyExc_TypeError, "a slice is wanted");
        return;
    }
    to->clear();
}

static PyObject *
assigned(PyObject *self, PyObject *arg)
{
    if (!PySlice_Check(arg)) {
        PyErr_SetString(PyExc_TypeError, "a slice is wanted");
        return nullptr;
    }
    try {
        assign(&numbers, arg);
    } catch (std::out_of_range &e) {
        PyErr_SetString(PyExc_IndexError, e.what());
        return nullptr;
    }
    Py_RETURN_NONE;
}

static PyObject *
assigned_any(PyObject *self, PyObject *arg)
{
    try {
        assign(&numbers, arg);
    } catch (std::out_of_range &e) {
        PyErr_SetString(PyExc_IndexError, e.what());
        return nullptr;
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {METHOD(assigned, METH_O), METHOD(assigned_any, METH_O), {nullptr, nullptr, 0, nullptr}};
MODULE(rechecked, methods)

/* refsan check
 * RS302 assigned_any / assigned: Py_RETURN_NONE
 */
