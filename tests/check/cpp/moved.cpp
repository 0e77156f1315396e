/* Handles that are moved into memory which the function that moves them only knows by a member. */
#include "../module.h"

#include <utility>
#include <vector>

class handle {
public:
    explicit handle(PyObject *object) : pointer(object) {}
    handle(const handle &other) : pointer(other.pointer) { Py_XINCREF(pointer); }
    handle(handle &&other) noexcept : pointer(other.pointer) { other.pointer = nullptr; }
    handle &operator=(const handle &) = delete;
    ~handle() { Py_XDECREF(pointer); }

    PyObject *pointer;
};

struct shelf {
    handle *first, *next;

    void put(handle &&given)
    {
        next->pointer = given.pointer;
        given.pointer = nullptr;
        ++next;
    }
    void drop(handle &&given)
    {
        next->pointer = nullptr;
        given.pointer = nullptr;
        ++next;
    }
};

static shelf shelves;

static handle number(long value)
{
    return handle(PyLong_FromLong(value));
}

static PyObject *put_number(PyObject *, PyObject *)
{
    shelves.put(number(1000));
    Py_RETURN_NONE;
}

static PyObject *drop_number(PyObject *, PyObject *)
{
    shelves.drop(number(1000));
    Py_RETURN_NONE;
}

static std::vector<handle> many;

static PyObject *push_number(PyObject *, PyObject *)
{
    many.push_back(number(1000));
    Py_RETURN_NONE;
}

static PyMethodDef moved_methods[] = {METHOD(put_number, METH_NOARGS), METHOD(drop_number, METH_NOARGS),
                                      METHOD(push_number, METH_NOARGS), {NULL, NULL, 0, NULL}};

MODULE(moved, moved_methods)

/* refsan check
 * RS201 drop_number / put_number: shelves.drop(number(1000))
 */
