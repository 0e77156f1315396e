/* Hand-written functions: which window is chosen, what is refused and why, and that it still runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

#define FUNCTION(name, body)                                                                                 \
    ".globl " name "\n.type " name ", @function\n" name ":\n.cfi_startproc\n" body                           \
    ".cfi_endproc\n.size " name ", .-" name "\n"
#define LABEL(name) ".globl " name "\n" name ":\n"
#define FLAGS       "-nostdlib"

/* The site whose store is at symbol `name`, patched or not; NULL if that store is no candidate. */
static const struct rs_site *site_at(const struct fixture *fixture, const char *name)
{
    uint32_t at = (uint32_t)((uint64_t)fixture_symbol(fixture, name) - fixture->base);
    const struct rs_site *site;
    for (unsigned i = 0; (site = rs_plan_site(fixture->analysis, i)) != NULL; i++)
        if (site->at == at)
            return site;
    for (unsigned i = 0; (site = rs_plan_unpatched(fixture->analysis, i)) != NULL; i++)
        if (site->at == at)
            return site;
    return NULL;
}

static void expect_way(const struct fixture *fixture, const char *name, enum rs_site_way way)
{
    const struct rs_site *site = site_at(fixture, name);
    if (!site)
        fail_msg("%s is no candidate", name);
    if (site->way != way)
        fail_msg("%s: way %u, not %u", name, site->way, way);
}

/* The patch that covers symbol `name`: its start relative to the symbol, or 99 if there is none. */
static int patch_start(const struct fixture *fixture, const char *name)
{
    uint32_t at = (uint32_t)((uint64_t)fixture_symbol(fixture, name) - fixture->base);
    for (uint32_t i = 0; i < fixture->plan->patches; i++) {
        const struct rs_patch *patch = &fixture_patches(fixture)[i];
        if (at >= patch->at && at < patch->at + patch->length)
            return (int)(patch->at - at);
    }
    return 99;
}

static void assemble(struct fixture *fixture, const char *text)
{
    fixture_build(fixture, "assembler", text, FLAGS);
    fixture_load(fixture);
    fixture_patch(fixture, NULL);
}

static unsigned stores;

static void on_store(uint64_t address, uint32_t value, uint32_t site, bool set)
{
    stores++;
}

static void windows_are_chosen(void **state)
{
    struct fixture fixture;
    assemble(&fixture,
             FUNCTION("f", LABEL("in_place") "addq $1, 0(%r13)\n"
                                             "xor %eax, %eax\nxor %ecx, %ecx\nxor %edx, %edx\n" LABEL(
                                                 "forward") "addq $1, (%rdi)\nmov %rsp, %rax\nret\n")
                 FUNCTION("g", "test %rdi, %rdi\nje 1f\nmov (%rdi), %eax\ninc %eax\nje 1f\n" LABEL(
                                   "backward") "mov %eax, (%rdi)\n1: mov %rdi, %rax\nret\n")
                     FUNCTION("h", "mov (%rdi), %rdx\n" LABEL("padding") "mov %eax, (%rdx)\nret\n") FUNCTION(
                         "i", "test %rdi, %rdi\n" LABEL("avoids_call") "mov %eax, (%rdi)\ncall f@PLT\nret\n")
                         FUNCTION("j", "jmp 1f\n1: " LABEL("with_call") "mov %eax, (%rdi)\ncall f@PLT\nret\n")
                             FUNCTION("k", "mov (%rdi), %eax\ntest %eax, %eax\njs 2f\ndec %eax\n" LABEL(
                                               "before_jcc") "mov %eax, (%rdi)\njne 2f\nnop\n2: ret\n"));
    expect_way(&fixture, "in_place", RS_WAY_IN_PLACE);
    expect_way(&fixture, "forward", RS_WAY_FORWARD);
    expect_way(&fixture, "backward", RS_WAY_BACKWARD);
    assert_int_equal(patch_start(&fixture, "backward"), -4); /* inc; je; mov: nothing behind the target */
    expect_way(&fixture, "padding", RS_WAY_BACKWARD);
    expect_way(&fixture, "avoids_call", RS_WAY_BACKWARD);
    expect_way(&fixture, "with_call", RS_WAY_FORWARD);
    expect_way(&fixture, "before_jcc", RS_WAY_FORWARD);
    fixture_close(&fixture);
}

