/* _rsmeasure: calls one C-API function with given arguments and closes the books by its contract row.
 *
 * Promise: after the call every reference that the row says we own is given back except those to one object,
 * the checked one; what is left of its count beyond what we hold is the error of the row (or a holder
 * elsewhere). Refuses to judge: it returns numbers. Each measurement is meant for a process of its own, since
 * a wrong row corrupts the interpreter. x86-64 SysV only: integers and pointers travel in one register class,
 * doubles in the other, so one variadic prototype can call every function. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

#include <dlfcn.h>

enum { MAX_ARGS = 24, MAX_TRACKED = 64, IMMORTAL = 1 << 29, DEATH = 2 };

/* Functions around macros, by name; macros.py writes them. */
extern const struct rsm_entry {
    const char *name;
    void *address;
} rsm_table[];

/* What a variable holds before the call where the row says that it is always written. */
static char unwritten;

/* An object of the call: how many references to it are ours once the call is over, and where it stood: the
 * place of its spec, or RESULT. */
enum { RESULT = -1 };
struct tracked {
    PyObject *object;
    Py_ssize_t owned;
    int place;
};

struct call {
    long ints[MAX_ARGS];
    double doubles[4];
    int n_ints, n_doubles, n_tracked, unwritten, va; /* va: the first integer of a va_list, or 0 */
    int place;                                       /* of the spec that is being added */
    PyObject *pending_exception;
    struct tracked tracked[MAX_TRACKED];
    struct pending { /* what is known only after the call: slots to read, steals to settle */
        char kind;
        void **slot;
        int index; /* in tracked, for steals */
        int place;
    } pending[MAX_ARGS];
    int n_pending;
};

/* ---- memory failure: every allocation from the countdown on fails ---- */

static PyMemAllocatorEx plain[3];
static long countdown = -1;

static int refused(void)
{
    return countdown >= 0 && countdown-- <= 0 ? (countdown = 0, 1) : 0;
}
static void *failing_malloc(void *ctx, size_t size)
{
    PyMemAllocatorEx *a = ctx;
    return refused() ? NULL : a->malloc(a->ctx, size);
}
static void *failing_calloc(void *ctx, size_t n, size_t size)
{
    PyMemAllocatorEx *a = ctx;
    return refused() ? NULL : a->calloc(a->ctx, n, size);
}
static void *failing_realloc(void *ctx, void *old, size_t size)
{
    PyMemAllocatorEx *a = ctx;
    return refused() ? NULL : a->realloc(a->ctx, old, size);
}
static void plain_free(void *ctx, void *p)
{
    PyMemAllocatorEx *a = ctx;
    a->free(a->ctx, p);
}

static void hook_allocators(void)
{
    static const PyMemAllocatorDomain domains[] = {PYMEM_DOMAIN_RAW, PYMEM_DOMAIN_MEM, PYMEM_DOMAIN_OBJ};
    for (int i = 0; i < 3; i++) {
        PyMem_GetAllocator(domains[i], &plain[i]);
        PyMemAllocatorEx hooked = {&plain[i], failing_malloc, failing_calloc, failing_realloc, plain_free};
        PyMem_SetAllocator(domains[i], &hooked);
    }
}

/* Free lists would answer without allocating: take what they hold, and keep it. */
static void drain_free_lists(void)
{
    for (int i = 0; i < 300; i++) {
        PyFloat_FromDouble(i);
        PyList_New(0);
        PyDict_New();
        PySlice_New(NULL, NULL, NULL);
        PyContext_New();
        PyMethod_New((PyObject *)&PyUnicode_Type, Py_None);
    }
    for (int size = 1; size < 21; size++)
        for (int i = 0; i < 2100; i++)
            PyTuple_New(size);
}

/* ---- arguments ---- */

static int track(struct call *c, PyObject *o, Py_ssize_t owned, int place)
{
    if (c->n_tracked < MAX_TRACKED)
        c->tracked[c->n_tracked] = (struct tracked){o, owned, place};
    return c->n_tracked++;
}

static void pend(struct call *c, char kind, void **slot, int index)
{
    c->pending[c->n_pending++] = (struct pending){kind, slot, index, c->place};
}

static void **scratch(size_t size)
{
    return calloc(1, size);
}

/* An argument that is an object: one reference is ours to keep, a second one is given where the row says
 * steal. */
static void add_object(struct call *c, char kind, PyObject *o)
{
    Py_INCREF(o);
    int index = track(c, o, 1, c->place);
    if (strchr("STF", kind)) {
        Py_INCREF(o);
        pend(c, kind, NULL, index);
    }
    if (kind == 'a')
        pend(c, kind, NULL, index);
    c->ints[c->n_ints++] = (long)o;
}

