/* The walk over one function: states wait at the heads of blocks, the earliest block goes on first, equal states are
 * one. */
#include <string.h>

#include "check/flow/flow.h"
#include "check/flow/indicator.h"

enum {
    STEPS_MOST = 1000000,
    VISITS_COARSE = 60,
    VISITS_COARSEST = 120,
    VISITS_MOST = 200,
    VISITS_LIBRARY = 40,
    MERGE_FROM = 6,
    MERGED_MOST = 64
};

/* ---- from block to block ---- */
/* Whether a value comes out of arithmetic, at most a few phis away: a counter, not a flag. */
static bool is_counter(LLVMValueRef value, int depth)
{
    if (LLVMIsConstant(value) || !LLVMIsAInstruction(value))
        return false;
    if (LLVMIsABinaryOperator(value) || depth == 0)
        return true;
    if (LLVMIsACastInst(value))
        return is_counter(LLVMGetOperand(value, 0), depth - 1);
    for (unsigned k = 0; LLVMIsAPHINode(value) && k < LLVMCountIncoming(value); k++)
        if (LLVMGetIncomingValue(value, k) != value && LLVMIsABinaryOperator(LLVMGetIncomingValue(value, k)))
            return true;
    return false;
}

/* Whether somebody asks whether a pointer is NULL, at most a few phis away. */
static bool is_compared_with_null(LLVMValueRef pointer, int depth)
{
    for (LLVMUseRef use = LLVMGetFirstUse(pointer); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if ((LLVMIsAICmpInst(user) && LLVMIsAConstantPointerNull(LLVMGetOperand(user, 1))) ||
            (LLVMIsAPHINode(user) && depth > 0 && is_compared_with_null(user, depth - 1)))
            return true;
    }
    return false;
}

/* The place of a block among those in front of a phi; `hint` is that in another phi of the same block, which mostly is
 * the same. */
static unsigned place_of(LLVMValueRef phi, LLVMBasicBlockRef from, unsigned hint)
{
    unsigned count = LLVMCountIncoming(phi);

    if (hint < count && LLVMGetIncomingBlock(phi, hint) == from)
        return hint;
    for (unsigned k = 0; k < count; k++)
        if (LLVMGetIncomingBlock(phi, k) == from)
            return k;
    return count;
}

static struct rs_av incoming(struct rs_flow *flow, struct rs_state *state, LLVMValueRef phi, LLVMValueRef value,
                             bool back)
{
    struct rs_av is = rs_eval(flow, state, value);

    /* a counter has another value each time around: which one is not kept, only where it began */
    if (back && is.kind == RS_AV_INT && is_counter(value, 4))
        return rs_flow_relevant(flow, rs_flow_index(flow, phi)) ? rs_eval_counted(state, value) : rs_av_unknown();
    if (back && is.kind == RS_AV_SYM && is.number != 0 && !is_compared_with_null(phi, 2))
        return rs_av_unknown();
    if (back && is.kind == RS_AV_SYM && is.number != 0)
        is.number = RS_OFFSET_ANY;
    return is;
}

static void assign_phis(struct rs_flow *flow, struct rs_state *state, LLVMBasicBlockRef from, LLVMBasicBlockRef to,
                        bool back)
{
    RS_VEC(struct rs_bind) binds = {0};
    unsigned place = 0;

    for (LLVMValueRef i = LLVMGetFirstInstruction(to); i != NULL && LLVMIsAPHINode(i); i = LLVMGetNextInstruction(i)) {
        uint32_t index = rs_flow_index(flow, i);

        if (index == UINT32_MAX)
            continue;
        place = place_of(i, from, place);
        if (place < LLVMCountIncoming(i))
            *RS_PUSH(&binds) = (struct rs_bind){index, incoming(flow, state, i, LLVMGetIncomingValue(i, place), back)};
    }
    for (size_t i = 0; i < binds.count; i++) {
        struct rs_av value = binds.items[i].value;
        bool integer = value.kind == RS_AV_INT || value.kind == RS_AV_COND ||
                       (value.kind == RS_AV_SYM && state->syms.items[value.sym].kind == RS_SYM_INT);

        /* a pointer that is irrelevant as an integer keeps its NULL */
        if (integer && value.kind != RS_AV_INT && !rs_flow_relevant(flow, binds.items[i].index))
            value = rs_av_unknown();
        rs_eval_index_changes(state, binds.items[i].index);
        rs_state_set(state, binds.items[i].index, value);
    }
    RS_VEC_CLOSE(&binds);
}

