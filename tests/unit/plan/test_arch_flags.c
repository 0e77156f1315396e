/* Which flags are live behind an instruction: errs to "live", never to "dead". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/x86_64/flags.h"

enum { MOST = 64 };

/* Flags live in front of instruction number `first` of `bytes`. */
static unsigned live(const char *bytes, size_t size, size_t first)
{
    struct rs_insn insns[MOST];
    size_t count = 0;
    for (size_t done = 0; done < size; done += insns[count++].length) {
        assert_true(count < MOST);
        assert_true(
            rs_arch_decode((const uint8_t *)bytes + done, size - done, (uint32_t)done, &insns[count]));
    }
    return rs_arch_flags_live(insns, count, first);
}
#define LIVE(bytes, first) live(bytes, sizeof(bytes) - 1, first)

static void straight_lines(void **state)
{
    assert_int_equal(LIVE("\x89\x07\xc3", 0), 0);                         /* mov; ret */
    assert_int_equal(LIVE("\x89\x07\x9c\xc3", 0), RS_FLAGS);              /* mov; pushf */
    assert_int_equal(LIVE("\x89\x07\x0f\x92\xc0\xc3", 0), RS_CF);         /* mov; setb al */
    assert_int_equal(LIVE("\x89\x07\x31\xc0\x9c\xc3", 0), 0);             /* mov; xor eax, eax; pushf */
    assert_int_equal(LIVE("\xff\xc0\x9c\xc3", 0), RS_CF);                 /* inc eax leaves the carry */
    assert_int_equal(LIVE("\x83\x07\x01\x9c\xc3", 0), 0);                 /* add [rdi], 1 */
    assert_int_equal(LIVE("\x11\xc8\xc3", 0), RS_CF);                     /* adc */
    assert_int_equal(LIVE("\x0f\x4c\xc1\xc3", 0), RS_SF | RS_OF);         /* cmovl */
    assert_int_equal(LIVE("\x89\x07\xe8\x00\x00\x00\x00\x9c\xc3", 0), 0); /* a call keeps none */
    assert_int_equal(LIVE("\x89\x07\x0f\x0b", 0), 0);                     /* ud2 */
}

static void what_may_leave_flags_kills_none(void **state)
{
    assert_int_equal(LIVE("\xd3\xe0\x9c\xc3", 0), RS_FLAGS); /* shl eax, cl: by zero it does nothing */
    assert_int_equal(LIVE("\xf3\xa6\x9c\xc3", 0), RS_FLAGS); /* repe cmpsb: with rcx = 0 */
    assert_int_equal(LIVE("\xc4\xe2\x71\xf7\xc0\x9c\xc3", 0), RS_FLAGS); /* shlx writes none */
}

static void branches(void **state)
{
    assert_int_equal(LIVE("\x89\x07\x74\x01\xc3\xc3", 0), RS_ZF);                     /* je over a ret */
    assert_int_equal(LIVE("\x89\x07\x74\x02\x31\xc0\x78\x00\xc3", 0), RS_ZF | RS_SF); /* je 1f; xor; 1: js */
    assert_int_equal(LIVE("\x89\x07\xeb\x01\x9c\xc3", 0), 0);                         /* jmp over a pushf */
    assert_int_equal(LIVE("\x89\x07\xeb\x7f", 0), RS_FLAGS); /* out of the function */
    assert_int_equal(LIVE("\x89\x07\xff\xe0", 0), RS_FLAGS); /* perhaps a jump table */
    assert_int_equal(LIVE("\x89\x07\xeb\xfc", 0), RS_FLAGS); /* for ever: given up */
    assert_int_equal(LIVE("\x89\x07", 0), RS_FLAGS);         /* off the end */
    assert_int_equal(LIVE("\x89\x07\xe3\x01\xc3\x9c\xc3", 0),
                     RS_FLAGS); /* jrcxz reads none, its target does */
}

static void decoding(void **state)
{
    struct rs_insn insn;
    assert_false(rs_arch_decode((const uint8_t *)"\x06", 1, 0, &insn)); /* no instruction in 64-bit mode */
    assert_false(rs_arch_decode((const uint8_t *)"\xe8\x00", 2, 0, &insn)); /* cut off */
    assert_true(rs_arch_decode((const uint8_t *)"\xe8\xfb\xff\xff\xff", 5, 0x10, &insn));
    assert_int_equal(insn.flow, RS_FLOW_CALL);
    assert_int_equal(insn.target, 0x10);
    assert_true(rs_arch_decode((const uint8_t *)"\xe8\x00\xff\xff\xff", 5, 0x10, &insn));
    assert_true(insn.outside);
    assert_true(rs_arch_decode((const uint8_t *)"\xff\x25\x01\x00\x00\x00", 6, 0x10, &insn));
    assert_int_equal(insn.flow, RS_FLOW_JUMP_INDIRECT);
    assert_int_equal(insn.target, 0x17);
    assert_true(rs_arch_decode((const uint8_t *)"\xe3\x02", 2, 0, &insn));
    assert_int_equal(insn.flow, RS_FLOW_FIXED);
    assert_true(rs_arch_decode((const uint8_t *)"\x42\x8b\x04\x20", 4, 0, &insn)); /* mov eax, [rax + r12] */
    assert_int_equal(insn.index, 12);
    assert_true(rs_arch_writes((const uint8_t *)"\x48\xf7\xe1", 3, RS_RDX));  /* mul rcx: implied */
    assert_false(rs_arch_writes((const uint8_t *)"\x48\x89\xc8", 3, RS_RCX)); /* mov rax, rcx */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(straight_lines),
        cmocka_unit_test(what_may_leave_flags_kills_none),
        cmocka_unit_test(branches),
        cmocka_unit_test(decoding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
