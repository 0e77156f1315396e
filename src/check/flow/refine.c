/* Conditions: what taking one side of a branch tells about symbols, and about the exception that goes with a failure.
 */
#include "check/flow/flow.h"

static bool is_pointer(const struct rs_sym *sym)
{
    return sym->kind != RS_SYM_INT;
}

void rs_refine_fallible(struct rs_state *state, int32_t sym)
{
    bool only = state->err == RS_ERR_CLEAR || state->err == RS_ERR_UNKNOWN;

    if (state->err == RS_ERR_SET)
        return;
    /* nobody calls it while an exception is set: if it succeeds, who asks at once finds none */
    state->clouded = state->err == RS_ERR_UNKNOWN && !state->vague;
    state->err_sym = only ? sym : RS_NONE;
    state->err = only ? RS_ERR_MAYBE : RS_ERR_UNKNOWN;
    state->vague = only && state->vague;
}

/* The outcome of a call is known: so is whether an exception is set. */
static void settle_error(struct rs_state *state, int32_t sym, bool failed)
{
    const struct rs_sym *it = &state->syms.items[sym];

    if (!(it->flags & RS_F_FAIL_ERR))
        return;
    for (size_t i = 0; i < state->syms.count; i++)
        if (state->syms.items[i].kept == sym && failed)
            state->syms.items[i].flags &= ~(uint32_t)RS_F_SHARED;
    if (failed) {
        state->err = it->flags & RS_F_MISS ? RS_ERR_UNKNOWN : RS_ERR_SET;
        state->err_at = it->how;
    } else if (state->err == RS_ERR_MAYBE && state->err_sym == sym) {
        state->err = state->vague || state->clouded ? RS_ERR_UNKNOWN : RS_ERR_CLEAR;
    }
    if (state->err_sym == sym)
        state->err_sym = RS_NONE;
}

bool rs_refine_occurred(struct rs_flow *flow, struct rs_state *state, bool set)
{
    int32_t waiting = state->err == RS_ERR_MAYBE ? state->err_sym : RS_NONE;

    if ((state->err == RS_ERR_SET && !set) || (state->err == RS_ERR_CLEAR && set))
        return false;
    if (waiting != RS_NONE) {
        const struct rs_sym *sym = &state->syms.items[waiting];
        bool sure = !(sym->flags & RS_F_MISS);

        if (is_pointer(sym) && (set || sure) && !rs_refine_null(flow, state, waiting, set))
            return false;
        if (!is_pointer(sym) && set && !rs_refine_range(flow, state, waiting, sym->fail, sym->fail))
            return false;
        if (!is_pointer(sym) && !set && sure && sym->fail == -1 && !rs_refine_range(flow, state, waiting, 0, INT64_MAX))
            return false;
    }
    if (set && state->err == RS_ERR_UNKNOWN && state->vague && state->supposed == RS_SUPPOSED_NOTHING)
        state->supposed = RS_SUPPOSED_ERROR;
    if (state->err != RS_ERR_SET)
        state->err_at = waiting == RS_NONE ? NULL : state->syms.items[waiting].how;
    state->err = set ? RS_ERR_SET : RS_ERR_CLEAR;
    state->vague = state->clouded = false;
    state->err_sym = RS_NONE;
    state->pending = false;
    return true;
}

bool rs_refine_null(struct rs_flow *flow, struct rs_state *state, int32_t sym, bool null)
{
    struct rs_sym *it = &state->syms.items[sym];

    if (it->null != RS_MAYBE)
        return (it->null == RS_NULL) == null;
    it->null = null ? RS_NULL : RS_NONNULL;
    if (null) {
        it->owned = 0;
        it->flags &= ~(uint32_t)(RS_F_DEAD | RS_F_STOLEN);
    }
    settle_error(state, sym, null);
    if (!null && it->flags & RS_F_FAIL_ERR && !rs_kinds_succeeded(flow, state, it->how))
        return false;
    it = &state->syms.items[sym];
    return it->flags & RS_F_OCCURRED ? rs_refine_occurred(flow, state, !null) : true;
}