/* The same for counters that lie in memory ("it->done++"), and for pointers there that go along an array. */
static void forget_counters(struct rs_state *state)
{
    for (size_t i = 0; i < state->mem.count; i++) {
        struct rs_cell *cell = &state->mem.items[i];
        bool moves = cell->value.kind == RS_AV_INT || (cell->value.kind == RS_AV_SYM && cell->value.number != 0);

        if (moves && cell->stored && cell->at != NULL && LLVMIsAStoreInst(cell->at) &&
            is_counter(LLVMGetOperand(cell->at, 0), 4))
            cell->value = rs_av_unknown();
    }
}

static bool was_seen(struct rs_block *block, const struct rs_state *state)
{
    for (size_t i = 0; i < block->seen.count; i++)
        if (block->seen.items[i] == state->hash) {
            rs_trail_meet(block->arrivals.items[i], state);
            return true;
        }
    *RS_PUSH(&block->seen) = state->hash;
    *RS_PUSH(&block->arrivals) = state->trail;
    return false;
}

static void leave_idle(struct rs_flow *flow, struct rs_state *state, LLVMValueRef terminator, unsigned successor);

/* The state goes on at another block; it is taken over. */
static void go(struct rs_flow *flow, struct rs_state *state, LLVMValueRef terminator, LLVMBasicBlockRef to)
{
    LLVMBasicBlockRef from = LLVMGetInstructionParent(terminator);
    uint32_t target = (uint32_t)*rs_map_find(&flow->order, (uintptr_t)to) - 1;
    struct rs_block *block = &flow->blocks.items[target];
    bool back = target <= state->block;

    if (block->doomed) {
        rs_state_close(state);
        return;
    }
    assign_phis(flow, state, from, to, back);
    if (back)
        forget_counters(state);
    if (block->idle != NULL && !back && rs_idle_is_passed(state, block->idle)) {
        rs_trail_step(flow, state, (struct rs_trail){.kind = RS_STEP_PASSED, .at = terminator, .to = to});
        rs_idle_leave(flow, state, block->idle, leave_idle);
        rs_state_close(state);
        return;
    }
    rs_trail_step(flow, state, (struct rs_trail){.kind = RS_STEP_CAME, .at = terminator, .to = to});
    rs_sweep(flow, state, block);
    state->block = target;
    state->came_from = terminator;
    rs_settle(flow, state, block->live,
              block->visits > VISITS_COARSEST ? RS_GRAIN_COARSEST
              : block->visits > VISITS_COARSE ? RS_GRAIN_COARSE
                                              : RS_GRAIN_FINE);
    if (was_seen(block, state)) {
        rs_state_close(state);
        return;
    }
    if (++block->visits > (flow->function->library ? VISITS_LIBRARY : VISITS_MOST)) {
        flow->cut = block->dropped = true;
        flow->unit->cut++;
        rs_state_close(state);
        return;
    }
    *RS_PUSH(&block->open) = state;
}

/* ---- terminators ---- */
static bool only_memory(struct rs_flow *flow, const struct rs_sym *sym)
{
    const struct rs_contract *row =
        sym->kind == RS_SYM_NEW && sym->api != NULL ? rs_contract_find(sym->api, flow->ir->python) : NULL;

    return row != NULL && row->result == RS_RESULT_NEW && !(row->flags & (RS_MAY_RUN | RS_MAY_RELEASE));
}