static void add_array(struct call *c, PyObject *list)
{
    Py_ssize_t n = PyList_GET_SIZE(list);
    PyObject **array = (PyObject **)scratch((n + 1) * sizeof *array);
    for (Py_ssize_t i = 0; i < n; i++) {
        array[i] = PyList_GET_ITEM(list, i);
        Py_INCREF(array[i]);
        track(c, array[i], 1, c->place);
    }
    c->ints[c->n_ints++] = (long)array;
}

/* The variable whose address is passed: poisoned for what must always be written, so that an unwritten one
 * shows. */
static void add_slot(struct call *c, char kind, PyObject *o)
{
    void **slot = scratch(sizeof *slot);
    int index = -1;
    if (strchr("xX", kind) && o != Py_None) {
        Py_INCREF(o); /* the variable's, which the callee gives up */
        *slot = o;
        if (kind == 'x') {
            Py_INCREF(o); /* ours */
            index = track(c, o, 1, c->place);
        }
    } else if (kind == 'O' || kind == 'b') {
        *slot = &unwritten;
    }
    pend(c, kind, slot, index);
    c->ints[c->n_ints++] = (long)slot;
}

static int add_buffer(struct call *c, char kind, PyObject *o)
{
    Py_buffer *view = (Py_buffer *)scratch(sizeof *view);
    if (kind == 'R') {
        if (PyObject_GetBuffer(o, view, PyBUF_SIMPLE) < 0)
            return -1;
        Py_INCREF(o);
        pend(c, kind, NULL, track(c, o, 1, c->place));
    } else {
        pend(c, kind, (void **)&view->obj, -1);
    }
    c->ints[c->n_ints++] = (long)view;
    return 0;
}

/* One spec: (letter, payload); the letters are listed in worker.py. */
static int add(struct call *c, PyObject *spec)
{
    const char *letter = PyUnicode_AsUTF8(PyTuple_GET_ITEM(spec, 0));
    PyObject *payload = PyTuple_GET_ITEM(spec, 1);
    if (!letter || c->n_ints >= MAX_ARGS || c->n_pending >= MAX_ARGS)
        return -1;
    if (*letter == 'i')
        c->ints[c->n_ints++] = PyLong_AsLong(payload);
    else if (*letter == 'd')
        c->doubles[c->n_doubles++ & 3] = PyFloat_AsDouble(payload);
    else if (*letter == 's')
        c->ints[c->n_ints++] = (long)memcpy(scratch(PyBytes_Size(payload) + 4), PyBytes_AsString(payload),
                                            PyBytes_Size(payload));
    else if (*letter == 'm')
        c->ints[c->n_ints++] = (long)scratch(PyLong_AsLong(payload));
    else if (*letter == 'M')
        c->ints[c->n_ints++] = (long)PyObject_Malloc(PyLong_AsLong(payload));
    else if (*letter == 'v')
        add_array(c, payload);
    else if (*letter == 'V')
        c->va = c->n_ints++;
    else if (*letter == 'e')
        Py_INCREF(c->pending_exception = payload);
    else if (strchr("oSTFa", *letter))
        add_object(c, *letter, payload);
    else if (strchr("OPbcxX", *letter))
        add_slot(c, *letter, payload);
    else if (strchr("BR", *letter))
        return add_buffer(c, *letter, payload);
    else
        PyErr_Format(PyExc_ValueError, "unknown letter %s", letter);
    return PyErr_Occurred() ? -1 : 0;
}

/* ---- the call and its books ---- */

typedef long (*integer_function)(long, ...);
typedef double (*double_function)(long, ...);

/* A va_list whose register part is used up: the rest is read from memory (System V ABI for x86-64, 3.5.7). */
static void make_va_list(struct call *c)
{
    struct {
        unsigned gp_offset, fp_offset;
        void *overflow, *registers;
    } *list = (void *)scratch(sizeof *list);
    long *values = (long *)scratch(MAX_ARGS * sizeof *values);
    memcpy(values, c->ints + c->va + 1, (c->n_ints - c->va - 1) * sizeof *values);
    list->gp_offset = 48;
    list->fp_offset = 304;
    list->overflow = values;
    c->ints[c->va] = (long)list;
}

