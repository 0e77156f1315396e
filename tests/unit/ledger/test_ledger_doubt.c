/* What is not known widens an account: no fact may come out of it, and what is known must not get lost either. */
#include "journal.h"

enum { METHOD = ONE + 0x100, CALL_AT = ONE + 0x120, RELEASE_AT = ONE + 0x140, ACQUIRE_AT = ONE + 0x160, DEALLOC = ONE + 0x200 };

static struct journal *j;

static int set_up(void **state)
{
    j = journal_open(0x030b);
    object(j, SELF, TYPE_STR, 2);
    entry(j, "method.o", METHOD, word(SELF, 0, 0), END);
    return 0;
}

static int tear_down(void **state)
{
    journal_close(j);
    return 0;
}

static void test_unknown_result_is_an_interval(void **state)
{
    object(j, THING, TYPE_STR, 3);
    enter(j, "PyObject_CallObject", CALL_AT, END);
    leave(j, THING, RESULT(THING, RS_WORD_UNKNOWN), END);
    assert_balance(j, THING, 0, 1);
    store(j, RELEASE_AT, -1, THING, 3);
    assert_balance(j, THING, -1, 0);
    assert_null(fact(j, RS_FACT_DEFICIT));
    store(j, RELEASE_AT, -1, THING, 2);
    assert_non_null(fact(j, RS_FACT_DEFICIT)); /* the whole interval is wrong now */
}

static void test_what_the_interpreter_may_have_stored(void **state)
{
    object(j, THING, TYPE_STR, 3);
    object(j, OTHER, TYPE_HEAP, 1);
    entry(j, "tp_clear", DEALLOC, word(OTHER, 0, 0), word(THING, 0, RS_WORD_UNKNOWN), END);
    assert_balance(j, THING, 0, 1);
    store(j, RELEASE_AT, -1, THING, 3);
    assert_null(fact(j, RS_FACT_DEFICIT));
}

static void pass_on(uint64_t address)
{
    object(j, address, TYPE_STR, 1);
    simple_call(j, "PyLong_FromLong", CALL_AT, address, RESULT(address, RS_WORD_NEW | RS_WORD_ONE), END);
    enter(j, "PyTuple_SetItem", CALL_AT, word(address, 2, RS_WORD_ONE), END);
}

static void test_call_that_leaves(void **state)
{
    pass_on(THING);
    leave(j, 0, END);
    leave_entry(j, 0, END);
    assert_false(account(j, THING, FAMILY_ONE)->unsure);
}

/* A call that an exception or longjmp passed by: whether it stole is not known. */
static void test_call_that_never_leaves(void **state)
{
    pass_on(THING);
    abandon(j);
    leave_entry(j, 0, END);
    assert_true(account(j, THING, FAMILY_ONE)->unsure);
    store(j, RELEASE_AT, -1, THING, 1);
    store(j, RELEASE_AT, -1, THING, 1);
    assert_null(fact(j, RS_FACT_DEFICIT));
}

/* The next entry on the same stack shows that deeper frames are gone. */
static void test_frames_below_a_new_entry_are_gone(void **state)
{
    enter(j, "PyObject_CallObject", CALL_AT, END);
    pass_on(THING);
    abandon(j);
    abandon(j);
    j->sp += 0x10;
    entry(j, "method.o", METHOD + 0x40, END);
    assert_true(account(j, THING, FAMILY_ONE)->unsure);
    leave_entry(j, 0, END);
}

static void test_forked_childs_inheritance(void **state)
{
    struct journal *k = journal_forked(0x030b);

    store(k, RELEASE_AT, -1, THING, 3);
    assert_true(account(k, THING, FAMILY_ONE)->unsure);
    assert_null(fact(k, RS_FACT_DEFICIT));
    object(k, OTHER, TYPE_STR, 3); /* born in the child: an account like any other */
    store(k, RELEASE_AT, -1, OTHER, 3);
    assert_int_equal(fact(k, RS_FACT_DEFICIT)->object.address, OTHER);
    journal_close(k);
}

/* Objects that the recording never introduced, while types are known. */
static void test_object_that_was_never_introduced(void **state)
{
    store(j, RELEASE_AT, -1, NOBODY, 3);
    assert_true(account(j, NOBODY, FAMILY_ONE)->unsure);
    assert_null(fact(j, RS_FACT_DEFICIT));
}

