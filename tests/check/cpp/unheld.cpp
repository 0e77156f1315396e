// Calls of a binding library's inline functions without the GIL.
#include "../module.h"

#include "site-packages/unheld.h"

namespace py = pybind11;

static int work(const py::object &callback, int n)
{
    py::gil_scoped_release released;
    int sum = 0;

    for (int i = 0; i < n; i++) {
        sum += i;
        if (i % 2 == 0)
            callback();
    }
    return sum;
}

static int work_held(const py::object &callback, int n)
{
    py::gil_scoped_release released;
    int sum = 0;

    for (int i = 0; i < n; i++) {
        sum += i;
        if (i % 2 == 0) {
            py::gil_scoped_acquire held;
            callback();
        }
    }
    return sum;
}

static PyObject *run(PyObject *, PyObject *function)
{
    py::object callback(function);

    return PyLong_FromLong(work(callback, 3) + work_held(callback, 3));
}

static PyMethodDef methods[] = {METHOD(run, METH_O), {nullptr, nullptr, 0, nullptr}};
MODULE(unheld, methods)

/* refsan check
 * RS301 work / work_held: callback()
 */
