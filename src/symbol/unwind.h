/* The native stack of a process that is no more: from its registers, a copy of the top of its stack, and the text of
 * its /proc/PID/maps, by the call frame information of the mapped files (elfutils' libdwfl).
 *
 * Promise: never more than `max` frames; what cannot be read ends the walk. Refuses to guess: no search for return
 * addresses. Only where there is no code at the innermost address, as after a call through a bad pointer, the word on
 * top of the stack is taken for one. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct rs_native_state {
    const char *maps; /* text of /proc/PID/maps */
    uint64_t pc;
    uint64_t regs[16];    /* in DWARF's order: rax rdx rcx rbx rsi rdi rbp rsp r8..r15 */
    const uint8_t *stack; /* `stack_size` bytes from address `stack_at` on */
    uint64_t stack_at;
    size_t stack_size;
    /* Code made at run time that stands for a file's, without call frame information of its own. If *pc (an
     * instruction, or a return address) lies in such code: makes it the instruction that it stands for, says how many
     * bytes that code has on the stack there, true. NULL: none. */
    bool (*original)(void *context, uint64_t *pc, unsigned *depth);
    void *context;
};

struct rs_native {
    uint64_t pc;      /* inside the instruction: one less than a return address */
    const char *path; /* of the mapped file that holds it, NULL if none does */
    uint64_t offset;  /* module-relative, as rs_symbol_frames takes it */
};

/* Fills frames, innermost first; how many. Paths go to the arena. */
size_t rs_symbol_unwind(const struct rs_native_state *state, struct rs_arena *arena, struct rs_native *frames,
                        size_t max);
