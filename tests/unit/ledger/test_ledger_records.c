/* Records that only have to be remembered, and records that make no sense: counted, passed over, never read out of bounds. */
#include "journal.h"

#include <stdlib.h>

static struct journal *j;

static int set_up(void **state)
{
    j = journal_open(0x030b);
    return 0;
}

static int tear_down(void **state)
{
    journal_close(j);
    return 0;
}

/* How many records were called senseless. */
static uint64_t senseless(void)
{
    for (size_t i = 0; i < j->books->limits.count; i++)
        if (strncmp(j->books->limits.items[i].what, "records that make no sense", 26) == 0)
            return j->books->limits.items[i].number;
    return 0;
}

static void test_modules(void **state)
{
    assert_int_equal(j->books->modules.count, 3);
    assert_string_equal(j->books->modules.items[2].path, "/x/two.so");
    assert_int_equal(j->books->modules.items[2].sites_found, 12);
    assert_ptr_equal(rs_ledger_module_of(j->books, ONE), &j->books->modules.items[0]);
    assert_ptr_equal(rs_ledger_module_of(j->books, ONE + TEXT_BYTES - 1), &j->books->modules.items[0]);
    assert_null(rs_ledger_module_of(j->books, ONE + TEXT_BYTES));
    assert_null(rs_ledger_module_of(j->books, ONE - 1));
    assert_null(rs_ledger_module_of(j->books, 0));
}

static void test_types(void **state)
{
    assert_string_equal(rs_ledger_type(j->books, TYPE_HEAP)->name, "one.Thing");
    assert_int_equal(rs_ledger_type(j->books, TYPE_HEAP)->flags, 1 << 9);
    assert_null(rs_ledger_type(j->books, NOBODY));
    assert_null(rs_ledger_type(j->books, 0));
    put_text(j, RS_REC_TYPE, NOBODY, 0, (uint64_t[]){16, TYPE_TYPE}, 2, "");
    assert_string_equal(rs_ledger_type(j->books, NOBODY)->name, "object"); /* its name could not be read */
}

static void test_roles(void **state)
{
    unsigned method = rs_contract_index(rs_contract_slot("method.o", 0x030b));

    put_text(j, RS_REC_ROLE, ONE + 0x10, method, (uint64_t[]){TYPE_HEAP, 0}, 2, "Thing.update");
    put_text(j, RS_REC_ROLE, ONE + 0x10, method, (uint64_t[]){0, 0}, 2, "the second name"); /* the first one stays */
    put_text(j, RS_REC_ROLE, ONE + 0x20, 0xffffffff, (uint64_t[]){0, 0}, 2, "helper");
    assert_string_equal(rs_ledger_role(j->books, ONE + 0x10)->name, "Thing.update");
    assert_string_equal(rs_ledger_role(j->books, ONE + 0x10)->contract->name, "method.o");
    assert_int_equal(rs_ledger_role(j->books, ONE + 0x10)->owner, TYPE_HEAP);
    assert_null(rs_ledger_role(j->books, ONE + 0x20)->contract);
    assert_null(rs_ledger_role(j->books, ONE + 0x30));
}

static void test_codes(void **state)
{
    put_text(j, RS_REC_CODE, CODE, 7, (uint64_t[]){4, 7, 3}, 3, "mainmain.pyXYZ");
    assert_int_equal(j->books->codes.count, 1);
    assert_string_equal(j->books->codes.items[0].name, "main");
    assert_string_equal(j->books->codes.items[0].file, "main.py");
    assert_int_equal(j->books->codes.items[0].firstline, 7);
    assert_memory_equal(j->books->codes.items[0].table, "XYZ", 3);
    freed(j, CODE);
    assert_null(rs_map_find(&j->books->code_at, CODE)); /* another code object may stand there soon */
    put_text(j, RS_REC_CODE, CODE, 8, (uint64_t[]){5, 7, 2}, 3, "othermain.pyXY");
    assert_int_equal(*rs_map_find(&j->books->code_at, CODE), 2);
}

