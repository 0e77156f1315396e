/* What the runtime needs of the processor; implemented in arch/<processor>/ (shim.S, inline.h), one folder each.
 *
 * The frame below is what the call-through shims build on the stack at an API call, a function entry or an indirect
 * call of an instrumented module. Unwinders pass through it by its CFI; no return address is ever replaced. */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct rt_frame {
    uint64_t args[6];  /* integer argument registers in calling order */
    uint64_t result;   /* on the way in: the vector register count of a variadic call; on the way out: the result */
    uint64_t result2;  /* second result register */
    void *desc;        /* struct rs_import_desc, rs_entry_desc or rs_call_desc */
    uint64_t target;   /* in: what to call; the enter function may change it */
    uint64_t state[4]; /* the enter function's notes for its leave function */
    uint64_t link;     /* the caller's frame pointer */
    uint64_t return_address;
    uint64_t stack[]; /* stack arguments */
};

enum rt_shim_verdict {
    RT_SHIM_PASS,       /* jump to the target as if the shim did not exist */
    RT_SHIM_CALL,       /* call the target, then the leave function */
    RT_SHIM_CALL_STACK, /* this or more, an even number: the same, with that many words of stack arguments carried along
                         */
};
enum { RT_STACK_WORDS = 32 }; /* where nothing says how many there are */

/* The stack pointer of the caller at the moment of the call (return address popped). */
static inline uint64_t rt_frame_sp(const struct rt_frame *frame)
{
    return (uint64_t)(uintptr_t)frame->stack;
}

/* Entry points for the hook slots of a plan (shim.S); they call the C functions below. */
void rt_shim_api(void);
void rt_shim_entry(void);
void rt_shim_call(void);
void rt_shim_add(void);
void rt_shim_set(void);
/* Code range of the call-through shims: a return address in it is a tail call out of a tracked entry. */
extern const char rt_shim_begin[], rt_shim_end[];

/* Called by the shims; hidden, general registers only, and nothing outside the runtime may be called on the way in: the
 * vector registers hold the program's arguments. Enter functions return enum rt_shim_verdict. */
uint64_t rt_api_enter(struct rt_frame *frame);
void rt_api_leave(struct rt_frame *frame);
uint64_t rt_entry_enter(struct rt_frame *frame);
void rt_entry_leave(struct rt_frame *frame);
uint64_t rt_call_enter(struct rt_frame *frame);
void rt_call_leave(struct rt_frame *frame);
/* A refcount store is about to happen that the shim's fast path could not settle: the object is not known yet, the ring
 * wants attention, the thread has no GIL, or the site is armed. `value` is the delta (add) or the new low 32 bits
 * (set). */
void rt_store_slow(uint64_t address, uint32_t value, uint32_t site, uint32_t is_set);

#if defined(__x86_64__)
#include "arch/x86_64/inline.h"
#else
#error "refsan knows x86-64 only"
#endif
