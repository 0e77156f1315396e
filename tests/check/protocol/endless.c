/* A method table without its end is read beyond it. */
#include "../module.h"

static PyObject *
endless_size(PyObject *self, PyObject *object)
{
    Py_ssize_t size = PyObject_Size(object);

    return size < 0 ? NULL : PyLong_FromSsize_t(size);
}

static PyMethodDef endless_methods[] = {
    {"endless_size", endless_size, METH_O, NULL},
};
MODULE(endless, endless_methods)

static PyMethodDef ended_methods[] = {
    {"endless_size", endless_size, METH_O, NULL},
    {NULL},
};
MODULE(ended, ended_methods)

/* refsan check
 * RS307 endless_methods|endless_size / ended_methods: endless_methods[] || endless_size(PyObject
 */
