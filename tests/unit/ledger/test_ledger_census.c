/* What a census proves: lost references, drifts of what never dies, cycles, visits of what is not owned; and the check of
 * result and exception at a function's exit. */
#include "journal.h"

enum { METHOD = ONE + 0x100, OTHER_METHOD = ONE + 0x180, CALL_AT = ONE + 0x120, RELEASE_AT = ONE + 0x140, ACQUIRE_AT = ONE + 0x160 };

static struct journal *j;

static int set_up(void **state)
{
    j = journal_open(0x030b);
    entry(j, "method.o", METHOD, END);
    return 0;
}

static int tear_down(void **state)
{
    journal_close(j);
    return 0;
}

static void live(uint64_t address, uint32_t count, uint64_t words)
{
    put(j, RS_REC_LIVE, address, count, (uint64_t[]){words, 0}, 2);
}

static void own_one(uint64_t address)
{
    object(j, address, TYPE_STR, 1);
    simple_call(j, "PyLong_FromLong", CALL_AT, address, RESULT(address, RS_WORD_NEW | RS_WORD_ONE), END);
}

static void test_reference_that_stands_nowhere(void **state)
{
    own_one(THING);
    own_one(OTHER);
    live(THING, 1, 0);
    live(OTHER, 1, 0);
    assert_int_equal(fact(j, RS_FACT_LOST)->lost, 2); /* the same place lost both */
    assert_int_equal(fact(j, RS_FACT_LOST)->event.pc, CALL_AT);
    assert_int_equal(j->books->live_objects, 2);
}

/* A tp_dealloc in whose body both stand, and that gives one of them back. */
static void test_what_a_dealloc_leaves_behind(void **state)
{
    own_one(THING);
    own_one(OTHER);
    object(j, SELF, TYPE_STR, 1);
    entry(j, "tp_dealloc", OTHER_METHOD, word(SELF, 0, RS_WORD_ZERO), END);
    put(j, RS_REC_BODY, SELF, 0, (uint64_t[]){THING, OTHER}, 2);
    store(j, RELEASE_AT, -1, OTHER, 2);
    leave_entry(j, 0, END);
    live(THING, 1, 0);
    live(OTHER, 1, 0);
    assert_int_equal(fact(j, RS_FACT_LOST)->count, 1);
    assert_int_equal(fact(j, RS_FACT_LOST)->left_by, OTHER_METHOD);
    assert_int_equal(fact(j, RS_FACT_LOST)->left_count, 1);
}

/* A body of which no tp_dealloc is in progress says nothing. */
static void test_a_body_without_its_dealloc(void **state)
{
    own_one(THING);
    put(j, RS_REC_BODY, SELF, 0, (uint64_t[]){THING, 0}, 2);
    live(THING, 1, 0);
    assert_int_equal(fact(j, RS_FACT_LOST)->left_by, 0);
}

static void lost_block(uint64_t address)
{
    put(j, RS_REC_BLOCK, address, 0, (uint64_t[]){48, 0}, 2);
}

static void test_memory_at_which_nothing_points(void **state)
{
    for (uint64_t at = THING; at <= OTHER; at += OTHER - THING)
        simple_call(j, "PyMem_Malloc", CALL_AT, at, word(at, RS_ARG_MEMORY, 0), word(ONE + 0x200, RS_ARG_CALLER, 0), END);
    lost_block(THING);
    lost_block(OTHER);
    lost_block(NOBODY); /* of which the books know no call */
    assert_int_equal(fact(j, RS_FACT_MEMORY)->lost, 2);
    assert_int_equal(fact(j, RS_FACT_MEMORY)->words, 96);
    assert_int_equal(fact(j, RS_FACT_MEMORY)->event.pc, CALL_AT);
    assert_int_equal(fact(j, RS_FACT_MEMORY)->event.callers[0], ONE + 0x200);
}

static void test_memory_of_the_initialisation(void **state)
{
    leave_entry(j, 0, END);
    entry(j, "mod.exec", METHOD, END);
    simple_call(j, "PyMem_Malloc", CALL_AT, THING, word(THING, RS_ARG_MEMORY, 0), END);
    lost_block(THING);
    assert_null(fact(j, RS_FACT_MEMORY));
}

