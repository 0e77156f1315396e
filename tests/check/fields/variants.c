/* What a member owns in one variant of a structure it may borrow in another: functions that are stored side by side work
 * on the same instances. */
#include "../module.h"

typedef struct walk {
    int (*next)(struct walk *walk);
    void (*end)(struct walk *walk);
    PyObject *of;
    PyObject *item;
    Py_ssize_t at;
} walk;

/* of an iterator: the item is owned */
static int
iterator_next(walk *it)
{
    Py_CLEAR(it->item);
    it->item = PyIter_Next(it->of);
    return it->item != NULL;
}

static void
iterator_end(walk *it)
{
    Py_CLEAR(it->item);
    Py_CLEAR(it->of);
}

/* of a tuple: the tuple has the item */
static int
tuple_next(walk *it)
{
    if (it->at >= PyTuple_GET_SIZE(it->of))
        return 0;
    it->item = PyTuple_GET_ITEM(it->of, it->at++);
    return 1;
}

static void
tuple_end(walk *it)
{
    it->item = NULL;
}

/* of a tuple, with the other's end */
static int
pair_next(walk *it)
{
    if (it->at >= 2)
        return 0;
    it->item = PyTuple_GET_ITEM(it->of, it->at++);
    return 1;
}

static int
begin(walk *it, PyObject *object)
{
    it->at = 0;
    it->item = NULL;
    it->of = object;
    if (PyTuple_CheckExact(object)) {
        it->next = tuple_next;
        it->end = tuple_end;
    }
    else if (PyTuple_Check(object)) {
        Py_INCREF(object);
        it->next = pair_next;
        it->end = iterator_end;
    }
    else {
        it->of = PyObject_GetIter(object);
        it->next = iterator_next;
        it->end = iterator_end;
    }
    return it->of == NULL ? -1 : 0;
}

static PyObject *
count(PyObject *self, PyObject *object)
{
    walk it;
    long number = 0;

    if (begin(&it, object) < 0)
        return NULL;
    while (it.next(&it))
        number++;
    it.end(&it);
    return PyErr_Occurred() ? NULL : PyLong_FromLong(number);
}

static PyMethodDef methods[] = {METHOD(count, METH_O), {NULL}};
MODULE(variants, methods)

/* refsan check
 * RS103 pair_next / tuple_next: it->item = PyTuple_GET_ITEM
 */
