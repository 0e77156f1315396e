/* A local that points to itself, as short strings do: forgetting what it holds comes to an end. */
#include "../module.h"

struct text {
    char *at;
    char inner[16];
};

extern char *where_is(int which);
extern void read_text(struct text **all, struct text *one);

static PyObject *compared_lost(PyObject *self, PyObject *word)
{
    struct text text = {.at = text.inner};
    PyObject *number = PyLong_FromLong(1000);

    if (number == NULL)
        return NULL;
    if (where_is(1) + 1 == (char *)&text)
        return NULL;
    Py_DECREF(number);
    return PyLong_FromLong(text.at[0]);
}

static PyObject *compared(PyObject *self, PyObject *word)
{
    struct text text = {.at = text.inner};
    PyObject *number = PyLong_FromLong(1000);

    if (number == NULL)
        return NULL;
    if (where_is(1) + 1 == (char *)&text) {
        Py_DECREF(number);
        return NULL;
    }
    Py_DECREF(number);
    return PyLong_FromLong(text.at[0]);
}

static PyObject *either(PyObject *self, PyObject *word)
{
    struct text one = {.at = one.inner}, two = {.at = (char *)&one};
    struct text *all[] = {&one, &two};

    read_text(all, all[PyObject_IsTrue(word) > 0]);
    return PyLong_FromLong(one.at[0]);
}

static PyMethodDef methods[] = {
    METHOD(compared_lost, METH_O),
    METHOD(compared, METH_O),
    METHOD(either, METH_O),
    {NULL, NULL, 0, NULL},
};

MODULE(itself, methods)

/* refsan check
 * RS202 compared_lost / compared: PyLong_FromLong(1000)
 */
