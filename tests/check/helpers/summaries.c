/* Helper functions: what they return, take over or fill in is learned from their bodies. */
#include "../module.h"

/* new */
static PyObject *
make_pair(PyObject *left, PyObject *right)
{
    return PyTuple_Pack(2, left, right);
}

static PyObject *
pair_text(PyObject *self, PyObject *args)
{
    PyObject *a, *b;

    if (!PyArg_ParseTuple(args, "OO", &a, &b))
        return NULL;
    PyObject *pair = make_pair(a, b);
    return pair ? PyObject_Repr(pair) : NULL;
}

static PyObject *
pair_text_released(PyObject *self, PyObject *args)
{
    PyObject *a, *b, *pair, *text = NULL;

    if (!PyArg_ParseTuple(args, "OO", &a, &b))
        return NULL;
    if ((pair = make_pair(a, b)) != NULL)
        text = PyObject_Repr(pair);
    Py_XDECREF(pair);
    return text;
}

/* borrowed */
static PyObject *
lookup(PyObject *dict, const char *key)
{
    PyObject *value = PyDict_GetItemString(dict, key);

    if (value == NULL)
        PyErr_Format(PyExc_KeyError, "%s", key);
    return value;
}

static PyObject *
get_width(PyObject *self, PyObject *dict)
{
    return lookup(dict, "width");
}

static PyObject *
get_height(PyObject *self, PyObject *dict)
{
    PyObject *height = lookup(dict, "height");

    Py_XINCREF(height);
    return height;
}

static PyObject *
drop_width(PyObject *self, PyObject *dict)
{
    PyObject *width = lookup(dict, "width"), *text;

    if (width == NULL)
        return NULL;
    text = PyObject_Str(width);
    Py_DECREF(width);
    return text;
}

static PyObject *
show_width(PyObject *self, PyObject *dict)
{
    PyObject *width = lookup(dict, "width");

    return width ? PyObject_Str(width) : NULL;
}

/* steals, in any case */
static int
append_taking(PyObject *list, PyObject *item)
{
    int status;

    if (item == NULL)
        return -1;
    status = PyList_Append(list, item);
    Py_DECREF(item);
    return status;
}

static PyObject *
numbers_twice(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *list = PyList_New(0), *number = PyLong_FromLong(777);

    if (list == NULL || number == NULL)
        goto error;
    if (append_taking(list, number) < 0)
        goto error;
    Py_DECREF(number);
    return list;
error:
    Py_XDECREF(list);
    return NULL;
}

static PyObject *
numbers_once(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *list = PyList_New(0);

    if (list == NULL)
        return NULL;
    for (int i = 0; i < 10; i++) {
        if (append_taking(list, PyLong_FromLong(i + 1000)) < 0) {
            Py_DECREF(list);
            return NULL;
        }
    }
    return list;
}

/* two levels: new, through another helper */
static PyObject *
make_named(const char *name)
{
    PyObject *key = PyUnicode_FromString(name), *pair;

    if (key == NULL)
        return NULL;
    pair = make_pair(key, Py_None);
    Py_DECREF(key);
    return pair;
}

static int
store_named(PyObject *dict, const char *name)
{
    PyObject *pair = make_named(name);

    if (pair == NULL)
        return -1;
    return PyDict_SetItemString(dict, name, pair);
}

static int
store_named_once(PyObject *dict, const char *name)
{
    PyObject *pair = make_named(name);
    int status = -1;

    if (pair) {
        status = PyDict_SetItemString(dict, name, pair);
        Py_DECREF(pair);
    }
    return status;
}

