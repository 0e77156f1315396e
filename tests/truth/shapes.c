/* The module of the truth test: each function uses CPython's reference counting inlines in one shape. Built
 * once normally and once against headers whose inlines count (truth.py makes them); there ENTER says whose
 * counts they are. No function hides another's counts: all are kept out of line, and none takes and gives the
 * same reference without a call between, since compilers cancel such pairs. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#ifdef REFSAN_TRUTH
struct truth {
    const char *function;
    long inc, dec;
} truth_counts[64];
int truth_now; /* index of the function that is running */
static int truth_used = 1;

static int truth_enter(int *index, const char *function)
{
    int before = truth_now;
    if (!*index) {
        *index = truth_used++;
        truth_counts[*index].function = function;
    }
    truth_now = *index;
    return before;
}

static void truth_leave(int *before)
{
    truth_now = *before;
}
#define ENTER                                                                                                \
    static int truth_index;                                                                                  \
    __attribute__((cleanup(truth_leave), unused)) int truth_before = truth_enter(&truth_index, __func__)

void truth_count_inc(void);
void truth_count_dec(void);
void truth_count_inc(void)
{
    truth_counts[truth_now].inc++;
}
void truth_count_dec(void)
{
    truth_counts[truth_now].dec++;
}
#else
#define ENTER
#endif

#if PY_VERSION_HEX < 0x030a0000
#define Py_NewRef(object)                                                                                    \
    ({                                                                                                       \
        PyObject *given = (object);                                                                          \
        Py_INCREF(given);                                                                                    \
        given;                                                                                               \
    })
#define Py_XNewRef(object)                                                                                   \
    ({                                                                                                       \
        PyObject *given = (object);                                                                          \
        Py_XINCREF(given);                                                                                   \
        given;                                                                                               \
    })
#endif

#define SHAPE static __attribute__((noinline, used))

typedef struct {
    PyObject_HEAD PyObject *first, *second;
} Box;

SHAPE void box_dealloc(PyObject *self)
{
    ENTER;
    Box *box = (Box *)self;
    Py_CLEAR(box->first);
    Py_XDECREF(box->second);
    PyObject_Free(self);
}

SHAPE PyObject *box_get_first(PyObject *self, void *closure)
{
    ENTER;
    PyObject *first = ((Box *)self)->first;
    if (!first)
        Py_RETURN_NONE;
    Py_INCREF(first);
    return first;
}

SHAPE int box_set_first(PyObject *self, PyObject *value, void *closure)
{
    ENTER;
    Box *box = (Box *)self;
    Py_XINCREF(value);
    Py_XSETREF(box->first, value);
    return 0;
}

SHAPE PyObject *box_swap(PyObject *self, PyObject *ignored)
{
    ENTER;
    Box *box = (Box *)self;
    PyObject *first = box->first;
    box->first = box->second;
    box->second = first;
    Py_RETURN_NONE;
}

SHAPE PyObject *box_replace(PyObject *self, PyObject *value)
{
    ENTER;
    Box *box = (Box *)self;
    PyObject *old = box->second;
    Py_INCREF(value);
    box->second = value;
    if (!old)
        Py_RETURN_NONE;
    return old;
}

static PyGetSetDef box_getset[] = {{"first", box_get_first, box_set_first, NULL, NULL}, {NULL}};
static PyMethodDef box_methods[] = {
    {"swap", box_swap, METH_NOARGS, NULL}, {"replace", box_replace, METH_O, NULL}, {NULL}};
static PyTypeObject box_type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "shapes.Box",
                                .tp_basicsize = sizeof(Box),
                                .tp_dealloc = box_dealloc,
                                .tp_flags = Py_TPFLAGS_DEFAULT,
                                .tp_methods = box_methods,
                                .tp_getset = box_getset,
                                .tp_new = PyType_GenericNew};

