/* The hash map against a plain array, and its edges. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/map.h"

enum { KEYS = 512, STEPS = 200000 };

static uint64_t state = 7;

/* SplitMix64: the same walk every time. */
static uint64_t draw(uint64_t below)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) % below;
}

static void check_all(const struct rs_map *map, const uint64_t *keys, const uint64_t *values, const bool *there)
{
    size_t count = 0, seen = 0;

    for (unsigned i = 0; i < KEYS; i++) {
        const uint64_t *place = rs_map_find(map, keys[i]);

        count += there[i];
        assert_true((place != NULL) == there[i]);
        if (place != NULL)
            assert_int_equal(*place, values[i]);
    }
    assert_int_equal(map->count, count);
    for (size_t i = 0; i < map->room; i++)
        seen += map->places[i].key != 0;
    assert_int_equal(seen, count);
}

/* Keys that fall on the same places (they differ only in bits that the hash drops last) mixed with scattered ones. */
static void test_random_walk(void **unused)
{
    static uint64_t keys[KEYS], values[KEYS];
    static bool there[KEYS];
    struct rs_map map = {0};

    for (unsigned i = 0; i < KEYS; i++)
        keys[i] = i % 2 ? draw(UINT64_MAX) | 1 : ((uint64_t)i + 1) << 50;
    for (unsigned step = 0; step < STEPS; step++) {
        unsigned i = (unsigned)draw(KEYS);

        if (draw(3) == 0) {
            assert_int_equal(rs_map_remove(&map, keys[i]), there[i]);
            there[i] = false;
        } else {
            uint64_t *place = rs_map_at(&map, keys[i]);

            assert_int_equal(*place, there[i] ? values[i] : 0);
            *place = values[i] = step;
            there[i] = true;
        }
        if (step % 5000 == 0)
            check_all(&map, keys, values, there);
    }
    check_all(&map, keys, values, there);
    rs_map_close(&map);
    assert_null(map.places);
    assert_int_equal(map.count, 0);
}

static void test_empty(void **unused)
{
    struct rs_map map = {0};

    assert_null(rs_map_find(&map, 5));
    assert_false(rs_map_remove(&map, 5));
    rs_map_close(&map);
}

/* 0 marks a free place: it is never there. */
static void test_key_zero_is_absent(void **unused)
{
    struct rs_map map = {0};

    *rs_map_at(&map, 1) = 11;
    assert_null(rs_map_find(&map, 0));
    assert_false(rs_map_remove(&map, 0));
    assert_int_equal(map.count, 1);
    assert_int_equal(*rs_map_find(&map, 1), 11);
    rs_map_close(&map);
}

static void test_removed_key_comes_back_with_zero(void **unused)
{
    struct rs_map map = {0};

    *rs_map_at(&map, 42) = 7;
    assert_true(rs_map_remove(&map, 42));
    assert_null(rs_map_find(&map, 42));
    assert_int_equal(*rs_map_at(&map, 42), 0);
    rs_map_close(&map);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_walk),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_key_zero_is_absent),
        cmocka_unit_test(test_removed_key_comes_back_with_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
