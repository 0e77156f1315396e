/* Deficits: which rule, who is to blame, what made them believe, who was left with it, proven or not. */
#include "court.h"

static struct court court;
static struct journal *j;

static int set_up(void **state)
{
    court_open(&court, 0x030b);
    j = court.j;
    object(j, SELF, TYPE_STR, 2);
    object(j, THING, TYPE_STR, 5);
    return 0;
}

static int tear_down(void **state)
{
    court_close(&court);
    return 0;
}

static void call_get(void)
{
    entry(j, "method.o", GET, word(SELF, 0, 0), END);
}

static void borrow(void)
{
    simple_call(j, "PyList_GetItem", GET + 0x20, THING, RESULT(THING, 0), END);
}

static void test_release_of_a_borrowed_item(void **state)
{
    const struct rs_finding *f;

    call_get();
    borrow();
    store(j, GET + 0x30, -1, THING, 5);
    f = verdict(&court);
    assert_verdict(f, RS101, RS_SUSPECT, "get");
    assert_belief(f, "PyList_GetItem", "get");
    assert_int_equal(f->culprit.line, 0x30);
    assert_int_equal(f->belief.line, 0x20);
    assert_false(f->has_victim);
    assert_string_equal(f->object.type, "str");
    assert_string_equal(f->object.name, "str#2");
    assert_int_equal(f->object.refcount, 4);
    assert_int_equal(f->python.count, 1);
    assert_string_equal(f->python.items[0].function, "main");
    assert_int_equal(f->kind, RS_DEFICIT);
    assert_int_equal(f->process, 4711);
}

static void test_release_of_the_interpreters_argument(void **state)
{
    const struct rs_finding *f;

    entry(j, "method.o", GET, word(SELF, 0, 0), word(THING, 1, 0), END);
    store(j, GET + 0x30, -1, THING, 5);
    f = verdict(&court);
    assert_verdict(f, RS101, RS_SUSPECT, "get");
    assert_true(f->has_belief);
    assert_string_equal(f->belief.function, "get");
    assert_null(f->belief.api); /* it came as an argument: no API call is to blame */
}

/* The victim that stumbles over it is not the culprit. */
static void test_use_by_an_innocent(void **state)
{
    const struct rs_finding *f;

    call_get();
    borrow();
    store(j, GET + 0x30, -1, THING, 1);
    freed(j, THING);
    leave_entry(j, 0, END);
    entry(j, "method.o", FOREIGN, END);
    store(j, FOREIGN + 0x10, +1, THING, POISON_COUNT);
    judge(&court);
    f = &court.report.findings.items[court.report.findings.count - 1];
    assert_verdict(f, RS101, RS_PROVEN, "get");
    assert_true(f->has_victim);
    assert_string_equal(f->victim.function, "foreign");
    for (size_t i = 0; i < court.report.findings.count; i++) /* a suspect of the same root cause may stand beside it */
        assert_string_equal(court.report.findings.items[i].culprit.function, "get");
}

static void test_borrowed_return(void **state)
{
    const struct rs_finding *f;

    call_get();
    borrow();
    leave_entry(j, 0, RESULT(THING, RS_WORD_NEW), END);
    f = verdict(&court);
    assert_verdict(f, RS102, RS_SUSPECT, "get");
    assert_belief(f, "PyList_GetItem", "get");
}

/* The only finding when the function returns at these lines. */
static const struct rs_finding *returned_at(const int *lines)
{
    court.returns = lines;
    call_get();
    borrow();
    leave_entry(j, 0, RESULT(THING, RS_WORD_NEW), END);
    return verdict(&court);
}

static void test_borrowed_return_has_the_line_of_its_statement(void **state)
{
    const struct rs_finding *f = returned_at((const int[]){58, 0});

    assert_verdict(f, RS102, RS_SUSPECT, "get");
    assert_string_equal(f->culprit.file, "/src/case.c");
    assert_int_equal(f->culprit.line, 58);
    assert_non_null(strstr(f->fix, "in get, case.c:58"));
    for (size_t i = 0; i < f->history.count; i++)
        if (f->history.items[i].kind == RS_STEP_RETURN)
            assert_string_equal(f->culprit.address, f->history.items[i].place.address);
}

