/* Where Python code stands: which code object, at which instruction. Reads only; the host turns it into lines. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct rt_place {
    uint64_t code;  /* PyCodeObject *, 0: no Python frame */
    uint32_t instr; /* byte offset of the instruction in it */
};

/* The innermost Python frame of the calling thread (needs the GIL). Its code object is recorded at first sight. */
struct rt_place rt_stack_place(void);
/* For a crash: records the frames of the thread state, innermost first (RS_REC_PYFRAME), through checked reads. One
 * thread at a time. */
void rt_stack_record(void *thread);
/* The code object of the innermost Python frame if one of its local variables refers to the object, else 0. Cheap. */
uint64_t rt_stack_innermost_holds(uint64_t object);
/* Calls back for each local variable (an owned reference) of every frame of this thread; stops when it returns true. */
bool rt_stack_locals(bool (*visit)(uint64_t object, uint64_t code, void *context), void *context);