static void test_reference_that_is_held(void **state)
{
    own_one(THING);
    live(THING, 1, 1);
    live(THING, 1, 3);
    assert_null(fact(j, RS_FACT_LOST));
}

/* Nobody whom the books know has lost it: the interpreter's own affair. */
static void test_lost_by_somebody_unknown(void **state)
{
    own_one(THING);
    store(j, RELEASE_AT, -1, THING, 2);
    live(THING, 5, 0);
    assert_null(fact(j, RS_FACT_LOST));
}

static void test_no_more_is_lost_than_the_account_holds(void **state)
{
    own_one(THING);
    live(THING, 7, 2);
    assert_int_equal(fact(j, RS_FACT_LOST)->lost, 1);
    assert_int_equal(fact(j, RS_FACT_LOST)->words, 2);
}

static void test_acquired_while_the_module_starts(void **state)
{
    entry(j, "init", METHOD + 0x80, END);
    own_one(THING);
    leave_entry(j, 0, END);
    live(THING, 1, 0);
    assert_null(fact(j, RS_FACT_LOST));
}

static void test_unsure_accounts_lose_nothing(void **state)
{
    own_one(THING);
    enter(j, "PyTuple_SetItem", CALL_AT, word(OTHER, 2, RS_WORD_ONE), word(THING, 0, RS_WORD_STEAL), END);
    abandon(j);
    leave_entry(j, 0, END);
    live(THING, 1, 0);
    assert_null(fact(j, RS_FACT_LOST));
}

static void test_immortals_are_not_counted(void **state)
{
    struct journal *k = journal_open(0x030c);

    object(k, THING, TYPE_STR, 3);
    store(k, ACQUIRE_AT, +1, THING, 3);
    put(k, RS_REC_LIVE, THING, 0xc0000000, (uint64_t[]){0, 0}, 2);
    assert_null(fact(k, RS_FACT_LOST));
    put(k, RS_REC_LIVE, THING, 4, (uint64_t[]){0, 0}, 2);
    assert_non_null(fact(k, RS_FACT_LOST));
    journal_close(k);
}

/* ---------------------------------------------------------------- what never dies */

static void move(unsigned times, int delta, uint64_t pc)
{
    for (unsigned i = 0; i < times; i++)
        store(j, pc, delta, STATIC, 5000);
}

static void test_static_deficit_is_watched_and_proven(void **state)
{
    object(j, STATIC, TYPE_NONE, 5000);
    move(1, -1, RELEASE_AT);
    assert_int_equal(j->watched, 1);
    assert_int_equal(j->watched_object, STATIC);
    put(j, RS_REC_BASE, STATIC, 4999, (uint64_t[]){4000}, 1);
    move(100, -1, RELEASE_AT);
    assert_int_equal(j->watched, 1);
    live(STATIC, 4899, 4000);
    assert_int_equal(fact(j, RS_FACT_DRIFT)->lost, -100);
    assert_int_equal(fact(j, RS_FACT_DRIFT)->event.pc, RELEASE_AT);
    assert_int_equal(fact(j, RS_FACT_DRIFT)->account[0].negative.pc, RELEASE_AT);
}

static void test_static_surplus_names_the_function_that_moves_most(void **state)
{
    object(j, STATIC, TYPE_NONE, 5000);
    move(32, +1, ACQUIRE_AT);
    assert_int_equal(j->watched, 1);
    put(j, RS_REC_BASE, STATIC, 5032, (uint64_t[]){4000}, 1);
    move(3, +1, ACQUIRE_AT);
    entry(j, "method.o", OTHER_METHOD, END);
    move(60, +1, ACQUIRE_AT + 8);
    leave_entry(j, 0, END);
    live(STATIC, 5095, 4001);
    assert_int_equal(fact(j, RS_FACT_DRIFT)->lost, 62);
    assert_int_equal(fact(j, RS_FACT_DRIFT)->event.function, OTHER_METHOD);
}

