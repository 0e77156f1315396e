/* Each row of the table of the law (docs/internals/books.md): which event changes which account by how much. */
#include "journal.h"

enum { METHOD = ONE + 0x100, CALL_AT = ONE + 0x120, RELEASE_AT = ONE + 0x140, ACQUIRE_AT = ONE + 0x160, RETURN_FROM = ONE + 0x200 };

static struct journal *j;

static int set_up(void **state)
{
    j = journal_open(0x030b);
    entry(j, "method.o", METHOD, word(SELF, 0, 0), END);
    return 0;
}

static int tear_down(void **state)
{
    journal_close(j);
    return 0;
}

static const struct rs_event *latest(uint64_t address)
{
    return rs_ledger_latest(account(j, address, FAMILY_ONE));
}

static void test_new_result(void **state)
{
    object(j, THING, TYPE_STR, 2);
    enter(j, "PyObject_CallObject", CALL_AT, END);
    leave(j, THING, RESULT(THING, RS_WORD_NEW), END);
    assert_balance(j, THING, 1, 1);
    assert_int_equal(latest(THING)->kind, RS_EVENT_ACQUIRE);
    assert_int_equal(latest(THING)->pc, CALL_AT);
    assert_int_equal(latest(THING)->function, METHOD);
    assert_string_equal(latest(THING)->contract->name, "PyObject_CallObject");
}

static void test_created_result(void **state)
{
    object(j, THING, TYPE_STR, 1);
    simple_call(j, "PyLong_FromLong", CALL_AT, THING, RESULT(THING, RS_WORD_NEW | RS_WORD_ONE), END);
    assert_balance(j, THING, 1, 1);
    assert_int_equal(latest(THING)->kind, RS_EVENT_CREATE);
    assert_int_equal(latest(THING)->count, 1);
}

static void test_out_parameters(void **state)
{
    object(j, THING, TYPE_ERROR, 3);
    object(j, OTHER, TYPE_STR, 3);
    simple_call(j, "PyErr_Fetch", CALL_AT, 0, word(THING, 0, RS_WORD_NEW), word(OTHER, 1, RS_WORD_NEW), END);
    assert_balance(j, THING, 1, 1);
    assert_balance(j, OTHER, 1, 1);
}

static void test_borrowed_result_is_remembered(void **state)
{
    object(j, THING, TYPE_STR, 5);
    simple_call(j, "PyList_GetItem", CALL_AT, THING, RESULT(THING, 0), END);
    assert_balance(j, THING, 0, 0);
    assert_int_equal(latest(THING)->kind, RS_EVENT_BORROW);
    assert_string_equal(latest(THING)->contract->name, "PyList_GetItem");
}

static void test_inlined_stores(void **state)
{
    object(j, THING, TYPE_STR, 4);
    store(j, ACQUIRE_AT, +1, THING, 4);
    assert_balance(j, THING, 1, 1);
    assert_int_equal(latest(THING)->kind, RS_EVENT_ACQUIRE);
    assert_int_equal(latest(THING)->count, 5);
    store(j, RELEASE_AT, -1, THING, 5);
    assert_balance(j, THING, 0, 0);
    assert_int_equal(latest(THING)->kind, RS_EVENT_RELEASE);
    assert_null(latest(THING)->contract);
}

/* A store that carries the new count (mov) is booked by the difference, also where the low 16 bits turn over. */
static void test_stores_of_a_count(void **state)
{
    j->set_form = true;
    object(j, THING, TYPE_STR, 0xffff);
    store(j, ACQUIRE_AT, +1, THING, 0xffff);
    assert_balance(j, THING, 1, 1);
    store(j, RELEASE_AT, -1, THING, 0x10000);
    assert_balance(j, THING, 0, 0);
    store(j, ACQUIRE_AT, 0, THING, 0xffff);
    assert_int_equal(account(j, THING, FAMILY_ONE)->events, 2);
}

static void own_one(uint64_t address)
{
    object(j, address, TYPE_STR, 1);
    simple_call(j, "PyLong_FromLong", CALL_AT, address, RESULT(address, RS_WORD_NEW | RS_WORD_ONE), END);
}

