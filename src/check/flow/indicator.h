/* The error indicator as a member of the thread state, for who walks through a function. */
#pragma once
#include "check/flow/flow.h"

/* Whether a pointer leads to that member. */
bool rs_indicator_is_at(struct rs_ir *ir, LLVMValueRef pointer);
/* A load of it, or a store to it, on the way on which an exception is set (`set`), or none is; false when that cannot
 * be. */
bool rs_indicator_read(struct rs_flow *flow, struct rs_state *state, LLVMValueRef load, bool set);
bool rs_indicator_write(struct rs_flow *flow, struct rs_state *state, LLVMValueRef store, bool set);
