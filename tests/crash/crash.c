/* crash: ways to die in C, each of them the program's own mistake and none of refsan's or of a reference count. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile int zero;
static void *volatile nowhere;

/* missing(dict): reads through the answer for a key that is not there. */
static PyObject *missing(PyObject *module, PyObject *dict)
{
    PyObject *found = PyDict_GetItemString(dict, "no such key"); /* call */

    return PyUnicode_FromString(Py_TYPE(found)->tp_name); /* place */
}

/* failed(object): reads through the result of a call that failed. */
static PyObject *failed(PyObject *module, PyObject *object)
{
    PyObject *found = PyObject_GetAttrString(object, "no such attribute"); /* call */

    return PyLong_FromSsize_t(Py_REFCNT(found)); /* place */
}

/* increment(dict): the access is a refcount's, whose instruction refsan has moved. */
static PyObject *increment(PyObject *module, PyObject *dict)
{
    PyObject *found = PyDict_GetItemString(dict, "no such key"); /* call */

    Py_INCREF(found); /* place */
    return found;
}

/* prologue(): the fault is in the function's first instructions, which refsan has moved, too. */
static PyObject *prologue(PyObject *module, PyObject *none)
{
    return (PyObject *)Py_TYPE(none)->tp_base; /* place */
}

static PyObject *null_struct(PyObject *module, PyObject *unused)
{
    char **table = nowhere;

    table[50] = "x"; /* place */
    Py_RETURN_NONE;
}

static PyObject *wild(PyObject *module, PyObject *unused)
{
    void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    munmap(page, 4096);
    *(int *)page = 1; /* place */
    Py_RETURN_NONE;
}

static PyObject *no_address(PyObject *module, PyObject *unused)
{
    return PyLong_FromLong(*(long *)((uintptr_t)nowhere + 0x7265747369676572)); /* place */
}

static PyObject *read_only(PyObject *module, PyObject *unused)
{
    *(volatile char *)"constant" = 'C'; /* place */
    Py_RETURN_NONE;
}

static PyObject *call_null(PyObject *module, PyObject *unused)
{
    PyObject *(*volatile function)(void) = nowhere;
    PyObject *result = function(); /* place */

    return result != Py_None ? result : NULL;
}

static PyObject *free_twice(PyObject *module, PyObject *unused)
{
    void *volatile block = malloc(1000), *volatile other = malloc(1000);

    free(block);
    free(block); /* place */
    free(other);
    Py_RETURN_NONE;
}

static __attribute__((noinline)) int deeper(int depth)
{
    volatile char frame[200];

    frame[depth % 200] = 1;
    return deeper(depth + 1) + frame[0]; /* place */
}

static PyObject *recurse(PyObject *module, PyObject *unused)
{
    return PyLong_FromLong(deeper(0));
}

static PyObject *divide(PyObject *module, PyObject *unused)
{
    return PyLong_FromLong(100 / zero); /* place */
}

static PyObject *trap(PyObject *module, PyObject *unused)
{
    __builtin_trap(); /* place */
}

static PyObject *give_up(PyObject *module, PyObject *unused)
{
    Py_FatalError("nothing goes any more"); /* place */
}

static PyObject *end(PyObject *module, PyObject *unused)
{
    abort(); /* place */
}

static PyObject *truncated(PyObject *module, PyObject *path)
{
    int file = open(PyUnicode_AsUTF8(path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    volatile char *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);

    return PyLong_FromLong(map[0]); /* place */
}

static void *in_thread(void *what)
{
    if (*(const char *)what == 'a')
        abort();
    if (*(const char *)what == 'd')
        deeper(0);
    *(volatile int *)nowhere = 1; /* place */
    return NULL;
}

/* thread(what): another thread, which has no Python state and no GIL, aborts, goes deeper and deeper, or writes through NULL. */
static PyObject *thread(PyObject *module, PyObject *what)
{
    pthread_t id;
    const char *text = PyUnicode_AsUTF8(what);

    if (text == NULL || pthread_create(&id, NULL, in_thread, (void *)text) != 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    pthread_join(id, NULL);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

/* threads(what): eight threads do it at the same moment. */
static PyObject *threads(PyObject *module, PyObject *what)
{
    pthread_t ids[8];
    const char *text = PyUnicode_AsUTF8(what);

    if (text == NULL)
        return NULL;
    for (int i = 0; i < 8; i++)
        if (pthread_create(&ids[i], NULL, in_thread, (void *)text) != 0)
            return PyErr_NoMemory();
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < 8; i++)
        pthread_join(ids[i], NULL);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

/* released(): without the GIL, in a thread of Python's own. */
static PyObject *released(PyObject *module, PyObject *unused)
{
    Py_BEGIN_ALLOW_THREADS
    *(volatile int *)nowhere = 1; /* place */
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static sigjmp_buf back;

static void jump(int number)
{
    siglongjmp(back, number);
}

static void leave(int number)
{
    (void)!write(2, "the handler leaves\n", 19);
    _exit(7);
}

static void (*const handlers[])(int) = {jump, leave};

/* handle(n): installs a handler of the program's own for SIGSEGV. */
static PyObject *handle(PyObject *module, PyObject *which)
{
    struct sigaction action = {.sa_handler = handlers[PyLong_AsLong(which) == 1]};

    if (sigaction(SIGSEGV, &action, NULL) != 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    Py_RETURN_NONE;
}

/* caught(): writes through NULL and comes back by siglongjmp out of handler 0. */
static PyObject *caught(PyObject *module, PyObject *unused)
{
    int number = sigsetjmp(back, 1);

    if (number == 0)
        *(volatile int *)nowhere = 1;
    return PyLong_FromLong(number);
}

static PyObject *kept;

/* keep(object): owns it from then on. lend(): the object is given up, the pointer to it comes back as a number. */
static PyObject *keep(PyObject *module, PyObject *object)
{
    Py_INCREF(object);
    Py_XSETREF(kept, object);
    Py_RETURN_NONE;
}

static PyObject *lend(PyObject *module, PyObject *unused)
{
    PyObject *number = PyLong_FromVoidPtr(kept);

    Py_CLEAR(kept);
    return number;
}

static PyMethodDef methods[] = {
    {"missing", missing, METH_O, NULL},         {"failed", failed, METH_O, NULL},       {"increment", increment, METH_O, NULL}, {"prologue", prologue, METH_NOARGS, NULL},
    {"null_struct", null_struct, METH_NOARGS, NULL}, {"wild", wild, METH_NOARGS, NULL}, {"no_address", no_address, METH_NOARGS, NULL},
    {"read_only", read_only, METH_NOARGS, NULL}, {"call_null", call_null, METH_NOARGS, NULL}, {"free_twice", free_twice, METH_NOARGS, NULL},
    {"recurse", recurse, METH_NOARGS, NULL},    {"divide", divide, METH_NOARGS, NULL},  {"trap", trap, METH_NOARGS, NULL},
    {"give_up", give_up, METH_NOARGS, NULL},    {"end", end, METH_NOARGS, NULL},        {"truncated", truncated, METH_O, NULL},
    {"threads", threads, METH_O, NULL},
    {"thread", thread, METH_O, NULL},           {"released", released, METH_NOARGS, NULL}, {"handle", handle, METH_O, NULL},
    {"caught", caught, METH_NOARGS, NULL},      {"keep", keep, METH_O, NULL},           {"lend", lend, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "crash", .m_size = -1, .m_methods = methods};

PyMODINIT_FUNC PyInit_crash(void)
{
    return PyModule_Create(&definition);
}
