#include "../ext.h"
#include <structmember.h>

/* The interpreter fills a member through the type's member table, the type's own code releases it: to the books the release has no
 * acquisition. The member is an interned string, of which the dict of interned strings holds two references that are not counted: at exit
 * more places hold it than its count says. Nothing is wrong. */
typedef struct {
    PyObject_HEAD
    PyObject *name;
} Named;

static int named_init(Named *self, PyObject *args, PyObject *keywords)
{
    PyObject *name;

    if (!PyArg_ParseTuple(args, "O", &name))
        return -1;
    Py_CLEAR(self->name);
    Py_INCREF(name);
    self->name = name;
    return 0;
}

static void named_dealloc(Named *self)
{
    Py_CLEAR(self->name);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMemberDef members[] = {{"name", T_OBJECT_EX, offsetof(Named, name), 0, NULL}, {NULL}};
static PyTypeObject Named_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "ext.Named",
    .tp_basicsize = sizeof(Named),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)named_init,
    .tp_dealloc = (destructor)named_dealloc,
    .tp_members = members,
};

static PyMethodDef methods[] = {{NULL}};
EXT_MODULE(methods, EXT_ADD_TYPE("Named", Named_Type))
