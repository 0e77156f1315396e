/* Hand-written functions: which instructions may return an object, and how far back a statement is looked
 * for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

enum { MOST = 16 };

/* What the functions call. */
void other(void), PyErr_Clear(void), PyErr_NoMemory(void), Py_FatalError(void);

void other(void)
{
}

void PyErr_Clear(void)
{
}

void PyErr_NoMemory(void)
{
}

void Py_FatalError(void)
{
}

#define FUNCTION(name, body)                                                                                 \
    ".globl " name "\n.type " name ", @function\n" name ":\n.cfi_startproc\n" body                           \
    ".cfi_endproc\n.size " name ", .-" name "\n"
#define LOCAL(name, body)                                                                                    \
    ".type " name ", @function\n" name ":\n.cfi_startproc\n" body ".cfi_endproc\n.size " name ", .-" name "\n"
#define LABEL(name) ".globl " name "\n" name ":\n"

/* What the plan asked for, and where it is told that no statement is. */
struct asked {
    uint32_t from[MOST], at[MOST];
    unsigned count;
    uint32_t silent[MOST]; /* lines that end there have no statement; ends with 0 */
};

static bool statement(void *ctx, uint32_t from, uint32_t at)
{
    struct asked *asked = ctx;
    for (unsigned i = 0; asked->silent[i]; i++)
        if (asked->silent[i] == at)
            return false;
    assert_true(asked->count < MOST && from <= at);
    asked->from[asked->count] = from;
    asked->at[asked->count++] = at;
    return true;
}

static uint32_t offset_of(const struct fixture *fixture, const char *name)
{
    return (uint32_t)((uint64_t)fixture_symbol(fixture, name) - fixture->base);
}

static void assemble(struct fixture *fixture, const char *text)
{
    struct rs_error err;
    fixture_build(fixture, "assembler", text, "-nostdlib");
    fixture_load(fixture);
    fixture->analysis = rs_plan_analyse(fixture->path, &err);
    if (!fixture->analysis)
        fail_msg("%s", err.text);
}

/* Splits "a b c" at blanks and fills the offsets of these labels; returns how many. */
static unsigned offsets(const struct fixture *fixture, const char *labels, uint32_t *to)
{
    unsigned count = 0;
    char text[256];
    snprintf(text, sizeof text, "%s", labels);
    for (char *label = strtok(text, " "); label; label = strtok(NULL, " "))
        to[count++] = offset_of(fixture, label);
    return count;
}

/* Asserts that the function returns objects where these lines of code end, in any order. `silent`: the labels
 * at which lines without statement end. */
static void expect(const struct fixture *fixture, const char *function, const char *silent,
                   const char *places)
{
    struct asked asked = {0};
    uint32_t expected[MOST];
    unsigned count = offsets(fixture, places, expected);
    offsets(fixture, silent, asked.silent);
    if (!rs_plan_returns(fixture->analysis, offset_of(fixture, function), statement, &asked))
        fail_msg("%s is not known", function);
    for (unsigned i = 0; i < count; i++) {
        bool found = false;
        for (unsigned k = 0; k < asked.count; k++)
            found |= asked.at[k] == expected[i];
        if (!found)
            fail_msg("%s: place %u of '%s' is not among %u", function, i + 1, places, asked.count);
    }
    if (asked.count != count)
        fail_msg("%s: %u places instead of '%s'", function, asked.count, places);
}

static void expect_unknown(const struct fixture *fixture, const char *function, const char *silent)
{
    struct asked asked = {0};
    offsets(fixture, silent, asked.silent);
    assert_false(rs_plan_returns(fixture->analysis, offset_of(fixture, function), statement, &asked));
}

