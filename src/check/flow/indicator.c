/* The error indicator as a member of the thread state: code that a generator wrote asks, sets and clears it there
 * without a call. That is taken for what the calls do: whoever reads it asks whether an exception is set, and goes on
 * in two ways; whoever stores there sets one, or clears it with NULL. */
#include "check/flow/indicator.h"

#include <string.h>

bool rs_indicator_is_at(struct rs_ir *ir, LLVMValueRef pointer)
{
    const char *structure, *member;
    int64_t offset = 0;

    if (!LLVMIsAGetElementPtrInst(pointer))
        return false;
    structure = rs_ir_struct_stem(ir, LLVMGetGEPSourceElementType(pointer));
    if (structure == NULL || (strcmp(structure, "_ts") != 0 && strcmp(structure, "PyThreadState") != 0) ||
        rs_memory_key(ir, pointer, NULL, &offset) == 0)
        return false;
    member = rs_ir_member(ir, structure, (uint64_t)offset);
    return member != NULL && (strcmp(member, "curexc_type") == 0 || strcmp(member, "current_exception") == 0);
}

/* Whether the function puts something there, too: it takes the exception out. */
static bool is_taken(struct rs_flow *flow)
{
    for (size_t i = 0; i < flow->blocks.count; i++)
        for (LLVMValueRef at = LLVMGetFirstInstruction(flow->blocks.items[i].block); at != NULL;
             at = LLVMGetNextInstruction(at))
            if (LLVMIsAStoreInst(at) && rs_indicator_is_at(flow->ir, LLVMGetOperand(at, 1)))
                return true;
    return false;
}

bool rs_indicator_read(struct rs_flow *flow, struct rs_state *state, LLVMValueRef load, bool set)
{
    struct rs_av address = rs_eval(flow, state, LLVMGetOperand(load, 0)), value = rs_av_int(0);
    struct rs_cell *cell = address.kind == RS_AV_SYM ? rs_memory_cell(state, address.sym, address.number) : NULL;

    if (!rs_error_refine(flow, state, set))
        return false;
    if (is_taken(flow))
        state->supposed = RS_SUPPOSED_NOTHING;
    /* what was there once has gone its ways since */
    if (cell != NULL) {
        struct rs_av old = cell->value;

        *cell = state->mem.items[--state->mem.count];
        rs_refs_unknown(state, old);
    }
    if (set)
        value = rs_memory_load(flow, state, address, LLVMGetOperand(load, 0), load);
    if (set && value.kind == RS_AV_SYM)
        state->syms.items[value.sym].null = RS_NONNULL;
    rs_state_set(state, rs_flow_index(flow, load), value);
    return true;
}

bool rs_indicator_write(struct rs_flow *flow, struct rs_state *state, LLVMValueRef store, bool set)
{
    struct rs_av value = rs_eval(flow, state, LLVMGetOperand(store, 0));

    if (value.kind == RS_AV_INT
            ? (value.number != 0) != set
            : value.kind == RS_AV_SYM && value.number == 0 && !rs_refine_null(flow, state, value.sym, !set))
        return false;
    rs_eval_instruction(flow, state, store);
    state->err = value.kind == RS_AV_UNKNOWN ? RS_ERR_UNKNOWN : set ? RS_ERR_SET : RS_ERR_CLEAR;
    state->vague = state->clouded = state->pending = false;
    state->err_sym = RS_NONE;
    state->err_at = NULL;
    for (size_t i = 0; i < state->syms.count; i++)
        state->syms.items[i].flags &= ~(uint32_t)(RS_F_FAIL_ERR | RS_F_OCCURRED);
    return true;
}