bool rs_refine_range(struct rs_flow *flow, struct rs_state *state, int32_t sym, int64_t low, int64_t high)
{
    struct rs_sym *it = &state->syms.items[sym];

    if (it->low < low)
        it->low = low;
    if (it->high > high)
        it->high = high;
    if (it->low > it->high || (it->null == RS_NONNULL && it->low == 0 && it->high == 0))
        return false;
    if (it->flags & RS_F_FAIL_INT) {
        bool failed = (it->low == it->fail && it->high == it->fail) || (it->fail == -1 && it->high < 0);

        if (failed || it->low > it->fail || it->high < it->fail) {
            settle_error(state, sym, failed);
            if (!failed && !rs_kinds_succeeded(flow, state, it->how))
                return false;
            it = &state->syms.items[sym];
        }
    }
    return !(it->flags & RS_F_KIND) || rs_kinds_learn(state, sym);
}

/* An integer: only an interval and "not 0" are kept, so that "not 5" says nothing unless 5 is an end of it. */
static bool refine_int(struct rs_flow *flow, struct rs_state *state, int32_t sym, LLVMIntPredicate predicate,
                       int64_t number)
{
    const struct rs_sym *it = &state->syms.items[sym];

    switch (predicate) {
    case LLVMIntEQ:
        return !(number == 0 && it->null == RS_NONNULL) && rs_refine_range(flow, state, sym, number, number);
    case LLVMIntNE:
        if (number == 0)
            state->syms.items[sym].null = RS_NONNULL;
        if (number == 0 && it->flags & RS_F_KIND && !rs_kinds_learn(state, sym))
            return false;
        if (it->low == number && it->high == number)
            return false;
        if (it->low == number)
            return rs_refine_range(flow, state, sym, number + 1, INT64_MAX);
        if (it->high == number)
            return rs_refine_range(flow, state, sym, INT64_MIN, number - 1);
        /* a result of 0 or 1, failure -1: not -1 is no failure */
        return it->flags & RS_F_FAIL_INT && it->fail == number && number == -1 && it->low == INT64_MIN
                   ? rs_refine_range(flow, state, sym, 0, INT64_MAX)
                   : true;
    case LLVMIntSLT:
        return number != INT64_MIN && rs_refine_range(flow, state, sym, INT64_MIN, number - 1);
    case LLVMIntSLE:
        return rs_refine_range(flow, state, sym, INT64_MIN, number);
    case LLVMIntSGT:
        return number != INT64_MAX && rs_refine_range(flow, state, sym, number + 1, INT64_MAX);
    case LLVMIntSGE:
        return rs_refine_range(flow, state, sym, number, INT64_MAX);
    case LLVMIntULT:
        return number == 0 ? false : number < 0 || rs_refine_range(flow, state, sym, 0, number - 1);
    case LLVMIntULE:
        return number < 0 || rs_refine_range(flow, state, sym, 0, number);
    case LLVMIntUGT:
        return it->low < 0 || number < 0 || number == INT64_MAX ||
               rs_refine_range(flow, state, sym, number + 1, INT64_MAX);
    case LLVMIntUGE:
        return it->low < 0 || number < 0 || rs_refine_range(flow, state, sym, number, INT64_MAX);
    default:
        return true;
    }
}

static bool is_unsigned(unsigned predicate)
{
    return predicate == LLVMIntUGT || predicate == LLVMIntUGE || predicate == LLVMIntULT || predicate == LLVMIntULE;
}

