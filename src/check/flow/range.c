/* Indices that are within a list or tuple: every way to the call comes through a branch that compares the index, or a
 * constant that is larger, with the size of the same container. What becomes of a list in between is not looked at:
 * whoever goes over one knows what the body does to it. */
#include <string.h>

#include "check/flow/flow.h"

enum { DEPTH_MOST = 4, BLOCKS_MOST = 4000, OB_SIZE = 16 /* offset in PyVarObject of 3.8 to 3.13 */ };

static LLVMValueRef plain(LLVMValueRef value)
{
    while (LLVMIsACastInst(value))
        value = LLVMGetOperand(value, 0);
    return value;
}

/* Whether two operands are one object: the same value, or what one variable holds. */
static bool is_same(LLVMValueRef a, LLVMValueRef b)
{
    a = plain(a), b = plain(b);
    return a == b || (LLVMIsALoadInst(a) && LLVMIsALoadInst(b) && LLVMGetOperand(a, 0) == LLVMGetOperand(b, 0) &&
                      LLVMIsAAllocaInst(LLVMGetOperand(a, 0)));
}

/* Whether the value is the number of items of the container: no other object has been one where it is asked so. */
static bool is_size_of(struct rs_flow *flow, LLVMValueRef value, LLVMValueRef container)
{
    static const char *const names[] = {"PyList_Size", "PyList_GET_SIZE", "PyTuple_Size", "PyTuple_GET_SIZE", NULL};
    LLVMValueRef call = plain(value), callee = LLVMIsACallInst(call) ? rs_ir_callee(call) : NULL;
    const char *asks = callee == NULL ? "" : rs_ir_api_name(flow->ir, callee), *structure = NULL;
    LLVMValueRef place = LLVMIsALoadInst(call) ? LLVMGetOperand(call, 0) : NULL;
    int64_t member = 0;

    /* the macros of older headers */
    if (place != NULL && rs_memory_key(flow->ir, place, &structure, &member) != 0 && structure != NULL)
        return member == OB_SIZE && strcmp(structure, "PyVarObject") == 0 &&
               is_same(LLVMGetOperand(place, 0), container);

    for (const char *const *name = names; *name != NULL; name++)
        if (strcmp(asks, *name) == 0)
            return is_same(LLVMGetOperand(call, 0), container);
    return strcmp(asks, "Py_SIZE") == 0 && is_same(LLVMGetOperand(call, 0), container);
}

/* Whether the value is never negative: a constant, what counts upwards from one. */
static bool counts_up(LLVMValueRef value, int depth)
{
    LLVMValueRef step;

    value = plain(value);
    if (LLVMIsAConstantInt(value))
        return LLVMConstIntGetSExtValue(value) >= 0;
    if (depth == 0)
        return false;
    if (LLVMIsAPHINode(value)) {
        for (unsigned k = 0; k < LLVMCountIncoming(value); k++)
            if (plain(LLVMGetIncomingValue(value, k)) != value && !counts_up(LLVMGetIncomingValue(value, k), depth - 1))
                return false;
        return true;
    }
    if (!LLVMIsABinaryOperator(value) || LLVMGetInstructionOpcode(value) != LLVMAdd)
        return false;
    step = LLVMGetOperand(value, 1);
    return LLVMIsAConstantInt(step) && LLVMConstIntGetSExtValue(step) >= 0 &&
           (LLVMIsAPHINode(plain(LLVMGetOperand(value, 0))) || counts_up(LLVMGetOperand(value, 0), depth - 1));
}

/* "size PREDICATE number": the side of a branch on which the size is above the index: 0 true, 1 false, -1 neither. */
static int side_of_size(LLVMIntPredicate predicate, int64_t number, int64_t index)
{
    switch (predicate) {
    case LLVMIntEQ:
        return number > index ? 0 : -1;
    case LLVMIntNE:
        return number > index ? 1 : -1;
    case LLVMIntSGT:
        return number >= index ? 0 : -1;
    case LLVMIntSGE:
        return number > index ? 0 : -1;
    case LLVMIntSLT:
        return number > index ? 1 : -1;
    case LLVMIntSLE:
        return number >= index ? 1 : -1;
    default:
        return -1;
    }
}

