/* Source lines for excerpts. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "symbol/source.h"

static const char *line(struct fixture *fixture, const char *file, int number)
{
    return rs_source_line(fixture->symbols, fixture_path(fixture, file), number);
}

static void lines(void **state)
{
    struct fixture *fixture = *state;

    fixture_run(fixture, "printf 'one\\n\\n\\tthree \\r\\nfo\\033[31mur\\nlast' > text.c");
    assert_string_equal(line(fixture, "text.c", 1), "one");
    assert_string_equal(line(fixture, "text.c", 2), "");
    assert_string_equal(line(fixture, "text.c", 3), "\tthree");
    assert_string_equal(line(fixture, "text.c", 4), "fo [31mur");
    assert_string_equal(line(fixture, "text.c", 5), "last");
    assert_null(line(fixture, "text.c", 6));
    assert_null(line(fixture, "text.c", 0));
    assert_null(line(fixture, "text.c", -3));
    assert_null(rs_source_line(fixture->symbols, NULL, 1));
}

static void unreadable(void **state)
{
    struct fixture *fixture = *state;

    fixture_run(fixture, "mkfifo fifo.c && : > empty.c && truncate -s 40M large.c");
    assert_null(line(fixture, "absent.c", 1));
    assert_null(line(fixture, "fifo.c", 1));
    assert_null(line(fixture, "src", 1));
    assert_null(line(fixture, "empty.c", 1));
    assert_null(line(fixture, "large.c", 1));
}

/* A long line is cut, and not inside a character: 499 bytes, then one of two bytes. */
static void long_lines(void **state)
{
    struct fixture *fixture = *state;

    fixture_run(
        fixture,
        "awk 'BEGIN { for (i = 0; i < 499; i++) printf \"x\"; printf \"\\303\\244tail\\n\" }' > long.c");
    assert_int_equal(strlen(line(fixture, "long.c", 1)), 499);
}

/* Lines stay valid when their files were dropped from the cache, and are read again. */
static void many_files(void **state)
{
    struct fixture *fixture = *state;
    const char *first;
    char name[32];

    fixture_run(fixture, "for i in $(seq 40); do echo \"file $i\" > many$i.c; done");
    first = line(fixture, "many1.c", 1);
    for (int i = 2; i <= 40; i++) {
        snprintf(name, sizeof(name), "many%d.c", i);
        assert_non_null(line(fixture, name, 1));
    }
    assert_string_equal(first, "file 1");
    assert_ptr_equal(line(fixture, "many1.c", 1), first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(unreadable, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(long_lines, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(many_files, fixture_open, fixture_close),
    };

    return cmocka_run_group_tests_name("symbol_source", tests, NULL, NULL);
}
