/* NULL that the code reckons with, and NULL that it does not: a chain of nodes, a helper that cannot fail, one that answers
 * NULL with and without an exception, a callback that takes the exception away. */
#include "../module.h"

typedef struct Node {
    PyObject_HEAD
    struct Node *next; /* never NULL: the last one's is the node itself */
    PyObject *name;
} Node;

typedef struct {
    PyObject_HEAD
    Node *first, *last;
    PyObject *label;
    Py_ssize_t size;
    void (*report)(void);
    int value;
} Chain;

static Node *
node_at(Chain *self, Py_ssize_t index)
{
    Node *node = self->first;

    if (index < 0 || index >= self->size) {
        PyErr_SetString(PyExc_IndexError, "no such node");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < index; i++)
        node = node->next;
    return node;
}

static PyObject *
chain_item(Chain *self, PyObject *number)
{
    Py_ssize_t index = PyNumber_AsSsize_t(number, PyExc_IndexError);
    Node *node;

    if (index == -1 && PyErr_Occurred())
        return NULL;
    node = node_at(self, index);
    if (node == NULL)
        return NULL; /* with the exception of node_at: no node is NULL */
    Py_INCREF(node);
    return (PyObject *)node;
}

static PyObject *
chain_end(Chain *self, PyObject *front)
{
    Node *node = NULL;

    if (front == Py_True)
        node = self->first;
    else if (front == Py_False)
        node = self->last;
    else
        PyErr_SetString(PyExc_TypeError, "True or False");
    if (node == NULL)
        return NULL;
    Py_INCREF(node);
    return (PyObject *)node;
}

static PyObject *
chain_label(Chain *self, PyObject *unused)
{
    if (self->label == NULL)
        return NULL; /* wrong: the code knows of chains without a label */
    Py_INCREF(self->label);
    return self->label;
}

static PyObject *
chain_label_or_raise(Chain *self, PyObject *unused)
{
    if (self->label == NULL) {
        PyErr_SetString(PyExc_AttributeError, "no label");
        return NULL;
    }
    Py_INCREF(self->label);
    return self->label;
}

static PyTypeObject Chain_Type;

static Chain *
chain_of(PyObject *object)
{
    if (PyObject_TypeCheck(object, &Chain_Type))
        return (Chain *)object;
    PyErr_SetString(PyExc_TypeError, "a chain is required");
    return NULL;
}

static PyObject *
object_size(PyObject *self, PyObject *object)
{
    Chain *chain = chain_of(object);

    if (object == self)
        Py_RETURN_NONE;
    return PyLong_FromSsize_t(chain->size); /* read through at once: it is known to be there */
}

static PyObject *
object_is_chain(PyObject *self, PyObject *object)
{
    Chain *chain = chain_of(object);

    if (chain == NULL)
        Py_RETURN_FALSE; /* wrong, and so is what follows: one cause */
    if (chain->size == 0)
        Py_RETURN_NONE;
    Py_RETURN_TRUE;
}

static PyObject *
object_kind(PyObject *self, PyObject *object)
{
    Chain *chain = chain_of(object);

    if (object == self)
        Py_RETURN_NONE; /* wrong */
    if (chain != NULL)
        Py_RETURN_TRUE;
    Py_RETURN_FALSE;
}

static PyObject *
object_is_chain_cleared(PyObject *self, PyObject *object)
{
    Chain *chain = chain_of(object);

    if (chain == NULL) {
        PyErr_Clear();
        Py_RETURN_FALSE;
    }
    Py_RETURN_TRUE;
}

/* NULL: there is none, which is no error; or it is no node at all */
static Node *
before(Chain *self, Node *node)
{
    Node *at = self->first;

    if (node->name == NULL) {
        PyErr_SetString(PyExc_TypeError, "a node of no chain");
        return NULL;
    }
    if (at == node)
        return NULL;
    while (at->next != node)
        at = at->next;
    return at;
}

static PyObject *
chain_is_first(Chain *self, PyObject *node)
{
    if (before(self, (Node *)node) != NULL)
        Py_RETURN_FALSE;
    Py_RETURN_TRUE;
}

static PyObject *
chain_reported(Chain *self, PyObject *text)
{
    PyObject *number = PyNumber_Long(text);

    if (number == NULL)
        Py_RETURN_NONE; /* wrong */
    Py_DECREF(number);
    Py_RETURN_NONE;
}

static PyObject *
chain_reported_by_callback(Chain *self, PyObject *text)
{
    PyObject *number = PyNumber_Long(text);

    if (number == NULL) {
        self->report(); /* may print the exception */
        Py_RETURN_NONE;
    }
    Py_DECREF(number);
    Py_RETURN_NONE;
}

static void
drop(PyObject **object)
{
    Py_XDECREF(*object);
}

static PyObject *
half(PyObject *self, PyObject *number)
{
    __attribute__((cleanup(drop))) PyObject *index = PyNumber_Index(number);

    if (index == NULL)
        return NULL;
    if (index == Py_True)
        return NULL; /* wrong: this line, not the closing brace */
    return PyNumber_Rshift(index, number);
}

static PyMethodDef chain_methods[] = {METHOD(chain_item, METH_O), METHOD(chain_end, METH_O), METHOD(chain_label, METH_NOARGS), METHOD(chain_label_or_raise, METH_NOARGS), METHOD(chain_is_first, METH_O), METHOD(chain_reported, METH_O), METHOD(chain_reported_by_callback, METH_O), {NULL}};
static PyTypeObject Chain_Type = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "belief.Chain",
    .tp_basicsize = sizeof(Chain),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_methods = chain_methods,
};

static int
ready(PyObject *module)
{
    return PyType_Ready(&Chain_Type);
}

static PyMethodDef methods[] = {METHOD(object_size, METH_O), METHOD(object_is_chain, METH_O), METHOD(object_kind, METH_O), METHOD(object_is_chain_cleared, METH_O), METHOD(half, METH_O), {NULL}};
static PyModuleDef_Slot slots[] = {{Py_mod_exec, ready}, {0, NULL}};
static struct PyModuleDef belief_module = {PyModuleDef_HEAD_INIT, "belief", NULL, 0, methods, slots};
PyMODINIT_FUNC
PyInit_belief(void)
{
    return PyModuleDef_Init(&belief_module);
}

/* refsan check
 * RS302 chain_label / chain_label_or_raise: the code knows
 * RS302 object_is_chain / object_is_chain_cleared: Py_RETURN_FALSE
 * RS302 object_kind / object_size: Py_RETURN_NONE || Py_RETURN_FALSE
 * RS302 chain_reported / chain_reported_by_callback: Py_RETURN_NONE
 * RS302 half / chain_item: wrong: this line
 */
