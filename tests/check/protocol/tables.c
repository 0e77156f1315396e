/* The flags of a method table against the functions behind the casts. */
#include "../module.h"

static PyObject *
add(PyObject *self, PyObject *args)
{
    long a, b;

    if (!PyArg_ParseTuple(args, "ll:add", &a, &b))
        return NULL;
    return PyLong_FromLong(a + b);
}

static PyObject *
subtract(PyObject *self, PyObject *args)
{
    long a, b;

    if (!PyArg_ParseTuple(args, "ll:subtract", &a, &b))
        return NULL;
    return PyLong_FromLong(a - b);
}

static PyObject *
with_keywords(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return PyLong_FromSsize_t(PyTuple_GET_SIZE(args) + (kwargs ? PyDict_Size(kwargs) : 0));
}

static PyObject *
without_keywords(PyObject *self, PyObject *args)
{
    return PyLong_FromSsize_t(PyTuple_GET_SIZE(args));
}

static PyObject *
vector(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    return count > 0 ? PyObject_Repr(args[0]) : PyUnicode_FromString("");
}

static PyObject *
vector_fast(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    return count > 0 ? PyObject_Repr(args[0]) : PyUnicode_FromString("");
}

static PyObject *
nothing(PyObject *self) /* one parameter less than what is passed: harmless where the caller cleans up, and common */
{
    return Py_NewRef(self);
}

static PyObject *
vector_keywords(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    return count > 0 ? PyObject_Str(args[0]) : PyUnicode_FromString("");
}

static PyObject *
vector_names(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    if (names != NULL)
        return PyErr_Format(PyExc_TypeError, "no keywords");
    return count > 0 ? PyObject_Str(args[0]) : PyUnicode_FromString("");
}

/* METH_FASTCALL passes three: what nobody looks at does no harm, the array is no tuple. */
static PyObject *
fast_pair(PyObject *self, PyObject *args)
{
    return PyTuple_GetItem(args, 0) == NULL ? NULL : PyLong_FromLong(2);
}

static PyObject *
fast_nothing(PyObject *self, PyObject *Py_UNUSED(args))
{
    return PyLong_FromLong(0);
}

static PyMethodDef methods[] = {
    {"add", (PyCFunction)add, METH_O, NULL},
    {"subtract", subtract, METH_VARARGS, NULL},
    {"with_keywords", (PyCFunction)(void (*)(void))with_keywords, METH_VARARGS, NULL},
    {"without_keywords", (PyCFunction)without_keywords, METH_VARARGS, NULL},
    {"vector", (PyCFunction)(void (*)(void))vector, METH_VARARGS, NULL},
    {"vector_fast", (PyCFunction)(void (*)(void))vector_fast, METH_FASTCALL, NULL},
    {"nothing", (PyCFunction)(void (*)(void))nothing, METH_NOARGS, NULL},
    {"vector_names", (PyCFunction)(void (*)(void))vector_names, METH_FASTCALL | METH_KEYWORDS, NULL},
    {"vector_keywords", (PyCFunction)(void (*)(void))vector_keywords, METH_O, NULL},
    {"fast_pair", (PyCFunction)(void (*)(void))fast_pair, METH_FASTCALL, NULL},
    {"fast_nothing", (PyCFunction)(void (*)(void))fast_nothing, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};
MODULE(tables, methods)

/* refsan check
 * RS307 add / subtract: add(PyObject || PyArg_ParseTuple
 * RS307 with_keywords / without_keywords: with_keywords(PyObject || kwargs
 * RS307 vector / vector_fast: vector(PyObject || count
 * RS307 fast_pair / vector_fast: fast_pair(PyObject
 * RS307 (note) fast_nothing / vector_fast: fast_nothing(PyObject
 * RS307 vector_keywords / vector_names: vector_keywords(PyObject || count
 */
