/* Lines and inline chains from debug information, over compilers, DWARF versions and ways to store it. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 16 };

static const char flags[] = "-fPIC -shared -Iinclude/python3.11 -Ilib";

static size_t look_up(struct fixture *fixture, const char *file, uint64_t offset, struct rs_frame *frames)
{
    return rs_symbol_frames(fixture->symbols, fixture_path(fixture, file), NULL, offset, frames, MOST);
}

/* The first offset of the function whose innermost frame is at this line; its frames. Every offset on the way
 * must be free of frames that were inlined from CPython's headers. */
static size_t find_line(struct fixture *fixture, const char *file, const char *symbol, const char *source,
                        int line, struct rs_frame *frames)
{
    uint64_t start = fixture_address(fixture, file, symbol), size = fixture_size(fixture, file, symbol);
    size_t found = 0;

    for (uint64_t i = 0; i < size && found == 0; i++) {
        size_t count = look_up(fixture, file, start + i, frames);

        assert_true(count > 0);
        for (size_t k = 0; k < count; k++)
            if (frames[k].file != NULL && strstr(frames[k].file, "/python3.11/") != NULL)
                fail_msg("+%#lx: frame %zu lies in %s:%d", i, k, frames[k].file, frames[k].line);
        if (frames[0].line == line && ends_with(frames[0].file, source))
            found = count;
    }
    if (found == 0)
        fail_msg("no code of %s for %s:%d", symbol, source, line);
    return found;
}

/* What every variant of case.c must say. `file` is looked up, `table` has the symbols. */
static void check_case(struct fixture *fixture, const char *file, const char *table)
{
    struct rs_frame frames[MOST];
    int drop = fixture_line(fixture, "src/local.h", "MARK drop");
    int call = fixture_line(fixture, "src/case.c", "MARK release_call");
    size_t count;

    assert_true(rs_symbol_has_lines(fixture->symbols, fixture_path(fixture, file)));
    assert_null(rs_symbol_problem(fixture->symbols, fixture_path(fixture, file)));

    count = find_line(fixture, table, "release", "src/local.h", drop, frames);
    assert_int_equal(count, 2);
    assert_frame(&frames[0], "drop_twice", "src/local.h", drop);
    assert_true(frames[0].inlined);
    assert_frame(&frames[1], "release", "src/case.c", call);
    assert_string_equal(frames[1].linkage, "release");
    assert_false(frames[1].inlined);
    assert_int_equal(frames[1].start, fixture_address(fixture, table, "release"));
    assert_true(ends_with(frames[0].unit_file, "src/case.c"));
    assert_int_equal(rs_symbol_blame(frames, count), 0);

    count = look_up(fixture, file, fixture_address(fixture, table, "in_drop"), frames);
    assert_int_equal(count, 2);
    assert_frame(&frames[1], "release", "src/case.c", call);

    count = find_line(fixture, table, "keep", "src/case.c",
                      fixture_line(fixture, "src/case.c", "MARK keep_incref"), frames);
    assert_int_equal(count, 1);
    assert_frame(&frames[0], "keep", "src/case.c", 0);

    assert_int_equal(rs_symbol_entry(fixture->symbols, fixture_path(fixture, file), NULL,
                                     fixture_address(fixture, table, "keep"), frames),
                     1);
    assert_frame(&frames[0], "keep", "src/case.c", fixture_line(fixture, "src/case.c", "MARK keep */"));
}

static void build(struct fixture *fixture, const char *compiler, const char *more)
{
    fixture_run(fixture, "%s %s %s -o case.so src/case.c", compiler, flags, more);
}

static void gcc_variants(void **state)
{
    static const char *const variants[] = {
        "-O2 -g -gdwarf-5",
        "-O2 -g -gdwarf-4",
        "-O2 -g -gdwarf-3",
        "-O3 -g",
        "-O1 -g",
        "-O2 -g -gz=zlib",
        "-O2 -g -gz=zlib-gnu",
        "-O2 -g -ffunction-sections",
        "-O2 -g -gsplit-dwarf",
        "-O2 -g -fdebug-types-section",
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        print_message("           %s\n", variants[i]);
        build(fixture, "cc", variants[i]);
        check_case(fixture, "case.so", "case.so");
        rs_symbol_close(fixture->symbols);
        fixture->symbols = rs_symbol_open();
    }
}

static void clang_variants(void **state)
{
    static const char *const variants[] = {"-O2 -g -gdwarf-5", "-O2 -g -gdwarf-4"};
    struct fixture *fixture = *state;
    const char *clang = fixture_has("clang") ? "clang" : "clang-14";

    if (!fixture_has(clang))
        skip();
    for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
        build(fixture, clang, variants[i]);
        check_case(fixture, "case.so", "case.so");
        rs_symbol_close(fixture->symbols);
        fixture->symbols = rs_symbol_open();
    }
}

static void without_aranges(void **state)
{
    struct fixture *fixture = *state;

    build(fixture, "cc", "-O2 -g");
    fixture_run(fixture, "objcopy --remove-section .debug_aranges case.so bare.so");
    check_case(fixture, "bare.so", "case.so");
}

