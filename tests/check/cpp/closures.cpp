// What C++ hands around by address and by value: structures that a container takes in, variables that a lambda captures, members
// that a function returns the address of.
#include "../module.h"
#include <deque>
#include <functional>
#include <memory>
#include <tuple>

struct Task {
    PyObject *function;
    PyObject *argument;
    int priority;
};
static std::deque<Task> tasks;

static PyObject *
queued_but_owned(PyObject *self, PyObject *args) // the queue has the argument, and nobody the text
{
    PyObject *function, *argument, *text;
    if (!PyArg_ParseTuple(args, "OO", &function, &argument))
        return nullptr;
    text = PyObject_Str(argument);
    if (!text)
        return nullptr;
    Py_INCREF(function);
    Py_INCREF(argument);
    tasks.push_back({function, argument, 0});
    Py_RETURN_NONE;
}

static PyObject *
queued(PyObject *self, PyObject *args)
{
    PyObject *function, *argument;
    int priority = 0;
    if (!PyArg_ParseTuple(args, "OO|i", &function, &argument, &priority))
        return nullptr;
    Py_INCREF(function);
    Py_INCREF(argument);
    tasks.push_back({function, argument, priority});
    Py_RETURN_NONE;
}

template <class F> struct Finally {
    F f;
    ~Finally() { f(); }
};
template <class F>
static Finally<F>
finally(F f)
{
    return {f};
}

static PyObject *
guarded_other(PyObject *self, PyObject *arg)
{
    PyObject *text = PyObject_Str(arg), *shown = nullptr;
    if (!text)
        return nullptr;
    auto guard = finally([&] { Py_DECREF(text); });
    shown = PyObject_Repr(arg);
    if (!shown)
        return nullptr;
    return PyUnicode_FromFormat("<%U>", text);
}

static PyObject *
guarded(PyObject *self, PyObject *arg)
{
    PyObject *text = PyObject_Str(arg);
    if (!text)
        return nullptr;
    auto guard = finally([&] { Py_DECREF(text); });
    return PyUnicode_FromFormat("<%U>", text);
}

static PyObject *
captured(PyObject *self, PyObject *arg)
{
    PyObject *text = nullptr, *shown = nullptr;
    std::unique_ptr<void, std::function<void(void *)>> guard((void *)1, [&](void *) {
        Py_XDECREF(text);
        Py_XDECREF(shown);
    });
    if (!(text = PyObject_Str(arg)))
        return nullptr;
    if (!(shown = PyObject_Repr(arg)))
        return nullptr;
    return PyUnicode_Concat(text, shown);
}

static PyObject *
uncaptured(PyObject *self, PyObject *arg)
{
    PyObject *text = nullptr, *shown = nullptr;
    std::unique_ptr<void, std::function<void(void *)>> guard((void *)1, [&](void *) { Py_XDECREF(text); });
    if (!(text = PyObject_Str(arg)))
        return nullptr;
    if (!(shown = PyObject_Repr(arg)))
        return nullptr;
    return PyUnicode_FromFormat("<%U>", shown);
}

static std::tuple<PyObject *, PyObject *>
both(PyObject *arg)
{
    return {PyObject_Str(arg), PyObject_Repr(arg)};
}

static PyObject *
paired(PyObject *self, PyObject *arg)
{
    auto [text, shown] = both(arg);
    PyObject *result = text && shown ? PyTuple_Pack(2, text, shown) : nullptr;
    Py_XDECREF(text);
    Py_XDECREF(shown);
    return result;
}

struct Pair {
    PyObject *first, *second;
    PyObject *&head() { return first; }
    PyObject *&rest() { return second; }
};

static PyObject *
half(PyObject *self, PyObject *arg)
{
    Pair pair = {PyObject_Str(arg), PyObject_Repr(arg)};
    PyObject *result = pair.first && pair.second ? PyTuple_Pack(2, pair.first, pair.second) : nullptr;
    Py_XDECREF(pair.head());
    return result;
}

static PyObject *
whole(PyObject *self, PyObject *arg)
{
    Pair pair = {PyObject_Str(arg), PyObject_Repr(arg)};
    PyObject *result = pair.first && pair.second ? PyTuple_Pack(2, pair.first, pair.second) : nullptr;
    Py_XDECREF(pair.head());
    Py_XDECREF(pair.rest());
    return result;
}

static PyMethodDef methods[] = {
    METHOD(queued_but_owned, METH_VARARGS), METHOD(queued, METH_VARARGS), METHOD(guarded_other, METH_O), METHOD(guarded, METH_O),
    METHOD(captured, METH_O), METHOD(uncaptured, METH_O), METHOD(paired, METH_O), METHOD(half, METH_O), METHOD(whole, METH_O),
    {nullptr, nullptr, 0, nullptr}};
MODULE(closures, methods)

/* refsan check
 * RS201 queued_but_owned / queued: text = PyObject_Str(argument)
 * RS201 guarded_other / guarded: shown = PyObject_Repr(arg)
 * RS201 uncaptured / captured: shown = PyObject_Repr(arg)
 * RS201 half / whole: PyObject_Repr(arg)
 */