static void constants_are_no_objects(void **state)
{
    struct fixture fixture;
    assemble(&fixture, FUNCTION("by_xor", "xor %eax, %eax\nret\n") /* */
             FUNCTION("by_sub", "sub %rax, %rax\nnop\nret\n")      /* */
             FUNCTION("by_move", "mov $0, %eax\nret\n")            /* */
             FUNCTION("by_wide_move", "movq $-1, %rax\nret\n")     /* */
             FUNCTION("by_or", "or $-1, %rax\nret\n")              /* */
             FUNCTION("kept", "push %rbx\nxor %ebx, %ebx\ncall other@PLT\nmov %rbx, %rax\npop %rbx\nret\n")
                 FUNCTION("large", "mov $0x100000, %eax\n" LABEL("large_ret") "ret\n")       /* */
             FUNCTION("partly", "xor %eax, %eax\nmov $1, %al\n" LABEL("partly_ret") "ret\n") /* */
             FUNCTION("called", "xor %eax, %eax\ncall other@PLT\n" LABEL("called_ret") "ret\n") FUNCTION(
                 "lost", "xor %ecx, %ecx\ncall other@PLT\nmov %rcx, %rax\n" LABEL("lost_ret") "ret\n")
                 FUNCTION("maybe", "xor %eax, %eax\ntest %rdi, %rdi\ncmovne %rsi, %rax\n" LABEL(
                                       "maybe_ret") "ret\n") FUNCTION("before", LABEL("before_ret") "ret\n"));
    expect(&fixture, "by_xor", "", "");
    expect(&fixture, "by_sub", "", "");
    expect(&fixture, "by_move", "", "");
    expect(&fixture, "by_wide_move", "", "");
    expect(&fixture, "by_or", "", "");
    expect(&fixture, "kept", "", "");
    expect(&fixture, "large", "", "large_ret");
    expect(&fixture, "partly", "", "partly_ret");
    expect(&fixture, "called", "", "called_ret");
    expect(&fixture, "lost", "", "lost_ret");
    expect(&fixture, "maybe", "", "maybe_ret");
    expect(&fixture, "before", "", "before_ret");
    fixture_close(&fixture);
}

static void what_was_tested_is_zero(void **state)
{
    struct fixture fixture;
    assemble(
        &fixture,
        FUNCTION("direct", "call other@PLT\ntest %rax, %rax\nje 1f\nmov (%rax), %rax\n" LABEL(
                               "direct_ret") "ret\n1: ret\n")
            FUNCTION("inverse", "call other@PLT\ncmp $0, %rax\njne 1f\nret\n1: " LABEL("inverse_ret") "ret\n")
                FUNCTION("copy", "call other@PLT\nmov %rax, %rbx\ntest %rax, %rax\nje 1f\n" LABEL(
                                     "copy_ret") "ret\n"
                                                 "1: call other@PLT\nmov %rbx, %rax\nret\n")
                    FUNCTION("half", "call other@PLT\ntest %eax, %eax\nje 1f\n" LABEL(
                                         "half_ret") "ret\n1: " LABEL("half_too") "ret\n")
                        FUNCTION("changed",
                                 "call other@PLT\ntest %rax, %rax\nmov (%rdi), %rax\nje 1f\n" LABEL(
                                     "changed_ret") "ret\n1: " LABEL("changed_too") "ret\n")
                            FUNCTION("unequal", "mov %rax, %rbx\nmov (%rdi), %rax\ntest %rax, %rax\nje "
                                                "1f\nxor %eax, %eax\nret\n"
                                                "1: mov %rbx, %rax\n" LABEL("unequal_ret") "ret\n"));
    expect(&fixture, "direct", "", "direct_ret");
    expect(&fixture, "inverse", "", "inverse_ret");
    expect(&fixture, "copy", "", "copy_ret");
    expect(&fixture, "half", "", "half_ret half_too");
    expect(&fixture, "changed", "", "changed_ret changed_too");
    expect(&fixture, "unequal", "", "unequal_ret");
    fixture_close(&fixture);
}

