/* Handles that are moved as a whole: the constructor copies the word and empties the other one. */
#include "../module.h"
#include <utility>

class Base {
  public:
    Base() = default;
    PyObject *pointer = nullptr;
};

class Handle : public Base {
  public:
    explicit Handle(PyObject *object) { pointer = object; }
    Handle(Handle &&other) noexcept : Base(other) { other.pointer = nullptr; }
    ~Handle() { Py_XDECREF(pointer); }
    PyObject *release() { return std::exchange(pointer, nullptr); }
};

class Row : public Handle {
  public:
    using Handle::Handle;
    Row(Row &&other) noexcept = default;
};

class Pair : public Row {
  public:
    using Row::Row;
};

static Pair make_pair(long first)
{
    Pair pair(PyList_New(0));
    (void)first;
    return pair;
}

static Row make_row(long first)
{
    return make_pair(first);
}

static PyObject *
row(PyObject *self, PyObject *arg)
{
    return make_row(1).release();
}

static PyObject *
row_kept(PyObject *self, PyObject *arg)
{
    Row made = make_row(1);

    made.release();
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {METHOD(row, METH_O), METHOD(row_kept, METH_O), {NULL}};
MODULE(moved, methods)

/* refsan check
 * RS201 row_kept / row: make_row(1) || made.release()
 */
