/* Trampolines of stores against the plain instructions: every base, source, width and form, random registers,
 * all combinations of live flags. What is compared: registers, flags, stack pointer, memory, and what the
 * hook was told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "arch/x86_64/emit.h"
#include "machine.h"
#include "wire/plan.h"

enum { CODE = 0, AREA = 0x1000, DATA = 0x2000, HOOKS = 0x3000, SITE = 0x1234, PAGES = 0x4000 };

static uint8_t *pages; /* the "module" at CODE, the "area" at AREA */

static uint64_t next_random(void)
{
    static uint64_t state = 88172645463325252ull;
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state;
}

/* A window of the code at CODE: `size` bytes, of which the instruction at `store` is hooked; emitted at AREA.
 * Returns the way in which flags are kept. */
static enum rs_keep make_trampoline(size_t size, size_t store_at)
{
    struct rs_insn insns[16] = {0};
    struct rs_piece pieces[16] = {0};
    struct rs_code code = {0};
    size_t count = 0, store = 0;
    for (size_t done = 0; done < size; done += insns[count++].length) {
        assert_true(rs_arch_decode(pages + CODE + done, size - done, (uint32_t)done, &insns[count]));
        if (done == store_at)
            store = count;
    }
    size_t window = count - 1; /* all but the last, a ret */
    enum rs_keep keep = rs_arch_keep(insns, count, store, false);
    for (size_t i = 0; i < window; i++)
        pieces[i] = (struct rs_piece){.insn = &insns[i], .bytes = pages + CODE + insns[i].at};
    pieces[store].action = RS_HOOK_STORE;
    pieces[store].number = 4;
    pieces[store].keep = keep;
    rs_arch_emit_window(&code, pieces, window, insns[window].at);
    struct rs_layout layout = {.base = (uint64_t)pages + CODE,
                               .area = (uint64_t)pages + AREA,
                               .hook_off = HOOKS - AREA,
                               .first_site = SITE - 4};
    memset(pages + AREA, 0xcc, 512);
    memcpy(pages + AREA, code.bytes.items, code.bytes.count);
    for (size_t i = 0; i < code.fixes.count; i++)
        assert_true(rs_code_fix(pages + AREA, &code.fixes.items[i], &layout, 0));
    rs_code_close(&code);
    return keep;
}

/* Runs the code at CODE and its copy at AREA from the same state. Flags are compared as far as `mask` says.
 */
static void run_both(const struct machine *in, uint64_t mask)
{
    struct machine before = *in, plain, moved;
    uint64_t memory[64], after_plain[64];
    memcpy(memory, pages + DATA, sizeof memory);
    before.code = (uint64_t)pages + CODE;
    machine_run(&before, &plain);
    memcpy(after_plain, pages + DATA, sizeof memory);
    memcpy(pages + DATA, memory, sizeof memory);
    before.code = (uint64_t)pages + AREA;
    machine_event_count = 0;
    machine_run(&before, &moved);
    assert_memory_equal(after_plain, pages + DATA, sizeof memory);
    assert_memory_equal(plain.regs, moved.regs, sizeof plain.regs);
    assert_int_equal(plain.flags & mask, moved.flags & mask);
    memcpy(pages + DATA, memory, sizeof memory);
}

static void expect_event(uint64_t offset, uint32_t value, bool set)
{
    assert_int_equal(machine_event_count, 1);
    assert_int_equal(machine_events[0].address, pages + DATA + offset);
    assert_int_equal(machine_events[0].value, value);
    assert_int_equal(machine_events[0].site, SITE);
    assert_int_equal(machine_events[0].set, set);
}

static struct machine random_machine(unsigned base)
{
    struct machine in;
    for (unsigned i = 0; i < 16; i++)
        in.regs[i] = next_random();
    in.regs[base] = (uint64_t)pages + DATA + 64;
    in.flags = next_random();
    for (unsigned i = 0; i < 64; i++)
        ((uint64_t *)(pages + DATA))[i] = next_random();
    return in;
}