static void tail_calls_return(void **state)
{
    struct fixture fixture;
    assemble(
        &fixture,
        LOCAL("refuse", "push %rax\ncall PyErr_Clear@PLT\nxor %eax, %eax\npop %rdx\nret\n") FUNCTION(
            "leaves",
            "test %rdi, %rdi\n" LABEL("leaves_if") "je other@PLT\n" LABEL("leaves_jmp") "jmp other@PLT\n")
            FUNCTION("pointer", LABEL("pointer_jmp") "jmp *8(%rdi)\n") FUNCTION(
                "fails", "test %rdi, %rdi\njne 1f\njmp PyErr_NoMemory@PLT\n1: call PyErr_NoMemory@PLT\nret\n")
                FUNCTION("refuses",
                         "test %rdi, %rdi\njne 1f\njmp refuse\n1: push %rax\ncall refuse\npop %rdx\nret\n")
                    FUNCTION("ends", "test %rdi, %rdi\nje 1f\nxor %eax, %eax\nret\n1: call "
                                     "Py_FatalError@PLT\nmov %rdi, %rax\n"
                                     "ret\n"));
    expect(&fixture, "leaves", "", "leaves_if leaves_jmp");
    expect(&fixture, "pointer", "", "pointer_jmp");
    expect(&fixture, "fails", "", "");
    expect(&fixture, "refuses", "", "");
    expect(&fixture, "ends", "", "");
    fixture_close(&fixture);
}

static void statements_are_looked_for_backward(void **state)
{
    struct fixture fixture;
    assemble(
        &fixture,
        FUNCTION("joined",
                 "test %rdi, %rdi\njs 2f\nje 3f\nmov (%rdi), %rax\n" LABEL(
                     "joined_a") "jmp 1f\n"
                                 "2: xor %eax, %eax\njmp 1f\n3: mov 8(%rsi), %rax\n" LABEL(
                                     "joined_b") "jmp 1f\n"
                                                 "1: pop %rdx\npush %rdx\n" LABEL("joined_ret") "ret\n")
            FUNCTION("merged",
                     "test %rdi, %rdi\nje 2f\nmov (%rdi), %rbx\n" LABEL(
                         "merged_a") "jmp 1f\n"
                                     "2: mov 8(%rsi), %rbx\n1: mov %rbx, %rax\n" LABEL("merged_ret") "ret\n")
                FUNCTION("slot", "push %rbp\nmov %rsp, %rbp\nsub $16, %rsp\ntest %rdi, %rdi\nje 2f\njs 3f\n"
                                 "movq $0, -8(%rbp)\njmp 1f\n2: mov %rsi, -8(%rbp)\n" LABEL(
                                     "slot_a") "jmp 1f\n"
                                               "3: movq $-1, -8(%rbp)\n1: mov -8(%rbp), %rax\nleave\n" LABEL(
                                                   "slot_ret") "ret\n")
                    FUNCTION("nowhere", "mov (%rdi), %rax\n" LABEL("nowhere_ret") "ret\n"));
    /* a line that has a statement and sets the result itself ends the search */
    expect(&fixture, "nowhere", "", "nowhere_ret");
    expect_unknown(&fixture, "nowhere", "nowhere_ret");
    /* else each way is followed, but for those on which the result is none */
    expect(&fixture, "joined", "joined_ret", "joined_a joined_b");
    expect(&fixture, "slot", "slot_ret", "slot_a");
    /* what is left of merged returns may be any of them */
    expect(&fixture, "merged", "", "merged_ret merged_a");
    fixture_close(&fixture);
}

static const char table_source[] =
    ".section .rodata\n.align 4\n.Ltable: .long 2f-.Ltable, 3f-.Ltable\n.text\n" FUNCTION(
        "table", "cmp $1, %edi\nja 4f\nlea .Ltable(%rip), %rdx\nmov %edi, %edi\nmovslq (%rdx,%rdi,4), %rax\n"
                 "add %rdx, %rax\njmp *%rax\n2: mov (%rsi), %rax\n" LABEL(
                     "table_a") "ret\n3: mov $0, %eax\nret\n"
                                "4: mov 8(%rsi), %rax\n" LABEL("table_b") "ret\n");