SHAPE PyObject *identity(PyObject *module, PyObject *value)
{
    ENTER;
    Py_INCREF(value);
    return value;
}

SHAPE PyObject *held_over_a_call(PyObject *module, PyObject *value)
{
    ENTER;
    Py_INCREF(value);
    Py_hash_t hash = PyObject_Hash(value);
    Py_DECREF(value);
    if (hash == -1)
        return NULL;
    return PyLong_FromSsize_t(hash);
}

SHAPE PyObject *temporaries(PyObject *module, PyObject *value)
{
    ENTER;
    PyObject *text = PyObject_Str(value), *pair = NULL, *both = NULL;
    if (!text)
        return NULL;
    pair = PyTuple_Pack(2, text, value);
    if (!pair)
        goto done;
    both = PySequence_Concat(pair, pair);
done:
    Py_XDECREF(pair);
    Py_DECREF(text);
    return both;
}

SHAPE PyObject *fill_a_list(PyObject *module, PyObject *number)
{
    ENTER;
    Py_ssize_t count = PyLong_AsSsize_t(number);
    if (count < 0)
        return NULL;
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        Py_INCREF(number);
        PyList_SET_ITEM(list, i, number);
    }
    return list;
}

SHAPE PyObject *sum_a_sequence(PyObject *module, PyObject *sequence)
{
    ENTER;
    PyObject *sum = PyLong_FromLong(0), *iterator = PyObject_GetIter(sequence), *item;
    if (!iterator) {
        Py_XDECREF(sum);
        return NULL;
    }
    while (sum && (item = PyIter_Next(iterator)) != NULL) {
        PyObject *next = PyNumber_Add(sum, item);
        Py_DECREF(item);
        Py_SETREF(sum, next);
    }
    Py_DECREF(iterator);
    return sum;
}

SHAPE PyObject *invert_a_dict(PyObject *module, PyObject *dict)
{
    ENTER;
    PyObject *result = PyDict_New(), *key, *value;
    Py_ssize_t position = 0;
    while (result && PyDict_Next(dict, &position, &key, &value)) {
        Py_INCREF(key);
        Py_INCREF(value);
        int failed = PyDict_SetItem(result, value, key);
        Py_DECREF(value);
        Py_DECREF(key);
        if (failed)
            Py_CLEAR(result);
    }
    return result;
}

SHAPE PyObject *rotate(PyObject *module, PyObject *list)
{
    ENTER;
    Py_ssize_t count = PyList_GET_SIZE(list);
    for (Py_ssize_t i = 0; i + 1 < count; i++) {
        PyObject *left = PyList_GET_ITEM(list, i), *right = PyList_GET_ITEM(list, i + 1);
        Py_INCREF(left);
        Py_INCREF(right);
        if (PyList_SetItem(list, i, right) < 0 || PyList_SetItem(list, i + 1, left) < 0)
            return NULL;
    }
    Py_RETURN_NONE;
}

SHAPE PyObject *by_kind(PyObject *module, PyObject *arguments)
{
    ENTER;
    PyObject *a, *b;
    int kind;
    if (!PyArg_ParseTuple(arguments, "iOO", &kind, &a, &b))
        return NULL;
    switch (kind) {
    case 0:
        Py_INCREF(a);
        return a;
    case 1:
        Py_INCREF(b);
        return b;
    case 2:
        Py_RETURN_TRUE;
    case 3:
        return PyTuple_Pack(2, a, b);
    case 4: {
        PyObject *list = PyList_New(0);
        if (list && PyList_Append(list, a) < 0)
            Py_CLEAR(list);
        return list;
    }
    case 5:
        return Py_NewRef(kind ? a : b);
    case 6: {
        PyObject *text = PyObject_Repr(a);
        PyObject *size = text ? PyLong_FromSsize_t(PyUnicode_GetLength(text)) : NULL;
        Py_XDECREF(text);
        return size;
    }
    case 7:
        return Py_XNewRef(b == Py_None ? a : b);
    default:
        PyErr_SetString(PyExc_ValueError, "kind");
        return NULL;
    }
}

