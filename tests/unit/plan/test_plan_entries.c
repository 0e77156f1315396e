/* Surveys for the sake of a few entries: what is known of these must be what a survey of everything knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "plan/survey.h"

enum { ENTRY = 32 }; /* bytes */

/* A long jump from far away and a short one from beside lead into the beginning of a function; a table of data into another's. */
static const char intruders[] = ".text\n"
                                ".globl victim, beside, far, quiet, listed\n"
                                ".type far, @function\nfar: .cfi_startproc\n test %edi, %edi\n je 1f\n jmp 2f\n1: ret\n .cfi_endproc\n.size far, .-far\n"
                                ".skip 4000, 0x90\n"
                                ".type quiet, @function\nquiet: .cfi_startproc\n mov %edi, %eax\n add $1, %eax\n ret\n .cfi_endproc\n.size quiet, .-quiet\n"
                                ".skip 4000, 0x90\n"
                                ".type victim, @function\nvictim: .cfi_startproc\n mov %edi, %eax\n2: add $1, %eax\n3: add $2, %eax\n ret\n .cfi_endproc\n.size victim, .-victim\n"
                                ".type beside, @function\nbeside: .cfi_startproc\n test %edi, %edi\n jne 3b\n ret\n .cfi_endproc\n.size beside, .-beside\n"
                                ".skip 4000, 0x90\n"
                                ".type listed, @function\nlisted: .cfi_startproc\n mov %edi, %eax\n4: add $1, %eax\n ret\n .cfi_endproc\n.size listed, .-listed\n"
                                ".data\n.quad 4b\n";

static void same_entry(const struct rs_survey *all, const struct rs_survey *some, uint32_t start)
{
    const struct rs_function *of_all = rs_survey_function(all, start), *of_some = rs_survey_function(some, start);
    const unsigned flags = RS_FUNCTION_LOST | RS_FUNCTION_UNRESOLVED | RS_FUNCTION_LOOPS | RS_FUNCTION_INDIRECT | RS_FUNCTION_FRAME;

    assert_int_equal(of_all->start, of_some->start);
    assert_int_equal(of_all->flags & flags, of_some->flags & flags);
    assert_int_equal(of_all->room, of_some->room);
    for (uint32_t at = start + 1; at < start + ENTRY && at < of_all->end; at++) {
        assert_int_equal(rs_survey_is_start(all, at), rs_survey_is_start(some, at));
        assert_int_equal(rs_survey_is_target(all, at), rs_survey_is_target(some, at));
    }
}

/* Returns how many targets of branches there are behind the beginning of functions. */
static unsigned compare(const char *path)
{
    struct rs_survey all, some;
    struct rs_elf elf = {0};
    struct rs_error err;
    unsigned targets = 0;

    assert_true(rs_elf_open(&elf, path, &err));
    assert_true(rs_survey_make(&all, &elf, path, &err));
    for (size_t i = 0; i < all.functions.count; i++) {
        uint32_t start = all.functions.items[i].start;

        assert_true(rs_survey_make_entries(&some, &elf, path, &start, 1, &err));
        same_entry(&all, &some, start);
        for (uint32_t at = start + 1; at < start + ENTRY && at < all.functions.items[i].end; at++)
            targets += rs_survey_is_target(&some, at);
        rs_survey_close(&some);
    }
    rs_survey_close(&all);
    rs_elf_close(&elf);
    return targets;
}

static void test_intruders(void **state)
{
    struct fixture fixture;

    fixture_build(&fixture, "assembler", intruders, "-shared");
    assert_true(compare(fixture.path) >= 3);
    fixture_close(&fixture);
}

static void test_compiled(void **state)
{
    static const char *const flags[] = {"-O2", "-O0", "-O3 -freorder-blocks-and-partition", "-Os"};
    static const char *const names[] = {"shapes.c", "seed.c"};

    for (unsigned i = 0; i < sizeof(flags) / sizeof(*flags) * 2; i++) {
        struct fixture fixture;

        fixture_build_file(&fixture, names[i % 2], flags[i / 2]);
        compare(fixture.path);
        fixture_close(&fixture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_intruders), cmocka_unit_test(test_compiled)};

    return cmocka_run_group_tests_name("plan/entries", tests, NULL, NULL);
}