static void note_branch(struct rs_flow *flow, struct rs_state *state, struct rs_av condition, bool truth,
                        LLVMValueRef branch)
{
    const struct rs_sym *sym = condition.kind == RS_AV_COND ? &state->syms.items[condition.sym] : NULL;
    bool pointer = sym != NULL && sym->kind != RS_SYM_INT;
    bool failed =
        sym != NULL && (pointer ? sym->null == RS_NULL
                                : (sym->flags & RS_F_FAIL_INT) && sym->low == sym->fail && sym->high == sym->fail);

    if (sym != NULL && failed) {
        bool memory = only_memory(flow, sym) || (sym->api != NULL && strcmp(sym->api, "PyList_Append") == 0);

        rs_trail_add(flow, state, branch,
                     (struct rs_trail){.format = pointer ? "%s is NULL" : "%s fails",
                                       .name = pointer            ? NULL
                                               : sym->api != NULL ? sym->api
                                                                  : "a call",
                                       .object = pointer ? sym : NULL,
                                       .memory = memory});
    } else if (sym == NULL || !pointer) {
        rs_trail_add(flow, state, branch,
                     (struct rs_trail){.format = truth ? "the condition holds" : "the condition does not hold",
                                       .memory = rs_trail_is_memory(state)});
    }
}

/* What an address of which nothing is known leads to: an element of a container of C++, whatever was stored there. */
static bool is_behind_unknown(const struct rs_state *state, const struct rs_sym *sym)
{
    return sym->kind == RS_SYM_LOADED && sym->flags & RS_F_UNCERTAIN && sym->identity == NULL &&
           sym->parent != RS_NONE && state->syms.items[sym->parent].kind == RS_SYM_OPAQUE;
}

/* Memory has turned out to hold NULL. Where nothing says that it may, other members may exclude it, or the way on which
 * the comparison was meant to find NULL is another one: whether that is a failure, and has an exception, is not known.
 */
static void note_absence(struct rs_flow *flow, struct rs_state *state, struct rs_av condition, LLVMValueRef compare)
{
    const struct rs_sym *sym = condition.kind == RS_AV_COND ? &state->syms.items[condition.sym] : NULL;

    if (sym == NULL || sym->null != RS_NULL || state->err != RS_ERR_CLEAR ||
        (rs_belief_absent(flow, compare, sym) && !is_behind_unknown(state, sym)))
        return;
    state->err = RS_ERR_UNKNOWN;
    state->vague = false;
}

static void take_branch(struct rs_flow *flow, struct rs_state *state, LLVMValueRef branch)
{
    LLVMValueRef operand = LLVMGetCondition(branch);
    struct rs_av condition = rs_eval(flow, state, operand);
    uint32_t index = rs_flow_index(flow, operand);
    int known = rs_refine_known(state, condition);

    for (int side = 0; side < 2; side++) {
        bool truth = side == 0;
        struct rs_state *copy;

        if (known >= 0 && (known == 1) != truth)
            continue;
        copy = rs_state_copy(state);
        if (known < 0 &&
            (!rs_refine(flow, copy, condition, truth) || !rs_refine_parts(flow, copy, operand, truth, 8))) {
            rs_state_close(copy);
            continue;
        }
        if (known < 0)
            note_branch(flow, copy, condition, truth, branch);
        if (known < 0)
            note_absence(flow, copy, condition, operand);
        if (known < 0)
            rs_same(flow, copy, operand, truth);
        if (known < 0)
            rs_kinds_branch(flow, copy, operand, truth);
        if (index != UINT32_MAX)
            rs_state_set(copy, index, rs_av_int(truth));
        go(flow, copy, branch, LLVMGetSuccessor(branch, truth ? 0 : 1));
    }
    rs_state_close(state);
}

/* A loop in which nothing happens is left by one of its exits. */
static void leave_idle(struct rs_flow *flow, struct rs_state *state, LLVMValueRef terminator, unsigned successor)
{
    bool branch = LLVMIsABranchInst(terminator) != NULL && LLVMIsConditional(terminator);

    if (branch && !rs_refine(flow, state, rs_eval(flow, state, LLVMGetCondition(terminator)), successor == 0))
        rs_state_close(state);
    else
        go(flow, state, terminator, LLVMGetSuccessor(terminator, successor));
}

