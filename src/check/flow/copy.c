/* Memory that is copied: structures that are assigned, arrays that move. What is known of the source is known of the
 * copy; what lies where the copy is not known may be owned there. */
#include "check/flow/flow.h"

enum { WORD = 8, WORDS_MOST = 8 };

/* The content of the source goes where nobody can look. */
static void hide(struct rs_state *state, struct rs_av from)
{
    for (size_t i = 0; i < state->mem.count; i++) {
        const struct rs_cell *cell = &state->mem.items[i];
        size_t count = state->mem.count;

        if (cell->base != from.sym || cell->value.kind != RS_AV_SYM)
            continue;
        rs_closure_hide(state, cell->value);
        if (state->mem.count != count)
            i = (size_t)-1;
    }
}

/* Whether the structure may hold objects that the function has not read: a word is taken for one, of a variable of its
 * own all that it holds was put there. */
static bool is_unread(const struct rs_state *state, struct rs_av from, int64_t size)
{
    enum rs_sym_kind kind = state->syms.items[from.sym].kind;

    return size == WORD || (size <= WORD * WORDS_MOST && size % WORD == 0 && from.number % WORD == 0 &&
                            kind != RS_SYM_LOCAL && kind != RS_SYM_GLOBAL);
}

/* What lay in the place before is written over: what it held, and the function has released, it holds no longer. */
static void drop(struct rs_state *state, struct rs_av to, int64_t size)
{
    size_t kept = 0;

    for (size_t i = 0; i < state->mem.count; i++) {
        struct rs_cell cell = state->mem.items[i];
        struct rs_sym *old = rs_state_object(state, cell.value);

        if (cell.base != to.sym || cell.offset < to.number || cell.offset >= to.number + size) {
            state->mem.items[kept++] = cell;
        } else if (old != NULL && old->kind == RS_SYM_LOADED && old->flags & RS_F_HELD && old->parent == cell.base &&
                   old->offset == cell.offset && old->owned < 0) {
            old->flags = (old->flags & ~(uint32_t)RS_F_HELD) | RS_F_MOVED;
            old->owned++;
        }
    }
    state->mem.count = kept;
}

static void copy_cells(struct rs_flow *flow, struct rs_state *state, struct rs_av to, struct rs_av from, int64_t size,
                       LLVMValueRef call)
{
    size_t count;

    for (int64_t at = 0; is_unread(state, from, size) && at < size; at += WORD) {
        struct rs_av word = {RS_AV_SYM, 0, from.sym, from.number + at};

        rs_memory_load(flow, state, word, size == WORD ? LLVMGetOperand(call, 1) : call, call);
    }
    if (to.sym != from.sym)
        drop(state, to, size);
    count = state->mem.count;
    for (size_t i = 0; i < count; i++) {
        struct rs_cell cell = state->mem.items[i];

        if (cell.base == from.sym && cell.offset >= from.number && cell.offset < from.number + size)
            rs_memory_put(flow, state, to.sym, to.number + cell.offset - from.number, cell.key, cell.value, call);
    }
}

void rs_copy(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call)
{
    struct rs_av to = rs_eval(flow, state, LLVMGetOperand(call, 0)),
                 from = rs_eval(flow, state, LLVMGetOperand(call, 1));
    LLVMValueRef size = LLVMGetOperand(call, 2);
    bool known = LLVMIsAConstantInt(size) != NULL;

    if (to.kind == RS_AV_SYM && from.kind == RS_AV_SYM && to.number >= 0 && from.number >= 0 && known) {
        copy_cells(flow, state, to, from, LLVMConstIntGetSExtValue(size), call);
        return;
    }
    if (from.kind == RS_AV_SYM)
        hide(state, from);
    if (to.kind == RS_AV_SYM)
        rs_memory_forget(state, to.sym);
}
