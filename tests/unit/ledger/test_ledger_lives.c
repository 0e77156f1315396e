/* Births, deaths and what is done to the dead: rebirths, immortals, counts of 0, quarantine, witnesses, the fault. */
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

static struct rs_object *object_at(uint64_t address)
{
    uint64_t *place = rs_map_find(&j->books->objects, address);

    return place != NULL ? (struct rs_object *)*place : NULL;
}

static void test_serials_count_by_type(void **state)
{
    object(j, THING, TYPE_STR, 1);
    object(j, OTHER, TYPE_HEAP, 1);
    assert_int_equal(object_at(SELF)->serial, 1);
    assert_int_equal(object_at(THING)->serial, 2);
    assert_int_equal(object_at(OTHER)->serial, 1);
    object(j, THING, TYPE_STR, 1);
    assert_int_equal(object_at(THING)->serial, 3);
    assert_int_equal(j->books->object_count, 4);
}

static void test_a_block_used_again_starts_with_an_empty_account(void **state)
{
    object(j, THING, TYPE_STR, 1);
    store(j, ACQUIRE_AT, +1, THING, 1);
    freed(j, THING);
    object(j, THING, TYPE_STR, 1);
    assert_null(object_at(THING)->accounts);
    assert_false(object_at(THING)->dead);
    store(j, ACQUIRE_AT, +1, THING, 1);
    assert_balance(j, THING, 1, 1);
}

/* Count 1 on a new result: nobody else has it, so it came out of a free list. */
static void test_rebirth_by_a_new_result(void **state)
{
    object(j, THING, TYPE_STR, 3);
    store(j, RELEASE_AT, -1, THING, 3);
    assert_balance(j, THING, -1, -1);
    simple_call(j, "PyList_New", CALL_AT, THING, RESULT(THING, RS_WORD_NEW | RS_WORD_ONE), END);
    assert_balance(j, THING, 1, 1);
    assert_int_equal(object_at(THING)->type, TYPE_STR);
    assert_int_equal(object_at(THING)->serial, 3);
}

static void test_new_result_with_other_holders_is_no_rebirth(void **state)
{
    object(j, THING, TYPE_STR, 3);
    store(j, ACQUIRE_AT, +1, THING, 3);
    simple_call(j, "PyLong_FromLong", CALL_AT, THING, RESULT(THING, RS_WORD_NEW), END);
    assert_balance(j, THING, 2, 2);
}

static void test_an_object_in_its_free_list_is_not_born(void **state)
{
    object(j, THING, TYPE_STR, 2);
    store(j, ACQUIRE_AT, +1, THING, 2);
    put(j, RS_REC_DEATH, THING, 0, NULL, 0);
    object(j, THING, TYPE_STR, 0);
    assert_non_null(object_at(THING)->accounts);
    object(j, THING, TYPE_STR, 1);
    assert_null(object_at(THING)->accounts);
}

static void test_the_killer_is_remembered(void **state)
{
    uint64_t call = j->books->seq; /* of the method's entry */

    object(j, THING, TYPE_STR, 1);
    enter(j, "PyDict_SetItemString", CALL_AT, word(OTHER, 0, 0), END);
    freed(j, THING);
    leave(j, 0, END);
    assert_true(object_at(THING)->dead);
    assert_int_equal(object_at(THING)->killer_call, call);
    assert_int_equal(object_at(THING)->killer_pc, CALL_AT);
    assert_string_equal(object_at(THING)->killer_contract->name, "PyDict_SetItemString");
}

static void test_touch_by_a_store(void **state)
{
    const struct rs_fact *touch;

    object(j, THING, TYPE_STR, 1);
    freed(j, THING);
    store(j, RELEASE_AT, -1, THING, POISON_COUNT);
    touch = fact(j, RS_FACT_TOUCH);
    assert_non_null(touch);
    assert_int_equal(touch->event.pc, RELEASE_AT);
    assert_int_equal(touch->event.kind, RS_EVENT_TOUCH);
    assert_true(touch->object.dead);
    assert_false(touch->from_result);
    assert_null(object_at(THING)->accounts); /* not booked */
}

static void test_touch_by_an_argument(void **state)
{
    const struct rs_fact *touch;

    object(j, THING, TYPE_STR, 1);
    freed(j, THING);
    enter(j, "PyObject_CallObject", CALL_AT, word(THING, 0, RS_WORD_DEAD), END);
    leave(j, 0, END);
    touch = fact(j, RS_FACT_TOUCH);
    assert_non_null(touch);
    assert_int_equal(touch->event.pc, CALL_AT);
    assert_string_equal(touch->event.contract->name, "PyObject_CallObject");
    assert_false(touch->from_result);
}