static void test_borrowed_return_of_several_statements(void **state)
{
    const struct rs_finding *f = returned_at((const int[]){49, 60, 45, 0});

    assert_int_equal(f->culprit.line, 49);
    assert_non_null(strstr(f->fix, "in get, case.c, one of lines 45, 49, 60"));
}

static void test_borrowed_return_of_too_many_statements(void **state)
{
    const struct rs_finding *f = returned_at((const int[]){1, 2, 3, 4, 0});

    assert_int_equal(f->culprit.line, GET & 0xff);
    assert_null(strstr(f->fix, "one of"));
}

static void test_borrowed_return_that_a_variable_still_holds(void **state)
{
    call_get();
    borrow();
    leave_entry(j, 0, RESULT(THING, RS_WORD_NEW), END);
    freed(j, THING);
    put(j, RS_REC_WITNESS, THING, 0, (uint64_t[]){CODE, 1}, 2);
    judge(&court);
    assert_verdict(&court.report.findings.items[1], RS102, RS_PROVEN, "get");
    assert_belief(&court.report.findings.items[1], "PyList_GetItem", "get");
}

static void test_borrowed_store(void **state)
{
    const struct rs_finding *f;

    call_get();
    borrow();
    leave_entry(j, 0, END);
    object(j, OTHER, TYPE_HEAP, 0);
    entry(j, "tp_dealloc", DEALLOC, word(OTHER, 0, RS_WORD_ZERO), END);
    store(j, DEALLOC + 0x10, -1, THING, 5);
    f = verdict(&court);
    assert_verdict(f, RS103, RS_SUSPECT, "thing_dealloc");
    assert_belief(f, "PyList_GetItem", "get");
}

static void test_release_after_steal(void **state)
{
    const struct rs_finding *f;

    call_get();
    object(j, OTHER, TYPE_STR, 1);
    simple_call(j, "PyLong_FromLong", GET + 0x10, OTHER, RESULT(OTHER, RS_WORD_NEW | RS_WORD_ONE), END);
    enter(j, "PyTuple_SetItem", GET + 0x20, word(OTHER, 2, RS_WORD_ONE), END);
    leave(j, 0, END);
    store(j, GET + 0x30, -1, OTHER, 1);
    f = verdict(&court);
    assert_verdict(f, RS104, RS_SUSPECT, "get");
    assert_belief(f, "PyTuple_SetItem", "get");
}

static void own_and_release(void)
{
    object(j, OTHER, TYPE_STR, 1);
    simple_call(j, "PyLong_FromLong", GET + 0x10, OTHER, RESULT(OTHER, RS_WORD_NEW | RS_WORD_ONE), END);
    store(j, GET + 0x18, -1, OTHER, 1);
    freed(j, OTHER);
}

static void test_use_after_its_own_release(void **state)
{
    const struct rs_finding *f;

    call_get();
    own_and_release();
    enter(j, "PyObject_CallObject", GET + 0x20, word(OTHER, 0, RS_WORD_DEAD), END);
    leave(j, 0, END);
    f = verdict(&court);
    assert_verdict(f, RS105, RS_PROVEN, "get");
    assert_int_equal(f->culprit.line, 0x20);
    assert_int_equal(f->belief.line, 0x18); /* where it gave the reference up */
}

static void test_use_across_a_call_that_freed_it(void **state)
{
    const struct rs_finding *f;

    call_get();
    borrow();
    enter(j, "PyObject_CallObject", GET + 0x28, word(SELF, 0, 0), END);
    freed(j, THING);
    leave(j, 0, END);
    enter(j, "PyList_Append", GET + 0x30, word(THING, 1, RS_WORD_DEAD), END);
    leave(j, 0, END);
    f = verdict(&court);
    assert_verdict(f, RS106, RS_PROVEN, "get");
    assert_belief(f, "PyObject_CallObject", "get");
}