static void parts_belong_together(void **state)
{
    struct fixture fixture;
    assemble(&fixture, table_source);
    expect(&fixture, "table", "", "table_a table_b");
    fixture_close(&fixture);

    assemble(
        &fixture,
        FUNCTION("hot", "push %rbx\nxor %ebx, %ebx\ntest %rdi, %rdi\njs cold\nje inside\nmov (%rdi), %rbx\n"
                        "back: mov %rbx, %rax\npop %rbx\n" LABEL("hot_ret") "ret\n")
            LOCAL("cold",
                  "call other@PLT\njmp back\ninside: mov %rsi, %rax\npop %rbx\n" LABEL("cold_ret") "ret\n"));
    expect(&fixture, "hot", "", "hot_ret cold_ret");
    fixture_close(&fixture);

    assemble(&fixture, FUNCTION("broken", "test %rdi, %rdi\nje 1f\n.byte 0x06\n1: mov %rdi, %rax\nret\n"));
    expect_unknown(&fixture, "broken", "");
    struct asked asked = {0};
    assert_false(rs_plan_returns(fixture.analysis, offset_of(&fixture, "broken") + 1, statement, &asked));
    assert_false(rs_plan_returns(fixture.analysis, 0, statement, &asked));
    assert_int_equal(asked.count, 0);
    fixture_close(&fixture);
}

static void expect_handed_on(const struct fixture *fixture, const char *behind, bool expected)
{
    if (rs_plan_hands_on(fixture->analysis, offset_of(fixture, behind)) != expected)
        fail_msg("%s: %s", behind, expected ? "not handed on" : "handed on");
}

static void results_are_handed_on(void **state)
{
    struct fixture fixture;
    assemble(&fixture,
             FUNCTION("at_once", "sub $8, %rsp\ncall other@PLT\n" LABEL("at_once_call") "add $8, %rsp\nret\n")
                 FUNCTION("kept", "push %rbx\ncall other@PLT\n" LABEL("kept_call") "mov %rax, %rbx\ntest %rax, %rax\nje 1f\n"
                                                                                 "call PyErr_Clear@PLT\n" LABEL("kept_clear") "mov %rbx, %rax\npop %rbx\nret\n"
                                                                                                                               "1: xor %eax, %eax\npop %rbx\nret\n")
                     FUNCTION("framed", "push %rbp\nmov %rsp, %rbp\nsub $16, %rsp\ncall other@PLT\n" LABEL("framed_call") "mov %rax, -8(%rbp)\n"
                                                                                                                      "mov -8(%rbp), %rax\nleave\nret\n")
                         FUNCTION("dropped", "sub $8, %rsp\ncall other@PLT\n" LABEL("dropped_call") "mov $1, %eax\nadd $8, %rsp\nret\n")
                             FUNCTION("looped", "push %rbx\nmov %rdi, %rbx\n1: call other@PLT\n" LABEL("looped_call") "dec %rbx\njne 1b\npop %rbx\nret\n")
                                 FUNCTION("above", "sub $8, %rsp\ncall at_once\n" LABEL("above_call") "add $8, %rsp\nret\n"));
    expect_handed_on(&fixture, "at_once_call", true);
    expect_handed_on(&fixture, "kept_call", true);
    expect_handed_on(&fixture, "kept_clear", false);
    expect_handed_on(&fixture, "framed_call", true);
    expect_handed_on(&fixture, "dropped_call", false);
    expect_handed_on(&fixture, "looped_call", false);
    expect_handed_on(&fixture, "at_once", false); /* behind no call */
    assert_false(rs_plan_hands_on(fixture.analysis, 0));
    assert_int_equal(rs_plan_called(fixture.analysis, offset_of(&fixture, "above_call")), offset_of(&fixture, "at_once"));
    assert_int_equal(rs_plan_called(fixture.analysis, offset_of(&fixture, "above")), 0);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants_are_no_objects), cmocka_unit_test(what_was_tested_is_zero),
        cmocka_unit_test(tail_calls_return),        cmocka_unit_test(statements_are_looked_for_backward),
        cmocka_unit_test(parts_belong_together),    cmocka_unit_test(results_are_handed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