/* Who is handed a dead object is its victim. */
static void test_touch_by_a_result(void **state)
{
    object(j, THING, TYPE_STR, 1);
    freed(j, THING);
    simple_call(j, "PyList_GetItem", CALL_AT, THING, RESULT(THING, RS_WORD_DEAD), END);
    assert_true(fact(j, RS_FACT_TOUCH)->from_result);
}

static void test_touch_by_an_entrys_argument(void **state)
{
    object(j, THING, TYPE_STR, 1);
    freed(j, THING);
    entry(j, "method.o", METHOD + 0x40, word(THING, 1, RS_WORD_DEAD), END);
    assert_true(fact(j, RS_FACT_TOUCH)->from_result);
}

/* A tail call: its place is the function's entry, and still it is the function that uses the object. */
static void test_touch_by_an_argument_of_a_tail_call(void **state)
{
    object(j, THING, TYPE_STR, 1);
    freed(j, THING);
    enter(j, "PyObject_CallObject", ELSEWHERE, word(THING, 0, RS_WORD_DEAD), END);
    leave(j, 0, END);
    assert_true(fact(j, RS_FACT_TOUCH)->event.is_entry);
    assert_false(fact(j, RS_FACT_TOUCH)->from_result);
}

/* Taken apart and in its type's free list: the memory was not freed, the object is dead all the same. */
static void test_touch_of_an_object_in_a_free_list(void **state)
{
    object(j, THING, TYPE_STR, 1);
    put(j, RS_REC_DEATH, THING, 0, NULL, 0);
    enter(j, "PyObject_CallObject", CALL_AT, word(THING, 0, RS_WORD_ZERO), END);
    leave(j, 0, END);
    assert_int_equal(fact(j, RS_FACT_TOUCH)->event.pc, CALL_AT);
    leave_entry(j, 0, RESULT(THING, RS_WORD_NEW | RS_WORD_ZERO), END);
    assert_null(object_at(THING)->accounts);
}

static void test_count_of_zero_in_somebodys_dealloc(void **state)
{
    object(j, THING, TYPE_STR, 1);
    object(j, OTHER, TYPE_HEAP, 1);
    put(j, RS_REC_DEATH, THING, 0, NULL, 0); /* a list whose member's dealloc runs now */
    entry(j, "tp_dealloc", DEALLOC, word(OTHER, 0, RS_WORD_ZERO), END);
    enter(j, "PyObject_CallObject", CALL_AT, word(THING, 0, RS_WORD_ZERO), END);
    leave(j, 0, END);
    assert_null(fact(j, RS_FACT_TOUCH));
}

static void test_dead_result_that_the_function_returns(void **state)
{
    object(j, THING, TYPE_STR, 1);
    freed(j, THING);
    leave_entry(j, 0, RESULT(THING, RS_WORD_NEW | RS_WORD_DEAD), END);
    assert_false(fact(j, RS_FACT_TOUCH)->from_result);
}

static void test_count_of_zero(void **state)
{
    object(j, THING, TYPE_STR, 1);
    store(j, ACQUIRE_AT, +1, THING, 1);
    store(j, RELEASE_AT, -1, THING, 0);
    assert_non_null(fact(j, RS_FACT_ZERO));
    assert_int_equal(fact(j, RS_FACT_ZERO)->event.pc, RELEASE_AT);
}

/* A dealloc may revive its own object for the time of a finalizer. */
static void test_count_of_zero_inside_its_own_dealloc(void **state)
{
    object(j, THING, TYPE_HEAP, 1);
    store(j, ACQUIRE_AT, +1, THING, 1);
    entry(j, "tp_dealloc", DEALLOC, word(THING, 0, RS_WORD_ZERO), END);
    store(j, ACQUIRE_AT, +1, THING, 0);
    store(j, RELEASE_AT, -1, THING, 1);
    assert_null(fact(j, RS_FACT_ZERO));
    leave_entry(j, 0, END);
    store(j, ACQUIRE_AT, +1, THING, 0);
    assert_non_null(fact(j, RS_FACT_ZERO));
}

static void test_count_of_zero_inside_py_dealloc(void **state)
{
    object(j, THING, TYPE_HEAP, 1);
    store(j, ACQUIRE_AT, +1, THING, 1);
    enter(j, "_Py_Dealloc", CALL_AT, word(THING, 0, RS_WORD_ZERO), END);
    entry(j, "tp_dealloc", DEALLOC, word(THING, 0, RS_WORD_ZERO), END);
    leave_entry(j, 0, END);
    store(j, ACQUIRE_AT, +1, THING, 0);
    assert_null(fact(j, RS_FACT_ZERO));
}

