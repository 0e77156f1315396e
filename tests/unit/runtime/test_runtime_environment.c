/* What makes a child observable goes in and comes out again, and the environment is the user's, entry by entry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "runtime/spawn/environment.h"

enum { MOST = 16 };

static char *const recorded[] = {"REFSAN_RECORDING=12:3:456", NULL};

static void open_with(char *const *list)
{
    static char *copy[MOST];
    size_t n = 0;

    for (; list[n] != NULL; n++)
        copy[n] = list[n];
    copy[n] = NULL;
    environ = copy;
    assert_true(rt_environment_open());
}

static void assert_environment(char *const *expected)
{
    size_t n = 0;

    for (; expected[n] != NULL; n++) {
        assert_non_null(environ[n]);
        assert_string_equal(environ[n], expected[n]);
    }
    assert_null(environ[n]);
}

static void round_trip(char *const *user)
{
    char *list[MOST], text[8192];
    struct rt_environment_room room;

    open_with(recorded);
    assert_true(rt_environment_ready());
    room = rt_environment_measure(user);
    assert_in_range(room.entries, 1, MOST);
    assert_in_range(room.text, 1, sizeof(text));
    memset(text, 'x', sizeof(text));
    rt_environment_fill(user, list, text);
    assert_int_equal(text[room.text], 'x'); /* no more than was measured */
    open_with(list);
    rt_environment_hide();
    assert_environment(user);
}

static void test_round_trips(void **state)
{
    static char *const users[][5] = {
        {NULL},
        {"A=1", "B=2", NULL},
        {"A=1", "LD_PRELOAD=libm.so.6", "B=2", NULL},
        {"LD_PRELOAD=", "A=1", NULL},
        {"A=1", "LD_PRELOAD=/x/a.so:/x/b.so /x/c.so", NULL},
        {"LD_PRELOAD=:/x/a.so", NULL},
        {"LD_PRELOAD_EXTRA=1", "REFSAN=x", NULL},
    };

    for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
        round_trip(users[i]);
}

/* Somebody else put a library of his own before or behind ours. */
static void test_other_orders(void **state)
{
    char before[8192], behind[8192];
    char *list[] = {before, "A=1", recorded[0], NULL}, *expected[] = {"LD_PRELOAD=/x/a.so", "A=1", NULL};
    char *third[] = {behind, recorded[0], NULL}, *third_expected[] = {"LD_PRELOAD=/x/a.so /x/b.so", NULL};

    open_with(recorded);
    snprintf(before, sizeof(before), "LD_PRELOAD=/x/a.so:%s", rt_environment_library());
    snprintf(behind, sizeof(behind), "LD_PRELOAD=/x/a.so %s:/x/b.so", rt_environment_library());
    open_with(list);
    rt_environment_hide();
    assert_environment(expected);
    open_with(third);
    rt_environment_hide();
    assert_environment(third_expected);
}

/* Which of two lists counts is the loader's secret: such a child is left alone. */
static void test_what_is_left_alone(void **state)
{
    char *const twice[] = {"LD_PRELOAD=a", "LD_PRELOAD=b", NULL};
    static char *many[20000];

    open_with(recorded);
    assert_int_equal(rt_environment_measure(twice).entries, 0);
    for (size_t i = 0; i + 1 < sizeof(many) / sizeof(many[0]); i++)
        many[i] = "A=1";
    assert_int_equal(rt_environment_measure(many).entries, 0);
}

static void test_no_recording(void **state)
{
    char *const nothing[] = {"A=1", NULL};
    static char *copy[2];

    memcpy(copy, nothing, sizeof(copy));
    environ = copy;
    assert_false(rt_environment_open());
    assert_false(rt_environment_ready());
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_recording), cmocka_unit_test(test_round_trips), cmocka_unit_test(test_other_orders),
                                       cmocka_unit_test(test_what_is_left_alone)};
    char self[4096] = "";

    /* the test plays the library, whose path is always a whole one */
    if (argv[0][0] != '/' && readlink("/proc/self/exe", self, sizeof(self) - 1) > 0)
        execl(self, self, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
