/* Crashes: what kind of end, where, through which object or call; which finding explains it. */
#include <signal.h>

#include "court.h"

enum { READ = 0, WROTE = 2, FETCHED = 16 };

static struct court court;
static struct journal *j;
static struct rs_fault_record record;

static int set_up(void **state)
{
    court_open(&court, 0x030b);
    j = court.j;
    object(j, SELF, TYPE_STR, 2);
    object(j, THING, TYPE_STR, 1);
    record = (struct rs_fault_record){.head = {0x7f0000001000, RS_TAG_OF(RS_REC_FAULT, sizeof(record) / 16), SIGSEGV}, .pc = GET + 0x30, .sp = 0x7ffd00000000,
                                      .code = 1, .module = 1, .thread = 4711};
    return 0;
}

static int tear_down(void **state)
{
    court_close(&court);
    return 0;
}

static void put_fault(void)
{
    rs_ledger_record(j->books, &record.head, sizeof(record) / 16);
}

/* The one crash of a process of which nothing but its recording is known. */
static const struct rs_crash *crash(void)
{
    judge(&court);
    judge_crash(&court, (struct rs_end){.known = false});
    rs_report_finish(&court.report);
    assert_int_equal(court.report.crashes.count, 1);
    return &court.report.crashes.items[0];
}

static void assert_cause(enum rs_crash_cause cause, const char *says)
{
    const struct rs_crash *c;

    put_fault();
    c = crash();
    assert_int_equal(c->cause, cause);
    if (strstr(c->message, says) == NULL)
        fail_msg("'%s' does not say '%s'", c->message, says);
    assert_non_null(c->advice);
    assert_int_equal(c->finding, 0);
}

static void test_null_after_a_miss(void **state)
{
    const struct rs_crash *c;

    record.head.a = 8;
    entry(j, "method.o", GET, word(SELF, 0, 0), END);
    simple_call(j, "PyDict_GetItemString", GET + 0x20, 0, END);
    put_fault();
    c = crash();
    assert_int_equal(c->cause, RS_CRASH_NULL);
    assert_string_equal(c->message, "a NULL pointer was read (offset 8: ob_type of a missing object) after PyDict_GetItemString had returned NULL");
    assert_true(c->has_call);
    assert_string_equal(c->call.api, "PyDict_GetItemString");
    assert_int_equal(c->call.line, 0x20);
    assert_non_null(strstr(c->advice, "NULL is its answer"));
}

/* What an earlier call of the module got is another story. */
static void test_null_of_an_earlier_call(void **state)
{
    const struct rs_crash *c;

    record.head.a = 400;
    record.access = WROTE;
    entry(j, "method.o", GET, word(SELF, 0, 0), END);
    simple_call(j, "PyDict_GetItemString", GET + 0x20, 0, END);
    leave_entry(j, 0, END);
    entry(j, "method.o", PUT, word(SELF, 0, 0), END);
    put_fault();
    c = crash();
    assert_false(c->has_call);
    assert_non_null(strstr(c->message, "written (offset 400"));
}

static void test_kinds_of_addresses(void **state)
{
    assert_cause(RS_CRASH_MEMORY, "0x7f0000001000 was read, where nothing is mapped");
}

static void test_no_address(void **state)
{
    record.code = 0x80;
    record.head.a = 0;
    assert_cause(RS_CRASH_MEMORY, "no program can have");
    assert_false(court.report.crashes.items[0].has_address);
}

static void test_no_stack(void **state)
{
    record.head.a = record.sp - 8;
    record.access = WROTE;
    assert_cause(RS_CRASH_STACK, "no stack is left");
}

static void test_jump(void **state)
{
    record.head.a = record.pc = 0;
    record.access = FETCHED;
    assert_cause(RS_CRASH_JUMP, "is NULL");
}

static void test_bus(void **state)
{
    record.head.b = SIGBUS;
    record.code = 2;
    assert_cause(RS_CRASH_MAPPING, "nothing is behind");
}

static void test_arithmetic(void **state)
{
    record.head.b = SIGFPE;
    assert_cause(RS_CRASH_ARITHMETIC, "divided by zero");
}

static void test_instruction(void **state)
{
    record.head.b = SIGILL;
    assert_cause(RS_CRASH_INSTRUCTION, "no instruction");
}

static void test_sent(void **state)
{
    record.code = 0;
    record.sender = 815;
    assert_cause(RS_CRASH_SENT, "process 815 sent SIGSEGV");
}

static void test_abort(void **state)
{
    record.head.b = SIGABRT;
    record.code = -6;
    record.sender = j->books->pid;
    assert_cause(RS_CRASH_ABORT, "abort");
}

static void test_abort_that_frames_explain(void **state)
{
    static const struct {
        const char *function, *module;
        enum rs_crash_cause cause;
    } frames[] = {{"_Py_FatalErrorFunc", "python3.11", RS_CRASH_FATAL_ERROR}, {"no name", "libpython3.8.so.1.0", RS_CRASH_FATAL_ERROR},
                  {"__GI___assert_fail", "libc.so.6", RS_CRASH_CHECK},       {"__stack_chk_fail", "libc.so.6", RS_CRASH_CHECK},
                  {"std::terminate()", "libstdc++.so.6", RS_CRASH_EXCEPTION}, {"free", "libc.so.6", RS_CRASH_HEAP},
                  {"__GI___libc_free", "libc.so.6", RS_CRASH_HEAP},          {"free", "mine.so", RS_CRASH_ABORT}};
    static struct rs_line lines[2] = {{.language = "c", .function = "abort", .module = "libc.so.6"}};

    record.head.b = SIGABRT;
    record.code = -6;
    record.sender = j->books->pid;
    put_fault();
    court.lines = lines;
    for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
        lines[1] = (struct rs_line){.language = "c", .function = frames[i].function, .module = frames[i].module};
        judge_crash(&court, (struct rs_end){.known = true, .signal = SIGABRT});
        assert_int_equal(court.report.crashes.items[i].cause, frames[i].cause);
    }
}

