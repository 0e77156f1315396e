/* What a function's analysis needs before its first step: numbers for values, blocks in reverse post-order, which
 * values are live at the head of each block, which integers decide something. */
#include <string.h>

#include "check/flow/flow.h"

static bool is_tracked(LLVMValueRef value)
{
    LLVMTypeKind kind = LLVMGetTypeKind(LLVMTypeOf(value));

    return kind == LLVMPointerTypeKind || (kind == LLVMIntegerTypeKind && LLVMGetIntTypeWidth(LLVMTypeOf(value)) <= 64);
}

static void number_values(struct rs_flow *flow)
{
    LLVMValueRef function = flow->function->value;

    flow->nargs = LLVMCountParams(function);
    for (uint32_t i = 0; i < flow->nargs; i++)
        *rs_map_at(&flow->index, (uintptr_t)LLVMGetParam(function, i)) = ++flow->nvalues;
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b != NULL; b = LLVMGetNextBasicBlock(b))
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i))
            if (is_tracked(i))
                *rs_map_at(&flow->index, (uintptr_t)i) = ++flow->nvalues;
    flow->words = flow->nvalues / 64 + 1;
}

struct visit {
    LLVMBasicBlockRef block;
    unsigned next;
};

static void order_blocks(struct rs_flow *flow)
{
    RS_VEC(struct visit) stack = {0};
    RS_VEC(LLVMBasicBlockRef) done = {0};
    LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(flow->function->value);

    *rs_map_at(&flow->order, (uintptr_t)entry) = 1;
    *RS_PUSH(&stack) = (struct visit){entry, 0};
    while (stack.count > 0) {
        struct visit *top = &stack.items[stack.count - 1];
        LLVMValueRef terminator = LLVMGetBasicBlockTerminator(top->block);
        unsigned successors = terminator == NULL ? 0 : LLVMGetNumSuccessors(terminator);

        if (top->next == successors) {
            *RS_PUSH(&done) = top->block;
            stack.count--;
            continue;
        }
        /* the last successor first, so that the usual order of the source comes out */
        LLVMBasicBlockRef to = LLVMGetSuccessor(terminator, successors - 1 - top->next++);
        uint64_t *seen = rs_map_at(&flow->order, (uintptr_t)to);
        if (*seen == 0) {
            *seen = 1;
            *RS_PUSH(&stack) = (struct visit){to, 0};
        }
    }
    for (size_t i = done.count; i-- > 0;) {
        *RS_PUSH(&flow->blocks) = (struct rs_block){.block = done.items[i]};
        *rs_map_at(&flow->order, (uintptr_t)done.items[i]) = flow->blocks.count;
    }
    RS_VEC_CLOSE(&stack);
    RS_VEC_CLOSE(&done);
}

static void set(uint64_t *bits, uint32_t index)
{
    bits[index / 64] |= 1ull << (index % 64);
}

static void clear(uint64_t *bits, uint32_t index)
{
    bits[index / 64] &= ~(1ull << (index % 64));
}

/* Adds what is live at the end of a block: live heads of its successors, and what their phis take from here. */
static void add_live_out(struct rs_flow *flow, struct rs_block *block, uint64_t *live)
{
    LLVMValueRef terminator = LLVMGetBasicBlockTerminator(block->block);

    for (unsigned s = 0; s < LLVMGetNumSuccessors(terminator); s++) {
        LLVMBasicBlockRef to = LLVMGetSuccessor(terminator, s);
        const struct rs_block *next = &flow->blocks.items[*rs_map_find(&flow->order, (uintptr_t)to) - 1];

        for (uint32_t w = 0; w < flow->words; w++)
            live[w] |= next->live[w];
        for (LLVMValueRef i = LLVMGetFirstInstruction(to); i != NULL && LLVMIsAPHINode(i);
             i = LLVMGetNextInstruction(i)) {
            uint32_t index = rs_flow_index(flow, i);
            if (index != UINT32_MAX)
                clear(live, index);
        }
    }
    for (size_t i = 0; i < block->given.count; i++)
        set(live, block->given.items[i]);
}

/* What phis take from which block: asked once, since the block of an error may have phis for each variable and
 * thousands of blocks in front of it. */
static void read_given(struct rs_flow *flow)
{
    for (size_t b = 0; b < flow->blocks.count; b++)
        for (LLVMValueRef i = LLVMGetFirstInstruction(flow->blocks.items[b].block); i != NULL && LLVMIsAPHINode(i);
             i = LLVMGetNextInstruction(i))
            for (unsigned k = 0; k < LLVMCountIncoming(i); k++) {
                uint32_t index = rs_flow_index(flow, LLVMGetIncomingValue(i, k));
                const uint64_t *from =
                    index == UINT32_MAX ? NULL : rs_map_find(&flow->order, (uintptr_t)LLVMGetIncomingBlock(i, k));

                if (from != NULL)
                    *RS_PUSH(&flow->blocks.items[*from - 1].given) = index;
            }
}

void rs_prepare_live(struct rs_flow *flow, struct rs_block *block, LLVMValueRef before, uint64_t *live)
{
    memset(live, 0, flow->words * sizeof(*live));
    add_live_out(flow, block, live);
    for (LLVMValueRef i = LLVMGetLastInstruction(block->block); i != NULL && !LLVMIsAPHINode(i);
         i = i == before ? NULL : LLVMGetPreviousInstruction(i)) {
        uint32_t index = rs_flow_index(flow, i);

        if (index != UINT32_MAX)
            clear(live, index);
        for (int k = 0; k < LLVMGetNumOperands(i); k++) {
            LLVMValueRef operand = LLVMGetOperand(i, (unsigned)k);
            index = LLVMValueIsBasicBlock(operand) ? UINT32_MAX : rs_flow_index(flow, operand);
            if (index != UINT32_MAX)
                set(live, index);
        }
    }
}