static void test_steal_always(void **state)
{
    own_one(THING);
    enter(j, "PyTuple_SetItem", RELEASE_AT, word(OTHER, 0, 0), word(THING, 2, RS_WORD_ONE), END);
    assert_balance(j, THING, 0, 0);
    assert_int_equal(latest(THING)->kind, RS_EVENT_STEAL);
    leave(j, 0xffffffff, END); /* the failing call has taken it all the same */
    assert_balance(j, THING, 0, 0);
}

static void test_steal_on_success(void **state)
{
    own_one(THING);
    enter(j, "PyModule_AddObject", RELEASE_AT, word(OTHER, 0, 0), word(THING, 2, RS_WORD_ONE), END);
    leave(j, 0, END);
    assert_balance(j, THING, 0, 0);
}

static void test_steal_on_success_that_failed(void **state)
{
    own_one(THING);
    enter(j, "PyModule_AddObject", RELEASE_AT, word(OTHER, 0, 0), word(THING, 2, RS_WORD_ONE), END);
    assert_balance(j, THING, 0, 0);
    leave(j, 0xffffffff, END);
    assert_balance(j, THING, 1, 1);
    assert_int_equal(latest(THING)->kind, RS_EVENT_ACQUIRE);
}

static void test_format_unit_n_steals(void **state)
{
    own_one(THING);
    enter(j, "Py_BuildValue", RELEASE_AT, word(THING, 0, RS_WORD_STEAL), END);
    leave(j, OTHER, RESULT(OTHER, RS_WORD_NEW | RS_WORD_ONE), END);
    assert_balance(j, THING, 0, 0);
    assert_balance(j, OTHER, 1, 1);
}

/* PyBytes_Concat drops what stood there and hands a new one over. */
static void test_in_out_parameter(void **state)
{
    own_one(THING);
    enter(j, "PyBytes_Concat", RELEASE_AT, word(THING, 0, RS_WORD_OLD | RS_WORD_ONE), END);
    assert_balance(j, THING, 0, 0);
    assert_int_equal(latest(THING)->kind, RS_EVENT_RELEASE);
    object(j, OTHER, TYPE_STR, 1);
    leave(j, 0, word(OTHER, 0, RS_WORD_NEW | RS_WORD_ONE), END);
    assert_balance(j, OTHER, 1, 1);
}

static void test_py_decref_out_of_line(void **state)
{
    own_one(THING);
    enter(j, "Py_DecRef", RELEASE_AT, word(THING, 0, 0), END);
    leave(j, 0, END);
    assert_balance(j, THING, 0, 0);
}

static void test_py_incref_out_of_line(void **state)
{
    object(j, THING, TYPE_STR, 3);
    simple_call(j, "Py_IncRef", ACQUIRE_AT, 0, word(THING, 0, RS_WORD_NEW), END);
    assert_balance(j, THING, 1, 1);
}

static void test_borrowed_argument_of_a_call(void **state)
{
    object(j, THING, TYPE_STR, 3);
    enter(j, "PyDict_SetItemString", CALL_AT, word(OTHER, 0, 0), word(THING, 2, 0), END);
    leave(j, 0, END);
    assert_null(((struct rs_object *)*rs_map_find(&j->books->objects, THING))->accounts);
}

static void test_interpreters_argument(void **state)
{
    const struct rs_event *event = latest(SELF);

    assert_balance(j, SELF, 0, 0);
    assert_int_equal(event->kind, RS_EVENT_ARGUMENT);
    assert_true(event->is_entry);
    assert_int_equal(event->pc, METHOD);
}

static void test_return_to_the_interpreter(void **state)
{
    own_one(THING);
    leave_entry(j, 0, RESULT(THING, RS_WORD_NEW | RS_WORD_ONE), END);
    assert_balance(j, THING, 0, 0);
    assert_int_equal(latest(THING)->kind, RS_EVENT_RETURN);
    assert_int_equal(latest(THING)->pc, METHOD);
    assert_true(latest(THING)->is_entry);
    assert_null(fact(j, RS_FACT_DEFICIT));
}

