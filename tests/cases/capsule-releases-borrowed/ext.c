#include "../ext.h"

/* A capsule's destructor releases what was never taken for it. */
typedef struct { PyObject *owner; int n; } Handle;
static void handle_free(PyObject *cap)
{
    Handle *h = PyCapsule_GetPointer(cap, "ext.handle");
    if (!h) { PyErr_Clear(); return; }
    Py_DECREF(h->owner); /* culprit */
    PyMem_Free(h);
}
static PyObject *make_handle(PyObject *module, PyObject *owner)
{
    Handle *h = PyMem_Malloc(sizeof(Handle));
    PyObject *cap;
    if (!h) return PyErr_NoMemory();
#ifdef FIXED
    Py_INCREF(owner);
#endif
    h->owner = owner; /* culprit */
    h->n = 1;
    cap = PyCapsule_New(h, "ext.handle", handle_free);
    if (!cap) { PyMem_Free(h); }
    return cap;
}
static PyObject *owner_of(PyObject *module, PyObject *cap)
{
    Handle *h = PyCapsule_GetPointer(cap, "ext.handle");
    if (!h) return NULL;
    Py_INCREF(h->owner);
    return h->owner;
}
static PyMethodDef methods[] = {{"make", make_handle, METH_O}, {"owner", owner_of, METH_O}, {NULL}};
EXT_MODULE(methods, )
