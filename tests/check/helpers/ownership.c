/* Helpers that keep, move or hand back what they are given: structures in C, conditional ownership, realloc-like use. */
#include "../module.h"

struct stack {
    PyObject **items;
    size_t used, room;
};

static int
stack_push(struct stack *stack, PyObject *item) /* takes the reference over, on success and on failure */
{
    if (stack->used == stack->room) {
        PyObject **grown = PyMem_Realloc(stack->items, (stack->room + 16) * sizeof *grown);

        if (grown == NULL) {
            Py_DECREF(item);
            PyErr_NoMemory();
            return -1;
        }
        stack->items = grown;
        stack->room += 16;
    }
    stack->items[stack->used++] = item;
    return 0;
}

static void
stack_close(struct stack *stack)
{
    while (stack->used > 0)
        Py_DECREF(stack->items[--stack->used]);
    PyMem_Free(stack->items);
}

static PyObject *
push_argument(PyObject *self, PyObject *object)
{
    struct stack stack = {NULL, 0, 0};

    if (stack_push(&stack, object) < 0)
        return NULL;
    stack_close(&stack);
    Py_RETURN_NONE;
}

static PyObject *
push_owned(PyObject *self, PyObject *object)
{
    struct stack stack = {NULL, 0, 0};

    Py_INCREF(object);
    if (stack_push(&stack, object) < 0) {
        stack_close(&stack);
        return NULL;
    }
    stack_close(&stack);
    Py_RETURN_NONE;
}

struct node {
    struct node *next;
    PyObject *value;
};

static struct node *
node_open(PyObject *value) /* takes a reference of its own */
{
    struct node *node = PyMem_Malloc(sizeof *node);

    if (node == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    node->next = NULL;
    node->value = Py_NewRef(value);
    return node;
}

static void
node_close(struct node *node)
{
    Py_DECREF(node->value);
    PyMem_Free(node);
}

static PyObject *
wrap_number(PyObject *self, PyObject *number)
{
    PyObject *half = PyNumber_Rshift(number, number);
    struct node *node = half ? node_open(half) : NULL;

    if (node == NULL)
        return NULL;
    node_close(node);
    Py_RETURN_TRUE;
}

static PyObject *
wrap_number_released(PyObject *self, PyObject *number)
{
    PyObject *half = PyNumber_Rshift(number, number);
    struct node *node = half ? node_open(half) : NULL;

    Py_XDECREF(half); /* the node has its own */
    if (node == NULL)
        return NULL;
    node_close(node);
    Py_RETURN_TRUE;
}

static PyObject *
choose(PyObject *preferred, PyObject *fallback) /* consumes both, returns one */
{
    if (preferred != NULL) {
        Py_XDECREF(fallback);
        return preferred;
    }
    return fallback;
}

static PyObject *
chosen_released(PyObject *self, PyObject *object)
{
    PyObject *name = PyObject_GetAttrString(object, "name"), *text, *result;

    if (name == NULL)
        PyErr_Clear();
    text = PyObject_Str(object);
    if (text == NULL) {
        Py_XDECREF(name);
        return NULL;
    }
    result = choose(name, text);
    Py_DECREF(text);
    return result;
}

static PyObject *
chosen(PyObject *self, PyObject *object)
{
    PyObject *name = PyObject_GetAttrString(object, "name"), *text;

    if (name == NULL)
        PyErr_Clear();
    text = PyObject_Str(object);
    if (text == NULL) {
        Py_XDECREF(name);
        return NULL;
    }
    return choose(name, text);
}

static int
convert_path(PyObject *value, void *address) /* an "O&" converter: what it stores is a new reference */
{
    PyObject *path = PyOS_FSPath(value);

    if (path == NULL)
        return 0;
    *(PyObject **)address = path;
    return 1;
}

static PyObject *
path_length(PyObject *self, PyObject *args)
{
    PyObject *path;

    if (!PyArg_ParseTuple(args, "O&", convert_path, &path))
        return NULL;
    return PyObject_Repr(path);
}

static PyObject *
path_text(PyObject *self, PyObject *args)
{
    PyObject *path, *text;

    if (!PyArg_ParseTuple(args, "O&", convert_path, &path))
        return NULL;
    text = PyObject_Repr(path);
    Py_DECREF(path);
    return text;
}

static int
each_item(PyObject *list, int (*visit)(PyObject *item, void *context), void *context)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *item = Py_NewRef(PyList_GET_ITEM(list, i));
        int status = visit(item, context);

        Py_DECREF(item);
        if (status != 0)
            return status;
    }
    return 0;
}

static int
add_text(PyObject *item, void *context)
{
    PyObject *text = PyObject_Str(item);

    if (text == NULL)
        return -1;
    return PyList_Append((PyObject *)context, text);
}

static int
add_repr(PyObject *item, void *context)
{
    PyObject *text = PyObject_Repr(item);
    int status = text ? PyList_Append((PyObject *)context, text) : -1;

    Py_XDECREF(text);
    return status;
}

static PyObject *
texts(PyObject *self, PyObject *list)
{
    PyObject *result = PyList_New(0);

    if (result == NULL)
        return NULL;
    if (each_item(list, add_text, result) < 0 || each_item(list, add_repr, result) < 0) {
        Py_DECREF(result);
        return NULL;
    }
    return result;
}

static PyMethodDef methods[] = {
    METHOD(push_argument, METH_O), METHOD(push_owned, METH_O), METHOD(wrap_number, METH_O), METHOD(wrap_number_released, METH_O),
    METHOD(chosen_released, METH_O), METHOD(chosen, METH_O), METHOD(path_length, METH_VARARGS), METHOD(path_text, METH_VARARGS),
    METHOD(texts, METH_O), {NULL},
};
MODULE(ownership, methods)

/* refsan check
 * RS101|RS103 push_argument / push_owned: stack_push || stack_close
 * RS201 wrap_number / wrap_number_released: PyNumber_Rshift
 * RS101|RS104|RS105 chosen_released / chosen: Py_DECREF(text) || choose(name, text)
 * RS201 path_length / path_text: PyArg_ParseTuple
 * RS201 add_text / add_repr: PyObject_Str
 */