static void test_immortals_have_no_account(void **state)
{
    struct journal *k = journal_open(0x030c);

    object(k, THING, TYPE_NONE, 0xffffffff);
    store(k, RELEASE_AT, -1, THING, 0xffffffff);
    enter(k, "PyTuple_SetItem", CALL_AT, word(THING, 2, RS_WORD_IMMORTAL), END);
    leave(k, 0, END);
    simple_call(k, "PyList_GetItem", CALL_AT, THING, RESULT(THING, RS_WORD_IMMORTAL), END);
    assert_null(((struct rs_object *)*rs_map_find(&k->books->objects, THING))->accounts);
    assert_int_equal(k->books->facts.count, 0);
    journal_close(k);
}

static void test_immortal_steal_that_failed(void **state)
{
    struct journal *k = journal_open(0x030c);

    object(k, THING, TYPE_NONE, 0xffffffff);
    enter(k, "PyModule_AddObject", CALL_AT, word(THING, 2, RS_WORD_IMMORTAL), END);
    leave(k, 0xffffffff, END);
    assert_null(((struct rs_object *)*rs_map_find(&k->books->objects, THING))->accounts);
    journal_close(k);
}

/* The same bit in a count says nothing up to 3.11. */
static void test_large_counts_are_booked_on_311(void **state)
{
    object(j, THING, TYPE_NONE, 0x80000005);
    store(j, ACQUIRE_AT, +1, THING, 0x80000005);
    assert_balance(j, THING, 1, 1);
}

static void test_poison_that_somebody_changed(void **state)
{
    object(j, THING, TYPE_STR, 1);
    put(j, RS_REC_POISON, NOBODY, 1, NULL, 0);
    assert_null(fact(j, RS_FACT_POISON)); /* of an object that the books never saw */
    freed(j, THING);
    put(j, RS_REC_POISON, THING, (uint32_t)-1, NULL, 0);
    assert_int_equal(fact(j, RS_FACT_POISON)->event.delta, -1);
    assert_int_equal(fact(j, RS_FACT_POISON)->object.address, THING);
}

static void test_witnesses(void **state)
{
    const uint64_t lengths[3] = {4, 7, 0};

    object(j, THING, TYPE_STR, 1);
    object(j, OTHER, TYPE_HEAP, 1);
    put(j, RS_REC_WITNESS, THING, 0, (uint64_t[]){OTHER, 2}, 2);
    assert_int_equal(fact(j, RS_FACT_WITNESS)->owner, OTHER);
    assert_int_equal(fact(j, RS_FACT_WITNESS)->owner_type, TYPE_HEAP);
    put_text(j, RS_REC_CODE, CODE, 10, lengths, 3, "mainmain.py");
    put(j, RS_REC_WITNESS, THING, 0, (uint64_t[]){CODE, 1}, 2);
    assert_int_equal(fact(j, RS_FACT_WITNESS)->owner_kind, 1); /* one fact, what was seen last */
    assert_int_equal(fact(j, RS_FACT_WITNESS)->count, 2);
}

static void test_fault(void **state)
{
    struct rs_fault_record record = {.head = {0x123, RS_TAG_OF(RS_REC_FAULT, sizeof(record) / 16), 11}, .pc = CALL_AT, .sp = 0x7ff0, .object = THING};
    const uint64_t lengths[3] = {4, 7, 0};

    object(j, THING, TYPE_STR, 1);
    freed(j, THING);
    rs_ledger_record(j->books, &record.head, sizeof(record) / 16);
    assert_true(j->books->has_fault);
    assert_int_equal(j->books->fault.head.b, 11);
    assert_int_equal(fact(j, RS_FACT_FAULT)->object.address, THING);
    put_text(j, RS_REC_CODE, CODE, 10, lengths, 3, "mainmain.py");
    put(j, RS_REC_PYFRAME, CODE, 24, NULL, 0);
    put(j, RS_REC_PYFRAME, NOBODY, 24, NULL, 0); /* unknown code: no frame */
    assert_int_equal(j->books->python_stack.count, 2);
    assert_int_equal(j->books->python_stack.items[1], 24);
    put_text(j, RS_REC_STACK, 0x7ff0, 0, NULL, 0, "12345678");
    put_text(j, RS_REC_STACK, 0x7ff8, 0, NULL, 0, "abc");
    put_text(j, RS_REC_STACK, 0x9000, 0, NULL, 0, "a hole before it");
    assert_int_equal(j->books->stack_size, 11);
    assert_memory_equal(j->books->stack, "12345678abc", 11);
}

static const struct rs_fact *last_fault(void)
{
    const struct rs_fact *found = &j->books->facts.items[j->books->fault_fact - 1];

    assert_int_equal(found->kind, RS_FACT_FAULT);
    return found;
}