static void test_use_of_what_was_kept_from_an_earlier_call(void **state)
{
    const struct rs_finding *f;

    call_get();
    borrow();
    leave_entry(j, 0, END);
    freed(j, THING);
    entry(j, "method.o", PUT, END);
    enter(j, "PyList_Append", PUT + 0x10, word(THING, 1, RS_WORD_DEAD), END);
    leave(j, 0, END);
    f = verdict(&court);
    assert_verdict(f, RS103, RS_PROVEN, "get"); /* who kept it, not who found it in memory */
    assert_belief(f, "PyList_GetItem", "get");
    assert_true(f->has_victim);
    assert_string_equal(f->victim.function, "put");
}

static void keep_an_owned_one(void)
{
    entry(j, "method.o", PUT, word(SELF, 0, 0), word(THING, 1, 0), END);
    store(j, PUT + 0x10, +1, THING, 1);
    leave_entry(j, 0, END);
}

static void use_the_dead_one(void)
{
    freed(j, THING);
    entry(j, "method.o", INIT, END);
    enter(j, "PyList_Append", INIT + 0x10, word(THING, 1, RS_WORD_DEAD), END);
    leave(j, 0, END);
}

/* tp_clear released the member and left the pointer: no borrowed reference, a second use of what was given back. */
static void test_use_of_what_an_earlier_call_released(void **state)
{
    const struct rs_finding *f;

    keep_an_owned_one();
    entry(j, "tp_clear", TRAVERSE, word(SELF, 0, 0), END);
    store(j, TRAVERSE + 0x10, -1, THING, 1);
    leave_entry(j, 0, END);
    use_the_dead_one();
    f = verdict(&court);
    assert_verdict(f, RS105, RS_PROVEN, "PyInit_one");
    assert_string_equal(f->belief.function, "thing_traverse");
}

/* A getter gave away the reference that the module had kept for itself. */
static void test_use_of_what_an_earlier_call_returned(void **state)
{
    const struct rs_finding *f;

    keep_an_owned_one();
    call_get();
    leave_entry(j, 0, RESULT(THING, RS_WORD_NEW), END);
    use_the_dead_one();
    f = verdict(&court);
    assert_verdict(f, RS102, RS_PROVEN, "get");
    assert_string_equal(f->belief.function, "put");
}

/* A call that failed has taken the reference all the same, and freed the object. */
static void test_release_of_what_a_failed_call_took(void **state)
{
    const struct rs_finding *f;

    call_get();
    object(j, OTHER, TYPE_STR, 1);
    simple_call(j, "PyLong_FromLong", GET + 0x10, OTHER, RESULT(OTHER, RS_WORD_NEW | RS_WORD_ONE), END);
    enter(j, "PyList_SetItem", GET + 0x20, word(OTHER, 2, RS_WORD_ONE), END);
    freed(j, OTHER);
    leave(j, 0xffffffff, END);
    store(j, GET + 0x30, -1, OTHER, POISON_COUNT);
    f = verdict(&court);
    assert_verdict(f, RS104, RS_PROVEN, "get");
    assert_belief(f, "PyList_SetItem", "get");
}

/* A count of 0 that is changed is a use after release, too. */
static void test_change_of_a_count_of_zero(void **state)
{
    call_get();
    object(j, OTHER, TYPE_STR, 1);
    simple_call(j, "PyLong_FromLong", GET + 0x10, OTHER, RESULT(OTHER, RS_WORD_NEW | RS_WORD_ONE), END);
    store(j, GET + 0x18, -1, OTHER, 1);
    store(j, GET + 0x20, +1, OTHER, 0);
    assert_int_equal(verdict(&court)->confidence, RS_PROVEN);
}

/* What hands a dead object in is not the module's use. */
static void test_dead_object_that_was_handed_in(void **state)
{
    call_get();
    freed(j, THING);
    simple_call(j, "PyList_GetItem", GET + 0x20, THING, RESULT(THING, RS_WORD_DEAD), END);
    judge(&court);
    assert_int_equal(court.report.findings.count, 0);
}

