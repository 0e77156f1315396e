/* Local variables that others know by their address: what lambdas of C++ capture by reference, structures that a
 * callback is given. Whoever has the address may give up what the variable holds, later than it was handed over. */
#include "check/flow/flow.h"

void rs_closure_hide(struct rs_state *state, struct rs_av value)
{
    if (value.kind == RS_AV_SYM && state->syms.items[value.sym].kind == RS_SYM_LOCAL)
        state->syms.items[value.sym].flags |= RS_F_VISIBLE;
    rs_refs_unknown(state, value);
}

/* A cell that holds the address of a local variable which is not hidden yet, or NULL. */
static const struct rs_cell *next_address(const struct rs_state *state, int32_t base)
{
    for (size_t i = 0; i < state->mem.count; i++) {
        const struct rs_cell *cell = &state->mem.items[i];
        const struct rs_sym *to = cell->value.kind == RS_AV_SYM ? &state->syms.items[cell->value.sym] : NULL;

        if (cell->base == base && to != NULL && to->kind == RS_SYM_LOCAL && !(to->flags & RS_F_VISIBLE))
            return cell;
    }
    return NULL;
}

void rs_closure_hide_content(struct rs_state *state, int32_t base)
{
    for (const struct rs_cell *cell = next_address(state, base); cell != NULL; cell = next_address(state, base))
        rs_closure_hide(state, cell->value);
}

void rs_closure_runs(struct rs_state *state)
{
    for (size_t i = 0; i < state->syms.count; i++)
        if (state->syms.items[i].kind == RS_SYM_LOCAL && state->syms.items[i].flags & RS_F_VISIBLE)
            rs_memory_forget(state, (int32_t)i);
}

/* The argument that a chain of members begins at, which is at least one member long, or RS_NONE. */
static int32_t root_of(const struct rs_flow *flow, const struct rs_state *state, int32_t sym)
{
    int32_t at = sym;

    while (at != RS_NONE && state->syms.items[at].kind == RS_SYM_LOADED)
        at = state->syms.items[at].parent;
    return at == sym || at == RS_NONE || (uint32_t)at >= flow->nargs || at >= RS_SUMMARY_ARGS ? RS_NONE : at;
}

static void note(struct rs_flow *flow, int32_t argument)
{
    if (argument != RS_NONE)
        flow->summary->reaches |= (uint16_t)(1u << argument);
}

void rs_closure_note(struct rs_flow *flow, const struct rs_state *state)
{
    for (size_t i = 0; i < state->syms.count; i++) {
        const struct rs_sym *sym = &state->syms.items[i];
        bool changed = sym->owned != 0 || sym->gone != NULL || sym->flags & RS_F_UNCERTAIN;

        if (sym->kind == RS_SYM_LOADED && sym->parent != RS_NONE && changed)
            note(flow, root_of(flow, state, sym->parent));
    }
    for (size_t i = 0; i < state->mem.count; i++)
        if (state->mem.items[i].stored)
            note(flow, root_of(flow, state, state->mem.items[i].base));
}

void rs_closure_apply(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, const struct rs_summary *summary)
{
    for (unsigned i = 0; i < RS_SUMMARY_ARGS && i < LLVMGetNumArgOperands(call); i++) {
        struct rs_av value =
            summary->reaches >> i & 1 ? rs_eval(flow, state, LLVMGetOperand(call, i)) : rs_av_unknown();

        if (value.kind != RS_AV_SYM)
            continue;
        rs_closure_hide_content(state, value.sym);
        note(flow, (uint32_t)value.sym < flow->nargs && value.sym < RS_SUMMARY_ARGS ? value.sym
                                                                                    : root_of(flow, state, value.sym));
    }
}