static void invoke(struct call *c, void *address, char result, long *r, double *d)
{
    long *i = c->ints;
    double *x = c->doubles;
    if (c->va)
        make_va_list(c);
    if (c->pending_exception) {
        PyObject *type = (PyObject *)Py_TYPE(c->pending_exception);
        Py_INCREF(type);
        PyErr_Restore(type, c->pending_exception, PyException_GetTraceback(c->pending_exception));
        c->pending_exception = NULL;
    }
#define EVERYTHING                                                                                           \
    i[0], i[1], i[2], i[3], i[4], i[5], x[0], x[1], x[2], x[3], i[6], i[7], i[8], i[9], i[10], i[11], i[12], \
        i[13], i[14], i[15], i[16], i[17], i[18], i[19]
    if (result == 'd')
        *d = ((double_function)address)(EVERYTHING);
    else
        *r = ((integer_function)address)(EVERYTHING);
#undef EVERYTHING
}

/* A steal that did not happen and a variable that no call took over leave their reference with us. */
static void settle(struct call *c, int called, int failed)
{
    for (int i = 0; i < c->n_pending; i++) {
        struct pending *p = &c->pending[i];
        int stolen =
            called && (strchr("SR", p->kind) || (p->kind == 'T' && !failed) || (p->kind == 'F' && failed));
        if (strchr("STFR", p->kind)) {
            c->tracked[p->index].owned += !stolen;
        } else if (p->kind == 'a') {
            c->tracked[p->index].owned += called;
        } else if (!called) {
            if (p->kind == 'x' && p->index >= 0)
                c->tracked[p->index].owned++;
        } else if (*p->slot == &unwritten) {
            c->unwritten = 1;
        } else if (*p->slot && !(failed && strchr("PcB", p->kind))) {
            track(c, *p->slot, strchr("bc", p->kind) ? 0 : 1, p->place);
        }
    }
}

static int failed_call(char result, long r, double d, PyObject *failure, int miss, int raised)
{
    if (failure == Py_None)
        return result == 'W' && raised; /* void, but the row says that it can fail */
    long f = PyLong_AsLong(failure);
    int hit = result == 'd' ? d == (double)f : f == 0 ? r == 0 : (int)r == (int)f;
    return hit && (raised || !miss);
}

static Py_ssize_t owned_of(const struct call *c, const PyObject *o)
{
    Py_ssize_t sum = 0;
    for (int i = 0; i < c->n_tracked; i++)
        sum += c->tracked[i].object == o ? c->tracked[i].owned : 0;
    return sum;
}

/* The n-th distinct object of the call, or NULL. */
static PyObject *distinct(const struct call *c, int n)
{
    for (int i = 0; i < c->n_tracked; i++) {
        int first = 1;
        for (int j = 0; j < i; j++)
            first &= c->tracked[j].object != c->tracked[i].object;
        if (first && n-- == 0)
            return c->tracked[i].object;
    }
    return NULL;
}

/* Gives back everything that is ours except what belongs to o. */
static void release_others(struct call *c, const PyObject *o)
{
    for (int i = c->n_tracked - 1; i >= 0; i--)
        for (Py_ssize_t n = c->tracked[i].object == o ? 0 : c->tracked[i].owned; n > 0; n--)
            Py_DECREF(c->tracked[i].object);
    PyErr_Clear();
}

static void collect(void)
{
    PyGC_Collect();
    PyGC_Collect();
    PyErr_Clear();
}

/* The count of o when all the rest is given back. */
static Py_ssize_t close_books(struct call *c, PyObject *o)
{
    Py_INCREF(o);
    release_others(c, o);
    collect();
    return Py_REFCNT(o);
}

/* For objects in cycles of their own (types), whose count says nothing: whether o lives on when all but
 * `spare` of our references to it are given back; -1 where it has no weak references. */
static Py_ssize_t outlives(struct call *c, PyObject *o, Py_ssize_t spare)
{
    PyObject *weak = PyWeakref_NewRef(o, NULL);
    Py_ssize_t owned = owned_of(c, o);
    if (!weak || owned < spare)
        return -1;
    release_others(c, o);
    for (; owned > spare; owned--)
        Py_DECREF(o);
    collect();
    return PyWeakref_GetObject(weak) != Py_None;
}

/* None and its like come and go with everything that runs: their counts say nothing. */
static int is_singleton(const PyObject *o)
{
    return o == Py_None || o == Py_True || o == Py_False || o == Py_NotImplemented || o == Py_Ellipsis ||
           (PyTuple_CheckExact((PyObject *)o) && PyTuple_GET_SIZE(o) == 0) ||
           Py_REFCNT((PyObject *)o) >= IMMORTAL;
}

/* Where o stood in the call. */
static PyObject *places_of(const struct call *c, const PyObject *o)
{
    PyObject *places = PyList_New(0);
    for (int i = 0; o && places && i < c->n_tracked; i++) {
        PyObject *place = c->tracked[i].object == o ? PyLong_FromLong(c->tracked[i].place) : NULL;
        if (place && PyList_Append(places, place) < 0)
            Py_CLEAR(places);
        Py_XDECREF(place);
    }
    return places;
}

