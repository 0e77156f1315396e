/* What a function asks more than once: the members, globals and values that its conditions compare in several places,
 * or in a loop, and the types of objects, of which its callees may ask as well. What was learned of them the first time
 * is kept for the next, however many other things are forgotten on the way. */
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

/* The callee asks what its ways tell of the arguments. */
static void ask_callee(struct rs_flow *flow, LLVMValueRef callee, uint64_t times)
{
    const struct rs_summary *summary = rs_summary_of(flow, callee);
    unsigned ways = summary == NULL || summary->incomplete ? 0 : summary->ncases;

    for (unsigned i = 0; i < ways; i++)
        for (unsigned k = 0; k < summary->cases[i].nfacts; k++)
            rs_question_count(flow, summary->cases[i].facts[k].code, times);
}

static void ask_instruction(struct rs_flow *flow, LLVMValueRef at, uint64_t times)
{
    bool call = LLVMIsACallInst(at) != NULL || LLVMIsAInvokeInst(at) != NULL;
    LLVMValueRef callee = call ? rs_ir_callee(at) : NULL;
    struct rs_question question;

    if (rs_question_read(flow->ir, at, &question))
        rs_question_count(flow, question.code, times);
    if (callee != NULL && rs_ir_contract(flow->ir, callee) == NULL)
        ask_callee(flow, callee, times);
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