int rs_refine_known(const struct rs_state *state, struct rs_av condition)
{
    const struct rs_sym *sym;

    if (condition.kind == RS_AV_INT)
        return condition.number != 0;
    if (condition.kind != RS_AV_COND)
        return -1;
    sym = &state->syms.items[condition.sym];
    if (is_pointer(sym)) {
        if (sym->null == RS_MAYBE || condition.number != 0)
            return -1;
        return (sym->null == RS_NULL) == (condition.predicate == LLVMIntEQ);
    }
    if (is_unsigned(condition.predicate) && (sym->low < 0 || condition.number < 0))
        return -1;
    switch (condition.predicate) {
    case LLVMIntEQ:
    case LLVMIntNE:
        if (condition.number < sym->low || condition.number > sym->high ||
            (condition.number == 0 && sym->null == RS_NONNULL))
            return condition.predicate == LLVMIntNE;
        return sym->low == sym->high ? condition.predicate == LLVMIntEQ : -1;
    case LLVMIntULT:
    case LLVMIntSLT:
        return sym->high < condition.number ? 1 : sym->low >= condition.number ? 0 : -1;
    case LLVMIntULE:
    case LLVMIntSLE:
        return sym->high <= condition.number ? 1 : sym->low > condition.number ? 0 : -1;
    case LLVMIntUGT:
    case LLVMIntSGT:
        return sym->low > condition.number ? 1 : sym->high <= condition.number ? 0 : -1;
    case LLVMIntUGE:
    case LLVMIntSGE:
        return sym->low >= condition.number ? 1 : sym->high < condition.number ? 0 : -1;
    default:
        return -1;
    }
}

bool rs_refine(struct rs_flow *flow, struct rs_state *state, struct rs_av condition, bool truth)
{
    int known = rs_refine_known(state, condition);
    LLVMIntPredicate predicate = condition.predicate;

    if (known >= 0)
        return (known == 1) == truth;
    if (condition.kind != RS_AV_COND)
        return true;
    if (!truth)
        predicate = rs_ir_negated(predicate);
    if (!is_pointer(&state->syms.items[condition.sym]))
        return refine_int(flow, state, condition.sym, predicate, condition.number);
    if (condition.number == 0 && (predicate == LLVMIntEQ || predicate == LLVMIntNE))
        return rs_refine_null(flow, state, condition.sym, predicate == LLVMIntEQ);
    return true;
}

/* A truth value, as an i1 or as the int that C makes of it. */
static bool is_truth(LLVMValueRef value)
{
    LLVMValueRef from = LLVMIsAZExtInst(value) ? LLVMGetOperand(value, 0) : value;
    LLVMTypeRef type = LLVMTypeOf(from);

    return LLVMGetTypeKind(type) == LLVMIntegerTypeKind &&
           (LLVMGetIntTypeWidth(type) == 1 ||
            ((LLVMIsABinaryOperator(from) &&
              (LLVMGetInstructionOpcode(from) == LLVMAnd || LLVMGetInstructionOpcode(from) == LLVMOr)) &&
             is_truth(LLVMGetOperand(from, 0)) && is_truth(LLVMGetOperand(from, 1))));
}

bool rs_refine_parts(struct rs_flow *flow, struct rs_state *state, LLVMValueRef value, bool truth, int depth)
{
    LLVMOpcode opcode = LLVMIsAInstruction(value) ? LLVMGetInstructionOpcode(value) : LLVMRet;
    struct rs_av part;

    if (depth == 0)
        return true;
    if (opcode == LLVMICmp && LLVMIsNull(LLVMGetOperand(value, 1)) && is_truth(LLVMGetOperand(value, 0)) &&
        (LLVMGetICmpPredicate(value) == LLVMIntNE || LLVMGetICmpPredicate(value) == LLVMIntEQ))
        return rs_refine_parts(flow, state, LLVMGetOperand(value, 0),
                               truth == (LLVMGetICmpPredicate(value) == LLVMIntNE), depth - 1);
    if (opcode == LLVMZExt && is_truth(value))
        return rs_refine_parts(flow, state, LLVMGetOperand(value, 0), truth, depth - 1);
    if (((opcode == LLVMAnd && truth) || (opcode == LLVMOr && !truth)) && is_truth(value))
        return rs_refine_parts(flow, state, LLVMGetOperand(value, 0), truth, depth - 1) &&
               rs_refine_parts(flow, state, LLVMGetOperand(value, 1), truth, depth - 1);
    part = rs_eval(flow, state, value);
    if (part.kind == RS_AV_INT)
        return (part.number != 0) == truth;
    return part.kind != RS_AV_COND || rs_refine(flow, state, part, truth);
}
