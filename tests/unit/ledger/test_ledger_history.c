/* What an account remembers: its first and last events, the acquisitions that are still open, who is blamed. */
#include "journal.h"

enum { METHOD = ONE + 0x100, CALL_AT = ONE + 0x120, RELEASE_AT = ONE + 0x140, ACQUIRE_AT = ONE + 0x160 };

static struct journal *j;

static int set_up(void **state)
{
    j = journal_open(0x030b);
    object(j, THING, TYPE_STR, 9);
    entry(j, "method.o", METHOD, END);
    return 0;
}

static int tear_down(void **state)
{
    journal_close(j);
    return 0;
}

static const struct rs_account *thing(void)
{
    return account(j, THING, FAMILY_ONE);
}

static void acquire(unsigned n)
{
    store(j, ACQUIRE_AT + 4 * n, +1, THING, 9);
}

static void release(unsigned n)
{
    store(j, RELEASE_AT - 4 * n, -1, THING, 9);
}

static uint64_t kept_pc(unsigned n)
{
    return rs_ledger_event(thing(), n)->pc;
}

static void test_all_events_of_a_short_history(void **state)
{
    for (unsigned n = 0; n < RS_EVENTS_KEPT; n++)
        acquire(n);
    assert_int_equal(rs_ledger_kept(thing()), RS_EVENTS_KEPT);
    for (unsigned n = 0; n < RS_EVENTS_KEPT; n++)
        assert_int_equal(kept_pc(n), ACQUIRE_AT + 4 * n);
}

/* Of a long one the first six and the last eight, in order. */
static void test_first_and_last_of_a_long_history(void **state)
{
    for (unsigned total = RS_EVENTS_KEPT + 1; total < 60; total++) {
        object(j, THING, TYPE_STR, 9);
        for (unsigned n = 0; n < total; n++)
            acquire(n);
        assert_int_equal(thing()->events, total);
        assert_int_equal(rs_ledger_kept(thing()), RS_EVENTS_KEPT);
        for (unsigned n = 0; n < RS_EVENTS_KEPT; n++)
            assert_int_equal(kept_pc(n), ACQUIRE_AT + 4 * (n < RS_EVENTS_FIRST ? n : total - RS_EVENTS_KEPT + n));
        assert_int_equal(rs_ledger_latest(thing())->pc, ACQUIRE_AT + 4 * (total - 1));
    }
}

static void test_equal_events_are_folded(void **state)
{
    for (unsigned i = 0; i < 100; i++)
        acquire(0);
    acquire(1);
    acquire(0);
    assert_int_equal(thing()->events, 3);
    assert_int_equal(rs_ledger_event(thing(), 0)->times, 100);
    assert_int_equal(rs_ledger_event(thing(), 0)->balance, 100); /* after the last of them */
    assert_int_equal(rs_ledger_event(thing(), 2)->times, 1);
    assert_balance(j, THING, 102, 102);
    assert_int_equal(thing()->acquired, 102);
}

static void test_open_acquisitions_pair_last_in_first_out(void **state)
{
    acquire(0);
    acquire(1);
    acquire(2);
    release(0);
    assert_int_equal(thing()->open_count, 2);
    assert_int_equal(thing()->open[1].pc, ACQUIRE_AT + 4);
    acquire(3);
    assert_int_equal(thing()->open[2].pc, ACQUIRE_AT + 12);
    release(0);
    release(0);
    release(0);
    assert_int_equal(thing()->open_count, 0);
    release(0); /* below zero: nothing to pair with */
    assert_int_equal(thing()->open_count, 0);
    acquire(4);
    assert_int_equal(thing()->open[0].pc, ACQUIRE_AT + 16);
}

static void test_more_open_acquisitions_than_are_kept(void **state)
{
    for (unsigned n = 0; n < 3 * RS_OPEN_KEPT; n++)
        acquire(n);
    assert_int_equal(thing()->open_count, 3 * RS_OPEN_KEPT);
    for (unsigned n = 0; n < 2 * RS_OPEN_KEPT + 2; n++)
        release(0);
    assert_int_equal(thing()->open_count, RS_OPEN_KEPT - 2);
    assert_int_equal(thing()->open[RS_OPEN_KEPT - 3].pc, ACQUIRE_AT + 4 * (RS_OPEN_KEPT - 3));
}

/* An add of two is two references. */
static void test_merged_stores(void **state)
{
    store(j, ACQUIRE_AT, +2, THING, 9);
    assert_balance(j, THING, 2, 2);
    assert_int_equal(thing()->open_count, 2);
    store(j, RELEASE_AT, -2, THING, 11);
    assert_balance(j, THING, 0, 0);
    assert_int_equal(thing()->open_count, 0);
}

static void test_the_first_fall_is_the_negative_event(void **state)
{
    release(0);
    release(1);
    assert_int_equal(thing()->negative.pc, RELEASE_AT);
    acquire(0);
    acquire(1);
    leave_entry(j, 0, END);
    entry(j, "method.o", METHOD, END);
    release(2);
    assert_int_equal(thing()->negative.pc, RELEASE_AT - 8); /* it was even in between */
}