static void test_codes_with_wrong_lengths(void **state)
{
    const uint64_t lengths[][3] = {{100, 1, 1}, {1, 100, 1}, {1, 1, 100}, {5, 5, 5}, {UINT64_MAX, 2, 1}, {2, UINT64_MAX, 1}};

    for (unsigned i = 0; i < sizeof(lengths) / sizeof(*lengths); i++)
        put_text(j, RS_REC_CODE, CODE, 7, lengths[i], 3, "mainmain.py");
    assert_int_equal(j->books->codes.count, 0);
}

static void test_limits_are_added_up(void **state)
{
    put_text(j, RS_REC_LIMIT, 3, 0, NULL, 0, "something");
    put_text(j, RS_REC_LIMIT, 4, 0, NULL, 0, "something");
    put_text(j, RS_REC_LIMIT, 1, 0, NULL, 0, "something else");
    assert_int_equal(j->books->limits.count, 2);
    assert_string_equal(j->books->limits.items[0].what, "something");
    assert_int_equal(j->books->limits.items[0].number, 7);
}

static void test_python(void **state)
{
    put_text(j, RS_REC_PYTHON, 0x030d, 1, NULL, 0, "3.13.0 (made up)");
    assert_int_equal(j->books->python, 0x030d);
    assert_true(j->books->is_executable);
    assert_string_equal(j->books->python_text, "3.13.0 (made up)");
}

static void test_finalize_and_census(void **state)
{
    put(j, RS_REC_FINALIZE, 0, 0, NULL, 0);
    put(j, RS_REC_CENSUS, 1, 0, NULL, 0);
    assert_true(j->books->finalized);
    assert_false(j->books->census_done);
    put(j, RS_REC_CENSUS, 0, 0, NULL, 0);
    assert_true(j->books->census_done);
}

static void test_unknown_kinds(void **state)
{
    put(j, RS_RECORDS, 1, 1, NULL, 0);
    put(j, 0xff, 1, 1, NULL, 0);
    assert_int_equal(senseless(), 2);
}

/* Every kind, one slot long: what needs more is senseless, nothing reads behind the slot. */
static void test_records_that_are_too_short(void **state)
{
    static const unsigned least_two[] = {
        RS_REC_MODULE, RS_REC_TYPE, RS_REC_OBJECT, RS_REC_API_ENTER, RS_REC_API_CALL, RS_REC_API_LEAVE, RS_REC_ENTRY, RS_REC_EXIT,
        RS_REC_ROLE, RS_REC_CODE, RS_REC_LIVE, RS_REC_WITNESS, RS_REC_TRAVERSE, RS_REC_LIMIT, RS_REC_PYTHON, RS_REC_STACK,
        RS_REC_UNVISITED, RS_REC_BASE, RS_REC_MOVED, RS_REC_BODY, RS_REC_BLOCK,
    };
    unsigned wrong = 0;

    for (unsigned kind = 0; kind < RS_RECORDS; kind++) {
        struct rs_slot *slot = malloc(sizeof(*slot)); /* exactly one: a sanitizer sees the next byte */

        *slot = (struct rs_slot){THING, RS_TAG_OF(kind, 1), 1};
        rs_ledger_record(j->books, slot, 1);
        free(slot);
    }
    for (unsigned i = 0; i < sizeof(least_two) / sizeof(*least_two); i++)
        wrong++;
    assert_int_equal(senseless(), wrong);
}

