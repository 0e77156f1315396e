/* The call graph's functions, callees first; those that call each other in a circle stand together. */
#include <string.h>

#include "check/flow/flow.h"

struct tarjan {
    struct rs_ir *ir;
    uint32_t *number, *low, *order, *group;
    bool *open;
    RS_VEC(uint32_t) stack;
    uint32_t next, done, groups;
};

struct frame {
    uint32_t function;
    LLVMBasicBlockRef block;
    LLVMValueRef instruction;
    unsigned operand; /* of the instruction */
};

static void enter(struct tarjan *t, uint32_t function)
{
    t->number[function] = t->low[function] = ++t->next;
    t->open[function] = true;
    *RS_PUSH(&t->stack) = function;
}

static void leave(struct tarjan *t, uint32_t function)
{
    uint32_t member;

    if (t->low[function] != t->number[function])
        return;
    t->groups++;
    do {
        member = t->stack.items[--t->stack.count];
        t->open[member] = false;
        t->group[member] = t->groups;
        t->order[t->done++] = member;
    } while (member != function);
}

/* The next function with a body that the call names, as its callee or as an argument, or NULL. */
static const struct rs_ir_function *next_named(struct rs_ir *ir, struct frame *frame)
{
    LLVMValueRef call = frame->instruction;
    unsigned count = LLVMIsACallInst(call) || LLVMIsAInvokeInst(call) ? (unsigned)LLVMGetNumOperands(call) : 0;

    while (frame->operand < count) {
        LLVMValueRef operand = LLVMGetOperand(call, frame->operand++);
        const struct rs_ir_function *named = frame->operand == count    ? rs_ir_function(ir, rs_ir_callee(call))
                                             : LLVMIsAFunction(operand) ? rs_ir_function(ir, operand)
                                                                        : NULL;

        if (named != NULL)
            return named;
    }
    return NULL;
}

/* The next function with a body that the frame's function calls or hands to a call (a converter, a visitor), or
 * UINT32_MAX. */
static uint32_t next_callee(struct rs_ir *ir, struct frame *frame)
{
    while (frame->block != NULL) {
        while (frame->instruction != NULL) {
            const struct rs_ir_function *named = next_named(ir, frame);

            if (named != NULL)
                return (uint32_t)(named - ir->functions.items);
            frame->instruction = LLVMGetNextInstruction(frame->instruction);
            frame->operand = 0;
        }
        frame->block = LLVMGetNextBasicBlock(frame->block);
        frame->instruction = frame->block == NULL ? NULL : LLVMGetFirstInstruction(frame->block);
    }
    return UINT32_MAX;
}

static struct frame frame_of(struct rs_ir *ir, uint32_t function)
{
    LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(ir->functions.items[function].value);

    return (struct frame){function, block, LLVMGetFirstInstruction(block), 0};
}

static void visit(struct tarjan *t, uint32_t root)
{
    RS_VEC(struct frame) frames = {0};

    enter(t, root);
    *RS_PUSH(&frames) = frame_of(t->ir, root);
    while (frames.count > 0) {
        struct frame *top = &frames.items[frames.count - 1];
        uint32_t function = top->function, callee = next_callee(t->ir, top);

        if (callee == UINT32_MAX) {
            leave(t, function);
            frames.count--;
            if (frames.count > 0 && t->low[function] < t->low[frames.items[frames.count - 1].function])
                t->low[frames.items[frames.count - 1].function] = t->low[function];
        } else if (t->number[callee] == 0) {
            enter(t, callee);
            *RS_PUSH(&frames) = frame_of(t->ir, callee);
        } else if (t->open[callee] && t->number[callee] < t->low[function]) {
            t->low[function] = t->number[callee];
        }
    }
    RS_VEC_CLOSE(&frames);
}

void rs_graph_order(struct rs_ir *ir, uint32_t *order, uint32_t *group)
{
    size_t count = ir->functions.count, size = (count + 1) * sizeof(uint32_t);
    struct tarjan t = {.ir = ir,
                       .number = rs_alloc(size),
                       .low = rs_alloc(size),
                       .order = order,
                       .group = group,
                       .open = rs_alloc(count + 1)};

    memset(t.number, 0, size);
    memset(t.open, 0, count + 1);
    for (uint32_t i = 0; i < count; i++)
        if (t.number[i] == 0)
            visit(&t, i);
    free(t.number);
    free(t.low);
    free(t.open);
    RS_VEC_CLOSE(&t.stack);
}

bool rs_graph_only_by(struct rs_ir *ir, LLVMValueRef function, const bool *marked)
{
    LLVMUseRef use = LLVMGetFirstUse(function);

    if (use == NULL)
        return false;
    for (; use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        const struct rs_ir_function *caller;

        if (LLVMIsACallInst(user) == NULL && LLVMIsAInvokeInst(user) == NULL)
            return false;
        caller = rs_ir_function(ir, LLVMGetBasicBlockParent(LLVMGetInstructionParent(user)));
        if (rs_ir_callee(user) != function || caller == NULL || !marked[caller - ir->functions.items])
            return false;
    }
    return true;
}

void rs_graph_spread(struct rs_ir *ir, const uint32_t *order, bool *marked)
{
    for (size_t i = ir->functions.count; i-- > 0;) {
        const struct rs_ir_function *function = &ir->functions.items[order[i]];

        if (function->role == NULL && function->local && rs_graph_only_by(ir, function->value, marked))
            marked[order[i]] = true;
    }
}