static void test_poison_without_a_culprit(void **state)
{
    call_get();
    store(j, GET + 0x20, +1, THING, 5);
    store(j, GET + 0x28, -1, THING, 6);
    freed(j, THING);
    put(j, RS_REC_POISON, THING, (uint32_t)-1, NULL, 0);
    judge(&court);
    assert_int_equal(court.report.findings.count, 0);
}

static void test_poison_with_a_culprit(void **state)
{
    call_get();
    store(j, GET + 0x28, -1, THING, 1);
    freed(j, THING);
    put(j, RS_REC_POISON, THING, (uint32_t)-1, NULL, 0);
    judge(&court);
    assert_verdict(&court.report.findings.items[1], RS101, RS_PROVEN, "get");
}

static void test_poison_of_an_unsure_account(void **state)
{
    call_get();
    enter(j, "PyTuple_SetItem", GET + 0x28, word(THING, 2, 0), END); /* a deficit, as far as it is known */
    abandon(j);
    leave_entry(j, 0, END);
    freed(j, THING);
    put(j, RS_REC_POISON, THING, (uint32_t)-1, NULL, 0);
    judge(&court);
    for (size_t i = 0; i < court.report.findings.count; i++)
        assert_int_equal(court.report.findings.items[i].confidence, RS_SUSPECT);
}

static void test_forked_childs_inheritance(void **state)
{
    court_close(&court);
    memset(&court, 0, sizeof(court));
    j = court.j = journal_forked(0x030b);
    call_get();
    store(j, GET + 0x28, -1, THING, 1);
    freed(j, THING);
    put(j, RS_REC_POISON, THING, (uint32_t)-1, NULL, 0);
    store(j, GET + 0x30, -1, THING, POISON_COUNT);
    judge(&court);
    assert_int_equal(court.report.findings.count, 0);
}

static void test_what_happens_while_the_module_starts(void **state)
{
    entry(j, "init", INIT, END);
    store(j, INIT + 0x10, -1, THING, 5);
    judge(&court);
    assert_int_equal(court.report.findings.count, 0);
    put(j, RS_REC_DEATH, THING, 0, NULL, 0);
    freed(j, THING);
    put(j, RS_REC_POISON, THING, (uint32_t)-1, NULL, 0);
    assert_verdict(verdict(&court), RS101, RS_PROVEN, "PyInit_one"); /* with a consequence it counts */
}

static void test_fault(void **state)
{
    struct rs_fault_record record = {.head = {0x123, RS_TAG_OF(RS_REC_FAULT, sizeof(record) / 16), 11}, .object = THING};
    const struct rs_finding *f;

    court.stack = true;
    call_get();
    store(j, GET + 0x28, -1, THING, 1);
    freed(j, THING);
    rs_ledger_record(j->books, &record.head, sizeof(record) / 16);
    put(j, RS_REC_PYFRAME, CODE, 24, NULL, 0);
    judge(&court);
    f = &court.report.findings.items[1];
    assert_verdict(f, RS101, RS_PROVEN, "get");
    assert_int_equal(f->use.count, 3); /* native frames above the Python ones */
    assert_string_equal(f->use.items[0].function, "list_dealloc");
    assert_string_equal(f->use.items[2].function, "main");
}

static void test_abort_for_want_of_a_count(void **state)
{
    struct rs_fault_record record = {.head = {0, RS_TAG_OF(RS_REC_FAULT, sizeof(record) / 16), 6}};
    const struct rs_finding *f;

    object(j, STATIC, TYPE_NONE, 2);
    call_get();
    store(j, GET + 0x28, -1, STATIC, 2);
    rs_ledger_record(j->books, &record.head, sizeof(record) / 16);
    judge(&court);
    f = &court.report.findings.items[1];
    assert_verdict(f, RS101, RS_PROVEN, "get");
    assert_non_null(strstr(f->proof, "count had fallen to 0"));
}