static void what_is_behind_a_return_is_room(void **state)
{
    struct fixture fixture;
    assemble(
        &fixture,
        ".p2align 4\n" FUNCTION(
            "f",
            "jmp 1f\n1: " LABEL(
                "in_padding") "mov %eax, (%rdi)\nret\n") ".p2align 4\n" FUNCTION("g",
                                                                                 "jmp 1f\n1: " LABEL(
                                                                                     "no_padding") "mov "
                                                                                                   "%eax, "
                                                                                                   "(%rdi)"
                                                                                                   "\nret\n")
            FUNCTION("h", "xor %eax, %eax\nret\n"));
    expect_way(&fixture, "in_padding", RS_WAY_FORWARD);
    expect_way(&fixture, "no_padding", RS_WAY_NONE_TARGET);
    stores = 0;
    fixture_on_store = on_store;
    uint64_t place = 0;
    void (*f)(uint64_t *) = (void (*)(uint64_t *))fixture_symbol(&fixture, "f");
    f(&place);
    assert_int_equal(stores, 1);
    fixture_close(&fixture);
}

static void branch_targets_are_never_covered(void **state)
{
    struct fixture fixture;
    assemble(
        &fixture,
        FUNCTION("f", "dec %ecx\njne 2f\n1: " LABEL("between") "mov %eax, (%rdi)\n2: mov %rdi, %rdx\n"
                                                               "dec %edx\njne 1b\nret\n")
        /* the only way to label 3 is from inside the window */
        FUNCTION("g", "test %esi, %esi\nje 3f\n" LABEL("own_branch") "mov %eax, (%rdi)\n3: inc %ecx\nret\n"
                                                                     "nop\nnop\n")
        /* two come */
        FUNCTION("h",
                 "test %esi, %esi\nje 4f\nmov %rsi, %rdi\nje 4f\n" LABEL("two_branches") "mov %eax, (%rdi)\n"
                                                                                         "4: ret\nret\nret\n")
            FUNCTION("t", "cmp $2, %esi\nja 6f\nlea 9f(%rip), %rdx\nmovslq (%rdx,%rsi,4), %rax\nadd "
                          "%rdx, %rax\n"
                          "jmp *%rax\n"
                          "5: mov %eax, %ecx\n" LABEL(
                              "in_table") "mov %ecx, (%rdi)\n7: mov %ecx, %eax\nret\n8: inc %edx\n6: "
                                          "ret\n") ".section .rodata\n.p2align 2\n9: .long 5b - 9b, 7b "
                                                   "- 9b, 8b - 9b\n.text\n");
    expect_way(&fixture, "between", RS_WAY_NONE_TARGET);
    expect_way(&fixture, "own_branch", RS_WAY_BACKWARD);
    expect_way(&fixture, "two_branches", RS_WAY_BACKWARD);
    assert_int_equal(patch_start(&fixture, "two_branches"), -5);
    expect_way(&fixture, "in_table", RS_WAY_NONE_TARGET);
    fixture_close(&fixture);
}

/* A store that two branches share and that falls into the next target at once: three ways lead to it. */
#define SHARED_TAIL(extra)                                                                                   \
    FUNCTION("f", "test %esi, %esi\nje 2f\nmov (%rdi), %eax\nadd $1, %eax\nje 3f\n1: " LABEL(                \
                      "shared") "mov %eax, (%rdi)\n3: mov %rdi, %rax\nret\n" extra                           \
                                "2: mov (%rdx), %eax\nmov %rdx, %rdi\nadd $1, %eax\njne 1b\njmp 3b\n"        \
                                "4: .skip 200, 0x90\nadd $1, %eax\njne 1b\njmp 3b\n")

static void a_shared_tail_is_led_around(void **state)
{
    struct fixture fixture;
    uint32_t left = 10, right = 20;
    assemble(&fixture, SHARED_TAIL("") FUNCTION("g", "ret\n"));
    expect_way(&fixture, "shared", RS_WAY_AROUND);
    uint32_t *(*f)(uint32_t *, int, uint32_t *) =
        (uint32_t * (*)(uint32_t *, int, uint32_t *)) fixture_symbol(&fixture, "f");
    stores = 0;
    fixture_on_store = on_store;
    assert_ptr_equal(f(&left, 1, &right), &left);
    assert_ptr_equal(f(&left, 0, &right), &right);
    assert_int_equal(left, 11);
    assert_int_equal(right, 21);
    assert_int_equal(stores, 2);
    left = UINT32_MAX; /* the branch around the store */
    f(&left, 1, &right);
    assert_int_equal(left, UINT32_MAX);
    assert_int_equal(stores, 2);
    fixture_close(&fixture);

    /* a way that cannot be led around: from elsewhere, through data, by a call's return */
    assemble(&fixture, SHARED_TAIL("") FUNCTION("g", "inc %ecx\nje shared\nret\n"));
    expect_way(&fixture, "shared", RS_WAY_NONE_TARGET);
    fixture_close(&fixture);
    assemble(&fixture, SHARED_TAIL("") ".data\n.quad shared\n.text\n");
    expect_way(&fixture, "shared", RS_WAY_NONE_TARGET);
    fixture_close(&fixture);
    assemble(&fixture, SHARED_TAIL("5: dec %ecx\njrcxz 1b\nret\n"));
    expect_way(&fixture, "shared", RS_WAY_NONE_TARGET);
    fixture_close(&fixture);
}

