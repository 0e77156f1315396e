/* What is read off a Cython source: wrong ones with the findings they must have, and correct ones that look like them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "check/pyx/pyx.h"

#define EXTERN "cdef extern from \"Python.h\":\n"

struct row {
    const char *text;
    const char *findings; /* "RULE line function; ..." in the order of lines */
};

static const struct row rows[] = {
    /* an extern declared object for a function that returns borrowed */
    {EXTERN "    object PyList_GetItem(object, Py_ssize_t)\n\ndef last(list a):\n    return PyList_GetItem(a, len(a) - 1)\n", "RS102 5 last"},
    {EXTERN "    object item \"PyTuple_GetItem\"(object, Py_ssize_t i)\n\ncdef class T:\n    cdef object f(self, t):\n        x = item(t,\n            0)\n        return x\n",
     "RS102 6 T.f"},
    {EXTERN "    object PyList_GetItem(object, Py_ssize_t)\n\ndef a(l):\n    return PyList_GetItem(l, 0)\n\ndef b(l):\n    return PyList_GetItem(l, 1)\n", "RS102 5 a"},
    {EXTERN "    object PyList_GetItem(object, Py_ssize_t)\n\ndef last(list a):\n    x = PyList_GetItem(a, 0)\n    Py_INCREF(x)\n    return x\n", ""},
    {EXTERN "    PyObject* PyList_GetItem(object, Py_ssize_t)\n\ndef last(list a):\n    return <object>PyList_GetItem(a, len(a) - 1)\n", ""},
    {EXTERN "    object PySequence_GetItem(object, Py_ssize_t)\n\ndef last(list a):\n    return PySequence_GetItem(a, len(a) - 1)\n", ""},
    {EXTERN "    object PyList_GetItem(object, Py_ssize_t)\n\ndef last(list a):\n    # PyList_GetItem(a, 0)\n    return \"PyList_GetItem(a, 0)\", a.PyList_GetItem(0)\n", ""},
    /* a cast of a new reference */
    {EXTERN "    PyObject* PyBytes_FromString(const char*)\n\ncdef object f(const char *s):\n    return <object>PyBytes_FromString(s)\n", "RS201 5 f"},
    {EXTERN "    PyObject *PyList_New(Py_ssize_t) except NULL\n\ndef f():\n    l = <list>(PyList_New(0))\n    return l\n", "RS201 5 f"},
    {EXTERN "    PyObject *PyList_New(Py_ssize_t) except NULL\n\ndef f():\n    l = <list>PyList_New(0)\n    Py_DECREF(l)\n    return l\n", ""},
    {EXTERN "    object PyList_New(Py_ssize_t)\n\ndef f():\n    return <list>PyList_New(0)\n", ""},
    {EXTERN "    PyObject *PyList_New(Py_ssize_t) except NULL\n\ncdef PyObject *f():\n    return <PyObject *>PyList_New(0)\n", ""},
    {EXTERN "    PyObject *PyList_New(Py_ssize_t)\n\ndef f():\n    cdef PyObject *p = PyList_New(0)\n    if p == NULL:\n        raise MemoryError\n    return <object>p\n", "RS201 8 f"},
    {EXTERN "    PyObject *PyList_New(Py_ssize_t)\n\ndef f():\n    cdef PyObject *p = PyList_New(0)\n    x = <object>p\n    Py_DECREF(x)\n    return x\n", ""},
    {EXTERN "    PyObject *PyList_New(Py_ssize_t)\n\ndef f():\n    cdef PyObject *p = PyList_New(0)\n    x = <object>p\n    give(p)\n    return x\n", ""},
    /* an object that a function takes over */
    {"from cpython.list cimport PyList_New, PyList_SET_ITEM\n\ndef f(x):\n    l = PyList_New(1)\n    PyList_SET_ITEM(l, 0, x)\n    return l\n", "RS101 5 f"},
    {"from cpython.tuple cimport PyTuple_SET_ITEM as put\n\ncdef f(t, x):\n    put(t, 0, x)\n", "RS101 4 f"},
    {"from cpython.list cimport PyList_SET_ITEM\nfrom cpython.ref cimport Py_INCREF\n\ndef f(l, x):\n    Py_INCREF(x)\n    PyList_SET_ITEM(l, 0, x)\n", ""},
    {EXTERN "    int PyList_SetItem(object, Py_ssize_t, PyObject *) except -1\n\ndef f(l, x):\n    PyList_SetItem(l, 0, take(x))\n", ""},
    {"from cpython.exc cimport PyErr_Fetch, PyErr_Restore\n\ndef f():\n    cdef PyObject *t = NULL\n    cdef PyObject *v = NULL\n    cdef PyObject *b = NULL\n"
     "    PyErr_Fetch(&t, &v, &b)\n    PyErr_Restore(t, v, b)\n", ""},
    {EXTERN "    int PyTuple_SetItem(object, Py_ssize_t, object)\n\ncdef f(t, PyObject *x):\n    PyTuple_SetItem(t, 0, x)\n", ""},
    {"from cpython.ref cimport Py_DECREF\n\ndef f(x):\n    Py_DECREF(x)\n", ""},
    /* the GIL */
    {EXTERN "    void Py_INCREF(PyObject *) nogil\n\ndef f(x):\n    cdef PyObject *p = <PyObject *>x\n    with nogil:\n        Py_INCREF(p)\n", "RS301 7 f"},
    {"cdef extern from \"Python.h\" nogil:\n    void up \"Py_INCREF\"(PyObject *)\n\ncdef void f(PyObject *p) noexcept nogil:\n    up(p)\n", "RS301 5 f"},
    {EXTERN "    void Py_INCREF(PyObject *) nogil\n\ncdef void f(PyObject *p) nogil:\n    with gil:\n        Py_INCREF(p)\n", ""},
    {EXTERN "    void *PyMem_RawMalloc(size_t) nogil\n    int PyGILState_Ensure() nogil\n\ncdef void f() nogil:\n    PyMem_RawMalloc(1)\n    PyGILState_Ensure()\n", ""},
    {EXTERN "    void Py_INCREF(PyObject *) nogil\n\ndef f(x):\n    with nogil:\n        pass\n    Py_INCREF(<PyObject *>x)\n", ""},
    /* raw attributes and __dealloc__ */
    {"cdef class Box:\n    cdef PyObject *item\n    def put(self, value):\n        self.item = <PyObject *>value\n    def __dealloc__(self):\n        Py_XDECREF(self.item)\n",
     "RS103 4 Box.put"},
    {"cdef class Box:\n    cdef PyObject *item\n    def put(self, value):\n        Py_INCREF(value)\n        self.item = <PyObject *>value\n    def __dealloc__(self):\n"
     "        Py_XDECREF(self.item)\n", ""},
    {"cdef class Box:\n    cdef PyObject *item\n    cdef object owner\n    def put(self, value):\n        self.owner = value\n        self.item = <PyObject *>value\n", ""},
    {"cdef class Box:\n    cdef PyObject *item\n    def put(self, value):\n        Py_INCREF(value)\n        self.item = <PyObject *>value\n", "RS203 5 Box.put"},
    {"cdef class Box:\n    cdef PyObject *item\n    def put(self, value):\n        Py_INCREF(value)\n        self.item = <PyObject *>value\n    def drop(self):\n        release(self.item)\n",
     ""},
    {"cdef class Box:\n    cdef:\n        object item\n        int n\n    def __dealloc__(self):\n        Py_DECREF(self.item)\n", "RS101 6 Box.__dealloc__"},
    {"cdef class Box:\n    cdef object item\n    def __cinit__(self, item):\n        self.item = item\n        Py_INCREF(self.item)\n    def __dealloc__(self):\n        Py_DECREF(self.item)\n",
     ""},
    {EXTERN "    int PyList_SetItem(object, Py_ssize_t, PyObject *) except -1\n\ndef f(l, x):\n    t = str(x)\n    PyList_SetItem(l, 0, <PyObject *>t)\n", "RS101 6 f"},
    {EXTERN "    int PyList_SetItem(object, Py_ssize_t, PyObject *) except -1\n\ndef f(l, x):\n    t = str(x)\n    Py_INCREF(t)\n    PyList_SetItem(l, 0, <PyObject *>t)\n", ""},
    {"cdef class Watch:\n    cdef PyObject *item\n    def put(self, value):\n        self.item = <PyObject *>value\n    def get(self):\n        return <object>self.item\n",
     "RS103 4 Watch.put"},
    {"cdef class Watch:\n    cdef PyObject *item\n    def put(self, value):\n        self.item = <PyObject *>value\n        LIVE.add(value)\n    def get(self):\n"
     "        return <object>self.item\n", ""},
    {"def g(x):\n    Py_DECREF(x)\ncdef class Box:\n    cdef PyObject *value\n    def __cinit__(self, value):\n        Py_INCREF(value)\n        self.value = <PyObject *>value\n",
     "RS203 7 Box.__cinit__"},
    /* no source at all */
    {"", ""}, {"cdef extern from", ""}, {"def f(\n", ""}, {"'''", ""}, {"cdef class :\n cdef PyObject *", ""}, {"\\\n(((", ""},
};