SHAPE PyObject *ladder(PyObject *module, PyObject *value)
{
    ENTER;
    PyObject *a = NULL, *b = NULL, *c = NULL, *result = NULL;
    a = PyNumber_Add(value, value);
    if (!a)
        goto done;
    b = PyNumber_Multiply(a, value);
    if (!b)
        goto done;
    c = PyNumber_Subtract(b, a);
    if (!c)
        goto done;
    Py_INCREF(c);
    result = c;
done:
    Py_XDECREF(a);
    Py_XDECREF(b);
    Py_XDECREF(c);
    return result;
}

SHAPE PyObject *nest(PyObject *module, PyObject *number)
{
    ENTER;
    long depth = PyLong_AsLong(number);
    if (depth <= 0)
        return PyList_New(0);
    PyObject *less = PyLong_FromLong(depth - 1), *inner = less ? nest(module, less) : NULL;
    Py_XDECREF(less);
    PyObject *list = inner ? PyList_New(1) : NULL;
    if (!list) {
        Py_XDECREF(inner);
        return NULL;
    }
    PyList_SET_ITEM(list, 0, inner);
    return list;
}

SHAPE PyObject *the_type(PyObject *module, PyObject *ignored)
{
    ENTER;
    Py_INCREF(&box_type);
    return (PyObject *)&box_type;
}

SHAPE PyObject *call_back(PyObject *module, PyObject *function)
{
    ENTER;
    PyObject *argument = PyLong_FromLong(123456), *result;
    if (!argument)
        return NULL;
    result = PyObject_CallFunctionObjArgs(function, argument, NULL);
    Py_DECREF(argument);
    if (!result) {
        PyErr_Clear();
        Py_RETURN_NOTIMPLEMENTED;
    }
    return result;
}

/* The truth, or None in the normal build: [(function, increments, decrements)]. Counts nothing itself. */
static PyObject *truth(PyObject *module, PyObject *ignored)
{
#ifdef REFSAN_TRUTH
    PyObject *list = PyList_New(0);
    for (int i = 1; i < truth_used; i++) {
        PyObject *row =
            Py_BuildValue("(sll)", truth_counts[i].function, truth_counts[i].inc, truth_counts[i].dec);
        truth_now = 0;
        PyList_Append(list, row);
        Py_XDECREF(row);
    }
    return list;
#else
    return Py_BuildValue("");
#endif
}

static PyMethodDef methods[] = {{"identity", identity, METH_O, NULL},
                                {"held_over_a_call", held_over_a_call, METH_O, NULL},
                                {"temporaries", temporaries, METH_O, NULL},
                                {"fill_a_list", fill_a_list, METH_O, NULL},
                                {"sum_a_sequence", sum_a_sequence, METH_O, NULL},
                                {"invert_a_dict", invert_a_dict, METH_O, NULL},
                                {"rotate", rotate, METH_O, NULL},
                                {"by_kind", by_kind, METH_VARARGS, NULL},
                                {"ladder", ladder, METH_O, NULL},
                                {"nest", nest, METH_O, NULL},
                                {"the_type", the_type, METH_NOARGS, NULL},
                                {"call_back", call_back, METH_O, NULL},
                                {"truth", truth, METH_NOARGS, NULL},
                                {NULL}};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "shapes", .m_size = -1,
                                        .m_methods = methods};

PyMODINIT_FUNC PyInit_shapes(void)
{
    ENTER;
    if (PyType_Ready(&box_type) < 0)
        return NULL;
    PyObject *module = PyModule_Create(&definition);
    Py_INCREF(&box_type);
    if (module && PyModule_AddObject(module, "Box", (PyObject *)&box_type) < 0)
        Py_CLEAR(module);
    return module;
}