static PyObject *exception_name(void)
{
    PyObject *type = PyErr_Occurred();
    if (!type)
        Py_RETURN_NONE;
    return PyUnicode_FromString(PyExceptionClass_Check(type) ? ((PyTypeObject *)type)->tp_name : "?");
}

/* measure(address, specs, result, failure, miss, fail_at, check, called)
 *   -> (failed, exception, unwritten, result value, objects, object address, count, expected, places of the
 * object) called: 0 does everything but the call, 1 is a call, DEATH + n asks whether the object outlives all
 * but n references. specs is emptied, so that only the call holds its objects. */
static PyObject *measure(PyObject *self, PyObject *args)
{
    static struct call c;
    PyObject *specs, *failure;
    const char *result;
    unsigned long long address;
    int miss, check, called;
    long fail_at, r = 0;
    double d = 0;
    if (!PyArg_ParseTuple(args, "KO!sOplii", &address, &PyList_Type, &specs, &result, &failure, &miss,
                          &fail_at, &check, &called))
        return NULL;
    memset(&c, 0, sizeof c);
    for (; c.place < PyList_GET_SIZE(specs); c.place++)
        if (add(&c, PyList_GET_ITEM(specs, c.place)) < 0)
            return NULL;
    if (PyList_SetSlice(specs, 0, PY_SSIZE_T_MAX, NULL) < 0)
        return NULL;
    if (fail_at >= 0)
        drain_free_lists();
    countdown = fail_at;
    if (called)
        invoke(&c, (void *)(uintptr_t)address, *result, &r, &d);
    countdown = -1;
    PyObject *exception = exception_name();
    int failed = called && failed_call(*result, r, d, failure, miss, exception != Py_None);
    settle(&c, called, failed);
    if (r && strchr("NBI", *result))
        track(&c, (PyObject *)r, *result != 'B', RESULT);
    int n = 0;
    while (distinct(&c, n))
        n++;
    PyObject *o = distinct(&c, check);
    Py_ssize_t expected = o ? owned_of(&c, o) + 1 : 0, count = 0;
    PyObject *places = places_of(&c, o);
    if (o && is_singleton(o))
        count = expected = -1;
    else if (o && called >= DEATH)
        count = outlives(&c, o, expected = called - DEATH);
    else if (o)
        count = close_books(&c, o);
    PyErr_Clear();
    if (*result == 'A' && r && r != c.ints[0] && r != c.ints[1] && r != c.ints[2])
        c.unwritten = 2; /* not the argument after all */
    return Py_BuildValue("(iNiliknnN)", failed, exception, c.unwritten, r, n, (unsigned long)o, count,
                         expected, places);
}

static PyObject *capsule(PyObject *self, PyObject *ignored)
{
    return PyCapsule_New(&unwritten, "rsmeasured", NULL);
}

/* Containers whose items are still NULL. */
static PyObject *fresh_list(PyObject *self, PyObject *size)
{
    return PyList_New(PyLong_AsSsize_t(size));
}
static PyObject *fresh_tuple(PyObject *self, PyObject *size)
{
    return PyTuple_New(PyLong_AsSsize_t(size));
}

static PyObject *instancemethod(PyObject *self, PyObject *function)
{
    return PyInstanceMethod_New(function);
}

static PyObject *buffer(PyObject *self, PyObject *ignored)
{
    Py_buffer *view = (Py_buffer *)scratch(sizeof *view);
    if (PyBuffer_FillInfo(view, NULL, scratch(16), 16, 1, PyBUF_FULL_RO) < 0)
        return NULL;
    return PyLong_FromVoidPtr(view);
}

/* strings([b"a", b"b"]): the address of {"a", "b", NULL} */
static PyObject *strings(PyObject *self, PyObject *list)
{
    char **all = (char **)scratch((PyList_Size(list) + 1) * sizeof *all);
    for (Py_ssize_t i = 0; i < PyList_Size(list); i++)
        all[i] = strdup(PyBytes_AsString(PyList_GetItem(list, i)));
    return PyLong_FromVoidPtr(all);
}

/* A type of the collector's whose instances need no initialisation. */
static int visit_nothing(PyObject *self, visitproc visit, void *arg)
{
    return 0;
}
static PyTypeObject collected = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "rsmeasured.Collected",
                                 .tp_basicsize = sizeof(PyVarObject),
                                 .tp_itemsize = 8,
                                 .tp_traverse = visit_nothing,
                                 .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
                                 .tp_dealloc = PyObject_GC_Del};

