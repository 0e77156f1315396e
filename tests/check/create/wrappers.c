/* Capsules, weak references, method objects, exceptions classes: rarer constructors, the same law. */
#include "../module.h"

static void
free_handle(PyObject *capsule)
{
    PyMem_Free(PyCapsule_GetPointer(capsule, "wrap.handle"));
}

static PyObject *
make_handle(PyObject *self, PyObject *target)
{
    void *memory = PyMem_Malloc(64);
    PyObject *capsule;

    if (memory == NULL)
        return PyErr_NoMemory();
    capsule = PyCapsule_New(memory, "wrap.handle", free_handle);
    if (capsule == NULL) {
        PyMem_Free(memory);
        return NULL;
    }
    if (PyObject_SetAttrString(target, "handle", capsule) < 0)
        return NULL;
    Py_DECREF(capsule);
    Py_RETURN_NONE;
}

static PyObject *
attach_handle(PyObject *self, PyObject *target)
{
    void *memory = PyMem_Malloc(64);
    PyObject *capsule;
    int status;

    if (memory == NULL)
        return PyErr_NoMemory();
    if ((capsule = PyCapsule_New(memory, "wrap.handle", free_handle)) == NULL) {
        PyMem_Free(memory);
        return NULL;
    }
    status = PyObject_SetAttrString(target, "handle", capsule);
    Py_DECREF(capsule); /* frees the memory, too, where nobody took it */
    if (status)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *
supports_weakref(PyObject *self, PyObject *object)
{
    PyObject *ref = PyWeakref_NewRef(object, NULL);

    if (ref == NULL) {
        PyErr_Clear();
        Py_RETURN_FALSE;
    }
    Py_RETURN_TRUE;
}

static PyObject *
supports_proxy(PyObject *self, PyObject *object)
{
    PyObject *proxy = PyWeakref_NewProxy(object, NULL);

    if (proxy == NULL)
        PyErr_Clear();
    Py_XDECREF(proxy);
    return PyBool_FromLong(proxy != NULL); /* the pointer is compared, not followed */
}

static PyObject *
raise_custom(PyObject *self, PyObject *text)
{
    PyObject *kind = PyErr_NewException("wrap.Custom", NULL, NULL);

    if (kind != NULL)
        PyErr_SetObject(kind, text);
    return NULL;
}

static PyObject *
raise_derived(PyObject *self, PyObject *text)
{
    PyObject *kind = PyErr_NewException("wrap.Derived", PyExc_ValueError, NULL);

    if (kind == NULL)
        return NULL;
    PyErr_SetObject(kind, text); /* the exception keeps its class */
    Py_DECREF(kind);
    return NULL;
}

static PyObject *
file_number(PyObject *self, PyObject *path)
{
    PyObject *io = PyImport_ImportModule("io"), *file;
    int fd;

    if (io == NULL)
        return NULL;
    file = PyObject_CallMethod(io, "open", "Os", path, "rb");
    Py_DECREF(io);
    if (file == NULL)
        return NULL;
    fd = PyObject_AsFileDescriptor(file);
    if (fd < 0) {
        Py_DECREF(file);
        return NULL;
    }
    return PyLong_FromLong(fd);
}

static PyObject *
file_line(PyObject *self, PyObject *path)
{
    PyObject *io = PyImport_ImportModule("io"), *file = NULL, *line = NULL, *closed = NULL;

    if (io == NULL)
        return NULL;
    file = PyObject_CallMethod(io, "open", "Os", path, "rb");
    if (file == NULL)
        goto done;
    line = PyFile_GetLine(file, 0);
    if (line == NULL)
        goto done;
    closed = PyObject_CallMethod(file, "close", NULL);
    if (closed == NULL)
        Py_CLEAR(line);
done:
    Py_XDECREF(closed);
    Py_XDECREF(file);
    Py_DECREF(io);
    return line;
}

static PyObject *
bound_repr(PyObject *self, PyObject *args)
{
    PyObject *function, *owner, *bound;

    if (!PyArg_ParseTuple(args, "OO", &function, &owner))
        return NULL;
    bound = PyMethod_New(function, owner);
    return bound ? PyObject_Repr(bound) : NULL;
}

static PyObject *
bound_call(PyObject *self, PyObject *args)
{
    PyObject *function, *owner, *bound, *result;

    if (!PyArg_ParseTuple(args, "OO", &function, &owner) || !(bound = PyMethod_New(function, owner)))
        return NULL;
    result = PyObject_CallObject(bound, NULL);
    Py_DECREF(bound);
    return result;
}

static PyMethodDef methods[] = {
    METHOD(make_handle, METH_O), METHOD(attach_handle, METH_O), METHOD(supports_weakref, METH_O), METHOD(supports_proxy, METH_O),
    METHOD(raise_custom, METH_O), METHOD(raise_derived, METH_O), METHOD(file_number, METH_O), METHOD(file_line, METH_O),
    METHOD(bound_repr, METH_VARARGS), METHOD(bound_call, METH_VARARGS), {NULL},
};
MODULE(wrap, methods)

/* refsan check
 * RS202 make_handle / attach_handle: PyCapsule_New
 * RS201 supports_weakref / supports_proxy: PyWeakref_NewRef
 * RS201|RS202 raise_custom / raise_derived: PyErr_NewException
 * RS201 file_number / file_line: PyObject_CallMethod(io, "open"
 * RS201 bound_repr / bound_call: PyMethod_New
 */
