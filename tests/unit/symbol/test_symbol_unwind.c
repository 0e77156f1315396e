/* The stack of this process, from its registers and a copy of its bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <cmocka.h>

#include "symbol/symbol.h"
#include "symbol/unwind.h"

enum { STACK = 2048, FRAMES = 32 };

static struct rs_native_state state;
static uint8_t stack[STACK];
static char maps[1 << 16];

static void read_maps(void)
{
    FILE *file = fopen("/proc/self/maps", "r");

    assert_non_null(file);
    maps[fread(maps, 1, sizeof(maps) - 1, file)] = 0;
    fclose(file);
}

/* As a signal handler would note them. The bytes of all frames are read, also what a sanitizer holds to be nobody's. */
static __attribute__((no_sanitize("address"))) void take_state(void)
{
    static const int order[16] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP,
                                  REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    ucontext_t here;

    getcontext(&here);
    for (int i = 0; i < 16; i++)
        state.regs[i] = (uint64_t)here.uc_mcontext.gregs[order[i]];
    state.pc = (uint64_t)here.uc_mcontext.gregs[REG_RIP];
    state.stack_at = state.regs[7];
    state.stack_size = sizeof(stack);
    for (size_t i = 0; i < sizeof(stack); i++)
        stack[i] = ((const volatile uint8_t *)state.stack_at)[i];
    state.stack = stack;
    state.maps = maps;
}

static __attribute__((noipa)) void innermost(int depth)
{
    take_state();
    __asm__ volatile("" ::"r"(depth));
}

static __attribute__((noipa)) void in_between(int depth)
{
    innermost(depth + 1);
    __asm__ volatile("" ::"r"(depth));
}

static __attribute__((noipa)) void outermost(int depth)
{
    in_between(depth + 1);
    __asm__ volatile("" ::"r"(depth));
}

static const char *name_of(struct rs_symbols *symbols, const struct rs_native *native)
{
    struct rs_frame frames[4];
    size_t count = native->path != NULL ? rs_symbol_frames(symbols, native->path, NULL, native->offset, frames, 4) : 0;

    return count > 0 && frames[count - 1].function != NULL ? frames[count - 1].function : "?";
}

static void test_own_stack(void **context)
{
    struct rs_symbols *symbols = rs_symbol_open();
    struct rs_native frames[FRAMES];
    struct rs_arena arena = {0};
    static const char *const expected[] = {"innermost", "in_between", "outermost", "test_own_stack"};
    size_t count, at = 0;

    read_maps();
    outermost(0);
    count = rs_symbol_unwind(&state, &arena, frames, FRAMES);
    for (size_t i = 0; i < count && at < 4; i++)
        at += strcmp(name_of(symbols, &frames[i]), expected[at]) == 0;
    assert_int_equal(at, 4);
    assert_in_range(rs_symbol_unwind(&state, &arena, frames, 2), 1, 2);
    rs_arena_close(&arena);
    rs_symbol_close(symbols);
}

static uint64_t made, meant;

static bool original(void *context, uint64_t *pc, unsigned *depth)
{
    if (*pc != made)
        return false;
    *pc = meant;
    *depth = 0;
    return true;
}

/* A call through a NULL pointer: what is on top of the stack is the way back. */
static void test_call_to_nowhere(void **context)
{
    struct rs_symbols *symbols = rs_symbol_open();
    struct rs_native plain[FRAMES], called[FRAMES];
    struct rs_arena arena = {0};
    struct rs_native_state less;
    uint64_t back;
    size_t count;

    read_maps();
    outermost(0);
    count = rs_symbol_unwind(&state, &arena, plain, FRAMES);
    less = state;
    less.pc = 0;
    less.stack_at -= 8;
    less.regs[7] -= 8;
    back = state.pc;
    memmove(stack + 8, stack, sizeof(stack) - 8);
    memcpy(stack, &back, 8);
    less.stack_size = sizeof(stack);
    assert_int_equal(rs_symbol_unwind(&less, &arena, called, FRAMES), count + 1);
    assert_null(called[0].path);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(name_of(symbols, &called[i + 1]), name_of(symbols, &plain[i]));
    rs_arena_close(&arena);
    rs_symbol_close(symbols);
}

/* As if a place lay in code made at run time: the walk goes on where that stands for. */
static void test_code_made_at_run_time(void **context)
{
    struct rs_symbols *symbols = rs_symbol_open();
    struct rs_native plain[FRAMES], led[FRAMES];
    struct rs_arena arena = {0};
    size_t count;

    read_maps();
    outermost(0);
    count = rs_symbol_unwind(&state, &arena, plain, FRAMES);
    state.original = original;
    for (size_t n = 0; n < count && n < 4; n++) { /* one frame after the other; a return address is one more than a frame's pc */
        made = plain[n].pc + (n > 0);
        meant = plain[n].pc;
        assert_int_equal(rs_symbol_unwind(&state, &arena, led, FRAMES), count);
        for (size_t i = 0; i < count; i++)
            assert_string_equal(name_of(symbols, &led[i]), name_of(symbols, &plain[i]));
    }
    state.original = NULL;
    rs_arena_close(&arena);
    rs_symbol_close(symbols);
}

static void test_what_is_missing_ends_the_walk(void **context)
{
    struct rs_native frames[FRAMES];
    struct rs_arena arena = {0};
    struct rs_native_state less;
    size_t whole;

    read_maps();
    outermost(0);
    whole = rs_symbol_unwind(&state, &arena, frames, FRAMES);
    less = state;
    less.stack_size = 0;
    assert_in_range(rs_symbol_unwind(&less, &arena, frames, FRAMES), 0, whole - 1);
    less = state;
    less.maps = "no line of a map\n\n7f0000000000-7f0000001000 r-xp 00000000 00:00 1 /nonexistent/file\n";
    assert_in_range(rs_symbol_unwind(&less, &arena, frames, FRAMES), 0, 1);
    less.maps = NULL;
    assert_int_equal(rs_symbol_unwind(&less, &arena, frames, FRAMES), 0);
    less = state;
    less.pc = 8; /* a jump to nowhere: nothing on the stack is a return address */
    assert_in_range(rs_symbol_unwind(&less, &arena, frames, FRAMES), 0, whole);
    rs_arena_close(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_own_stack), cmocka_unit_test(test_call_to_nowhere), cmocka_unit_test(test_code_made_at_run_time),
                                       cmocka_unit_test(test_what_is_missing_ends_the_walk)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