static void take_switch(struct rs_flow *flow, struct rs_state *state, LLVMValueRef terminator)
{
    LLVMValueRef operand = LLVMGetOperand(terminator, 0);
    struct rs_av value = rs_eval(flow, state, operand);
    unsigned count = LLVMGetNumSuccessors(terminator);
    uint32_t index = rs_flow_index(flow, operand);

    /* an unknown number that is asked for again has one value all the same */
    if (value.kind == RS_AV_UNKNOWN && index != UINT32_MAX && rs_flow_relevant(flow, index) &&
        LLVMGetNextUse(LLVMGetFirstUse(operand)) != NULL) {
        value = rs_av_sym(rs_state_sym(state, RS_SYM_INT, operand));
        rs_state_set(state, index, value);
    }

    for (unsigned k = 1; k < count; k++) {
        LLVMValueRef label = rs_ir_case_value(terminator, k);
        int64_t number = LLVMConstIntGetSExtValue(label);
        struct rs_state *copy;

        if (value.kind == RS_AV_INT && value.number != number)
            continue;
        copy = rs_state_copy(state);
        if (value.kind == RS_AV_SYM && state->syms.items[value.sym].kind == RS_SYM_INT &&
            !rs_refine_range(flow, copy, value.sym, number, number)) {
            rs_state_close(copy);
            continue;
        }
        go(flow, copy, terminator, LLVMGetSuccessor(terminator, k));
        if (value.kind == RS_AV_INT) {
            rs_state_close(state);
            return;
        }
    }
    for (unsigned k = 1; k < count && value.kind == RS_AV_SYM && state->syms.items[value.sym].kind == RS_SYM_INT; k++) {
        struct rs_av other = {RS_AV_COND, LLVMIntNE, value.sym,
                              LLVMConstIntGetSExtValue(rs_ir_case_value(terminator, k))};

        if (!rs_refine(flow, state, other, true)) {
            rs_state_close(state);
            return;
        }
    }
    /* "cannot happen" is not told from "may happen" there */
    if (count > 1 && state->err == RS_ERR_CLEAR)
        state->err = RS_ERR_UNKNOWN;
    go(flow, state, terminator, LLVMGetSuccessor(terminator, 0));
}

static void leave_block(struct rs_flow *flow, struct rs_state *state, LLVMValueRef terminator)
{
    switch (LLVMGetInstructionOpcode(terminator)) {
    case LLVMBr:
        if (LLVMIsConditional(terminator))
            take_branch(flow, state, terminator);
        else
            go(flow, state, terminator, LLVMGetSuccessor(terminator, 0));
        return;
    case LLVMSwitch:
        take_switch(flow, state, terminator);
        return;
    case LLVMRet:
        rs_exit_return(flow, state, terminator);
        break;
    case LLVMResume:
        rs_exit_thrown(flow, state, terminator);
        break;
    case LLVMUnreachable:
        break;
    default:
        flow->cut = true;
        flow->unit->cut++;
    }
    rs_state_close(state);
}

/* ---- inside a block: all of its states go on together ---- */
struct at {
    struct rs_state **items;
    size_t count, room;
};

/* Whether the handlers behind the call ask for the exception's type: then the one that was thrown may not be meant. */
static bool asks_for_type(LLVMValueRef invoke)
{
    LLVMValueRef pad = LLVMGetFirstInstruction(LLVMGetUnwindDest(invoke));

    while (pad != NULL && LLVMIsAPHINode(pad))
        pad = LLVMGetNextInstruction(pad);
    return pad != NULL && LLVMIsALandingPadInst(pad) && LLVMGetNumClauses(pad) > 0 &&
           !LLVMIsAConstantPointerNull(LLVMGetClause(pad, 0));
}

static void leave_call(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, struct at *next)
{
    bool invoke = LLVMIsAInvokeInst(call) != NULL, thrown = state->thrown;

    state->thrown = false;
    if (invoke && thrown && state->err == RS_ERR_CLEAR && asks_for_type(call)) {
        state->err = RS_ERR_UNKNOWN;
        state->vague = false;
    }
    if (invoke) {
        go(flow, state, call, thrown ? LLVMGetUnwindDest(call) : LLVMGetNormalDest(call));
    } else if (thrown) {
        rs_exit_thrown(flow, state, call);
        rs_state_close(state);
    } else {
        *RS_PUSH(next) = state;
    }
}

