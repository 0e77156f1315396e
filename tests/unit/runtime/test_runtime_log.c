/* Records that are held back: written before the next one, by whomever, or taken back by their holder. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdbool.h>

#include "runtime/log.h"

enum { CAPACITY = 1 << 16 };

static struct rs_ring ring;
static struct rs_slot data[CAPACITY / sizeof(struct rs_slot)];
static const int mine, another; /* holders */

static int open_ring(void **state)
{
    ring = (struct rs_ring){.capacity = CAPACITY, .limit = CAPACITY / 2};
    rt_hot = (struct rt_hot){.ring = &ring, .data = (uint8_t *)data, .mask = CAPACITY - 1, .on = true};
    rt_log_thread = rt_hot.writer = 5;
    return 0;
}

static void put(uint64_t a)
{
    rt_log_put(RS_REC_FREE, a, 0, NULL, 0);
}

static bool hold(uint64_t a, const void *holder)
{
    struct rs_slot *slot = rt_log_begin(1);

    if (slot == NULL)
        return false;
    *slot = (struct rs_slot){a, RS_TAG_OF(RS_REC_FREE, 1), 0};
    rt_log_hold(1, holder);
    return true;
}

static void test_taken_back(void **state)
{
    put(1);
    assert_true(hold(2, &mine));
    assert_int_equal(ring.head, 16); /* nobody sees it */
    assert_int_equal(ring.limit, 0); /* the store hooks come through the slow path */
    assert_true(rt_log_take_back(&mine));
    assert_false(rt_log_take_back(&mine));
    assert_int_equal(ring.limit, CAPACITY / 2);
    put(3);
    assert_int_equal(ring.head, 32);
    assert_int_equal(data[1].a, 3);
}

static void test_written_before_the_next(void **state)
{
    assert_true(hold(1, &mine));
    put(2);
    assert_false(rt_log_take_back(&mine));
    assert_int_equal(ring.head, 32);
    assert_int_equal(data[0].a, 1);
    assert_int_equal(data[1].a, 2);
    assert_int_equal(ring.limit, CAPACITY / 2);
}

static void test_held_after_held(void **state)
{
    assert_true(hold(1, &mine));
    assert_true(hold(2, &another));
    assert_int_equal(ring.head, 16);
    assert_false(rt_log_take_back(&mine));
    assert_true(rt_log_take_back(&another));
    put(3);
    assert_int_equal(data[0].a, 1);
    assert_int_equal(data[1].a, 3);
}

static void test_another_thread(void **state)
{
    assert_true(rt_log_is_writer());
    assert_true(hold(1, &mine));
    rt_log_thread = 6;
    assert_false(rt_log_is_writer());
    put(2);
    assert_int_equal(ring.head, 48);
    assert_int_equal(data[0].a, 1); /* still the first thread's */
    assert_int_equal(RS_TAG_KIND(data[1].tag), RS_REC_THREAD);
    assert_int_equal(data[1].a, 6);
    assert_int_equal(data[2].a, 2);
}

static void test_diverted(void **state)
{
    rt_log_divert();
    assert_int_equal(ring.limit, CAPACITY / 2);
    rt_log_thread = 6;
    rt_log_divert();
    assert_int_equal(ring.limit, 0);
}

static void test_end_of_logging(void **state)
{
    assert_true(hold(1, &mine));
    rt_log_stop();
    assert_false(rt_log_take_back(&mine));
    assert_false(hold(2, &mine));
    assert_int_equal(ring.head, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_taken_back, open_ring),
        cmocka_unit_test_setup(test_written_before_the_next, open_ring),
        cmocka_unit_test_setup(test_held_after_held, open_ring),
        cmocka_unit_test_setup(test_another_thread, open_ring),
        cmocka_unit_test_setup(test_diverted, open_ring),
        cmocka_unit_test_setup(test_end_of_logging, open_ring),
    };

    return cmocka_run_group_tests_name("runtime/log", tests, NULL, NULL);
}