static void test_events_carry_their_place(void **state)
{
    const uint64_t lengths[3] = {4, 7, 2};
    const struct rs_event *event;

    put_text(j, RS_REC_CODE, CODE, 10, lengths, 3, "mainmain.pyAB");
    entry(j, "method.o", METHOD + 0x40, END);
    acquire(0);
    event = rs_ledger_latest(thing());
    assert_int_equal(event->function, METHOD + 0x40);
    assert_int_equal(event->instr, 12);
    assert_int_equal(event->code, 0);
    assert_string_equal(j->books->codes.items[0].name, "main");
    assert_false(event->init);
    leave_entry(j, 0, END);
    acquire(1);
    assert_int_equal(rs_ledger_latest(thing())->function, METHOD);
    assert_int_equal(rs_ledger_latest(thing())->code, RS_NO_CODE); /* that entry came before its code was known */
}

static void test_events_of_the_modules_start(void **state)
{
    entry(j, "init", METHOD + 0x80, END);
    acquire(0);
    assert_true(rs_ledger_latest(thing())->init);
    entry(j, "method.o", METHOD + 0x40, END); /* called while the module starts */
    acquire(1);
    assert_true(rs_ledger_latest(thing())->init);
    leave_entry(j, 0, END);
    leave_entry(j, 0, END);
    acquire(2);
    assert_false(rs_ledger_latest(thing())->init);
}

/* The interpreter calls what the module gave it (a converter): the place is the call in progress. */
static void test_calls_that_the_interpreter_makes_for_the_module(void **state)
{
    enter(j, "PyArg_ParseTuple", CALL_AT, END);
    simple_call(j, "PyLong_FromLong", ELSEWHERE, THING, RESULT(THING, RS_WORD_NEW), END);
    assert_int_equal(rs_ledger_latest(account(j, THING, 0))->pc, CALL_AT);
    leave(j, 1, END);
    simple_call(j, "PyLong_FromLong", ELSEWHERE, THING, RESULT(THING, RS_WORD_NEW), END); /* a tail call */
    assert_int_equal(rs_ledger_latest(account(j, THING, 0))->pc, METHOD);
    assert_true(rs_ledger_latest(account(j, THING, 0))->is_entry);
}

/* Blame: a certain deficit, before an uncertain one, before who had it last. */
static void test_blame(void **state)
{
    store(j, TWO + 0x10, -1, THING, 9);
    store(j, TWO + 0x10, +1, THING, 9);
    release(0);
    freed(j, THING);
    store(j, TWO + 0x20, +1, THING, POISON_COUNT);
    assert_int_equal(fact(j, RS_FACT_TOUCH)->account[0].family, FAMILY_ONE);
    assert_int_equal(fact(j, RS_FACT_TOUCH)->accounts, 2);
}

static void test_blame_of_who_had_it_last(void **state)
{
    store(j, TWO + 0x10, +1, THING, 9);
    acquire(0);
    store(j, TWO + 0x14, +1, THING, 9);
    freed(j, THING);
    acquire(1); /* the journal's count is none of the poison: the object is dead all the same */
    assert_int_equal(fact(j, RS_FACT_TOUCH)->account[0].family, FAMILY_TWO);
}

static void test_a_fact_is_a_copy(void **state)
{
    release(0);
    assert_int_equal(fact(j, RS_FACT_DEFICIT)->account[0].hi, -1);
    acquire(0);
    object(j, THING, TYPE_STR, 1);
    assert_int_equal(fact(j, RS_FACT_DEFICIT)->account[0].hi, -1);
    assert_int_equal(fact(j, RS_FACT_DEFICIT)->object.serial, 1);
}

static void test_accounts_are_used_again(void **state)
{
    size_t before;

    for (unsigned i = 0; i < 2; i++) { /* both families: two accounts */
        object(j, THING, TYPE_STR, 9);
        acquire(0);
        store(j, TWO + 0x10, +1, THING, 9);
    }
    before = j->books->arena.total;
    for (unsigned i = 0; i < 1000; i++) {
        object(j, THING, TYPE_STR, 9);
        acquire(0);
        store(j, TWO + 0x10, +1, THING, 9);
        assert_int_equal(thing()->events, 1);
        assert_balance(j, THING, 1, 1);
    }
    assert_int_equal(j->books->arena.total, before);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
#define HISTORY(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
        HISTORY(all_events_of_a_short_history), HISTORY(first_and_last_of_a_long_history), HISTORY(equal_events_are_folded),
        HISTORY(open_acquisitions_pair_last_in_first_out), HISTORY(more_open_acquisitions_than_are_kept), HISTORY(merged_stores),
        HISTORY(the_first_fall_is_the_negative_event), HISTORY(events_carry_their_place), HISTORY(events_of_the_modules_start),
        HISTORY(calls_that_the_interpreter_makes_for_the_module), HISTORY(blame), HISTORY(blame_of_who_had_it_last),
        HISTORY(a_fact_is_a_copy), HISTORY(accounts_are_used_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