/* Died properly: whoever keeps a pointer to it is not among those who are observed. */
static void test_dead_object(void **state)
{
    const struct rs_crash *c;

    entry(j, "method.o", GET, word(SELF, 0, 0), END);
    simple_call(j, "PyList_New", GET + 0x20, THING, RESULT(THING, RS_WORD_NEW | RS_WORD_ONE), END);
    store(j, GET + 0x28, -1, THING, 1);
    freed(j, THING);
    leave_entry(j, 0, END);
    record.object = THING;
    record.named_by = RS_FAULT_BY_ADDRESS;
    record.module = 0;
    put_fault();
    c = crash();
    assert_int_equal(c->cause, RS_CRASH_DEAD_OBJECT);
    assert_true(c->object.even);
    assert_string_equal(c->object.found_in, "address");
    assert_string_equal(c->made.api, "PyList_New");
    assert_int_equal(c->released.line, 0x28);
    assert_non_null(strstr(c->message, "is even"));
    assert_int_equal(c->history.count, 2);
}

/* A register's may be there by chance: the address comes first. */
static void test_dead_object_in_a_register(void **state)
{
    const struct rs_crash *c;

    freed(j, THING);
    record.object = THING;
    record.named_by = 5 + 1;
    record.head.a = 16;
    record.module = 0;
    put_fault();
    c = crash();
    assert_int_equal(c->cause, RS_CRASH_NULL);
    assert_string_equal(c->object.found_in, "rdi");
}

static void test_explained_by_a_finding(void **state)
{
    const struct rs_crash *c;

    entry(j, "method.o", GET, word(SELF, 0, 0), END);
    store(j, GET + 0x28, -1, THING, 1);
    freed(j, THING);
    record.object = THING;
    record.named_by = RS_FAULT_BY_ADDRESS;
    put_fault();
    c = crash();
    assert_int_equal(c->finding, 1);
    assert_int_equal(court.report.findings.items[0].confidence, RS_PROVEN);
}

/* faulthandler speaks and raises the signal again. */
static void test_handed_on(void **state)
{
    const struct rs_crash *c;
    struct rs_fault_record first = record;

    first.fate = RS_FATE_HANDLER;
    rs_ledger_record(j->books, &first.head, sizeof(first) / 16);
    put(j, RS_REC_PYFRAME, CODE, 24, NULL, 0);
    record.head.a = 0;
    record.code = -6;
    record.sender = j->books->pid;
    put_fault();
    put(j, RS_REC_PYFRAME, CODE, 25, NULL, 0);
    c = crash();
    assert_int_equal(c->cause, RS_CRASH_MEMORY);
    assert_int_equal(c->address, 0x7f0000001000);
    assert_int_equal(c->python.count, 1);
    assert_int_equal(c->python.items[0].line, 24);
}

static void test_handled(void **state)
{
    record.fate = RS_FATE_HANDLER;
    put_fault();
    judge_crash(&court, (struct rs_end){.known = false});
    judge_crash(&court, (struct rs_end){.known = true, .signal = 0});
    assert_int_equal(court.report.crashes.count, 0);
    judge_crash(&court, (struct rs_end){.known = true, .signal = SIGSEGV}); /* after all */
    assert_int_equal(court.report.crashes.count, 1);
}

static void test_unrecorded(void **state)
{
    judge_crash(&court, (struct rs_end){.known = true, .signal = SIGKILL});
    judge_crash(&court, (struct rs_end){.known = false});
    assert_int_equal(court.report.crashes.count, 0);
    judge_crash(&court, (struct rs_end){.known = true, .signal = SIGBUS});
    assert_int_equal(court.report.crashes.items[0].cause, RS_CRASH_UNRECORDED);
    assert_string_equal(court.report.crashes.items[0].signal, "SIGBUS");
}

static void test_equal_ones_are_folded(void **state)
{
    put_fault();
    for (int i = 0; i < 3; i++)
        judge_crash(&court, (struct rs_end){.known = false});
    rs_report_finish(&court.report);
    rs_report_finish(&court.report);
    assert_int_equal(court.report.crashes.count, 1);
    assert_int_equal(court.report.crashes.items[0].count, 3);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
#define CRASH(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
        CRASH(null_after_a_miss), CRASH(null_of_an_earlier_call), CRASH(kinds_of_addresses), CRASH(no_address), CRASH(no_stack), CRASH(jump), CRASH(bus),
        CRASH(arithmetic), CRASH(instruction), CRASH(sent), CRASH(abort), CRASH(abort_that_frames_explain), CRASH(dead_object),
        CRASH(dead_object_in_a_register), CRASH(explained_by_a_finding), CRASH(handed_on), CRASH(handled), CRASH(unrecorded), CRASH(equal_ones_are_folded)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
