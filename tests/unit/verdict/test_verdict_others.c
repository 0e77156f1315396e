/* Surpluses and protocol violations: rule, confidence, who, and what must not be said. */
#include "court.h"

static struct court court;
static struct journal *j;

static int set_up(void **state)
{
    court_open(&court, 0x030b);
    j = court.j;
    object(j, SELF, TYPE_STR, 2);
    entry(j, "method.o", GET, word(SELF, 0, 0), END);
    return 0;
}

static int tear_down(void **state)
{
    court_close(&court);
    return 0;
}

static void own_one(uint64_t address)
{
    object(j, address, TYPE_STR, 1);
    simple_call(j, "PyLong_FromLong", GET + 0x10, address, RESULT(address, RS_WORD_NEW | RS_WORD_ONE), END);
}

static void lose(uint64_t address)
{
    put(j, RS_REC_LIVE, address, 1, (uint64_t[]){0, 0}, 2);
}

static void test_one_lost_reference_is_a_suspect(void **state)
{
    const struct rs_finding *f;

    own_one(THING);
    lose(THING);
    f = verdict(&court);
    assert_verdict(f, RS201, RS_SUSPECT, "get");
    assert_belief(f, "PyLong_FromLong", "get");
    assert_int_equal(f->kind, RS_SURPLUS);
    assert_int_equal(f->count, 1);
}

static void test_two_lost_references_are_a_leak(void **state)
{
    const struct rs_finding *f;

    own_one(THING);
    own_one(OTHER);
    lose(THING);
    lose(OTHER);
    f = verdict(&court);
    assert_verdict(f, RS201, RS_PROVEN, "get");
    assert_int_equal(f->count, 2);
    assert_int_equal(f->culprit.line, 0x10);
    assert_null(f->culprit.api);
}

/* An instance's reference to its heap type, owned since the dealloc began. */
static void test_lost_type_reference(void **state)
{
    const struct rs_finding *f;

    object(j, TYPE_HEAP, TYPE_TYPE, 5);
    for (unsigned i = 0; i < 3; i++) {
        object(j, THING + 0x1000 * i, TYPE_HEAP, 0);
        entry(j, "tp_dealloc", DEALLOC, word(THING + 0x1000 * i, 0, RS_WORD_ZERO), word(TYPE_HEAP, RS_ARG_SELF_TYPE, 0), END);
        leave_entry(j, 0, END);
    }
    put(j, RS_REC_LIVE, TYPE_HEAP, 8, (uint64_t[]){5, 0}, 2);
    f = verdict(&court);
    assert_verdict(f, RS204, RS_PROVEN, "thing_dealloc");
    assert_int_equal(f->count, 3);
    assert_string_equal(f->object.name, "type one.Thing");
    assert_non_null(strstr(f->message, "one.Thing"));
}

static void name_traverse(void)
{
    put_text(j, RS_REC_ROLE, TRAVERSE, rs_contract_index(rs_contract_slot("tp_traverse", 0x030b)), (uint64_t[]){TYPE_HEAP, 0}, 2, "Thing.__traverse__");
}

static void test_cycle_that_is_not_visited(void **state)
{
    const struct rs_finding *f;

    own_one(THING);
    name_traverse();
    object(j, OTHER, TYPE_HEAP, 1);
    put(j, RS_REC_UNVISITED, OTHER, 0, (uint64_t[]){THING, TYPE_HEAP}, 2);
    f = verdict(&court);
    assert_verdict(f, RS205, RS_PROVEN, "thing_traverse");
    assert_belief(f, "PyLong_FromLong", "get"); /* where the member was acquired */
}

static void test_cycle_of_a_type_without_traverse(void **state)
{
    own_one(THING);
    object(j, OTHER, TYPE_HEAP, 1);
    put(j, RS_REC_UNVISITED, OTHER, 0, (uint64_t[]){THING, TYPE_HEAP}, 2);
    judge(&court);
    assert_int_equal(court.report.findings.count, 0); /* nobody's function to name */
}

static void test_store_without_the_gil(void **state)
{
    const struct rs_finding *f;

    object(j, THING, TYPE_STR, 3);
    store(j, GET + 0x20, +1, THING, 3);
    rs_ledger_stray(j->books, THING, 0);
    rs_ledger_stray(j->books, THING, 0);
    f = verdict(&court);
    assert_verdict(f, RS301, RS_PROVEN, "get");
    assert_int_equal(f->count, 2);
    assert_int_equal(f->kind, RS_PROTOCOL);
}

static void test_failure_without_an_exception(void **state)
{
    const struct rs_finding *f;

    leave_entry(j, RS_EXIT_RESULT_NULL, END);
    f = verdict(&court);
    assert_verdict(f, RS302, RS_PROVEN, "get");
    assert_non_null(strstr(f->message, "without setting an exception"));
    assert_null(f->culprit.api);
    assert_false(f->has_belief);
}

static void test_result_in_spite_of_an_exception(void **state)
{
    const struct rs_finding *f;

    enter(j, "PyObject_CallObject", GET + 0x30, END);
    leave(j, 0, END);
    own_one(THING);
    leave_entry(j, RS_EXIT_ERROR_SET, RESULT(THING, RS_WORD_NEW), END);
    f = verdict(&court);
    assert_verdict(f, RS302, RS_PROVEN, "get");
    assert_belief(f, "PyObject_CallObject", "get"); /* the call that set it */
    assert_non_null(strstr(f->message, "although an exception was set by PyObject_CallObject"));
}

static void test_visit_of_what_is_not_owned(void **state)
{
    const struct rs_finding *f;

    name_traverse();
    object(j, THING, TYPE_STR, 2);
    put(j, RS_REC_TRAVERSE, THING, 2, (uint64_t[]){3, OTHER, TYPE_HEAP, 0}, 4);
    f = verdict(&court);
    assert_verdict(f, RS303, RS_PROVEN, "thing_traverse");
    assert_non_null(strstr(f->proof, "3 references"));
}

static void test_static_surplus(void **state)
{
    const struct rs_finding *f;

    object(j, STATIC, TYPE_NONE, 900);
    for (unsigned i = 0; i < 40; i++)
        store(j, GET + 0x28, +1, STATIC, 900);
    put(j, RS_REC_BASE, STATIC, 940, (uint64_t[]){100}, 1);
    for (unsigned i = 0; i < 60; i++)
        store(j, GET + 0x28, +1, STATIC, 940);
    put(j, RS_REC_LIVE, STATIC, 1000, (uint64_t[]){100, 0}, 2);
    f = verdict(&court);
    assert_verdict(f, RS201, RS_PROVEN, "get");
    assert_int_equal(f->count, 60);
}

static void test_nothing_to_say(void **state)
{
    own_one(THING);
    leave_entry(j, 0, RESULT(THING, RS_WORD_NEW | RS_WORD_ONE), END);
    put(j, RS_REC_LIVE, THING, 1, (uint64_t[]){1, 0}, 2);
    judge(&court);
    assert_int_equal(court.report.findings.count, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
#define OTHERS(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
        OTHERS(one_lost_reference_is_a_suspect), OTHERS(two_lost_references_are_a_leak), OTHERS(lost_type_reference),
        OTHERS(cycle_that_is_not_visited), OTHERS(cycle_of_a_type_without_traverse), OTHERS(store_without_the_gil),
        OTHERS(failure_without_an_exception), OTHERS(result_in_spite_of_an_exception), OTHERS(visit_of_what_is_not_owned),
        OTHERS(static_surplus), OTHERS(nothing_to_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