static void debug_link(void **state)
{
    struct fixture *fixture = *state;

    build(fixture, "cc", "-O2 -g");
    fixture_run(fixture, "objcopy --only-keep-debug case.so stripped.debug && objcopy --strip-all "
                         "--add-gnu-debuglink=stripped.debug case.so stripped.so");
    check_case(fixture, "stripped.so", "case.so");

    fixture_run(fixture, "cp stripped.so again.so && mkdir .debug && mv stripped.debug .debug/");
    check_case(fixture, "again.so", "case.so");
}

/* Without a build-id the link's checksum decides. */
static void debug_link_checksum(void **state)
{
    struct fixture *fixture = *state;

    build(fixture, "cc", "-O2 -g -Wl,--build-id=none");
    fixture_run(fixture, "objcopy --only-keep-debug case.so right.debug && objcopy --strip-all "
                         "--add-gnu-debuglink=right.debug case.so right.so");
    fixture_run(fixture,
                "cp right.so wrong.so && mkdir other && mv wrong.so other/ && cp right.debug other/ && "
                "printf x >> other/right.debug");
    check_case(fixture, "right.so", "case.so");
    assert_false(rs_symbol_has_lines(fixture->symbols, fixture_path(fixture, "other/wrong.so")));
    assert_non_null(rs_symbol_problem(fixture->symbols, fixture_path(fixture, "other/wrong.so")));
}

static void debug_directory(void **state)
{
    struct fixture *fixture = *state;
    char id[128];

    build(fixture, "cc", "-O2 -g -Wl,--build-id=sha1");
    snprintf(id, sizeof(id), "%s", rs_symbol_build_id(fixture->symbols, fixture_path(fixture, "case.so")));
    assert_int_equal(strlen(id), 40);
    fixture_run(
        fixture,
        "mkdir -p debug/.build-id/%.2s && objcopy --only-keep-debug case.so debug/.build-id/%.2s/%s.debug "
        "&& strip -o stripped.so case.so",
        id, id, id + 2);
    rs_symbol_debug_directory(fixture->symbols, fixture_path(fixture, "debug"));
    check_case(fixture, "stripped.so", "case.so");

    /* The module that ran is gone, its debug file is not. */
    {
        struct rs_frame frames[MOST];
        uint64_t label = fixture_address(fixture, "case.so", "in_drop");

        assert_int_equal(
            rs_symbol_frames(fixture->symbols, fixture_path(fixture, "gone.so"), id, label, frames, MOST), 2);
        assert_frame(&frames[0], "drop_twice", "src/local.h", 0);
    }
}

static void cold_part(void **state)
{
    struct fixture *fixture = *state;
    struct rs_frame frames[MOST];
    uint64_t label;

    build(fixture, "cc", "-O2 -g");
    label = fixture_address(fixture, "case.so", "in_cold");
    assert_int_equal(look_up(fixture, "case.so", label, frames), 1);
    assert_frame(&frames[0], "release", "src/case.c", 0);
    assert_in_range(frames[0].line, fixture_line(fixture, "src/case.c", "MARK cold"),
                    fixture_line(fixture, "src/case.c", "MARK release_keep"));
    assert_string_equal(frames[0].linkage, "release.cold");
    assert_int_equal(frames[0].start, fixture_address(fixture, "case.so", "release.cold"));
}

static void link_time_optimisation(void **state)
{
    struct fixture *fixture = *state;
    struct rs_frame frames[MOST];
    size_t count;

    build(fixture, "cc", "-O2 -g -flto");
    count = look_up(fixture, "case.so", fixture_address(fixture, "case.so", "in_drop"), frames);
    assert_int_equal(count, 2);
    assert_frame(&frames[0], "drop_twice", "src/local.h", 0);
    assert_frame(&frames[1], "release", "src/case.c",
                 fixture_line(fixture, "src/case.c", "MARK release_call"));
    assert_true(ends_with(frames[1].unit_file, "src/case.c"));
}

/* Without optimisation the helpers are functions of their own: nothing to drop, but to be known. */
static void unoptimised(void **state)
{
    struct fixture *fixture = *state;
    struct rs_frame frames[MOST];

    build(fixture, "cc", "-O0 -g");
    assert_int_equal(
        look_up(fixture, "case.so", fixture_address(fixture, "case.so", "Py_DECREF") + 12, frames), 1);
    assert_frame(&frames[0], "Py_DECREF", "python3.11/object.h", 0);
    assert_true(rs_symbol_is_refcount_helper(&frames[0]));
    assert_int_equal(look_up(fixture, "case.so", fixture_address(fixture, "case.so", "keep") + 8, frames), 1);
    assert_frame(&frames[0], "keep", "src/case.c", 0);
    assert_false(rs_symbol_is_refcount_helper(&frames[0]));
}