/* REX, opcode, ModRM and what belongs to them for [base] without displacement. Returns the length. */
static size_t put_store(uint8_t *out, bool wide, uint8_t opcode, unsigned reg, unsigned base)
{
    size_t size = 0;
    unsigned low = base & 7;
    out[size++] = 0x40 | wide << 3 | (reg >> 3) << 2 | base >> 3;
    out[size++] = opcode;
    out[size++] = (low == 5 ? 0x40 : 0) | (reg & 7) << 3 | low;
    if (low == 4)
        out[size++] = 0x24; /* SIB: base only */
    if (low == 5)
        out[size++] = 0; /* displacement of one byte */
    return size;
}

/* What follows the store: pushfq and popfq read all flags and change none; ret alone reads none. */
static size_t put_end(uint8_t *out, bool read_flags)
{
    size_t size = 0;
    if (read_flags)
        out[size++] = 0x9c, out[size++] = 0x9d;
    out[size++] = 0xc3;
    return size;
}

static void every_mov(void **state)
{
    for (unsigned i = 0; i < 16 * 16 * 4; i++) {
        unsigned base = i & 15, reg = i >> 4 & 15;
        bool wide = i >> 8 & 1, live = i >> 9 & 1;
        if (base == RS_RSP || reg == RS_RSP)
            continue;
        size_t size = put_store(pages + CODE, wide, 0x89, reg, base);
        size += put_end(pages + CODE + size, live);
        assert_int_equal(make_trampoline(size, 0), live ? RS_KEEP_FLAGS : RS_KEEP_NOTHING);
        struct machine in = random_machine(base);
        run_both(&in, live ? MACHINE_FLAGS : 0);
        expect_event(64, (uint32_t)in.regs[reg], true);
    }
}

static void every_add_and_sub(void **state)
{
    for (unsigned i = 0; i < 16 * 2 * 2 * 2; i++) {
        unsigned base = i & 15, operation = i >> 4 & 1 ? 5 : 0; /* sub, add */
        bool wide = i >> 5 & 1;
        if (base == RS_RSP)
            continue;
        size_t size = put_store(pages + CODE, wide, 0x83, operation, base);
        pages[CODE + size++] = i >> 6 & 1 ? 0x80 : 1; /* -128 or 1 */
        size += put_end(pages + CODE + size, true);
        assert_int_equal(make_trampoline(size, 0), RS_KEEP_NOTHING);
        struct machine in = random_machine(base);
        run_both(&in, MACHINE_FLAGS);
        int32_t added = i >> 6 & 1 ? -128 : 1;
        expect_event(64, (uint32_t)(operation ? -added : added), false);
    }
}

static void every_inc_and_dec(void **state)
{
    for (unsigned i = 0; i < 16 * 2 * 2 * 2; i++) {
        unsigned base = i & 15, operation = i >> 4 & 1;
        bool wide = i >> 5 & 1, live = i >> 6 & 1;
        if (base == RS_RSP)
            continue;
        size_t size = put_store(pages + CODE, wide, 0xff, operation, base);
        size += put_end(pages + CODE + size, live);
        assert_int_equal(make_trampoline(size, 0),
                         live ? RS_KEEP_FLAGS : RS_KEEP_NOTHING); /* carry passes through */
        struct machine in = random_machine(base);
        run_both(&in, live ? MACHINE_FLAGS : MACHINE_FLAGS & ~1u);
        expect_event(64, operation ? -1u : 1u, false);
    }
}

/* sub reg, 1; mov [base], reg; je: the flags are those of the register, so it is tested again instead of
 * saved. */
static void every_retest(void **state)
{
    for (unsigned i = 0; i < 16 * 16 * 2; i++) {
        unsigned base = i & 15, reg = i >> 4 & 15;
        bool wide = i >> 8 & 1;
        if (base == RS_RSP || reg == RS_RSP || base == reg)
            continue;
        uint8_t *code = pages + CODE;
        size_t size = 0, store;
        code[size++] = 0x40 | wide << 3 | reg >> 3;
        code[size++] = 0x83, code[size++] = 0xe8 | (reg & 7), code[size++] = 1; /* sub reg, 1 */
        store = size;
        size += put_store(code + size, wide, 0x89, reg, base);
        memcpy(code + size, (const uint8_t[]){0x74, 5, 0x78, 3, 0x7b, 1, 0x90, 0xc3},
               8); /* je, js, jnp; nop */
        size += 8;
        assert_int_equal(make_trampoline(size, store), RS_KEEP_RETEST);
        struct machine in = random_machine(base);
        in.regs[reg] = i % 3 ? next_random() : 1;
        run_both(&in, 0x40 | 0x80 | 0x04);
        expect_event(64, (uint32_t)in.regs[reg] - 1, true);
    }
}