static void what_is_no_candidate(void **state)
{
    static const char *const names[] = {"locked", "displaced",   "stack", "thread",       "short_store",
                                        "byte",   "indexed_mov", "frame", "stack_pointer"};
    struct fixture fixture;
    assemble(&fixture,
             FUNCTION("f", "push %rbp\nmov %rsp, %rbp\n" LABEL("locked") "lock addq $1, (%rdi)\n" LABEL(
                               "displaced") "mov %rax, 8(%rdi)\n" LABEL("stack") "mov %rax, (%rsp)\n" LABEL("thread") "mov %rax, %fs:(%rdi)\n" LABEL("short_store") "mov %ax, (%rdi)\n" LABEL("byte") "mov %al, (%rdi)\n" LABEL("indexed_mov") "mov %rax, (%rdi,%rsi,8)\n" LABEL("frame") "mov %rax, (%rbp)\n" LABEL("stack_pointer") "mov %rsp, (%rdi)\n" LABEL("indexed_add") "addq $1, (%rdi,%rsi,8)\n" LABEL("global") "subl $1, counter(%rip)\n"
                                                                                                                                                                                                                                                                                                                                                                                                                           "mov object(%rip), %eax\ninc %eax\n" LABEL("global_mov") "mov %eax, object(%rip)\n" LABEL(
                                                                                                                                                                                                                                                                                                                                                                                                                               "blind_mov") "mov %eax, other(%rip)\n"
                                                                                                                                                                                                                                                                                                                                                                                                                                            "pop %rbp\nret\n") ".data\n.local counter, object, other\n.comm counter, 8\n.comm object, 8\n.comm other, 8\n.text\n");
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (site_at(&fixture, names[i]))
            fail_msg("%s is a candidate", names[i]);
    assert_null(site_at(&fixture, "blind_mov"));
    expect_way(&fixture, "indexed_add", RS_WAY_IN_PLACE);
    expect_way(&fixture, "global", RS_WAY_IN_PLACE);
    expect_way(&fixture, "global_mov", RS_WAY_IN_PLACE);
    assert_int_equal(site_at(&fixture, "global")->delta, -1);
    assert_int_equal(site_at(&fixture, "global")->mark, RS_MARK_GLOBAL);
    fixture_close(&fixture);
}

static void functions_that_cannot_be_decoded_are_left_alone(void **state)
{
    struct fixture fixture;
    assemble(&fixture, FUNCTION("good", LABEL("good_store") "addq $1, (%rdi)\nmov %rdi, %rax\nret\n")
                           FUNCTION("data_in_code", "jmp 1f\n.byte 0x06, 0x06\n1: " LABEL(
                                                        "lost") "addq $1, (%rdi)\nmov %rdi, %rax\nret\n")
             /* jumps over a prefix: into the middle of an instruction */
             FUNCTION("into_the_middle", "je 1f + 1\n1: lock addq $1, (%rsi)\n" LABEL(
                                             "lost_too") "addq $1, (%rdi)\nmov %rdi, %rax\nret\n")
                 FUNCTION("unknown_jump",
                          "lea 9f(%rip), %rdx\nmovslq (%rdx,%rsi,4), %rax\nadd %rdx, %rax\nje 1f\nnop\n1: "
                          "jmp *%rax\n" LABEL("unresolved") "addq $1, (%rdi)\nmov %rdi, %rax\n" LABEL(
                              "still_in_place") "addq $1, 0(%r13)\nret\n") ".section .rodata\n.p2align 2\n9: "
                                                                           ".long 0, 0\n.text\n");
    const struct rs_plan_figures *figures = rs_plan_figures(fixture.analysis);
    expect_way(&fixture, "good_store", RS_WAY_FORWARD);
    assert_null(site_at(&fixture, "lost"));
    assert_null(site_at(&fixture, "lost_too"));
    assert_int_equal(patch_start(&fixture, "lost"), 99);
    expect_way(&fixture, "unresolved", RS_WAY_NONE_UNRESOLVED);
    expect_way(&fixture, "still_in_place", RS_WAY_IN_PLACE);
    assert_int_equal(figures->functions_lost, 2);
    assert_int_equal(figures->functions_unresolved, 1);
    assert_int_equal(fixture.plan->functions_skipped, 2);
    assert_int_equal(fixture.plan->sites_unpatched, 1);
    fixture_close(&fixture);
}

