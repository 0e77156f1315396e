/* A call that has succeeded leaves no exception behind, whatever was before it; who lives has a count of 1 at least: a
 * handle's constructor that makes sure of both takes what it is given. */
#include "../module.h"

struct Raised {
    int kind;
    explicit Raised(int kind);
};

extern int slot_is_null(PyObject *object);
extern long number_of(PyObject *object);

struct Handle {
    PyObject *object;
    static int made;

    explicit Handle(PyObject *object) : object(object)
    {
    }
    ~Handle()
    {
        Py_XDECREF(object);
    }
    static Handle call(PyObject *object);
    static Handle counted(PyObject *object);
};

static void
make_sure(PyObject *object)
{
    if (Py_REFCNT(object) >= 1)
        return;
    throw Raised(1);
}

Handle
Handle::call(PyObject *object)
{
    if (PyErr_Occurred() != NULL)
        throw Raised(2);
    if (object == NULL)
        throw Raised(3);
    make_sure(object);
    return Handle(object);
}

Handle
Handle::counted(PyObject *object)
{
    if (PyErr_Occurred() != NULL)
        throw Raised(2);
    if (object == NULL)
        throw Raised(3);
    if (++made > 100)
        throw Raised(4);
    return Handle(object);
}

static int
refuse_null(PyObject *object)
{
    if (!slot_is_null(object))
        return 0;
    PyErr_SetString(PyExc_TypeError, "null");
    return 1;
}

static PyObject *
absolute_counted(PyObject *self, PyObject *arg)
{
    try {
        if (refuse_null(arg))
            return NULL;
        Handle number = Handle::counted(PyLong_FromLong(number_of(arg)));
        return PyNumber_Absolute(number.object);
    } catch (Raised &) {
        return PyErr_NoMemory();
    }
}

static PyObject *
absolute(PyObject *self, PyObject *arg)
{
    try {
        if (refuse_null(arg))
            return NULL;
        Handle number = Handle::call(PyLong_FromLong(number_of(arg)));
        return PyNumber_Absolute(number.object);
    } catch (Raised &) {
        return PyErr_NoMemory();
    }
}

static PyMethodDef methods[] = {METHOD(absolute, METH_O), METHOD(absolute_counted, METH_O), {NULL}};
MODULE(checked, methods)

/* refsan check
 * RS201|RS202 absolute_counted / absolute: PyLong_FromLong(number_of(arg))
 */
