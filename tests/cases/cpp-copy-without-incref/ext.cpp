#include "../ext.h"

/* Owns one reference; a copy has to take one of its own. */
class Ref {
public:
    explicit Ref(PyObject *object) : object(object) {}
    Ref(const Ref &other) : object(other.object)
    {
#ifdef FIXED
        Py_XINCREF(object);
#endif
    }
    ~Ref()
    {
        Py_XDECREF(object); /* culprit */
    }
    PyObject *release()
    {
        PyObject *given = object;
        object = nullptr;
        return given;
    }
    PyObject *get() const { return object; }

private:
    PyObject *object;
};

static __attribute__((noinline)) long size_of(Ref ref)
{
    return (long)PyObject_Size(ref.get());
}

static PyObject *measure(PyObject *module, PyObject *arg)
{
    Ref copy(PySequence_List(arg));

    if (copy.get() == nullptr)
        return nullptr;
    return PyLong_FromLong(1000 + size_of(copy)); /* belief */
}

static PyMethodDef methods[] = {{"measure", measure, METH_O, NULL}, {NULL}};
EXT_MODULE(methods, )
