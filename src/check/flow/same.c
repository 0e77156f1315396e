/* Two names of a state turn out to be one object. */
#include "check/flow/flow.h"

/* Whether what is lent to the function turns out to lie in a place that it has read: that may be the place whose
 * reference it gives up ("if (it->item == item)" of a search). */
static bool is_found_in_place(const struct rs_sym *lent, const struct rs_sym *read)
{
    return (lent->kind == RS_SYM_ARG || lent->kind == RS_SYM_BORROWED) &&
           (read->kind == RS_SYM_LOADED || read->kind == RS_SYM_OPAQUE);
}

/* Two names turn out to be one object: what is owned by either name is owned. */
static void unite(struct rs_state *state, int32_t from, int32_t into)
{
    struct rs_sym *a = &state->syms.items[from], *b = &state->syms.items[into];

    b->owned = (int8_t)(b->owned + a->owned);
    b->flags |= a->flags & (RS_F_UNCERTAIN | RS_F_LODGED);
    b->excluded |= a->excluded;
    if (is_found_in_place(a, b) || is_found_in_place(b, a))
        b->flags |= RS_F_LODGED;
    /* two places hold it: which of them gives its reference up is not told apart */
    if (a->kind == RS_SYM_LOADED && b->kind == RS_SYM_LOADED && a->flags & b->flags & RS_F_HELD)
        b->flags |= RS_F_UNCERTAIN;
    b->flags |= b->kind == RS_SYM_GLOBAL && a->kind == RS_SYM_NEW && a->owned > 0 && !(a->flags & RS_F_VISIBLE)
                    ? RS_F_FOUND
                    : 0;
    b->taken = b->taken == NULL ? a->how : b->taken;
    a->owned = 0;
    for (size_t i = 0; i < state->env.count; i++)
        if (state->env.items[i].value.sym == from)
            state->env.items[i].value.sym = into;
    for (size_t i = 0; i < state->mem.count; i++)
        if (state->mem.items[i].value.sym == from)
            state->mem.items[i].value.sym = into;
    for (size_t i = 0; i < state->syms.count; i++)
        if (state->syms.items[i].parent == from && rs_question_is_answer(&state->syms.items[i]))
            state->syms.items[i].parent = into;
}

/* What a place holds turns out to be a global: the place's reference stays its own. */
static bool is_held(struct rs_state *state, int32_t loaded, int32_t global)
{
    struct rs_sym *it = &state->syms.items[loaded];
    int32_t answer;

    if (it->kind != RS_SYM_LOADED || !(it->flags & RS_F_HELD) || state->syms.items[global].kind != RS_SYM_GLOBAL)
        return false;
    it->null = RS_NONNULL;
    answer = rs_state_answer(state, loaded, global, NULL);
    state->syms.items[answer].low = 1;
    return true;
}

void rs_same(struct rs_flow *flow, struct rs_state *state, LLVMValueRef compare, bool truth)
{
    struct rs_av x, y;

    if (LLVMIsAICmpInst(compare) == NULL || LLVMGetICmpPredicate(compare) != (truth ? LLVMIntEQ : LLVMIntNE) ||
        LLVMGetTypeKind(LLVMTypeOf(LLVMGetOperand(compare, 0))) != LLVMPointerTypeKind)
        return;
    x = rs_eval(flow, state, LLVMGetOperand(compare, 0));
    y = rs_eval(flow, state, LLVMGetOperand(compare, 1));
    /* what is equal to something of which nothing is known may be owned under that name */
    if (x.kind == RS_AV_UNKNOWN || y.kind == RS_AV_UNKNOWN)
        rs_refs_unknown(state, x.kind == RS_AV_UNKNOWN ? y : x);
    /* the address of a member is no reference */
    if (x.kind == RS_AV_SYM && y.kind == RS_AV_SYM && (x.number == 0) != (y.number == 0))
        rs_refs_unknown(state, x.number == 0 ? x : y);
    if (x.kind != RS_AV_SYM || y.kind != RS_AV_SYM || x.sym == y.sym || x.number != 0 || y.number != 0)
        return;
    if (is_held(state, x.sym, y.sym) || is_held(state, y.sym, x.sym))
        return;
    /* what the interpreter has passed is the global, by either name; callers of a helper tell the two apart */
    if (flow->uncalled && (uint32_t)x.sym < flow->nargs && state->syms.items[y.sym].kind == RS_SYM_GLOBAL)
        return unite(state, x.sym, y.sym);
    /* arguments and globals are named by themselves wherever they are used again */
    if (((uint32_t)x.sym < flow->nargs || state->syms.items[x.sym].kind == RS_SYM_GLOBAL) &&
        ((uint32_t)y.sym < flow->nargs || state->syms.items[y.sym].kind == RS_SYM_GLOBAL))
        return;
    if (state->syms.items[x.sym].kind == RS_SYM_GLOBAL || (uint32_t)x.sym < flow->nargs)
        unite(state, y.sym, x.sym);
    else
        unite(state, x.sym, y.sym);
}