/* Outcomes of a call that make no difference behind it are one. */
static void merge(struct rs_flow *flow, struct rs_block *block, struct at *states, LLVMValueRef before)
{
    uint64_t *live = rs_alloc(flow->words * sizeof(*live));
    size_t kept = 0;

    rs_prepare_live(flow, block, before, live);
    for (size_t i = 0; i < states->count; i++) {
        struct rs_state *state = states->items[i];
        bool known = kept == MERGED_MOST;

        flow->cut = flow->cut || known;
        block->dropped = block->dropped || known;
        flow->unit->cut += known;
        state->came_from = before;
        rs_trail_step(flow, state, (struct rs_trail){.kind = RS_STEP_MET, .at = before});
        rs_settle(flow, state, live, RS_GRAIN_FINE);
        for (size_t k = 0; k < kept && !known; k++) {
            known = states->items[k]->hash == state->hash;
            if (known)
                rs_trail_meet(states->items[k]->trail, state);
        }
        if (known)
            rs_state_close(state);
        else
            states->items[kept++] = state;
    }
    states->count = kept;
    free(live);
}

static void run_call(struct rs_flow *flow, struct rs_block *block, struct at *states, LLVMValueRef call)
{
    struct at next = {0};

    for (size_t i = 0; i < states->count; i++) {
        struct rs_states out = {.count = 0};

        rs_call(flow, states->items[i], call, &out);
        for (unsigned k = 0; k < out.count; k++)
            leave_call(flow, out.items[k], call, &next);
    }
    RS_VEC_CLOSE(states);
    *states = next;
    if (states->count > MERGE_FROM)
        merge(flow, block, states, LLVMGetNextInstruction(call));
}

/* c ? a : b, where it is not known which: both. False when the state goes on as it is. */
static bool part_select(struct rs_flow *flow, struct rs_state *state, LLVMValueRef select, struct at *next)
{
    uint32_t index = rs_flow_index(flow, select);
    struct rs_av condition = rs_eval(flow, state, LLVMGetOperand(select, 0));
    struct rs_state *copy;
    bool wanted = index != UINT32_MAX &&
                  (LLVMGetTypeKind(LLVMTypeOf(select)) == LLVMPointerTypeKind || rs_flow_relevant(flow, index));

    if (!wanted || condition.kind != RS_AV_COND || rs_refine_known(state, condition) >= 0)
        return false;
    for (int side = 0; side < 2; side++) {
        copy = rs_state_copy(state);
        if (!rs_refine(flow, copy, condition, side == 0)) {
            rs_state_close(copy);
            continue;
        }
        rs_state_set(copy, index, rs_eval(flow, copy, LLVMGetOperand(select, side == 0 ? 1 : 2)));
        rs_trail_step(flow, copy, (struct rs_trail){.kind = RS_STEP_SIDE, .at = select, .number = side == 0});
        *RS_PUSH(next) = copy;
    }
    return true;
}

/* The error indicator is read, or written, in the thread state: with an exception, and without. */
static bool part_indicator(struct rs_flow *flow, struct rs_state *state, LLVMValueRef at, struct at *next)
{
    bool load = LLVMIsALoadInst(at) != NULL;

    for (int set = 0; set < 2; set++) {
        struct rs_state *copy = rs_state_copy(state);

        if (load ? rs_indicator_read(flow, copy, at, set) : rs_indicator_write(flow, copy, at, set))
            *RS_PUSH(next) = copy;
        else
            rs_state_close(copy);
    }
    return true;
}

typedef bool parting(struct rs_flow *flow, struct rs_state *state, LLVMValueRef at, struct at *next);

/* How the instruction may part a state in two, or NULL. */
static parting *parting_of(struct rs_flow *flow, LLVMValueRef at)
{
    if (LLVMIsASelectInst(at))
        return part_select;
    return (LLVMIsALoadInst(at) && rs_flow_index(flow, at) != UINT32_MAX &&
            rs_indicator_is_at(flow->ir, LLVMGetOperand(at, 0))) ||
                   (LLVMIsAStoreInst(at) && rs_indicator_is_at(flow->ir, LLVMGetOperand(at, 1)))
               ? part_indicator
               : NULL;
}