/* "Fatal Python error: deallocating None". */
static void test_abort_for_want_of_a_count(void **state)
{
    struct rs_fault_record record = {.head = {0, RS_TAG_OF(RS_REC_FAULT, sizeof(record) / 16), 6}};

    object(j, STATIC, TYPE_NONE, 3);
    store(j, RELEASE_AT, -1, STATIC, 3);
    rs_ledger_record(j->books, &record.head, sizeof(record) / 16);
    assert_false(last_fault()->has_object); /* 2 references are left */
    store(j, RELEASE_AT, -1, STATIC, 2);
    store(j, RELEASE_AT, -1, STATIC, 1);
    record.head.b = 11;
    rs_ledger_record(j->books, &record.head, sizeof(record) / 16);
    assert_false(last_fault()->has_object); /* another signal */
    record.head.b = 6;
    rs_ledger_record(j->books, &record.head, sizeof(record) / 16);
    assert_int_equal(last_fault()->object.address, STATIC);
}

static void test_store_without_the_gil(void **state)
{
    store(j, RELEASE_AT, -1, SELF, 2);
    rs_ledger_stray(j->books, SELF, 0);
    rs_ledger_stray(j->books, SELF, 999); /* no such site */
    assert_int_equal(fact(j, RS_FACT_GIL)->count, 1);
    assert_int_equal(fact(j, RS_FACT_GIL)->event.pc, RELEASE_AT);
    assert_int_equal(fact(j, RS_FACT_GIL)->object.address, SELF);
}

/* A host that is behind reads of the shutdown before it reads the strays that came before. */
static void test_store_without_the_gil_read_late(void **state)
{
    store(j, RELEASE_AT, -1, SELF, 2);
    put(j, RS_REC_FINALIZE, 0, 0, NULL, 0);
    rs_ledger_stray(j->books, SELF, 0);
    assert_non_null(fact(j, RS_FACT_GIL));
}

/* A module's code faults on what was dead before the call began; what dies in the call itself may stand in a register by chance. */
static void test_fault_in_a_modules_own_code(void **state)
{
    struct rs_fault_record record = {.head = {0x123, RS_TAG_OF(RS_REC_FAULT, sizeof(record) / 16), 11}, .pc = CALL_AT, .object = THING, .module = 1};
    const struct rs_fact *seen;

    object(j, THING, TYPE_STR, 1);
    entry(j, "method.o", METHOD, word(THING, 0, 0), END);
    leave_entry(j, 0, END);
    freed(j, THING);
    entry(j, "method.noargs", METHOD, END);
    rs_ledger_record(j->books, &record.head, sizeof(record) / 16);
    seen = fact(j, RS_FACT_FAULT);
    assert_true(seen->own_use);
    assert_int_equal(seen->event.pc, CALL_AT);
}

static void test_fault_after_a_death_in_the_same_call(void **state)
{
    struct rs_fault_record record = {.head = {0x123, RS_TAG_OF(RS_REC_FAULT, sizeof(record) / 16), 11}, .pc = CALL_AT, .object = THING, .module = 1};

    object(j, THING, TYPE_STR, 1);
    entry(j, "method.o", METHOD, word(THING, 0, 0), END);
    freed(j, THING);
    rs_ledger_record(j->books, &record.head, sizeof(record) / 16);
    assert_false(fact(j, RS_FACT_FAULT)->own_use);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
#define LIFE(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
        LIFE(serials_count_by_type), LIFE(a_block_used_again_starts_with_an_empty_account), LIFE(rebirth_by_a_new_result),
        LIFE(new_result_with_other_holders_is_no_rebirth), LIFE(an_object_in_its_free_list_is_not_born), LIFE(the_killer_is_remembered),
        LIFE(touch_by_a_store), LIFE(touch_by_an_argument), LIFE(touch_by_a_result), LIFE(touch_by_an_entrys_argument),
        LIFE(touch_by_an_argument_of_a_tail_call), LIFE(touch_of_an_object_in_a_free_list),
        LIFE(count_of_zero_in_somebodys_dealloc), LIFE(dead_result_that_the_function_returns), LIFE(count_of_zero), LIFE(count_of_zero_inside_its_own_dealloc),
        LIFE(count_of_zero_inside_py_dealloc), LIFE(immortals_have_no_account), LIFE(immortal_steal_that_failed),
        LIFE(large_counts_are_booked_on_311), LIFE(poison_that_somebody_changed), LIFE(witnesses), LIFE(fault), LIFE(fault_in_a_modules_own_code),
        LIFE(fault_after_a_death_in_the_same_call),
        LIFE(abort_for_want_of_a_count), LIFE(store_without_the_gil), LIFE(store_without_the_gil_read_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