static void indexed_and_fixed_addresses(void **state)
{
    /* add qword [rax + rcx * 8], 1; pushfq; popfq; ret */
    static const uint8_t indexed[] = {0x48, 0x83, 0x04, 0xc8, 0x01, 0x9c, 0x9d, 0xc3};
    memcpy(pages + CODE, indexed, sizeof indexed);
    make_trampoline(sizeof indexed, 0);
    struct machine in = random_machine(RS_RAX);
    in.regs[RS_RCX] = 5;
    run_both(&in, MACHINE_FLAGS);
    expect_event(64 + 40, 1, false);

    /* sub dword [rip + DATA], 1; pushfq; popfq; ret: an immediate lies behind the displacement */
    uint8_t fixed[] = {0x83, 0x2d, 0, 0, 0, 0, 0x01, 0x9c, 0x9d, 0xc3};
    uint32_t distance = DATA - CODE - 7;
    memcpy(fixed + 2, &distance, 4);
    memcpy(pages + CODE, fixed, sizeof fixed);
    make_trampoline(sizeof fixed, 0);
    run_both(&in, MACHINE_FLAGS);
    expect_event(0, -1u, false);
}

/* The red zone below the stack pointer belongs to a leaf function. */
static void red_zone_is_kept(void **state)
{
    /* mov [rsp-8], rdi; mov [rdi], rsi; mov rax, [rsp-8]; ret */
    static const uint8_t code[] = {0x48, 0x89, 0x7c, 0x24, 0xf8, 0x48, 0x89,
                                   0x37, 0x48, 0x8b, 0x44, 0x24, 0xf8, 0xc3};
    memcpy(pages + CODE, code, sizeof code);
    make_trampoline(sizeof code, 5);
    struct machine in = random_machine(RS_RDI);
    run_both(&in, 0);
    expect_event(64, (uint32_t)in.regs[RS_RSI], true);
}

/* A branch whose target moves with it, one to a place that stays, and the hook only where control comes by.
 */
static void branches_in_a_window(void **state)
{
    /* test esi, esi; je 1f; mov [rdi], esi; 1: lea rax, [rip + 0]; cmp eax, 1; ret */
    static const uint8_t code[] = {0x85, 0xf6, 0x74, 0x02, 0x89, 0x37, 0x48, 0x8d, 0x05,
                                   0,    0,    0,    0,    0x83, 0xf8, 0x01, 0xc3};
    memcpy(pages + CODE, code, sizeof code);
    make_trampoline(sizeof code, 4);
    struct machine in = random_machine(RS_RDI);
    in.regs[RS_RSI] = 7;
    run_both(&in, MACHINE_FLAGS);
    expect_event(64, 7, true);
    in.regs[RS_RSI] = 0;
    run_both(&in, MACHINE_FLAGS);
    assert_int_equal(machine_event_count, 0);
}

static int set_up(void **state)
{
    pages = machine_pages(PAGES, 0);
    uint64_t hooks[RS_HOOK_SLOTS] = {
        [RS_HOOK_ADD] = (uint64_t)machine_hook_add, [RS_HOOK_SET] = (uint64_t)machine_hook_set};
    memcpy(pages + HOOKS, hooks, sizeof hooks);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mov),
        cmocka_unit_test(every_add_and_sub),
        cmocka_unit_test(every_inc_and_dec),
        cmocka_unit_test(every_retest),
        cmocka_unit_test(indexed_and_fixed_addresses),
        cmocka_unit_test(red_zone_is_kept),
        cmocka_unit_test(branches_in_a_window),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
