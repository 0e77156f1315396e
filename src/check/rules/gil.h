/* Where the GIL is, on the ways through a function.
 *
 * A *state* is whether this thread holds the GIL and what the last PyGILState_Ensure found, which PyGILState_Release
 * gives back; a set of states has a bit for each. What a call does to a state is known of the C API, of the unit's
 * functions, and of those that other units of the extension define; of what is not known, both states come. */
#pragma once
#include "check/rules/rules.h"

enum { RS_GIL_HELD = 1, RS_GIL_FREE = 2, RS_GIL_BOTH = RS_GIL_HELD | RS_GIL_FREE };

/* The set of states at a function's entry, given whether the GIL is held there (RS_GIL_HELD, RS_GIL_FREE, or both). */
unsigned rs_gil_entry(unsigned held);
/* RS_GIL_HELD, RS_GIL_FREE or both: what a set of states says. */
unsigned rs_gil_held(unsigned states);
/* Whether a call touches what the GIL guards: of the C API, or a function that does so on every way to its return when
 * it is entered without the GIL. */
bool rs_gil_needed(struct rs_rules *rules, LLVMValueRef call);
/* The states behind an instruction. */
unsigned rs_gil_after(struct rs_rules *rules, LLVMValueRef instruction, unsigned states);

/* gil_callback.c */
/* Calls back for each function that an indirect call can go to, where its function's parameter is called and all that
 * is passed there is seen; false where that is not so. */
typedef void rs_gil_on_target(void *context, struct rs_ir_function *target);
bool rs_gil_targets(struct rs_rules *rules, LLVMValueRef call, rs_gil_on_target *on_target, void *context);
/* Whether a function of the unit only calls what it is given as that argument. */
bool rs_gil_is_only_called(struct rs_rules *rules, LLVMValueRef call, unsigned position);

/* The states at the heads of a function's blocks that can be reached, for an entry that is RS_GIL_HELD, RS_GIL_FREE or
 * both: adds block -> set to `heads`. Returns what the GIL may be at the function's returns; 0: it never returns. */
unsigned rs_gil_solve(struct rs_rules *rules, LLVMValueRef function, unsigned held, struct rs_map *heads);
