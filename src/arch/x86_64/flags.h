/* Which arithmetic flags somebody may still read behind an instruction. Errs towards "live". */
#pragma once
#include <stddef.h>

#include "arch/x86_64/decode.h"

/* The flags (RS_CF ...) that are live in front of insns[first]; the array is one function in address order.
 * Calls and returns read none (System V ABI 3.2.1: only the direction flag is preserved across them); a jump
 * to where the array does not reach reads all. */
unsigned rs_arch_flags_live(const struct rs_insn *insns, size_t count, size_t first);

/* The instruction that begins at `at`, or `count`. */
size_t rs_arch_find(const struct rs_insn *insns, size_t count, uint32_t at);