static void test_blind_site(void **state)
{
    object(j, THING, TYPE_STR, 3);
    store(j, RELEASE_AT, -1, THING, 3);
    assert_non_null(fact(j, RS_FACT_DEFICIT));
    for (unsigned i = 0; i < j->sites.count; i++)
        j->sites.items[i].blind = true;
    object(j, OTHER, TYPE_STR, 3);
    store(j, RELEASE_AT, -1, OTHER, 3);
    assert_true(account(j, OTHER, FAMILY_ONE)->unsure);
    assert_int_equal(fact(j, RS_FACT_DEFICIT)->count, 1);
}

static void test_blind_function(void **state)
{
    j->blind_function = METHOD + 0x40;
    object(j, THING, TYPE_STR, 3);
    entry(j, "method.o", METHOD + 0x40, END);
    store(j, RELEASE_AT, -1, THING, 3);
    assert_true(account(j, THING, FAMILY_ONE)->unsure);
    leave_entry(j, 0, END);
    object(j, OTHER, TYPE_STR, 3);
    store(j, RELEASE_AT, -1, OTHER, 3);
    assert_int_equal(fact(j, RS_FACT_DEFICIT)->object.address, OTHER); /* outside of it the law holds */
}

/* A type shared between modules: what this family's tp_dealloc gives up was acquired in the other's account. */
static void test_dealloc_of_another_familys_object(void **state)
{
    object(j, OTHER, TYPE_HEAP, 1);
    simple_call(j, "PyType_GenericAlloc", TWO + 0x10, OTHER, RESULT(OTHER, RS_WORD_NEW | RS_WORD_ONE), END);
    object(j, THING, TYPE_STR, 3);
    entry(j, "tp_dealloc", DEALLOC, word(OTHER, 0, RS_WORD_ZERO), END);
    store(j, RELEASE_AT, -1, THING, 3);
    assert_true(account(j, THING, FAMILY_ONE)->unsure);
    assert_null(fact(j, RS_FACT_DEFICIT));
}

static void test_dealloc_of_an_own_object(void **state)
{
    object(j, OTHER, TYPE_HEAP, 1);
    simple_call(j, "PyType_GenericAlloc", CALL_AT, OTHER, RESULT(OTHER, RS_WORD_NEW | RS_WORD_ONE), END);
    object(j, THING, TYPE_STR, 3);
    entry(j, "tp_dealloc", DEALLOC, word(OTHER, 0, RS_WORD_ZERO), END);
    store(j, RELEASE_AT, -1, THING, 3);
    assert_non_null(fact(j, RS_FACT_DEFICIT));
}

static void release_of(uint64_t type)
{
    object(j, THING, type, 3);
    store(j, RELEASE_AT, -1, THING, 3);
}

static void test_exceptions_moved_by_hand(void **state)
{
    j->raw_exceptions = true;
    release_of(TYPE_ERROR);
    assert_true(account(j, THING, FAMILY_ONE)->unsure);
    release_of(TYPE_NONE); /* stands for "no exception" up to 3.11 */
    assert_null(fact(j, RS_FACT_DEFICIT));
    release_of(TYPE_STR);
    assert_non_null(fact(j, RS_FACT_DEFICIT));
}

static void test_exception_classes_moved_by_hand(void **state)
{
    j->raw_exceptions = true;
    object(j, TYPE_ERROR, TYPE_TYPE, 30);
    store(j, RELEASE_AT, -1, TYPE_ERROR, 30);
    assert_null(fact(j, RS_FACT_DEFICIT));
    object(j, TYPE_HEAP, TYPE_TYPE, 30);
    store(j, RELEASE_AT, -1, TYPE_HEAP, 30);
    assert_int_equal(fact(j, RS_FACT_DEFICIT)->object.address, TYPE_HEAP);
}

static void test_exceptions_of_a_module_that_moves_none(void **state)
{
    release_of(TYPE_ERROR);
    assert_non_null(fact(j, RS_FACT_DEFICIT));
}

/* A call that gives back what it got is even: the deficit is another's. */
static void test_an_even_call_inherits_a_deficit(void **state)
{
    object(j, THING, TYPE_STR, 9);
    store(j, RELEASE_AT, -1, THING, 9);
    leave_entry(j, 0, END);
    assert_int_equal(fact(j, RS_FACT_DEFICIT)->count, 1);
    entry(j, "method.o", METHOD + 0x40, END);
    store(j, ACQUIRE_AT, +1, THING, 8);
    store(j, RELEASE_AT + 8, -1, THING, 9);
    leave_entry(j, 0, END);
    assert_balance(j, THING, -1, -1);
    assert_int_equal(fact(j, RS_FACT_DEFICIT)->count, 1);
    entry(j, "method.o", METHOD + 0x40, END);
    store(j, RELEASE_AT, -1, THING, 8);
    assert_int_equal(account(j, THING, FAMILY_ONE)->hi, -2);
    assert_int_equal(fact(j, RS_FACT_DEFICIT)->count, 2);
}

