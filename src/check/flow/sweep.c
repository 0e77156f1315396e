/* Loops that give back the items of an array: "for (i = 0; i < n; i++) Py_XDECREF(items[i])". Which items lie below n
 * is not known, so that a state which comes to the loop's head and does not enter it has left them to nobody as far as
 * it knows. The array is taken to be swept as soon as the head is reached. */
#include "check/flow/flow.h"

/* The array of which the value is an item at an index that is no constant, or NULL. */
static LLVMValueRef array_of(LLVMValueRef value)
{
    LLVMValueRef place = LLVMIsALoadInst(value) ? LLVMGetOperand(value, 0) : NULL;

    if (place == NULL || !LLVMIsAGetElementPtrInst(place))
        return NULL;
    return LLVMIsAConstant(LLVMGetOperand(place, (unsigned)LLVMGetNumOperands(place) - 1)) ? NULL
                                                                                           : LLVMGetOperand(place, 0);
}

uint32_t rs_sweep_loop(const struct rs_flow *flow, LLVMValueRef instruction)
{
    uint32_t head = UINT32_MAX,
             block = (uint32_t)*rs_map_find(&flow->order, (uintptr_t)LLVMGetInstructionParent(instruction)) - 1;

    for (size_t from = block; from < flow->blocks.count; from++) {
        LLVMValueRef terminator = LLVMGetBasicBlockTerminator(flow->blocks.items[from].block);

        for (unsigned s = 0; s < LLVMGetNumSuccessors(terminator); s++) {
            uint32_t to = (uint32_t)*rs_map_find(&flow->order, (uintptr_t)LLVMGetSuccessor(terminator, s)) - 1;

            if (to <= block && (head == UINT32_MAX || to > head))
                head = to;
        }
    }
    return head;
}

void rs_sweep_read(struct rs_flow *flow)
{
    for (size_t i = 0; i < flow->blocks.count; i++)
        for (LLVMValueRef at = LLVMGetFirstInstruction(flow->blocks.items[i].block); at != NULL;
             at = LLVMGetNextInstruction(at)) {
            LLVMValueRef object = NULL, array = rs_ir_count(flow->ir, at, &object) < 0 ? array_of(object) : NULL;
            uint32_t head = array == NULL ? UINT32_MAX : rs_sweep_loop(flow, at);

            if (head != UINT32_MAX)
                *RS_PUSH(&flow->blocks.items[head].swept) = array;
        }
}

void rs_sweep(struct rs_flow *flow, struct rs_state *state, const struct rs_block *block)
{
    for (size_t i = 0; i < block->swept.count; i++) {
        struct rs_av array = rs_eval(flow, state, block->swept.items[i]);

        for (size_t k = 0; k < state->mem.count && array.kind == RS_AV_SYM; k++)
            if (state->mem.items[k].base == array.sym && state->mem.items[k].stored)
                rs_refs_unknown(state, state->mem.items[k].value);
    }
}

bool rs_sweep_gives_back(const struct rs_flow *flow, const struct rs_sym *sym, LLVMValueRef release)
{
    LLVMValueRef look = sym->kind == RS_SYM_BORROWED && sym->how != NULL && LLVMIsACallInst(sym->how) ? sym->how : NULL;

    if (look == NULL || LLVMGetNumArgOperands(look) < 2 || LLVMIsAConstant(LLVMGetOperand(look, 1)) ||
        rs_sweep_loop(flow, release) == UINT32_MAX)
        return false;
    for (size_t i = 0; i < flow->blocks.count; i++)
        for (LLVMValueRef at = LLVMGetFirstInstruction(flow->blocks.items[i].block); at != NULL;
             at = LLVMGetNextInstruction(at)) {
            LLVMValueRef taken = NULL;

            if (rs_ir_count(flow->ir, at, &taken) > 0 && LLVMIsACallInst(taken) &&
                rs_ir_callee(taken) == rs_ir_callee(look) && LLVMGetOperand(taken, 0) == LLVMGetOperand(look, 0) &&
                rs_sweep_loop(flow, at) != UINT32_MAX)
                return true;
        }
    return false;
}
