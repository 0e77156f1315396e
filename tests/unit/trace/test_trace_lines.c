/* Line tables that nobody compiled: empty, cut off, arbitrary. No interpreter takes part (lines.py is the other half). */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "trace/lines.h"

static const unsigned versions[] = {0x0308, 0x0309, 0x030a, 0x030b, 0x030c, 0x030d};

static void test_empty_table(void **state)
{
    for (unsigned v = 0; v < sizeof(versions) / sizeof(*versions); v++)
        assert_int_equal(rs_trace_line(versions[v], (const uint8_t *)"", 0, 17, 40), 17);
}

/* Byte increment, line increment: 300 lines further are two pairs, a step back is a negative one. */
static void test_lnotab(void **state)
{
    const uint8_t table[] = {6, 1, 8, 127, 0, 100, 4, 0xff};

    assert_int_equal(rs_trace_line(0x0308, table, sizeof(table), 10, 0), 10);
    assert_int_equal(rs_trace_line(0x0308, table, sizeof(table), 10, 4), 10);
    assert_int_equal(rs_trace_line(0x0308, table, sizeof(table), 10, 6), 11);
    assert_int_equal(rs_trace_line(0x0309, table, sizeof(table), 10, 14), 238);
    assert_int_equal(rs_trace_line(0x0309, table, sizeof(table), 10, 18), 237);
    assert_int_equal(rs_trace_line(0x0309, table, sizeof(table), 10, 4000), 237);
}

/* Length, line increment of that range; -128 is a range without a line: the line before it stands. */
static void test_pairs(void **state)
{
    const uint8_t table[] = {4, 0, 6, 2, 2, 0x80, 4, 1};

    assert_int_equal(rs_trace_line(0x030a, table, sizeof(table), 10, 0), 10);
    assert_int_equal(rs_trace_line(0x030a, table, sizeof(table), 10, 4), 12);
    assert_int_equal(rs_trace_line(0x030a, table, sizeof(table), 10, 8), 12);
    assert_int_equal(rs_trace_line(0x030a, table, sizeof(table), 10, 10), 12);
    assert_int_equal(rs_trace_line(0x030a, table, sizeof(table), 10, 12), 13);
}

/* One entry of each form: short, one line, no columns with a step back, long with a large step. */
static void test_locations(void **state)
{
    const uint8_t table[] = {
        0x80 | 2 << 3 | 1, 0x11,             /* short: 2 units, same line */
        0x80 | 12 << 3 | 0, 4, 9,            /* one line form: 1 unit, + 2 lines */
        0x80 | 13 << 3 | 0, 3,               /* no columns: 1 unit, - 1 line */
        0x80 | 14 << 3 | 7, 0x40 | 16, 12, 0, 1, 1, /* long: 8 units, + (16 + 12 * 64) / 2 lines */
    };

    assert_int_equal(rs_trace_line(0x030b, table, sizeof(table), 100, 0), 100);
    assert_int_equal(rs_trace_line(0x030b, table, sizeof(table), 100, 2), 100);
    assert_int_equal(rs_trace_line(0x030b, table, sizeof(table), 100, 4), 102);
    assert_int_equal(rs_trace_line(0x030c, table, sizeof(table), 100, 6), 101);
    assert_int_equal(rs_trace_line(0x030d, table, sizeof(table), 100, 8), 101 + 392);
    assert_int_equal(rs_trace_line(0x030d, table, sizeof(table), 100, 22), 101 + 392);
}

/* Arbitrary bytes, each table in a block of its own size: a sanitizer sees a read behind it. */
static void test_arbitrary_bytes(void **state)
{
    uint64_t seed = 3;

    for (unsigned round = 0; round < 20000; round++) {
        size_t size = 1 + round % 23;
        uint8_t *table = malloc(size);

        for (size_t i = 0; i < size; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            table[i] = (uint8_t)(seed >> 56);
        }
        (void)rs_trace_line(versions[round % 6], table, size, 1, (uint32_t)(seed >> 40));
        free(table);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_table), cmocka_unit_test(test_lnotab), cmocka_unit_test(test_pairs), cmocka_unit_test(test_locations),
        cmocka_unit_test(test_arbitrary_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