static void test_return_of_what_is_not_owned(void **state)
{
    const struct rs_fact *deficit;

    object(j, THING, TYPE_STR, 3);
    simple_call(j, "PyList_GetItem", CALL_AT, THING, RESULT(THING, 0), END);
    leave_entry(j, 0, RESULT(THING, RS_WORD_NEW), END);
    deficit = fact(j, RS_FACT_DEFICIT);
    assert_non_null(deficit);
    assert_int_equal(deficit->event.kind, RS_EVENT_RETURN);
    assert_int_equal(deficit->account[0].negative.pc, METHOD);
    assert_int_equal(j->armed, 1);
    assert_int_equal(j->armed_event.function, METHOD);
}

/* A result that is no new reference (a multi-phase module's definition) changes nothing. */
static void test_returned_definition(void **state)
{
    entry(j, "init", RETURN_FROM, END);
    object(j, STATIC, TYPE_STR, 1);
    leave_entry(j, 0, RESULT(STATIC, 0), END);
    assert_null(((struct rs_object *)*rs_map_find(&j->books->objects, STATIC))->accounts);
}

static void test_dealloc_owns_the_reference_to_its_type(void **state)
{
    object(j, TYPE_HEAP, TYPE_TYPE, 5);
    object(j, THING, TYPE_HEAP, 0);
    entry(j, "tp_dealloc", RETURN_FROM, word(THING, 0, RS_WORD_ZERO), word(TYPE_HEAP, RS_ARG_SELF_TYPE, 0), END);
    assert_balance(j, TYPE_HEAP, 1, 1);
    assert_true(latest(TYPE_HEAP)->is_entry);
    store(j, RELEASE_AT, -1, TYPE_HEAP, 5);
    leave_entry(j, 0, END);
    assert_balance(j, TYPE_HEAP, 0, 0);
}

/* The derived class's dealloc calls its base's: one instance, one reference. */
static void test_dealloc_chain_owns_it_once(void **state)
{
    object(j, TYPE_HEAP, TYPE_TYPE, 5);
    object(j, THING, TYPE_HEAP, 0);
    entry(j, "tp_dealloc", RETURN_FROM, word(THING, 0, RS_WORD_ZERO), word(TYPE_HEAP, RS_ARG_SELF_TYPE, 0), END);
    entry(j, "tp_dealloc", RETURN_FROM + 0x40, word(THING, 0, RS_WORD_ZERO), word(TYPE_HEAP, RS_ARG_SELF_TYPE, 0), END);
    store(j, RELEASE_AT, -1, TYPE_HEAP, 5);
    leave_entry(j, 0, END);
    leave_entry(j, 0, END);
    assert_balance(j, TYPE_HEAP, 0, 0);
}

/* The family's own Py_DECREF leads there through _Py_Dealloc: that is no derived class's dealloc. */
static void test_dealloc_by_the_family_owns_it(void **state)
{
    object(j, TYPE_HEAP, TYPE_TYPE, 5);
    object(j, THING, TYPE_HEAP, 0);
    enter(j, "_Py_Dealloc", CALL_AT, word(THING, 0, RS_WORD_ZERO), END);
    entry(j, "tp_dealloc", RETURN_FROM, word(THING, 0, RS_WORD_ZERO), word(TYPE_HEAP, RS_ARG_SELF_TYPE, 0), END);
    assert_balance(j, TYPE_HEAP, 1, 1);
}

static void test_families_have_accounts_of_their_own(void **state)
{
    object(j, THING, TYPE_STR, 3);
    store(j, ACQUIRE_AT, +1, THING, 3);
    store(j, SIBLING + 0x10, +1, THING, 4);
    store(j, TWO + 0x10, +1, THING, 5);
    assert_balance(j, THING, 2, 2);
    assert_int_equal(account(j, THING, FAMILY_TWO)->hi, 1);
    store(j, SIBLING + 0x20, -1, THING, 6);
    assert_balance(j, THING, 1, 1);
}

