#include "../ext.h"

#include <stdint.h>

/* Memory that is still in use at exit, and to which no plain pointer leads: tagged, to the inside, in memory of the C library's. */
struct node {
    uintptr_t next; /* the lowest bit is a mark, the highest ones are a colour */
    double load[5];
};
static uintptr_t first;
static char **names;
static size_t name_count;
static void *spare;

static PyObject *push(PyObject *module, PyObject *number)
{
    struct node *node = PyObject_Malloc(sizeof(*node));

    if (node == NULL)
        return PyErr_NoMemory();
    node->next = first;
    node->load[0] = PyFloat_AsDouble(number);
    first = (uintptr_t)node | 1 | (uintptr_t)0xab00 << 48;
    Py_RETURN_NONE;
}

/* Keeps the characters behind a length: only a pointer to the inside is left. */
static PyObject *keep(PyObject *module, PyObject *args)
{
    char *text, *copy;
    char **more = realloc(names, (name_count + 1) * sizeof(*names));

    if (more == NULL)
        return PyErr_NoMemory();
    names = more;
    if (!PyArg_ParseTuple(args, "es", "utf-8", &text))
        return NULL;
    copy = PyMem_Malloc(strlen(text) + 9);
    if (copy == NULL) {
        PyMem_Free(text);
        return PyErr_NoMemory();
    }
    *(size_t *)copy = strlen(text);
    strcpy(copy + 8, text);
    PyMem_Free(text);
    names[name_count++] = copy + 8;
    Py_RETURN_NONE;
}

/* Grows one block, again and again, and gives it up at last. */
static PyObject *grow(PyObject *module, PyObject *unused)
{
    char *block = NULL, *more;
    size_t size;

    for (size = 16; size < 100000; size *= 3) {
        more = PyMem_Realloc(block, size);
        if (more == NULL) {
            PyMem_Free(block);
            return PyErr_NoMemory();
        }
        block = more;
        memset(block, 0, size);
    }
    PyMem_Free(spare);
    spare = block;
    Py_RETURN_NONE;
}

/* An object of memory that the module asked for. */
typedef struct {
    PyObject_HEAD
    double value;
} Thing;
static PyTypeObject Thing_Type;

static void thing_dealloc(PyObject *self)
{
    PyObject_Free(self);
}

static PyObject *thing(PyObject *module, PyObject *unused)
{
    Thing *made = PyObject_Malloc(sizeof(*made));

    return made != NULL ? PyObject_Init((PyObject *)made, &Thing_Type) : PyErr_NoMemory();
}

static PyTypeObject Thing_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "ext.Thing", .tp_basicsize = sizeof(Thing), .tp_dealloc = thing_dealloc, .tp_flags = Py_TPFLAGS_DEFAULT};

static PyMethodDef methods[] = {
    {"push", push, METH_O, NULL}, {"keep", keep, METH_VARARGS, NULL}, {"grow", grow, METH_NOARGS, NULL}, {"thing", thing, METH_NOARGS, NULL}, {NULL}};
EXT_MODULE(methods, EXT_ADD_TYPE("Thing", Thing_Type))
