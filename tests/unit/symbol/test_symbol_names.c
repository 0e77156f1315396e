/* Names and rules that need no file: Cython's mangling, refcount helpers, blame, spans, demangling, paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "symbol/internal.h"

static void cython_names(void **state)
{
    static const struct {
        const char *linkage, *name;
    } rows[] = {
        {"__pyx_f_7msgpack_9_unpacker_get_data_from_buffer", "msgpack._unpacker.get_data_from_buffer"},
        {"__pyx_f_7msgpack_9_unpacker_get_data_from_buffer.constprop.0",
         "msgpack._unpacker.get_data_from_buffer"},
        {"__pyx_f_9cy_borrow_newest", "cy_borrow.newest"},
        {"__pyx_pw_9cy_borrow_1summary", "cy_borrow.summary"},
        {"__pyx_pf_9cy_borrow_summary", "cy_borrow.summary"},
        {"__pyx_pf_9cy_borrow_4tail", "cy_borrow.tail"},
        {"__pyx_pw_7msgpack_9_unpacker_8Unpacker_3__init__", "msgpack._unpacker.Unpacker.__init__"},
        {"__pyx_pf_7msgpack_9_unpacker_8Unpacker_12skip", "msgpack._unpacker.Unpacker.skip"},
        {"__pyx_pw_1m_3get_len", "m.get_len"},
        {"__pyx_pw_1m_3get_1len", "m.get.len"},
        {"__pyx_f_1m_3get_len", "m.get.len"},
        {"__pyx_pw_1m_3Box_4size_1__get__", "m.Box.size.__get__"},
        {"__pyx_gb_1m_2generator", "m.generator"},
        {"__pyx_fuse_0__pyx_f_1m_add", "m.add"},
        {"__pyx_fuse_1_0__pyx_f_1m_add", "m.add"},
        {"__pyx_pw_1m_5__pyx_fuse_0add", "m.add"},
        {"__pyx_tp_dealloc_7msgpack_9_unpacker_Unpacker", "msgpack._unpacker.Unpacker.tp_dealloc"},
        {"_ZL25__pyx_f_9cy_borrow_newestP7_object", "cy_borrow.newest"},
        {"__pyx_f_9cy_borrow_newest(_object*)", "cy_borrow.newest"},
        {"__Pyx_PyList_Append", NULL},
        {"__pyx_f_newest", NULL},
        {"__pyx_f_", NULL},
        {"__pyx_f_3ab", NULL},
        {"__pyx_f_3abc_", NULL},
        {"__pyx_f_99999999999999999999_x", NULL},
        {"_ZL99__pyx_f_1m_x", NULL},
        {"", NULL},
        {"main", NULL},
    };
    char buffer[128], tiny[8];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool found = rs_symbol_cython_name(rows[i].linkage, buffer, sizeof(buffer));

        if (found != (rows[i].name != NULL) || strcmp(buffer, found ? rows[i].name : "") != 0)
            fail_msg("%s is \"%s\", not %s", rows[i].linkage, buffer, rows[i].name);
    }
    assert_false(rs_symbol_cython_name(NULL, buffer, sizeof(buffer)));
    assert_false(rs_symbol_cython_name(rows[0].linkage, tiny, sizeof(tiny)));
    assert_string_equal(tiny, "");
    assert_false(rs_symbol_cython_name(rows[0].linkage, NULL, 0));
}

static void refcount_helpers(void **state)
{
    static const struct {
        const char *function;
        bool inlined, helper;
    } rows[] = {{"Py_DECREF", false, true},
                {"Py_XINCREF.constprop.0", false, true},
                {"Py_INCREF(_object*)", false, true},
                {"_Py_NewRef", false, true},
                {"Py_DECREF", true, false},
                {"Py_DECREF_all", false, false},
                {"my_Py_DECREF", false, false},
                {"drain", false, false},
                {NULL, false, false}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rs_frame frame = {.function = rows[i].function, .inlined = rows[i].inlined};

        assert_int_equal(rs_symbol_is_refcount_helper(&frame), rows[i].helper);
    }
}

/* The blamed index of a chain of files, all of one unit. */
static size_t blame(const char *unit, const char *first, const char *second, const char *third)
{
    struct rs_frame frames[3] = {{.file = first, .unit_file = unit, .function = "a"},
                                 {.file = second, .unit_file = unit, .function = "b"},
                                 {.file = third, .unit_file = unit, .function = "c"}};

    return rs_symbol_blame(frames, 3);
}

static void blamed_frames(void **state)
{
    assert_int_equal(blame("/p/src/a.cpp", "/usr/include/c++/12/vector", "/p/src/a.cpp", "/p/src/a.cpp"), 1);
    assert_int_equal(blame("/p/src/a.cpp", "/p/src/detail/own.h", "/p/src/a.cpp", "/p/src/a.cpp"), 0);
    assert_int_equal(blame("/p/a.cpp",
                           "/p/venv/lib/python3.11/site-packages/pybind11/include/pybind11/pytypes.h",
                           "/p/extern/pybind11/cast.h", "/p/a.cpp"),
                     2);
    assert_int_equal(blame("/w/site-packages/pybind11/tests/t.cpp", "/w/site-packages/pybind11/tests/local.h",
                           "/x.h", "/y.h"),
                     0);
    assert_int_equal(blame("/p/src/a.cpp", "/q/x.h", "/p/srcother/y.h", "/q/z.h"), 0);
    assert_int_equal(blame("/a.cpp", "/usr/include/x.h", "/a.cpp", "/a.cpp"), 1);
    assert_int_equal(blame(NULL, "/q/x.h", NULL, "/a.cpp"), 0);
    assert_int_equal(rs_symbol_blame(NULL, 0), 0);
}