/* The side of a branch on this comparison on which the index is within the container, or -1. */
static int side_within(struct rs_flow *flow, LLVMValueRef compare, LLVMValueRef index, LLVMValueRef container)
{
    LLVMValueRef a = LLVMGetOperand(compare, 0), b = LLVMGetOperand(compare, 1);
    LLVMIntPredicate predicate = LLVMGetICmpPredicate(compare);

    if (is_size_of(flow, b, container)) {
        LLVMValueRef c = a;
        a = b, b = c, predicate = rs_ir_swapped(predicate);
    }
    if (!is_size_of(flow, a, container))
        return -1;
    if (LLVMIsAConstantInt(b) && LLVMIsAConstantInt(index))
        return side_of_size(predicate, LLVMConstIntGetSExtValue(b), LLVMConstIntGetSExtValue(index));
    if (plain(b) != plain(index))
        return -1;
    return predicate == LLVMIntSGT ? 0 : predicate == LLVMIntSLE ? 1 : -1;
}

/* Whether every way from the function's entry to the block goes along the edge to `gate`, which only `branch` leads to.
 */
static bool is_behind(struct rs_flow *flow, uint32_t gate, uint32_t block)
{
    size_t count = flow->blocks.count;
    bool *seen = rs_alloc(count), reached = false;
    RS_VEC(uint32_t) waiting = {0};

    memset(seen, 0, count);
    if (gate != 0)
        *RS_PUSH(&waiting) = 0;
    seen[0] = true;
    while (waiting.count > 0 && !reached) {
        LLVMValueRef end = LLVMGetBasicBlockTerminator(flow->blocks.items[waiting.items[--waiting.count]].block);

        for (unsigned s = 0; s < LLVMGetNumSuccessors(end); s++) {
            uint32_t to = (uint32_t)*rs_map_find(&flow->order, (uintptr_t)LLVMGetSuccessor(end, s)) - 1;

            reached = reached || (to == block && to != gate);
            if (to != gate && !seen[to]) {
                seen[to] = true;
                *RS_PUSH(&waiting) = to;
            }
        }
    }
    RS_VEC_CLOSE(&waiting);
    free(seen);
    return !reached;
}

static unsigned entrances(LLVMBasicBlockRef block)
{
    unsigned count = 0;

    for (LLVMUseRef use = LLVMGetFirstUse(LLVMBasicBlockAsValue(block)); use != NULL; use = LLVMGetNextUse(use))
        count += LLVMIsATerminatorInst(LLVMGetUser(use)) != NULL;
    return count;
}

static bool is_found(struct rs_flow *flow, LLVMValueRef call, LLVMValueRef index, LLVMValueRef container)
{
    uint32_t block = (uint32_t)*rs_map_find(&flow->order, (uintptr_t)LLVMGetInstructionParent(call)) - 1;

    if (flow->blocks.count > BLOCKS_MOST || !counts_up(index, DEPTH_MOST))
        return false;
    for (size_t b = 0; b < flow->blocks.count; b++) {
        LLVMValueRef end = LLVMGetBasicBlockTerminator(flow->blocks.items[b].block), compare;
        int side;
        LLVMBasicBlockRef to;

        if (LLVMGetInstructionOpcode(end) != LLVMBr || !LLVMIsConditional(end))
            continue;
        compare = LLVMGetCondition(end);
        side = LLVMIsAICmpInst(compare) ? side_within(flow, compare, index, container) : -1;
        to = side < 0 ? NULL : LLVMGetSuccessor(end, (unsigned)side);
        if (to != NULL && entrances(to) == 1 &&
            ((uint32_t)*rs_map_find(&flow->order, (uintptr_t)to) - 1 == block ||
             is_behind(flow, (uint32_t)*rs_map_find(&flow->order, (uintptr_t)to) - 1, block)))
            return true;
    }
    return false;
}

bool rs_range_counts_up(LLVMValueRef value)
{
    return counts_up(value, DEPTH_MOST);
}

bool rs_range_is_within(struct rs_flow *flow, LLVMValueRef call, LLVMValueRef index, LLVMValueRef container)
{
    uint64_t *known = rs_map_at(&flow->within, (uintptr_t)call);

    if (*known == 0) {
        bool found = is_found(flow, call, index, container);

        *rs_map_at(&flow->within, (uintptr_t)call) = 1 + (uint64_t)found;
        return found;
    }
    return *known == 2;
}
