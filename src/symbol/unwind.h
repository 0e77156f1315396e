/* The native stack of a process that is no more: from its registers, a copy of the top of its stack, and the text of its
 * /proc/PID/maps, by the call frame information of the mapped files (elfutils' libdwfl).
 *
 * Promise: never more than `max` frames; what cannot be read ends the walk. Refuses to guess: no search for return addresses. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct rs_native_state {
    const char *maps;     /* text of /proc/PID/maps */
    uint64_t pc;
    uint64_t regs[16];    /* in DWARF's order: rax rdx rcx rbx rsi rdi rbp rsp r8..r15 */
    const uint8_t *stack; /* `stack_size` bytes from address `stack_at` on */
    uint64_t stack_at;
    size_t stack_size;
};

struct rs_native {
    uint64_t pc;      /* inside the instruction: one less than a return address */
    const char *path; /* of the mapped file that holds it, NULL if none does */
    uint64_t offset;  /* module-relative, as rs_symbol_frames takes it */
};

/* Fills frames, innermost first; how many. Paths go to the arena. */
size_t rs_symbol_unwind(const struct rs_native_state *state, struct rs_arena *arena, struct rs_native *frames, size_t max);
