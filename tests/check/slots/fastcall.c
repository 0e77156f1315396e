/* Calling conventions and slots given by PyType_Slot: arguments are borrowed in all of them. */
#include "../module.h"

static PyObject *
fast_sum(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    PyObject *sum = PyLong_FromLong(0);

    for (Py_ssize_t i = 0; sum != NULL && i < count; i++) {
        Py_SETREF(sum, PyNumber_Add(sum, args[i]));
        Py_DECREF(args[i]);
    }
    return sum;
}

static PyObject *
fast_product(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    PyObject *product = PyLong_FromLong(1);

    for (Py_ssize_t i = 0; product != NULL && i < count; i++)
        Py_SETREF(product, PyNumber_Multiply(product, args[i]));
    return product;
}

static PyObject *
fast_first(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (count == 0)
        Py_RETURN_NONE;
    return args[0];
}

static PyObject *
fast_last(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    PyObject *last = count ? args[count - 1] : Py_None;

    Py_INCREF(last);
    return last;
}

static PyObject *
keyword_names(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    return names ? names : PyTuple_New(0);
}

static PyObject *
keyword_count(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    return PyLong_FromSsize_t(names ? PyTuple_GET_SIZE(names) : 0);
}

static PyObject *
keyword_values(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *values;

    if (kwargs == NULL)
        return PyList_New(0);
    values = PyDict_Values(kwargs);
    Py_DECREF(kwargs);
    return values;
}

static PyObject *
keyword_items(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return kwargs ? PyDict_Items(kwargs) : PyList_New(0);
}

typedef struct {
    PyObject_HEAD
    PyObject *held;
} Holder;

static PyObject *
holder_get(PyObject *self, PyObject *owner, PyObject *type)
{
    if (owner == NULL)
        return self;
    return PyObject_GetAttrString(owner, "__dict__");
}

static PyObject *
keeper_get(PyObject *self, PyObject *owner, PyObject *type)
{
    if (owner == NULL || owner == Py_None)
        return Py_NewRef(self);
    return PyObject_GetAttrString(owner, "__dict__");
}

static PyObject *
holder_str(PyObject *self)
{
    PyObject *text = PyUnicode_FromString("a holder");

    if (text != NULL)
        Py_INCREF(text);
    return text;
}

static PyObject *
keeper_str(PyObject *self)
{
    static PyObject *text;

    if (text == NULL)
        text = PyUnicode_FromString("a keeper");
    Py_XINCREF(text); /* one for the caller, ours stays in the static variable */
    return text;
}

static void
holder_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    Py_XDECREF(((Holder *)self)->held);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyType_Slot holder_slots[] = {{Py_tp_descr_get, holder_get}, {Py_tp_str, holder_str}, {Py_tp_dealloc, holder_dealloc}, {0, NULL}};
static PyType_Slot keeper_slots[] = {{Py_tp_descr_get, keeper_get}, {Py_tp_str, keeper_str}, {Py_tp_dealloc, holder_dealloc}, {0, NULL}};
PyType_Spec holder_spec = {.name = "fastcall.Holder", .basicsize = sizeof(Holder), .flags = Py_TPFLAGS_DEFAULT, .slots = holder_slots};
PyType_Spec keeper_spec = {.name = "fastcall.Keeper", .basicsize = sizeof(Holder), .flags = Py_TPFLAGS_DEFAULT, .slots = keeper_slots};

static PyMethodDef methods[] = {
    METHOD(fast_sum, METH_FASTCALL), METHOD(fast_product, METH_FASTCALL), METHOD(fast_first, METH_FASTCALL), METHOD(fast_last, METH_FASTCALL),
    METHOD(keyword_names, METH_FASTCALL | METH_KEYWORDS), METHOD(keyword_count, METH_FASTCALL | METH_KEYWORDS),
    METHOD(keyword_values, METH_VARARGS | METH_KEYWORDS), METHOD(keyword_items, METH_VARARGS | METH_KEYWORDS), {NULL},
};
MODULE(fastcall, methods)

/* refsan check
 * RS101 fast_sum / fast_product: Py_DECREF(args[i])
 * RS102 fast_first / fast_last: return args[0]
 * RS102 keyword_names / keyword_count: return names
 * RS101 keyword_values / keyword_items: Py_DECREF(kwargs)
 * RS102 holder_get / keeper_get: return self
 * RS201 holder_str / keeper_str: PyUnicode_FromString || Py_INCREF(text)
 */