static void cpp_chain(void **state)
{
    struct fixture *fixture = *state;
    struct rs_frame frames[MOST];
    int library, display;
    size_t count;

    fixture_run(fixture, "c++ %s -O2 -g -std=c++17 -o cpp.so src/case.cpp", flags);
    library = fixture_line(fixture, "lib/handle.hpp", "Py_INCREF(pointer)");
    display = fixture_line(fixture, "src/case.cpp", "MARK display");
    count = find_line(fixture, "cpp.so", "_ZN4shopL7displayEP8PyObject", "lib/handle.hpp", library, frames);
    assert_int_equal(count, 3);
    assert_frame(&frames[0], "lib::handle::inc_ref() const", "lib/handle.hpp", library);
    assert_frame(&frames[1], "lib::text lib::borrow<lib::text>(PyObject*)", "lib/handle.hpp", 0);
    assert_frame(&frames[2], "shop::display(PyObject*)", "src/case.cpp", display);
    assert_string_equal(frames[2].linkage, "_ZN4shopL7displayEP8PyObject");
    assert_int_equal(rs_symbol_blame(frames, count), 2);

    count = look_up(fixture, "cpp.so", fixture_address(fixture, "cpp.so", "in_put"), frames);
    assert_int_equal(count, 1);
    assert_frame(&frames[0], "shop::box<int>::put(PyObject*)", "src/case.cpp", 0);
    assert_int_equal(
        rs_symbol_entry(fixture->symbols, fixture_path(fixture, "cpp.so"), NULL, frames[0].start, frames), 1);
    assert_frame(&frames[0], "shop::box<int>::put(PyObject*)", "src/case.cpp",
                 fixture_line(fixture, "src/case.cpp", "int put("));

    count = look_up(fixture, "cpp.so", fixture_address(fixture, "cpp.so", "in_handler"), frames);
    assert_true(count > 0);
    assert_frame(&frames[count - 1], "shop::join(PyObject*)", "src/case.cpp", 0);
}

static void function_inlined_into_itself(void **state)
{
    struct fixture *fixture = *state;
    struct rs_frame frames[MOST];
    uint64_t start, size;

    fixture_run(fixture, "cc %s -O2 -g -o part.so src/part.c", flags);
    start = fixture_address(fixture, "part.so", "drop");
    size = fixture_size(fixture, "part.so", "drop");
    for (uint64_t i = 0; i < size; i++) {
        size_t count = look_up(fixture, "part.so", start + i, frames);

        assert_true(count > 0);
        assert_frame(&frames[count - 1], "drop", "src/part.c", 0);
        assert_false(frames[count - 1].inlined);
        for (size_t k = 0; k + 1 < count; k++)
            assert_string_not_equal(frames[k].function, "drop");
    }
    assert_int_equal(find_line(fixture, "part.so", "drop", "src/part.c",
                               fixture_line(fixture, "src/part.c", "MARK none"), frames),
                     1);
}

static void fewer_frames_than_the_chain(void **state)
{
    struct fixture *fixture = *state;
    struct rs_frame frames[2] = {{0}};

    build(fixture, "cc", "-O2 -g");
    assert_int_equal(rs_symbol_frames(fixture->symbols, fixture_path(fixture, "case.so"), NULL,
                                      fixture_address(fixture, "case.so", "in_drop"), frames, 1),
                     1);
    assert_frame(&frames[0], "drop_twice", "src/local.h", 0);
    assert_null(frames[1].function);
    assert_int_equal(rs_symbol_frames(fixture->symbols, fixture_path(fixture, "case.so"), NULL,
                                      fixture_address(fixture, "case.so", "in_drop"), frames, 0),
                     0);
}

/* What rustc places in the file of a macro is placed where the function's own lines come before it; C code that is included is not. */
static void code_of_macros(void **state)
{
    struct fixture *fixture = *state;
    struct rs_frame frames[4];
    static const char *const language[] = {"0x1d", "0x1c"}; /* DW_LANG_C11, DW_LANG_Rust */

    fixture_run(fixture, "gcc -S -g -O0 -std=gnu11 -dA src/expands.c -o expands.s");
    for (unsigned rust = 0; rust < 2; rust++) {
        const char *file = rust ? "rust.so" : "c.so";

        fixture_run(fixture, "sed 's/0x1d\\(.*DW_AT_language\\)/%s\\1/' expands.s > as.s && grep -q '%s.*DW_AT_language' as.s && gcc -shared as.s -o %s", language[rust],
                    language[rust], file);
        assert_true(rs_symbol_frames(fixture->symbols, fixture_path(fixture, file), NULL, fixture_address(fixture, file, "inside_macro"), frames, 4) > 0);
        if (rust)
            assert_frame(&frames[0], "expands", "src/expands.c", fixture_line(fixture, "src/expands.c", "before */"));
        else
            assert_frame(&frames[0], "expands", "src/macros.rs", 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gcc_variants, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(clang_variants, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(without_aranges, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(debug_link, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(debug_link_checksum, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(debug_directory, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(cold_part, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(link_time_optimisation, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(unoptimised, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(cpp_chain, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(function_inlined_into_itself, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(fewer_frames_than_the_chain, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(code_of_macros, fixture_open, fixture_close),
    };

    return cmocka_run_group_tests_name("symbol_dwarf", tests, NULL, NULL);
}
