// Exceptions of C++ that become NULL: whoever catches them all has to say what happened, whoever catches those that come
// with an exception of Python's need not.
#include "../module.h"

namespace {

struct Broken {};
struct Raised {
    Raised(PyObject *type, const char *text) { PyErr_SetString(type, text); }
};

Py_ssize_t
checked(Py_ssize_t size)
{
    if (size > 1000)
        throw Raised(PyExc_ValueError, "too large");
    if (size < 0)
        throw Broken();
    return size;
}

PyObject *
swallow_all(PyObject *, PyObject *text)
{
    try {
        return PyLong_FromSsize_t(checked(PyUnicode_GET_LENGTH(text)));
    } catch (...) {
        return nullptr; // wrong: with no exception at all, of the two that are thrown
    }
}

PyObject *
pass_on(PyObject *, PyObject *text)
{
    try {
        return PyLong_FromSsize_t(checked(PyUnicode_GET_LENGTH(text)));
    } catch (const Raised &) {
        return nullptr; // Broken goes on
    }
}

} // namespace

static PyMethodDef methods[] = {METHOD(swallow_all, METH_O), METHOD(pass_on, METH_O), {nullptr}};
MODULE(caught, methods)

/* refsan check
 * RS302 swallow_all / pass_on: } #2
 */