static void demangling(void **state)
{
    static const struct {
        const char *linkage, *name;
    } rows[] = {
        {"PyInit_x", "PyInit_x"},
        {"queue_refresh.part.0", "queue_refresh"},
        {"queue_refresh.constprop.0.isra.0", "queue_refresh"},
        {"f.cold", "f"},
        {"exported@@V1.2", "exported"},
        {"shape.particular", "shape.particular"},
        {"_ZN4shop4joinEP7_object", "shop::join(_object*)"},
        {"_ZN4shop4joinEP7_object.cold", "shop::join(_object*)"},
        {"_ZN4core3ptr13drop_in_place17h0123456789abcdefE", "core::ptr::drop_in_place"},
        {"_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$"
         "3bar17h930b740aa94f1d3aE",
         "<Test + 'static as foo::Bar<Test>>::bar"},
        {"_Znonsense", "_Znonsense"},
        {".cold", ".cold"},
    };
    struct rs_symbols *symbols = rs_symbol_open();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(rs_names_readable(symbols, rows[i].linkage), rows[i].name);
    assert_null(rs_names_readable(symbols, NULL));
    rs_symbol_close(symbols);
}

static void joined_paths(void **state)
{
    static const struct {
        const char *directory, *file, *path;
    } rows[] = {
        {"/nowhere/build", "../src/./a.c", "/nowhere/src/a.c"},
        {"/nowhere/build", "/abs//b.c", "/abs/b.c"},
        {NULL, "rel/./c.c", "rel/c.c"},
        {".", "../../d.c", "../../d.c"},
        {"/nowhere", "../../../e.c", "/e.c"},
        {"/", "f.c", "/f.c"},
    };
    struct rs_symbols *symbols = rs_symbol_open();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(rs_path_join(symbols, rows[i].directory, rows[i].file), rows[i].path);
    rs_symbol_close(symbols);
}

static void python_headers(void **state)
{
    static const struct {
        const char *file;
        bool python;
    } rows[] = {
        {"/opt/_internal/cpython-3.11.4/include/python3.11/object.h", true},
        {"/nowhere/include/python3.13t/refcount.h", true},
        {"/nowhere/include/python3.12/cpython/listobject.h", true},
        {"/nowhere/include/python3.12/internal/pycore_object.h", true},
        {"/nowhere/cpython/Include/refcount.h", true},
        {"/nowhere/project/Include/mine.h", false},
        {"/nowhere/include/python3.11/greenlet/greenlet.h", false},
        {"/nowhere/include/python3.11x/object.h", false},
        {"/nowhere/myinclude/python3.11/object.h", false},
        {"/nowhere/include/python3.11/object.c", false},
        {"/nowhere/src/pythoncapi_compat.h", true},
        {"/nowhere/src/case.h", false},
        {"object.h", false},
    };
    struct rs_symbols *symbols = rs_symbol_open();

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rs_path_of_python(symbols, rs_symbol_intern(symbols, rows[i].file)) != rows[i].python)
            fail_msg("%s", rows[i].file);
    assert_false(rs_path_of_python(symbols, NULL));
    rs_symbol_close(symbols);
}

/* Against the plain definition: of the spans that hold the address, the one that starts last, the deepest of
 * those. */
static void spans(void **state)
{
    uint32_t seed = 1;

    for (int round = 0; round < 200; round++) {
        struct rs_spans made = {0};
        struct rs_span all[12];

        for (uint32_t i = 0; i < 12; i++) {
            uint32_t draw = (seed = seed * 1103515245u + 12345u) >> 8;

            all[i] = (struct rs_span){draw % 40, draw % 40 + (draw >> 8) % 12, i, i};
            rs_spans_note(&made, all[i].lo, all[i].hi, i, i);
        }
        rs_spans_flatten(&made);
        for (uint64_t address = 0; address < 60; address++) {
            uint32_t expected = RS_SPAN_NONE;

            for (uint32_t i = 0; i < 12; i++)
                if (address >= all[i].lo && address < all[i].hi &&
                    (expected == RS_SPAN_NONE || all[i].lo >= all[expected].lo))
                    expected = i;
            assert_int_equal(rs_spans_find(&made, address), expected);
        }
        rs_spans_close(&made);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cython_names), cmocka_unit_test(refcount_helpers), cmocka_unit_test(blamed_frames),
        cmocka_unit_test(demangling),   cmocka_unit_test(joined_paths),     cmocka_unit_test(python_headers),
        cmocka_unit_test(spans),
    };

    return cmocka_run_group_tests_name("symbol_names", tests, NULL, NULL);
}