static void test_fault_that_no_account_explains(void **state)
{
    struct rs_fault_record record = {.head = {0x123, RS_TAG_OF(RS_REC_FAULT, sizeof(record) / 16), 11}};

    rs_ledger_record(j->books, &record.head, sizeof(record) / 16);
    record.object = THING;
    freed(j, THING);
    rs_ledger_record(j->books, &record.head, sizeof(record) / 16);
    judge(&court);
    assert_int_equal(court.report.findings.count, 0);
}

/* A release in Py_DECREF out of line (-O0): the function in progress is the place. */
static void test_release_in_a_helper(void **state)
{
    call_get();
    store(j, HELPER + 0x10, -1, THING, 5);
    assert_verdict(verdict(&court), RS101, RS_SUSPECT, "get");
}

static void test_static_deficit(void **state)
{
    const struct rs_finding *f;

    object(j, STATIC, TYPE_NONE, 900);
    call_get();
    store(j, GET + 0x28, -1, STATIC, 900);
    put(j, RS_REC_BASE, STATIC, 899, (uint64_t[]){100}, 1);
    for (unsigned i = 0; i < 50; i++)
        store(j, GET + 0x28, -1, STATIC, 899);
    put(j, RS_REC_LIVE, STATIC, 849, (uint64_t[]){100, 0}, 2);
    judge(&court);
    f = &court.report.findings.items[1];
    assert_verdict(f, RS101, RS_PROVEN, "get");
    assert_int_equal(f->count, 50);
}

static void test_count_of_equal_facts(void **state)
{
    call_get();
    for (unsigned i = 0; i < 7; i++) {
        object(j, THING + 0x1000 * i, TYPE_STR, 5);
        store(j, GET + 0x28, -1, THING + 0x1000 * i, 5);
    }
    assert_int_equal(verdict(&court)->count, 7);
}

static void test_history_is_told_in_order(void **state)
{
    const struct rs_finding *f;

    call_get();
    borrow();
    store(j, GET + 0x28, +1, THING, 5);
    store(j, GET + 0x2c, -1, THING, 6);
    store(j, GET + 0x30, -1, THING, 5);
    f = verdict(&court);
    assert_int_equal(f->history.count, 4);
    assert_int_equal(f->history.items[0].kind, RS_STEP_BORROW);
    assert_string_equal(f->history.items[0].api, "PyList_GetItem");
    assert_int_equal(f->history.items[1].paired_with, f->history.items[2].seq);
    assert_int_equal(f->history.items[2].paired_with, f->history.items[1].seq);
    assert_int_equal(f->history.items[3].paired_with, 0);
    assert_int_equal(f->history.items[3].balance, -1);
    assert_int_equal(f->history.items[3].refcount, 4);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
#define DEFICIT(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
        DEFICIT(release_of_a_borrowed_item), DEFICIT(release_of_the_interpreters_argument), DEFICIT(use_by_an_innocent),
        DEFICIT(borrowed_return), DEFICIT(borrowed_return_has_the_line_of_its_statement),
        DEFICIT(borrowed_return_of_several_statements), DEFICIT(borrowed_return_of_too_many_statements), DEFICIT(borrowed_return_that_a_variable_still_holds), DEFICIT(borrowed_store),
        DEFICIT(release_after_steal), DEFICIT(use_after_its_own_release), DEFICIT(use_across_a_call_that_freed_it),
        DEFICIT(use_of_what_was_kept_from_an_earlier_call), DEFICIT(use_of_what_an_earlier_call_released),
        DEFICIT(use_of_what_an_earlier_call_returned), DEFICIT(release_of_what_a_failed_call_took), DEFICIT(change_of_a_count_of_zero), DEFICIT(dead_object_that_was_handed_in),
        DEFICIT(poison_without_a_culprit), DEFICIT(poison_with_a_culprit), DEFICIT(poison_of_an_unsure_account),
        DEFICIT(forked_childs_inheritance), DEFICIT(what_happens_while_the_module_starts), DEFICIT(fault),
        DEFICIT(abort_for_want_of_a_count), DEFICIT(fault_that_no_account_explains), DEFICIT(release_in_a_helper), DEFICIT(static_deficit), DEFICIT(count_of_equal_facts),
        DEFICIT(history_is_told_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