/* A drift that was over before the books asked shows against the point before any module ran. */
static void test_static_drift_before_the_second_quiet_point(void **state)
{
    object(j, STATIC, TYPE_NONE, 5000);
    put(j, RS_REC_BASE, STATIC, 5000, (uint64_t[]){4000}, 1);
    move(40, +1, ACQUIRE_AT);
    put(j, RS_REC_BASE, STATIC, 5040, (uint64_t[]){4000}, 1);
    put(j, RS_REC_BASE, STATIC, 9999, (uint64_t[]){1}, 1); /* no more than two are kept */
    live(STATIC, 5040, 4000);
    assert_int_equal(fact(j, RS_FACT_DRIFT)->lost, 40);
}

/* The words that point at it have changed as the count did: it is held. */
static void test_static_drift_that_is_held(void **state)
{
    object(j, STATIC, TYPE_NONE, 5000);
    move(40, +1, ACQUIRE_AT);
    put(j, RS_REC_BASE, STATIC, 5040, (uint64_t[]){4000}, 1);
    move(60, +1, ACQUIRE_AT);
    live(STATIC, 5100, 4060);
    assert_null(fact(j, RS_FACT_DRIFT));
}

/* The census drifts elsewhere than the books: stale words alone prove nothing. */
static void test_static_drift_that_the_books_do_not_know(void **state)
{
    object(j, STATIC, TYPE_NONE, 5000);
    move(40, +1, ACQUIRE_AT);
    put(j, RS_REC_BASE, STATIC, 5040, (uint64_t[]){4000}, 1);
    move(60, +1, ACQUIRE_AT);
    live(STATIC, 5040, 4060); /* words rise, the count does not */
    live(STATIC, 5540, 4000); /* the count rises far more */
    assert_null(fact(j, RS_FACT_DRIFT));
}

static void test_static_drift_that_is_small(void **state)
{
    object(j, STATIC, TYPE_NONE, 5000);
    move(40, +1, ACQUIRE_AT);
    put(j, RS_REC_BASE, STATIC, 5040, (uint64_t[]){4000}, 1);
    move(5, +1, ACQUIRE_AT);
    live(STATIC, 5045, 4000);
    assert_null(fact(j, RS_FACT_DRIFT));
}

static void test_static_object_without_a_first_quiet_point(void **state)
{
    object(j, STATIC, TYPE_NONE, 5000);
    move(100, -1, RELEASE_AT);
    live(STATIC, 4900, 0);
    assert_null(fact(j, RS_FACT_DRIFT));
    assert_null(fact(j, RS_FACT_LOST));
}

/* ---------------------------------------------------------------- cycles and visits */

static void test_unvisited_member_that_is_owned(void **state)
{
    own_one(THING);
    object(j, OTHER, TYPE_HEAP, 1);
    put(j, RS_REC_UNVISITED, OTHER, 0, (uint64_t[]){THING, TYPE_HEAP}, 2);
    assert_int_equal(fact(j, RS_FACT_CYCLE)->owner_type, TYPE_HEAP);
    assert_int_equal(fact(j, RS_FACT_CYCLE)->event.pc, CALL_AT);
}

static void test_unvisited_member_that_is_not_owned(void **state)
{
    object(j, THING, TYPE_STR, 3);
    put(j, RS_REC_UNVISITED, OTHER, 0, (uint64_t[]){THING, TYPE_HEAP}, 2); /* a back pointer */
    store(j, ACQUIRE_AT, +1, THING, 3);
    store(j, RELEASE_AT, -1, THING, 3);
    put(j, RS_REC_UNVISITED, OTHER, 0, (uint64_t[]){THING, TYPE_HEAP}, 2);
    put(j, RS_REC_UNVISITED, OTHER, 0, (uint64_t[]){NOBODY, TYPE_HEAP}, 2);
    assert_null(fact(j, RS_FACT_CYCLE));
}

static void test_more_visits_than_references(void **state)
{
    object(j, THING, TYPE_STR, 2);
    put(j, RS_REC_TRAVERSE, THING, 2, (uint64_t[]){3, OTHER, TYPE_HEAP, 0}, 4);
    assert_int_equal(fact(j, RS_FACT_TRAVERSE)->visits, 3);
    assert_int_equal(fact(j, RS_FACT_TRAVERSE)->owner, OTHER);
    assert_int_equal(fact(j, RS_FACT_TRAVERSE)->owner_type, TYPE_HEAP);
    assert_int_equal(fact(j, RS_FACT_TRAVERSE)->object.count, 2);
}

