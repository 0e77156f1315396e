/* What lies ahead of a state, whatever its facts: whether each way on ends by returning the value of failure. */
#include <string.h>

#include "check/flow/flow.h"

struct ahead {
    struct rs_flow *flow;
    struct rs_state *state;
    bool *reached;       /* per block: can be entered from here on */
    struct rs_map asked; /* phi -> 1: its answer is being looked for */
};

static uint32_t position_of(const struct rs_flow *flow, LLVMBasicBlockRef block)
{
    uint64_t *position = rs_map_find(&flow->order, (uintptr_t)block);

    return position == NULL ? UINT32_MAX : (uint32_t)*position - 1;
}

static void reach(struct ahead *a)
{
    RS_VEC(uint32_t) open = {0};

    *RS_PUSH(&open) = a->state->block;
    while (open.count > 0) {
        LLVMValueRef terminator = LLVMGetBasicBlockTerminator(a->flow->blocks.items[open.items[--open.count]].block);

        for (unsigned s = 0; s < LLVMGetNumSuccessors(terminator); s++) {
            uint32_t to = position_of(a->flow, LLVMGetSuccessor(terminator, s));

            if (to == UINT32_MAX || a->reached[to])
                continue;
            a->reached[to] = true;
            *RS_PUSH(&open) = to;
        }
    }
    RS_VEC_CLOSE(&open);
}

/* Whether the value says failure: NULL, or -1 of an integer. A global is not asked for, that would change the state. */
static bool is_failure(const struct ahead *a, LLVMValueRef value, bool pointer)
{
    bool plain = !LLVMIsConstant(value) || LLVMIsAConstantInt(value) || LLVMIsAConstantPointerNull(value);
    struct rs_av is = plain ? rs_eval(a->flow, a->state, value) : rs_av_unknown();

    return is.kind == RS_AV_INT && is.number == (pointer ? 0 : -1);
}

/* A call that can only fail: PyErr_Format, PyErr_NoMemory, or a function of the unit whose ways all do. */
static bool fails_always(const struct ahead *a, LLVMValueRef call, bool pointer)
{
    LLVMValueRef callee = rs_ir_callee(call);
    const struct rs_contract *row = callee == NULL ? NULL : rs_ir_contract(a->flow->ir, callee);
    const struct rs_ir_function *own = callee == NULL ? NULL : rs_ir_function(a->flow->ir, callee);
    const struct rs_summary *summary =
        own == NULL ? NULL : &a->flow->unit->summaries[own - a->flow->ir->functions.items];
    int64_t failure = pointer ? 0 : -1;

    if (row != NULL)
        return row->failure == RS_ALWAYS_FAILS;
    if (summary == NULL || !summary->known || summary->incomplete || summary->ncases == 0)
        return false;
    for (unsigned i = 0; i < summary->ncases; i++)
        if (summary->cases[i].result.kind != RS_SUBJECT_INT || summary->cases[i].result.offset != failure ||
            summary->cases[i].result.high != failure)
            return false;
    return true;
}

static bool fails(struct ahead *a, LLVMValueRef value, bool pointer);

static bool phi_fails(struct ahead *a, LLVMValueRef phi, bool pointer)
{
    uint64_t *asked = rs_map_at(&a->asked, (uintptr_t)phi);
    bool any = false;

    if (*asked != 0)
        return true;
    *asked = 1;
    for (unsigned k = 0; k < LLVMCountIncoming(phi); k++) {
        uint32_t from = position_of(a->flow, LLVMGetIncomingBlock(phi, k));

        if (from != a->state->block && (from == UINT32_MAX || !a->reached[from]))
            continue;
        any = true;
        if (!fails(a, LLVMGetIncomingValue(phi, k), pointer))
            return false;
    }
    return any;
}

/* Whether the value, when one of the ways ahead returns it, says failure. */
static bool fails(struct ahead *a, LLVMValueRef value, bool pointer)
{
    uint32_t block = LLVMIsAInstruction(value) ? position_of(a->flow, LLVMGetInstructionParent(value)) : UINT32_MAX;

    if (block == UINT32_MAX || (block != a->state->block && !a->reached[block]))
        return is_failure(a, value, pointer);
    if (LLVMIsAPHINode(value) && block != a->state->block)
        return phi_fails(a, value, pointer);
    if (LLVMIsACallInst(value) || LLVMIsAInvokeInst(value))
        return fails_always(a, value, pointer);
    if (LLVMIsASelectInst(value))
        return fails(a, LLVMGetOperand(value, 1), pointer) && fails(a, LLVMGetOperand(value, 2), pointer);
    if (LLVMIsACastInst(value))
        return fails(a, LLVMGetOperand(value, 0), pointer);
    return is_failure(a, value, pointer);
}

bool rs_ahead_fails(struct rs_flow *flow, struct rs_state *state)
{
    struct ahead a = {.flow = flow, .state = state, .reached = rs_alloc(flow->blocks.count)};
    bool any = false, all = true;

    memset(a.reached, 0, flow->blocks.count);
    reach(&a);
    for (uint32_t i = 0; i < flow->blocks.count && all; i++) {
        LLVMValueRef last = LLVMGetBasicBlockTerminator(flow->blocks.items[i].block);

        if ((i != state->block && !a.reached[i]) || LLVMGetInstructionOpcode(last) != LLVMRet)
            continue;
        any = true;
        all = LLVMGetNumOperands(last) > 0 &&
              fails(&a, LLVMGetOperand(last, 0),
                    LLVMGetTypeKind(LLVMTypeOf(LLVMGetOperand(last, 0))) == LLVMPointerTypeKind);
    }
    rs_map_close(&a.asked);
    free(a.reached);
    return any && all;
}
