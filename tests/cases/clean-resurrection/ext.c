#include "../ext.h"
#if PY_VERSION_HEX < 0x03090000
#define PyObject_CallNoArgs(f) PyObject_CallFunctionObjArgs(f, NULL)
#define Py_SET_REFCNT(o, n) (Py_REFCNT(o) = (n))
#endif
#include <stddef.h>

/* A free list of the module's own; objects that revive in tp_dealloc, in tp_finalize, in __del__. */
typedef struct P { PyObject_HEAD PyObject *a; struct P *next; } P;
static PyTypeObject P_Type;
static P *pool; static int npool;
static PyObject *p_make(PyObject *m, PyObject *a)
{
    P *p;
    if (pool) { p = pool; pool = p->next; npool--; (void)PyObject_Init((PyObject *)p, &P_Type); }
    else { p = PyObject_New(P, &P_Type); if (!p) return NULL; }
    p->next = NULL;
    Py_INCREF(a);
    p->a = a;
    return (PyObject *)p;
}
static void p_dealloc(P *p)
{
    Py_CLEAR(p->a);
    if (npool < 50) { p->next = pool; pool = p; npool++; }
    else PyObject_Free(p);
}
static PyObject *p_a(P *p, void *c) { Py_INCREF(p->a); return p->a; }
static PyGetSetDef gs[] = {{"a", (getter)p_a}, {NULL}};
static PyTypeObject P_Type = { PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "ext.P", .tp_basicsize = sizeof(P), .tp_flags = Py_TPFLAGS_DEFAULT, .tp_dealloc = (destructor)p_dealloc, .tp_getset = gs };
/* revives once */
typedef struct { PyObject_HEAD int revived; PyObject *weak; PyObject *d; } Z;
static PyObject *zombies;
static PyTypeObject Z_Type;
static void z_dealloc(Z *z)
{
    if (!z->revived) {
        z->revived = 1;
        Py_SET_REFCNT(z, 1);
        PyList_Append(zombies, (PyObject *)z);
        Py_SET_REFCNT(z, Py_REFCNT(z) - 1);
        if (Py_REFCNT(z) > 0) return;
    }
    if (z->weak) PyObject_ClearWeakRefs((PyObject *)z);
    Py_CLEAR(z->d);
    Py_TYPE(z)->tp_free((PyObject *)z);
}
static void f_finalize(PyObject *self)
{
    PyObject *t, *v, *tb;
    PyErr_Fetch(&t, &v, &tb);
    if (zombies && PyList_GET_SIZE(zombies) < 40)
        PyList_Append(zombies, self);
    PyErr_Restore(t, v, tb);
}
static void f_dealloc(PyObject *self)
{
    if (PyObject_CallFinalizerFromDealloc(self) < 0) return;
    Py_TYPE(self)->tp_free(self);
}
typedef struct { PyObject_HEAD int n; } F;
static PyTypeObject F_Type = { PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "ext.F", .tp_basicsize = sizeof(F), .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_new = PyType_GenericNew, .tp_dealloc = f_dealloc, .tp_finalize = f_finalize };
static PyTypeObject Z_Type = { PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "ext.Z", .tp_basicsize = sizeof(Z), .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .tp_new = PyType_GenericNew, .tp_dealloc = (destructor)z_dealloc, .tp_weaklistoffset = offsetof(Z, weak) };
static PyObject *take(PyObject *m, PyObject *a)
{
    PyObject *l = zombies;
    zombies = PyList_New(0);
    return l;
}
static PyMethodDef methods[] = {{"make", p_make, METH_O}, {"take", take, METH_NOARGS}, {NULL}};
EXT_MODULE(methods, zombies = PyList_New(0); EXT_ADD_TYPE("P", P_Type) EXT_ADD_TYPE("Z", Z_Type) EXT_ADD_TYPE("F", F_Type))