static const char *said(struct rs_report *report)
{
    const char *text = "";

    for (size_t i = 0; i < report->findings.count; i++) {
        const struct rs_finding *f = &report->findings.items[i];

        assert_non_null(f->message);
        assert_non_null(f->fix);
        assert_true(f->path.count > 0);
        assert_string_equal(f->culprit.pyx_file, "/a/m.pyx");
        assert_int_equal(f->culprit.pyx_line, f->culprit.line);
        text = rs_arena_printf(&report->arena, "%s%s%s %d %s", text, i > 0 ? "; " : "", rs_rule_info(f->rule)->id, f->culprit.line, f->culprit.function);
    }
    return text;
}

static void test_rows(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct rs_report report = {0};

        rs_pyx_check("/a/m.pyx", rows[i].text, strlen(rows[i].text), 0x030b, "m", NULL, &report);
        if (strcmp(said(&report), rows[i].findings) != 0)
            print_error("of this source:\n%s\n", rows[i].text);
        assert_string_equal(said(&report), rows[i].findings);
        rs_report_close(&report);
    }
}

/* None given away: harmless where it is immortal, and said to be. */
static void test_severity_depends_on_version(void **state)
{
    static const char text[] = "from cpython.list cimport PyList_SET_ITEM\n\ndef f(l):\n    PyList_SET_ITEM(l, 0, None)\n";

    for (unsigned python = 0x030b; python <= 0x030c; python++) {
        struct rs_report report = {0};

        rs_pyx_check("/a/m.pyx", text, sizeof(text) - 1, python, "m", NULL, &report);
        assert_int_equal(report.findings.count, 1);
        assert_int_equal(report.findings.items[0].latent, python == 0x030c);
        assert_int_equal(report.findings.items[0].severity, python == 0x030c ? RS_NOTE : RS_ERROR);
        rs_report_close(&report);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_severity_depends_on_version)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