/* Texts that are longer than their record. */
static void test_texts_that_do_not_fit(void **state)
{
    struct rs_module_record module = {.head = {ONE, RS_TAG_OF(RS_REC_MODULE, sizeof(module) / 16), 9}, .length = 4000};

    rs_ledger_record(j->books, &module.head, sizeof(module) / 16);
    module.length = 0xffffffff;
    rs_ledger_record(j->books, &module.head, sizeof(module) / 16);
    assert_int_equal(j->books->modules.count, 3);
    put(j, RS_REC_LIMIT, 1, 0, (uint64_t[]){5000, 0}, 2);
    put(j, RS_REC_LIMIT, 1, 0, (uint64_t[]){UINT64_MAX, 0}, 2);
    put(j, RS_REC_ROLE, ONE + 0x10, 0, (uint64_t[]){0, 0, UINT64_MAX - 7, 0}, 4);
    put(j, RS_REC_TYPE, NOBODY, 0, (uint64_t[]){16, TYPE_TYPE, 1 << 20, 0}, 4);
    put(j, RS_REC_STACK, 0x1000, 0, (uint64_t[]){9, 0}, 2);
    assert_int_equal(j->books->limits.count, 0);
    assert_null(rs_ledger_role(j->books, ONE + 0x10));
    assert_string_equal(rs_ledger_type(j->books, NOBODY)->name, "object");
    assert_int_equal(j->books->stack_size, 0);
}

/* Contract numbers, modules, sites and frames that do not exist. */
static void test_numbers_out_of_range(void **state)
{
    struct rs_slot wild = {THING, 12345, 3};

    rs_ledger_record(j->books, &wild, 1);
    put(j, RS_REC_API_ENTER, ONE + 1, 0x1000, (uint64_t[]){0xffffffffffffffff, word(THING, 0, 0)}, 2);
    put(j, RS_REC_API_LEAVE, 0, 0x1000, (uint64_t[]){0, RESULT(THING, RS_WORD_NEW)}, 2);
    put(j, RS_REC_API_LEAVE, 0, 0x1000, (uint64_t[]){0, RESULT(THING, RS_WORD_NEW)}, 2); /* of no call */
    put(j, RS_REC_EXIT, 0, 0x2000, (uint64_t[]){0, RESULT(THING, RS_WORD_NEW)}, 2);      /* of no entry */
    put(j, RS_REC_ENTRY, ONE, 0x2000, (uint64_t[]){0xffffffff, 0}, 2);
    put(j, RS_REC_EXIT, 0, 0x2000, (uint64_t[]){0xffffffff00000000, 0}, 2);
    assert_int_equal(account(j, THING, 0)->events, 1); /* the unknown call's result alone */
    assert_null(fact(j, RS_FACT_ERROR));
}

/* Nothing is at address 0: such records are senseless, whatever they say. */
static void test_address_zero(void **state)
{
    put(j, RS_REC_OBJECT, 0, 1, (uint64_t[]){TYPE_STR, 64}, 2);
    put_text(j, RS_REC_TYPE, 0, 0, (uint64_t[]){16, TYPE_TYPE}, 2, "nothing");
    put_text(j, RS_REC_ROLE, 0, 0, (uint64_t[]){0, 0}, 2, "nothing");
    put_text(j, RS_REC_CODE, 0, 7, (uint64_t[]){4, 7, 0}, 3, "mainmain.py");
    assert_int_equal(senseless(), 4);
    assert_int_equal(j->books->object_count, 0);
    store(j, ONE + 0x10, +1, 0, 1);
    put(j, RS_REC_API_CALL, ONE + 1, 0x1000, (uint64_t[]){0, 0, word(0, RS_ARG_RESULT, RS_WORD_NEW), 0}, 4);
    assert_int_equal(j->books->objects.count, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
#define RECORD(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
        RECORD(modules), RECORD(types), RECORD(roles), RECORD(codes), RECORD(codes_with_wrong_lengths), RECORD(limits_are_added_up),
        RECORD(python), RECORD(finalize_and_census), RECORD(unknown_kinds), RECORD(records_that_are_too_short),
        RECORD(texts_that_do_not_fit), RECORD(numbers_out_of_range), RECORD(address_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
