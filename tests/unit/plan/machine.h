/* Runs a piece of code with chosen registers and flags and tells what it left: for differential tests of
 * moved code. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* By number; [4], rsp, is not loaded. flags: the six arithmetic ones, at their places in the flags register.
 */
struct machine {
    uint64_t regs[16];
    uint64_t flags;
    uint64_t code; /* called; returns with ret */
};

enum { MACHINE_FLAGS = 0x8d5 };

void machine_run(const struct machine *in, struct machine *out);

/* What the store hooks below were called with. */
struct machine_event {
    uint64_t address;
    uint32_t value, site, set;
};
extern struct machine_event machine_events[64];
extern unsigned machine_event_count;

/* Hooks as wire/plan.h asks for, which free rax, rcx, rdx and the flags with odd values. */
void machine_hook_add(void);
void machine_hook_set(void);

/* Executable and writable pages, within 2 GB of `near` (0: anywhere). */
uint8_t *machine_pages(size_t size, uint64_t near);
