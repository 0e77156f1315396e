/* What a function asks more than once: the members, globals and values that its conditions compare in several places,
 * or in a loop. What was learned of them the first time is kept for the next, however many other things are forgotten
 * on the way. */
#include "check/flow/flow.h"

static void ask(struct rs_flow *flow, LLVMValueRef value, uint64_t times)
{
    uint64_t key;

    value = rs_ir_plain(value);
    if (LLVMIsConstant(value))
        return;
    *rs_map_at(&flow->asked, (uintptr_t)value) += times;
    key = LLVMIsALoadInst(value) ? rs_memory_key(flow->ir, LLVMGetOperand(value, 0), NULL, NULL) : 0;
    if (key != 0)
        *rs_map_at(&flow->asked, key) += times;
}

static void ask_instruction(struct rs_flow *flow, LLVMValueRef at, uint64_t times)
{
    if (LLVMIsAICmpInst(at)) {
        ask(flow, LLVMGetOperand(at, 0), times);
        ask(flow, LLVMGetOperand(at, 1), times);
    } else if (LLVMIsASwitchInst(at)) {
        ask(flow, LLVMGetOperand(at, 0), times);
    } else if (LLVMIsABranchInst(at) && LLVMIsConditional(at) && LLVMIsACastInst(LLVMGetCondition(at))) {
        ask(flow, LLVMGetCondition(at), times);
    }
}

/* A member that the function counts with has another value each time: nobody asks for the old one again. */
static void forget_counters(struct rs_flow *flow, LLVMBasicBlockRef block)
{
    for (LLVMValueRef at = LLVMGetFirstInstruction(block); at != NULL; at = LLVMGetNextInstruction(at)) {
        uint64_t key = LLVMIsAStoreInst(at) && LLVMIsABinaryOperator(rs_ir_plain(LLVMGetOperand(at, 0)))
                           ? rs_memory_key(flow->ir, LLVMGetOperand(at, 1), NULL, NULL)
                           : 0;

        if (key != 0)
            *rs_map_at(&flow->asked, key) = 0;
    }
}

/* Marks the blocks between the target of a branch back and that branch. */
static void mark_loops(struct rs_flow *flow, bool *loop)
{
    for (size_t i = 0; i < flow->blocks.count; i++) {
        LLVMValueRef terminator = LLVMGetBasicBlockTerminator(flow->blocks.items[i].block);

        for (unsigned s = 0; s < LLVMGetNumSuccessors(terminator); s++)
            for (size_t k = (size_t)*rs_map_find(&flow->order, (uintptr_t)LLVMGetSuccessor(terminator, s)) - 1; k <= i;
                 k++)
                loop[k] = true;
    }
}

void rs_asked_read(struct rs_flow *flow)
{
    bool *loop = rs_alloc(flow->blocks.count + 1);

    for (size_t i = 0; i < flow->blocks.count; i++)
        loop[i] = false;
    mark_loops(flow, loop);
    for (size_t i = 0; i < flow->blocks.count; i++)
        for (LLVMValueRef at = LLVMGetFirstInstruction(flow->blocks.items[i].block); at != NULL;
             at = LLVMGetNextInstruction(at))
            ask_instruction(flow, at, loop[i] ? 2 : 1);
    for (size_t i = 0; i < flow->blocks.count; i++)
        forget_counters(flow, flow->blocks.items[i].block);
    free(loop);
}

bool rs_asked_again(const struct rs_flow *flow, uint64_t what)
{
    const uint64_t *times = what == 0 ? NULL : rs_map_find(&flow->asked, what);

    return times != NULL && *times > 1;
}