static PyObject *
store_all(PyObject *self, PyObject *dict)
{
    if (store_named(dict, "left") < 0 || store_named_once(dict, "right") < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* fills an out-parameter with a new reference */
static int
get_size(PyObject *object, PyObject **result)
{
    *result = PyObject_GetAttrString(object, "size");
    return *result ? 0 : -1;
}

static PyObject *
is_big(PyObject *self, PyObject *object)
{
    PyObject *size;
    int truth;

    if (get_size(object, &size) < 0)
        return NULL;
    truth = PyObject_IsTrue(size);
    return truth < 0 ? NULL : PyBool_FromLong(truth);
}

static PyObject *
is_small(PyObject *self, PyObject *object)
{
    PyObject *size;
    int truth;

    if (get_size(object, &size) < 0)
        return NULL;
    truth = PyObject_Not(size);
    Py_DECREF(size);
    return truth < 0 ? NULL : PyBool_FromLong(truth);
}

/* returns its argument, with a reference */
static PyObject *
same_or_text(PyObject *object)
{
    if (PyUnicode_Check(object)) {
        Py_INCREF(object);
        return object;
    }
    return PyObject_Str(object);
}

static PyObject *
text_of(PyObject *self, PyObject *object)
{
    PyObject *text = same_or_text(object), *upper;

    if (text == NULL)
        return NULL;
    upper = PyObject_CallMethod(text, "upper", NULL);
    if (text != object)
        Py_DECREF(text);
    return upper;
}

static PyObject *
text_of_any(PyObject *self, PyObject *object)
{
    PyObject *text = same_or_text(object), *upper;

    if (text == NULL)
        return NULL;
    upper = PyObject_CallMethod(text, "upper", NULL);
    Py_DECREF(text);
    return upper;
}

/* recursive */
static PyObject *
flatten(PyObject *object)
{
    PyObject *list, *part;

    if (!PyTuple_Check(object))
        return Py_BuildValue("[O]", object);
    list = PyList_New(0);
    for (Py_ssize_t i = 0; list && i < PyTuple_GET_SIZE(object); i++) {
        part = flatten(PyTuple_GET_ITEM(object, i));
        if (part == NULL) {
            Py_CLEAR(list);
            break;
        }
        Py_SETREF(list, PySequence_Concat(list, part));
        Py_DECREF(part);
    }
    return list;
}

static Py_ssize_t
count_leaves(PyObject *object)
{
    PyObject *list = flatten(object);

    return list ? PyList_GET_SIZE(list) : -1;
}

static Py_ssize_t
count_leaves_released(PyObject *object)
{
    PyObject *list = flatten(object);
    Py_ssize_t size = list ? PyList_GET_SIZE(list) : -1;

    Py_XDECREF(list);
    return size;
}

static PyObject *
leaves(PyObject *self, PyObject *object)
{
    Py_ssize_t a = count_leaves(object), b = a < 0 ? -1 : count_leaves_released(object);

    return b < 0 ? NULL : PyLong_FromSsize_t(a + b);
}

/* never returns */
_Noreturn static void
die(const char *why)
{
    Py_FatalError(why);
}

static PyObject *
must_have(PyObject *self, PyObject *object)
{
    PyObject *part = PyObject_GetAttrString(object, "part");

    if (part == NULL)
        die("no part");
    if (PyObject_IsTrue(part) < 0)
        return NULL;
    return part;
}

static PyObject *
must_have_text(PyObject *self, PyObject *object)
{
    PyObject *part = PyObject_GetAttrString(object, "part");

    if (part == NULL || PyObject_IsTrue(part) < 0)
        die("no part"); /* what is owned here goes with the process */
    return part;
}

static PyMethodDef methods[] = {
    METHOD(pair_text, METH_VARARGS), METHOD(pair_text_released, METH_VARARGS), METHOD(get_width, METH_O), METHOD(get_height, METH_O),
    METHOD(drop_width, METH_O), METHOD(show_width, METH_O), METHOD(numbers_twice, METH_NOARGS), METHOD(numbers_once, METH_NOARGS),
    METHOD(store_all, METH_O), METHOD(is_big, METH_O), METHOD(is_small, METH_O), METHOD(text_of, METH_O), METHOD(text_of_any, METH_O),
    METHOD(leaves, METH_O), METHOD(must_have, METH_O), METHOD(must_have_text, METH_O), {NULL},
};
MODULE(summaries, methods)

/* refsan check
 * RS201 pair_text / pair_text_released: PyObject *pair = make_pair
 * RS102 get_width / get_height: return lookup
 * RS101 drop_width / show_width: Py_DECREF(width) || lookup
 * RS101|RS104|RS105 numbers_twice / numbers_once: Py_DECREF(number) || append_taking
 * may RS202|RS201 numbers_twice: PyLong_FromLong(777)
 * RS201 store_named / store_named_once: make_named
 * RS201 is_big / is_small: get_size
 * RS201 text_of / text_of_any: same_or_text
 * RS201 count_leaves / count_leaves_released: flatten(object)
 * RS202 must_have / must_have_text: PyObject_GetAttrString
 */