static void neighbours_share_a_window(void **state)
{
    struct fixture fixture;
    assemble(&fixture,
             FUNCTION("f", LABEL("first") "mov %eax, (%rdi)\n" LABEL("second") "mov %eax, (%rsi)\n" LABEL(
                               "third") "mov %eax, (%rdx)\nret\n"));
    assert_int_equal(patch_start(&fixture, "second"), -2);
    assert_int_equal(patch_start(&fixture, "third"), -4);
    uint32_t places[3] = {0};
    void (*f)(uint32_t *, uint32_t *, uint32_t *) =
        (void (*)(uint32_t *, uint32_t *, uint32_t *))fixture_symbol(&fixture, "f");
    stores = 0;
    fixture_on_store = on_store;
    f(&places[0], &places[1], &places[2]);
    assert_int_equal(stores, 3);
    /* a pc in a trampoline leads back to its store */
    unsigned found = 0;
    uint32_t at = (uint32_t)((uint64_t)fixture_symbol(&fixture, "second") - fixture.base);
    for (uint32_t offset = 0; offset < fixture.plan->code_size; offset++)
        found += rs_plan_origin(fixture.analysis, offset) == at;
    assert_true(found > 30);
    /* and it is known what the hook's frame has on the stack: the red zone and three registers at most, flags were not needed */
    unsigned depth = 0, deepest = 0;
    for (uint32_t offset = 0; offset < fixture.plan->code_size; offset++) {
        depth = rs_plan_depth(fixture.analysis, offset);
        deepest = depth > deepest ? depth : deepest;
        assert_true(depth == 0 || (depth >= 128 && depth % 8 == 0));
    }
    assert_int_equal(deepest, 128 + 24);
    assert_int_equal(depth, 0);
    fixture_close(&fixture);
}

static void entries(void **state)
{
    struct fixture fixture;
    assemble(&fixture,
             FUNCTION("getter", "mov 16(%rdi), %rax\naddq $1, (%rax)\nret\n")
                 FUNCTION("marked", "endbr64\nmov $5, %eax\nret\n")
                     FUNCTION("tiny", "xor %eax, %eax\nret\n") ".p2align 4\n" FUNCTION(
                         "loops", "dec %edi\nje 1f\nmov $7, %eax\njmp loops\n1: ret\n")
                         FUNCTION("not_taken", "mov $6, %eax\nret\n") ".data\n.globl table\ntable: .quad "
                                                                      "getter, marked, tiny, loops\n.text\n");
    const struct rs_plan_figures *figures = rs_plan_figures(fixture.analysis);
    assert_int_equal(figures->entries, 3);
    assert_int_equal(figures->entries_unpatched, 1); /* loops */
    uint64_t object[3] = {0, 0, 0}, place = 41;
    object[2] = (uint64_t)&place;
    uint64_t (**table)(uint64_t *) = fixture_symbol(&fixture, "table");
    stores = 0;
    fixture_on_store = on_store;
    assert_int_equal(table[0](object), &place);
    assert_int_equal(place, 42);
    assert_int_equal(stores, 1); /* the store in the displaced prologue */
    assert_int_equal(table[1](object), 5);
    assert_int_equal(table[2](object), 0);
    for (uint32_t i = 0; i < fixture.plan->entries; i++)
        assert_int_equal(fixture_count(&fixture, fixture_entries(&fixture)[i].desc_off, RS_HOOK_ENTRY), 1);
    fixture_close(&fixture);
}

static void only_entries(void **state)
{
    struct fixture fixture;
    struct rs_error err;
    assemble(&fixture, FUNCTION("f", "mov 16(%rdi), %rax\naddq $1, (%rax)\nret\n")
                           FUNCTION("g", "addq $1, (%rax)\nret\n"));
    uint32_t wanted[] = {(uint32_t)((uint64_t)fixture_symbol(&fixture, "f") - fixture.base), 1};
    struct rs_analysis *analysis = rs_plan_analyse_entries(fixture.path, wanted, 2, &err);
    assert_non_null(analysis);
    const struct rs_plan_figures *figures = rs_plan_figures(analysis);
    assert_int_equal(figures->entries, 1);
    assert_int_equal(figures->entries_unpatched, 1);
    assert_int_equal(figures->sites, 0);
    assert_int_equal(figures->calls, 0);
    rs_plan_close(analysis);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_are_chosen),
        cmocka_unit_test(what_is_behind_a_return_is_room),
        cmocka_unit_test(branch_targets_are_never_covered),
        cmocka_unit_test(a_shared_tail_is_led_around),
        cmocka_unit_test(what_is_no_candidate),
        cmocka_unit_test(functions_that_cannot_be_decoded_are_left_alone),
        cmocka_unit_test(neighbours_share_a_window),
        cmocka_unit_test(entries),
        cmocka_unit_test(only_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
