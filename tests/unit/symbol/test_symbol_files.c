/* Modules with less than all: stripped, only dynamic symbols, another file of that name, no ELF at all. Fewer
 * names and one line that says why, never a wrong name. */
#include "fixture.h"

#include <string.h>
#include <sys/stat.h>

enum { MOST = 8 };

static const char flags[] = "-O2 -fPIC -shared -Iinclude/python3.11";

static void assert_problem(struct fixture *fixture, const char *file, const char *part)
{
    const char *problem = rs_symbol_problem(fixture->symbols, fixture_path(fixture, file));

    assert_non_null(problem);
    if (strstr(problem, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", problem, part);
    assert_null(strchr(problem, '\n'));
}

static size_t look_up(struct fixture *fixture, const char *file, uint64_t offset, struct rs_frame *frames)
{
    return rs_symbol_frames(fixture->symbols, fixture_path(fixture, file), NULL, offset, frames, MOST);
}

static void symbol_table_only(void **state)
{
    struct fixture *fixture = *state;
    struct rs_frame frames[MOST];
    uint64_t keep;

    fixture_run(fixture, "cc %s -g -o case.so src/case.c && strip -g -o symtab.so case.so", flags);
    keep = fixture_address(fixture, "case.so", "keep");
    assert_int_equal(look_up(fixture, "symtab.so", keep + 1, frames), 1);
    assert_frame(&frames[0], "keep", NULL, 0);
    assert_null(frames[0].file);
    assert_int_equal(frames[0].line, 0);
    assert_int_equal(frames[0].start, keep);
    assert_false(rs_symbol_has_lines(fixture->symbols, fixture_path(fixture, "symtab.so")));
    assert_problem(fixture, "symtab.so", ".symtab");

    /* A label inside a function does not hide the function. */
    assert_int_equal(
        look_up(fixture, "symtab.so", fixture_address(fixture, "case.so", "in_drop") + 1, frames), 1);
    assert_frame(&frames[0], "release", NULL, 0);

    /* The split part has the name of its function. */
    assert_int_equal(look_up(fixture, "symtab.so", fixture_address(fixture, "case.so", "in_cold"), frames),
                     1);
    assert_frame(&frames[0], "release", NULL, 0);
    assert_string_equal(frames[0].linkage, "release.cold");

    assert_int_equal(
        rs_symbol_entry(fixture->symbols, fixture_path(fixture, "symtab.so"), NULL, keep, frames), 1);
    assert_frame(&frames[0], "keep", NULL, 0);
}

static void dynamic_symbols_only(void **state)
{
    struct fixture *fixture = *state;
    struct rs_frame frames[MOST];
    uint64_t keep, release;

    fixture_run(fixture, "cc %s -g -o case.so src/case.c && strip -o bare.so case.so", flags);
    keep = fixture_address(fixture, "case.so", "keep");
    release = fixture_address(fixture, "case.so", "release");
    assert_int_equal(look_up(fixture, "bare.so", release + 4, frames), 1);
    assert_frame(&frames[0], "release", NULL, 0);
    /* The static function has no name any more, least of all that of the function before it. */
    assert_int_equal(look_up(fixture, "bare.so", keep + 1, frames), 0);
    assert_int_equal(rs_symbol_entry(fixture->symbols, fixture_path(fixture, "bare.so"), NULL, keep, frames),
                     0);
    assert_problem(fixture, "bare.so", "only exported functions have names");
}

static void demangled_without_dwarf(void **state)
{
    struct fixture *fixture = *state;
    struct rs_frame frames[MOST];

    fixture_run(fixture, "c++ %s -Ilib -o cpp.so src/case.cpp", flags);
    assert_int_equal(look_up(fixture, "cpp.so", fixture_address(fixture, "cpp.so", "in_put"), frames), 1);
    assert_frame(&frames[0], "shop::box<int>::put(PyObject*)", NULL, 0);
    assert_string_equal(frames[0].linkage, "_ZN4shop3boxIiE3putEP8PyObject");
}

static void assembly_without_sizes(void **state)
{
    struct fixture *fixture = *state;
    struct rs_frame frames[MOST];
    uint64_t first;

    fixture_run(fixture, "printf '.text\\n.globl first\\nfirst: nop\\nnop\\n.globl second\\nsecond: "
                         "nop\\nret\\n' > plain.s && "
                         "cc -shared -nostdlib -o plain.so plain.s");
    first = fixture_address(fixture, "plain.so", "first");
    assert_int_equal(look_up(fixture, "plain.so", first + 1, frames), 1);
    assert_frame(&frames[0], "first", NULL, 0);
    assert_int_equal(look_up(fixture, "plain.so", first + 3, frames), 1);
    assert_frame(&frames[0], "second", NULL, 0);
    assert_int_equal(frames[0].start, first + 2);
    assert_int_equal(look_up(fixture, "plain.so", first + 4, frames), 0);
}

static void another_build(void **state)
{
    struct fixture *fixture = *state;
    struct rs_frame frames[MOST];
    const char *id;
    uint64_t keep;

    fixture_run(fixture, "cc %s -g -Wl,--build-id=sha1 -o case.so src/case.c", flags);
    keep = fixture_address(fixture, "case.so", "keep");
    id = rs_symbol_build_id(fixture->symbols, fixture_path(fixture, "case.so"));
    assert_non_null(id);
    assert_int_equal(
        rs_symbol_frames(fixture->symbols, fixture_path(fixture, "case.so"), id, keep, frames, MOST), 1);
    assert_null(rs_symbol_problem(fixture->symbols, fixture_path(fixture, "case.so")));
    assert_int_equal(rs_symbol_frames(fixture->symbols, fixture_path(fixture, "case.so"),
                                      "00112233445566778899aabbccddeeff00112233", keep, frames, MOST),
                     0);
    assert_int_equal(
        rs_symbol_entry(fixture->symbols, fixture_path(fixture, "case.so"), "0011", keep, frames), 0);
    assert_problem(fixture, "case.so", "is not the file that ran");
    assert_problem(fixture, "case.so", id);
    assert_int_equal(
        rs_symbol_frames(fixture->symbols, fixture_path(fixture, "case.so"), id, keep, frames, MOST), 1);
}

static void not_a_module(void **state)
{
    struct fixture *fixture = *state;
    struct rs_frame frames[MOST];
    static const struct {
        const char *file, *part;
    } rows[] = {{"absent.so", "No such file"}, {"src/case.c", "no ELF file"},
                {"src", "no regular file"},    {"fifo.so", "no regular file"},
                {"empty.so", "empty.so"},      {"object.o", "neither a shared object"},
                {"head.so", "head.so"}};

    fixture_run(fixture,
                "cc %s -g -o case.so src/case.c && cc -c -Iinclude/python3.11 -o object.o src/case.c && "
                ": > empty.so && mkfifo fifo.so && head -c 40 case.so > head.so",
                flags);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(look_up(fixture, rows[i].file, 0x1000, frames), 0);
        assert_null(rs_symbol_build_id(fixture->symbols, fixture_path(fixture, rows[i].file)));
        assert_problem(fixture, rows[i].file, rows[i].part);
    }
}

/* Every length of the file, in steps: some answer, no crash. */
static void truncated(void **state)
{
    struct fixture *fixture = *state;
    struct rs_frame frames[MOST];
    struct stat status;

    fixture_run(fixture, "cc %s -g -o case.so src/case.c", flags);
    assert_int_equal(stat(fixture_path(fixture, "case.so"), &status), 0);
    for (long size = status.st_size - 1; size > 0; size -= 1 + status.st_size / 40) {
        struct rs_symbols *symbols = rs_symbol_open();

        fixture_run(fixture, "head -c %ld case.so > cut.so", size);
        for (uint64_t offset = 0x1000; offset < 0x1400; offset += 16)
            rs_symbol_frames(symbols, fixture_path(fixture, "cut.so"), NULL, offset, frames, MOST);
        assert_true(rs_symbol_has_lines(symbols, fixture_path(fixture, "cut.so")) ||
                    rs_symbol_problem(symbols, fixture_path(fixture, "cut.so")) != NULL);
        rs_symbol_close(symbols);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(symbol_table_only, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(dynamic_symbols_only, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(demangled_without_dwarf, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(assembly_without_sizes, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(another_build, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(not_a_module, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(truncated, fixture_open, fixture_close),
    };

    return cmocka_run_group_tests_name("symbol_files", tests, NULL, NULL);
}