static void test_release_below_zero_is_a_deficit(void **state)
{
    const struct rs_fact *deficit;

    object(j, THING, TYPE_STR, 3);
    simple_call(j, "PyList_GetItem", CALL_AT, THING, RESULT(THING, 0), END);
    store(j, RELEASE_AT, -1, THING, 3);
    deficit = fact(j, RS_FACT_DEFICIT);
    assert_non_null(deficit);
    assert_true(deficit->has_blame && deficit->has_object && deficit->has_event);
    assert_int_equal(deficit->account[0].negative.pc, RELEASE_AT);
    assert_int_equal(deficit->account[0].hi, -1);
    assert_int_equal(deficit->object.count, 2);
    assert_int_equal(j->armed, 1);
    assert_int_equal(j->armed_event.pc, RELEASE_AT);
}

/* A store into a tuple of its own: before a call, when the function is left. */
static void test_moves_into_a_container(void **state)
{
    uint64_t words[] = {0, OTHER, word(THING, 0, RS_WORD_STEAL)}, at_exit[] = {1ull << 33, OTHER, word(SELF, 1, RS_WORD_STEAL), word(THING, 0, RS_WORD_UNKNOWN)};
    const struct rs_fact *deficit;

    object(j, THING, TYPE_STR, 3);
    object(j, SELF, TYPE_STR, 3);
    store(j, ACQUIRE_AT, +1, THING, 3);
    put(j, RS_REC_MOVED, CALL_AT + 1, 0, words, 3);
    assert_balance(j, THING, 0, 0);
    assert_int_equal(latest(THING)->pc, CALL_AT);
    assert_int_equal(latest(THING)->kind, RS_EVENT_STEAL);
    put(j, RS_REC_MOVED, METHOD, 0, at_exit, 4);
    assert_balance(j, THING, 0, 1);
    deficit = fact(j, RS_FACT_DEFICIT);
    assert_non_null(deficit);
    assert_int_equal(deficit->object.address, SELF);
    assert_true(deficit->event.is_entry);
    assert_string_equal(deficit->event.contract->name, "PyTuple_SET_ITEM");
}

/* What revives in its tp_dealloc has had its count set to 1 by a store that says nothing. */
static void test_stores_to_what_is_being_taken_apart(void **state)
{
    object(j, THING, TYPE_STR, 1);
    entry(j, "tp_dealloc", RETURN_FROM, word(THING, 0, RS_WORD_ZERO), END);
    store(j, RELEASE_AT, -1, THING, 2);
    leave_entry(j, 0, END);
    assert_balance(j, THING, -1, 0);
    assert_null(fact(j, RS_FACT_DEFICIT));
}

static void test_a_static_object_without_references(void **state)
{
    object(j, STATIC, TYPE_STR, 2);
    store(j, RELEASE_AT, -1, STATIC, 2);
    assert_false(fact(j, RS_FACT_DEFICIT)->starved);
    store(j, RELEASE_AT, -1, STATIC, 1);
    assert_true(fact(j, RS_FACT_DEFICIT)->starved);
}

static void test_the_same_deficit_is_counted(void **state)
{
    for (unsigned i = 0; i < 5; i++) {
        object(j, THING + 0x1000 * (i + 1), TYPE_STR, 3);
        store(j, RELEASE_AT, -1, THING + 0x1000 * (i + 1), 3);
    }
    assert_non_null(fact(j, RS_FACT_DEFICIT));
    assert_int_equal(fact(j, RS_FACT_DEFICIT)->count, 5);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
#define LAW(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
        LAW(new_result), LAW(created_result), LAW(out_parameters), LAW(borrowed_result_is_remembered), LAW(inlined_stores),
        LAW(stores_of_a_count), LAW(steal_always), LAW(steal_on_success), LAW(steal_on_success_that_failed), LAW(format_unit_n_steals),
        LAW(in_out_parameter), LAW(py_decref_out_of_line), LAW(py_incref_out_of_line), LAW(borrowed_argument_of_a_call),
        LAW(interpreters_argument), LAW(return_to_the_interpreter), LAW(moves_into_a_container), LAW(stores_to_what_is_being_taken_apart), LAW(a_static_object_without_references), LAW(return_of_what_is_not_owned), LAW(returned_definition),
        LAW(dealloc_owns_the_reference_to_its_type), LAW(dealloc_chain_owns_it_once), LAW(dealloc_by_the_family_owns_it), LAW(families_have_accounts_of_their_own),
        LAW(release_below_zero_is_a_deficit), LAW(the_same_deficit_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