static void run_parting(struct rs_flow *flow, struct rs_block *block, struct at *states, LLVMValueRef at, parting *part)
{
    struct at next = {0};

    for (size_t i = 0; i < states->count; i++) {
        struct rs_state *state = states->items[i];

        if (part(flow, state, at, &next)) {
            rs_state_close(state);
            continue;
        }
        rs_eval_instruction(flow, state, at);
        *RS_PUSH(&next) = state;
    }
    RS_VEC_CLOSE(states);
    *states = next;
    if (states->count > MERGE_FROM)
        merge(flow, block, states, LLVMGetNextInstruction(at));
}

static void run_block(struct rs_flow *flow, struct rs_block *block)
{
    struct at states = {block->open.items, block->open.count, block->open.room};
    LLVMValueRef at = LLVMGetFirstInstruction(block->block);

    block->open.items = NULL;
    block->open.count = block->open.room = 0;
    while (at != NULL && LLVMIsAPHINode(at))
        at = LLVMGetNextInstruction(at);
    for (; at != NULL && states.count > 0; at = LLVMGetNextInstruction(at)) {
        bool call = LLVMIsACallInst(at) != NULL || LLVMIsAInvokeInst(at) != NULL;
        parting *part = parting_of(flow, at);

        flow->steps += states.count;
        flow->at = at;
        if (call)
            run_call(flow, block, &states, at);
        if (part != NULL)
            run_parting(flow, block, &states, at, part);
        for (size_t i = 0; i < states.count && !call && part == NULL; i++) {
            if (LLVMIsATerminatorInst(at)) {
                leave_block(flow, states.items[i], at);
            } else if (rs_eval_faults(flow, states.items[i], at)) {
                rs_state_close(states.items[i]);
                states.items[i--] = states.items[--states.count];
            } else {
                rs_eval_instruction(flow, states.items[i], at);
            }
        }
        if (LLVMIsATerminatorInst(at))
            states.count = 0;
    }
    RS_VEC_CLOSE(&states);
}

static void drop_open(struct rs_flow *flow, struct rs_block *block)
{
    flow->cut = block->dropped = true;
    flow->unit->cut += block->open.count;
    while (block->open.count > 0)
        rs_state_close(block->open.items[--block->open.count]);
}

static void run_all(struct rs_flow *flow)
{
    for (size_t i = 0; i < flow->blocks.count;) {
        struct rs_block *block = &flow->blocks.items[i];
        size_t earliest = i;

        if (block->open.count == 0) {
            i++;
            continue;
        }
        if (flow->steps > STEPS_MOST)
            drop_open(flow, block);
        else
            run_block(flow, block);
        /* a loop's head may have got states again */
        for (size_t k = 0; k < i && earliest == i; k++)
            if (flow->blocks.items[k].open.count > 0)
                earliest = k;
        i = earliest;
    }
}

/* ---- the function ---- */
static const struct rs_ir_answers NO_ANSWER = {INT64_MAX, INT64_MIN, true};

void rs_walk(struct rs_flow_unit *unit, struct rs_ir_function *function, struct rs_summary *summary, bool judge)
{
    struct rs_flow flow = {.unit = unit, .ir = unit->ir, .function = function, .summary = summary, .judge = judge};
    struct rs_states first = {.count = 0};

    flow.told = unit->candidates.count;
    rs_prepare(&flow);
    rs_enter_role(&flow);
    summary->kinds = flow.blocks.items[0].kinds;
    summary->nargs = flow.nargs < RS_SUMMARY_ARGS ? (uint8_t)flow.nargs : RS_SUMMARY_ARGS;
    rs_enter(&flow, &first);
    for (unsigned i = 0; i < first.count; i++)
        *RS_PUSH(&flow.blocks.items[0].open) = first.items[i];
    summary->answers = NO_ANSWER;
    summary->answers.raises = false;
    run_all(&flow);
    if (flow.cut)
        summary->answers = NO_ANSWER;
    rs_exit_compare(&flow);
    rs_consistent_keep(&flow);
    summary->known = true;
    summary->incomplete = summary->incomplete || flow.cut;
    if (judge && !function->library)
        unit->analysed += !flow.cut;
    rs_prepare_close(&flow);
}