/* The outer call's net goes on where an inner call is over. */
static void test_nets_of_nested_calls(void **state)
{
    object(j, THING, TYPE_STR, 9);
    store(j, ACQUIRE_AT, +1, THING, 9);
    entry(j, "method.o", METHOD + 0x40, END);
    store(j, RELEASE_AT, -1, THING, 10);
    store(j, RELEASE_AT + 4, -1, THING, 9); /* gives up what it never got */
    assert_int_equal(fact(j, RS_FACT_DEFICIT)->event.pc, RELEASE_AT + 4);
    leave_entry(j, 0, END);
    store(j, RELEASE_AT + 8, -1, THING, 8); /* this call is even: +1 -1 */
    assert_int_equal(fact(j, RS_FACT_DEFICIT)->count, 1);
}

/* A store by which a count jumps is an initialisation by hand. */
static void test_odd_stores(void **state)
{
    j->set_form = true;
    object(j, THING, TYPE_STR, 1000);
    store(j, RELEASE_AT, -900, THING, 1000);
    assert_true(account(j, THING, FAMILY_ONE)->unsure);
    assert_balance(j, THING, 0, 0);
    assert_null(fact(j, RS_FACT_DEFICIT));
}

static void test_threads_have_frames_of_their_own(void **state)
{
    object(j, THING, TYPE_STR, 3);
    put(j, RS_REC_THREAD, 4712, 0, NULL, 0);
    store(j, ACQUIRE_AT, +1, THING, 3);
    assert_int_equal(rs_ledger_latest(account(j, THING, FAMILY_ONE))->function, 0);
    put(j, RS_REC_THREAD, 4711, 0, NULL, 0);
    store(j, ACQUIRE_AT + 8, +1, THING, 4);
    assert_int_equal(rs_ledger_latest(account(j, THING, FAMILY_ONE))->function, METHOD);
}

/* What only stores to a fixed address have shown may be a counter before a pointer to a type. */
static void test_counters_that_look_like_objects(void **state)
{
    object(j, STATIC, TYPE_STR, 8);
    *RS_PUSH(&j->sites) = (struct rs_site_fact){.pc = RELEASE_AT, .delta = -1, .family = FAMILY_ONE, .fixed = true};
    store(j, RELEASE_AT, -1, STATIC, 8);
    assert_null(((struct rs_object *)*rs_map_find(&j->books->objects, STATIC))->accounts);
    simple_call(j, "PyList_GetItem", CALL_AT, STATIC, RESULT(STATIC, 0), END); /* it is one after all, of unknown balance */
    store(j, RELEASE_AT, -1, STATIC, 7);
    assert_balance(j, STATIC, -1, -1);
    assert_null(fact(j, RS_FACT_DEFICIT));
}

/* A module built for an older version raises the count of an immortal beyond what says so. */
static void test_immortals_under_older_code(void **state)
{
    journal_close(j);
    j = journal_open(0x030c);
    object(j, STATIC, TYPE_NONE, 5);
    store(j, RELEASE_AT, -1, STATIC, 5);
    assert_balance(j, STATIC, -1, -1);
    store(j, ACQUIRE_AT, +1, STATIC, 0xffffffff);
    store(j, RELEASE_AT, -1, STATIC, 0);
    store(j, RELEASE_AT, -1, STATIC, 7);
    assert_balance(j, STATIC, -1, -1);
    assert_null(fact(j, RS_FACT_ZERO));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
#define DOUBT(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
        DOUBT(unknown_result_is_an_interval), DOUBT(what_the_interpreter_may_have_stored), DOUBT(call_that_leaves), DOUBT(call_that_never_leaves),
        DOUBT(frames_below_a_new_entry_are_gone), DOUBT(forked_childs_inheritance), DOUBT(object_that_was_never_introduced),
        DOUBT(blind_site), DOUBT(blind_function), DOUBT(dealloc_of_another_familys_object), DOUBT(dealloc_of_an_own_object),
        DOUBT(exceptions_moved_by_hand), DOUBT(exception_classes_moved_by_hand), DOUBT(exceptions_of_a_module_that_moves_none),
        DOUBT(an_even_call_inherits_a_deficit), DOUBT(nets_of_nested_calls), DOUBT(odd_stores), DOUBT(threads_have_frames_of_their_own),
        DOUBT(counters_that_look_like_objects), DOUBT(immortals_under_older_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