static PyObject *untracked(PyObject *self, PyObject *ignored)
{
    return (PyObject *)PyObject_GC_NewVar(PyVarObject, &collected, 1);
}

static PyObject *address_of(PyObject *self, PyObject *name)
{
    for (const struct rsm_entry *entry = rsm_table; entry->name; entry++)
        if (strcmp(entry->name, PyUnicode_AsUTF8(name)) == 0)
            return PyLong_FromVoidPtr(entry->address);
    return PyLong_FromVoidPtr(dlsym(RTLD_DEFAULT, PyUnicode_AsUTF8(name)));
}

/* ---- what tables and callbacks point at ---- */

static PyObject *none_method(PyObject *self, PyObject *args)
{
    Py_RETURN_NONE;
}
static PyObject *none_getter(PyObject *self, void *closure)
{
    Py_RETURN_NONE;
}
static long nothing(void)
{
    return 0;
}
static PyMethodDef a_method[] = {{"noargs", none_method, METH_NOARGS, NULL}, {NULL}};
static PyGetSetDef a_getset[] = {{"attribute", none_getter, NULL, NULL, NULL}, {NULL}};
static struct {
    PyObject_HEAD PyObject *field;
} member_host;
static PyMemberDef a_member[] = {{"field", T_OBJECT, sizeof(PyObject), 0, NULL}, {NULL}};
static PyModuleDef a_module = {PyModuleDef_HEAD_INIT, "rsmeasured", NULL, 0, NULL};
static PyModuleDef phased = {PyModuleDef_HEAD_INIT, "rsphased", NULL, 0, NULL};
static PyType_Slot no_slots[] = {{0, NULL}};
static PyType_Spec a_spec = {"rsmeasured.Made", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
                             no_slots};
static PyStructSequence_Field fields[] = {{"one", NULL}, {"two", NULL}, {NULL}};
static PyStructSequence_Desc a_sequence = {"rsmeasured.Pair", NULL, fields, 2};
static PyTypeObject a_type = {PyVarObject_HEAD_INIT(NULL, 0).tp_name = "rsmeasured.Static",
                              .tp_basicsize = sizeof(PyObject), .tp_flags = Py_TPFLAGS_DEFAULT};
_Py_IDENTIFIER(attribute);

static int add_address(PyObject *table, const char *name, const void *address)
{
    PyObject *value = PyLong_FromVoidPtr((void *)address);
    int bad = !value || PyDict_SetItemString(table, name, value) < 0;
    Py_XDECREF(value);
    return bad ? -1 : 0;
}

static PyObject *addresses(PyObject *self, PyObject *ignored)
{
    const struct {
        const char *name;
        const void *address;
    } all[] = {{"method", a_method},
               {"getset", a_getset},
               {"member", a_member},
               {"module", &a_module},
               {"phased", &phased},
               {"spec", &a_spec},
               {"sequence", &a_sequence},
               {"type", &a_type},
               {"callback", (void *)nothing},
               {"identifier", &PyId_attribute},
               {"tstate", PyThreadState_Get()},
               {"interp", PyThreadState_Get()->interp},
               {"stdout", stdout},
               {"null_file", fopen("/dev/null", "r+")},
               {"text_file", fmemopen("[1]\n", 4, "r")},
               {"host", &member_host}};
    PyObject *table = PyDict_New();
    for (size_t i = 0; table && i < sizeof all / sizeof *all; i++)
        if (add_address(table, all[i].name, all[i].address) < 0)
            Py_CLEAR(table);
    return table;
}

static PyMethodDef methods[] = {{"measure", measure, METH_VARARGS, NULL},
                                {"address_of", address_of, METH_O, NULL},
                                {"addresses", addresses, METH_NOARGS, NULL},
                                {"capsule", capsule, METH_NOARGS, NULL},
                                {"list", fresh_list, METH_O, NULL},
                                {"tuple", fresh_tuple, METH_O, NULL},
                                {"instancemethod", instancemethod, METH_O, NULL},
                                {"buffer", buffer, METH_NOARGS, NULL},
                                {"strings", strings, METH_O, NULL},
                                {"untracked", untracked, METH_NOARGS, NULL},
                                {NULL}};
static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_rsmeasure", NULL, -1, methods};

PyMODINIT_FUNC PyInit__rsmeasure(void)
{
    hook_allocators();
    PyObject *module = PyType_Ready(&collected) < 0 ? NULL : PyModule_Create(&definition);
    if (module && PyModule_AddObject(module, "Collected", (PyObject *)&collected) == 0)
        Py_INCREF(&collected);
    return module;
}