/* Live at the head of the block, behind its phis. */
static bool update_live(struct rs_flow *flow, struct rs_block *block, uint64_t *live)
{
    bool changed;

    rs_prepare_live(flow, block, NULL, live);
    changed = memcmp(live, block->live, flow->words * sizeof(*live)) != 0;
    memcpy(block->live, live, flow->words * sizeof(*live));
    return changed;
}

static void find_live(struct rs_flow *flow)
{
    uint64_t *live = rs_alloc(flow->words * sizeof(*live));
    bool changed = true;

    for (size_t i = 0; i < flow->blocks.count; i++) {
        flow->blocks.items[i].live = rs_alloc(flow->words * sizeof(*live));
        memset(flow->blocks.items[i].live, 0, flow->words * sizeof(*live));
    }
    while (changed) {
        changed = false;
        for (size_t i = flow->blocks.count; i-- > 0;)
            changed |= update_live(flow, &flow->blocks.items[i], live);
    }
    free(live);
}

/* An integer is relevant when a decision, a result or memory depends on it. */
static void mark_relevant(struct rs_flow *flow, LLVMValueRef value, int depth)
{
    uint32_t index = LLVMIsConstant(value) || LLVMValueIsBasicBlock(value) ? UINT32_MAX : rs_flow_index(flow, value);

    if (index == UINT32_MAX || rs_flow_relevant(flow, index) ||
        LLVMGetTypeKind(LLVMTypeOf(value)) != LLVMIntegerTypeKind)
        return;
    set(flow->relevant, index);
    if (LLVMIsAPHINode(value))
        for (unsigned k = 0; k < LLVMCountIncoming(value) && depth > 0; k++)
            mark_relevant(flow, LLVMGetIncomingValue(value, k), depth - 1);
    else if (LLVMIsACastInst(value) || LLVMIsABinaryOperator(value) || LLVMIsASelectInst(value) ||
             LLVMIsAFreezeInst(value))
        for (int k = 0; k < LLVMGetNumOperands(value) && depth > 0; k++)
            mark_relevant(flow, LLVMGetOperand(value, (unsigned)k), depth - 1);
}

static void find_relevant(struct rs_flow *flow)
{
    enum { DEPTH = 40 };

    flow->relevant = rs_alloc(flow->words * sizeof(*flow->relevant));
    memset(flow->relevant, 0, flow->words * sizeof(*flow->relevant));
    for (size_t b = 0; b < flow->blocks.count; b++)
        for (LLVMValueRef i = LLVMGetFirstInstruction(flow->blocks.items[b].block); i != NULL;
             i = LLVMGetNextInstruction(i)) {
            LLVMOpcode opcode = LLVMGetInstructionOpcode(i);

            if (opcode == LLVMICmp || opcode == LLVMSwitch || opcode == LLVMBr || opcode == LLVMRet ||
                opcode == LLVMSelect || opcode == LLVMStore || opcode == LLVMIntToPtr)
                for (int k = 0; k < LLVMGetNumOperands(i); k++)
                    mark_relevant(flow, LLVMGetOperand(i, (unsigned)k), DEPTH);
        }
}

/* A block that ends the program, not by an exception. */
static bool is_doomed(LLVMBasicBlockRef block)
{
    LLVMValueRef last = LLVMGetBasicBlockTerminator(block), callee;
    const char *name;
    size_t length;

    if (last == NULL || LLVMGetInstructionOpcode(last) != LLVMUnreachable)
        return false;
    last = LLVMGetPreviousInstruction(last);
    if (last == NULL || LLVMIsACallInst(last) == NULL)
        return true;
    callee = rs_ir_callee(last);
    if (callee == NULL)
        return false;
    name = LLVMGetValueName2(callee, &length);
    /* a function of C++ may leave by an exception */
    return LLVMIsDeclaration(callee) ? strncmp(name, "__cxa_", 6) != 0 : strncmp(name, "_Z", 2) != 0;
}

void rs_prepare(struct rs_flow *flow)
{
    number_values(flow);
    order_blocks(flow);
    read_given(flow);
    find_live(flow);
    find_relevant(flow);
    rs_asked_read(flow);
    rs_sweep_read(flow);
    rs_idle_read(flow);
    rs_kinds_read(flow);
    for (size_t i = 0; i < flow->blocks.count; i++)
        flow->blocks.items[i].doomed = is_doomed(flow->blocks.items[i].block);
}

void rs_prepare_close(struct rs_flow *flow)
{
    for (size_t i = 0; i < flow->blocks.count; i++) {
        struct rs_block *block = &flow->blocks.items[i];

        free(block->live);
        RS_VEC_CLOSE(&block->given);
        RS_VEC_CLOSE(&block->seen);
        RS_VEC_CLOSE(&block->arrivals);
        for (size_t k = 0; k < block->open.count; k++)
            rs_state_close(block->open.items[k]);
        RS_VEC_CLOSE(&block->open);
        RS_VEC_CLOSE(&block->swept);
        if (block->idle != NULL)
            rs_idle_close(block->idle);
        free(block->idle);
    }
    free(flow->relevant);
    free(flow->scratch);
    rs_map_close(&flow->index);
    rs_map_close(&flow->order);
    rs_map_close(&flow->asked);
    rs_map_close(&flow->within);
    rs_map_close(&flow->kinds);
    RS_VEC_CLOSE(&flow->blocks);
}