/* ---------------------------------------------------------------- results and exceptions */

static bool contradicts(const char *role, unsigned flags)
{
    size_t before = j->books->facts.count;
    uint64_t counted = before > 0 ? j->books->facts.items[before - 1].count : 0;

    entry(j, role, OTHER_METHOD, END);
    leave_entry(j, flags, END);
    return j->books->facts.count != before || (before > 0 && j->books->facts.items[before - 1].count != counted);
}

static void test_result_against_exception(void **state)
{
    assert_false(contradicts("method.o", 0));
    assert_false(contradicts("method.o", RS_EXIT_RESULT_NULL | RS_EXIT_ERROR_SET));
    assert_true(contradicts("method.o", RS_EXIT_RESULT_NULL));
    assert_true(contradicts("method.o", RS_EXIT_ERROR_SET));
    assert_false(contradicts("method.o", RS_EXIT_ERROR_SET | RS_EXIT_ERROR_BEFORE)); /* it was there before: says nothing */
    assert_false(contradicts("tp_iternext", RS_EXIT_RESULT_NULL)); /* an ordinary end */
    assert_true(contradicts("tp_iternext", RS_EXIT_ERROR_SET));
    assert_false(contradicts("tp_dealloc", RS_EXIT_ERROR_SET)); /* a destructor reports nothing */
    assert_true(contradicts("tp_init", RS_EXIT_RESULT_NULL)); /* -1 without an exception */
}

static void test_the_call_that_failed_is_the_cause(void **state)
{
    entry(j, "method.o", OTHER_METHOD, END);
    enter(j, "PyObject_CallObject", CALL_AT, END);
    leave(j, 0, END);
    leave_entry(j, RS_EXIT_ERROR_SET, END);
    assert_true(fact(j, RS_FACT_ERROR)->has_cause);
    assert_int_equal(fact(j, RS_FACT_ERROR)->cause.pc, CALL_AT);
    assert_string_equal(fact(j, RS_FACT_ERROR)->cause.contract->name, "PyObject_CallObject");
    assert_int_equal(fact(j, RS_FACT_ERROR)->event.function, OTHER_METHOD);
}

/* A miss is no failure: PyDict_GetItemWithError answers NULL without an exception. */
static void test_no_cause_without_a_failing_call(void **state)
{
    entry(j, "method.o", OTHER_METHOD, END);
    enter(j, "PyDict_SetItemString", CALL_AT, END);
    leave(j, 0, END);
    leave_entry(j, RS_EXIT_ERROR_SET, END);
    assert_false(fact(j, RS_FACT_ERROR)->has_cause);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
#define CENSUS(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
        CENSUS(reference_that_stands_nowhere), CENSUS(reference_that_is_held), CENSUS(lost_by_somebody_unknown),
        CENSUS(no_more_is_lost_than_the_account_holds), CENSUS(acquired_while_the_module_starts), CENSUS(unsure_accounts_lose_nothing),
        CENSUS(immortals_are_not_counted), CENSUS(what_a_dealloc_leaves_behind), CENSUS(a_body_without_its_dealloc), CENSUS(memory_at_which_nothing_points), CENSUS(memory_of_the_initialisation),
        CENSUS(static_deficit_is_watched_and_proven),
        CENSUS(static_surplus_names_the_function_that_moves_most), CENSUS(static_drift_before_the_second_quiet_point), CENSUS(static_drift_that_is_held),
        CENSUS(static_drift_that_the_books_do_not_know), CENSUS(static_drift_that_is_small),
        CENSUS(static_object_without_a_first_quiet_point), CENSUS(unvisited_member_that_is_owned),
        CENSUS(unvisited_member_that_is_not_owned), CENSUS(more_visits_than_references), CENSUS(result_against_exception),
        CENSUS(the_call_that_failed_is_the_cause), CENSUS(no_cause_without_a_failing_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
