/* Whether a way that leads to a report contradicts itself: it takes a condition for true and, behind calls of which
 * nothing is known or where states were too many to tell them apart, for false.
 *
 * States forget and meet; what is told of them is true of every way that leads there and is a way at all. Here the
 * steps that led to a report are gone back, with what each branch claims of values and memory carried along to where
 * those come from: a constant, a call, another branch. Where equal states met each way is tried until one agrees with
 * itself. Memory is taken to stay as it is but where a store, a call that was given its address, or a function of the
 * unit can change it: that Python code which runs meanwhile changes the member that both conditions ask for is no way
 * to report. What a part of the ways was found to exclude is kept for the next that come to the same step. Bounds:
 * STEPS_MOST instructions a report; a report that is not refuted within them is told. */
#include <string.h>

#include "check/flow/term.h"

enum { STEPS_MOST = 120000, FUNCTION_STEPS_MOST = 3000000, DEPTH_MOST = 3000, NOGOODS_MOST = 8 };

struct nogood {
    const struct rs_trail *step;
    const struct nogood *next;
    unsigned count;
    struct rs_claim claims[];
};
/* Ways that are being tried from a step on. */
struct trying {
    const struct rs_trail *step;
    const struct rs_claims *claims;
    const struct trying *below;
};
struct search {
    struct rs_flow *flow;
    struct rs_terms terms;
    struct rs_map nogoods;                /* step -> the list's first */
    RS_VEC(const struct rs_trail *) said; /* steps in words of the way at work, newest first */
    bool parted;                          /* the way found is not the one that the report came by */
    unsigned steps, depth;
};

/* ---- stores and calls ---- */
static bool is_local(const struct rs_term *root)
{
    return root->kind == RS_TERM_VALUE && LLVMIsAAllocaInst(root->value) != NULL;
}

static bool is_named(const struct rs_term *root)
{
    return is_local(root) || (root->kind == RS_TERM_VALUE && LLVMIsAGlobalVariable(root->value) != NULL);
}

/* Whether a store at an address may change what a load brings. */
static bool may_change(const struct rs_term *load, const struct rs_term *address, uint64_t key)
{
    const struct rs_term *mine = rs_term_root(load->a), *its = rs_term_root(address);
    bool members = load->number != 0 && key != 0;

    if (load->a == address)
        return true;
    if (mine == its)
        return address->kind == RS_TERM_VALUE && its != address; /* another offset */
    if (members)
        return (uint64_t)load->number == key && !(is_named(mine) && is_named(its));
    if (is_named(mine) && is_named(its))
        return false;
    return load->number == 0 && key == 0 && !is_local(mine) && !is_local(its);
}

/* The first load in a term that a store may change, or NULL. */
static const struct rs_term *changed_in(const struct rs_term *term, const struct rs_term *address, uint64_t key)
{
    const struct rs_term *found = NULL;

    if (term->kind == RS_TERM_LOAD && may_change(term, address, key))
        return term;
    if (term->a != NULL)
        found = changed_in(term->a, address, key);
    return found != NULL || term->b == NULL ? found : changed_in(term->b, address, key);
}

/* `value` NULL: unknown. */
static void stored(struct search *s, struct rs_claims *claims, const struct rs_term *address, uint64_t key,
                   const struct rs_term *value)
{
    for (unsigned i = 0; i < claims->count && !claims->broken;) {
        const struct rs_term *load = changed_in(claims->items[i].term, address, key);

        if (load == NULL) {
            i++;
            continue;
        }
        rs_claims_replace(&s->terms, claims, load, load->a == address ? value : NULL);
        i = 0;
    }
}

/* Whether a load in the term reads behind the pointer that a call was given; of an object that is passed as a whole,
 * only what others than Python do to it counts. */
static bool reads_behind(const struct rs_term *term, const struct rs_term *pointer, bool whole)
{
    const struct rs_term *root = rs_term_root(pointer);

    if (term->kind == RS_TERM_LOAD && rs_term_root(term->a) == root &&
        (whole || is_named(root) ||
         (pointer->kind == RS_TERM_ADDRESS && term->a->kind == RS_TERM_ADDRESS && term->a->number >= pointer->number)))
        return true;
    return (term->a != NULL && reads_behind(term->a, pointer, whole)) ||
           (term->b != NULL && reads_behind(term->b, pointer, whole));
}

static void passed(struct search *s, struct rs_claims *claims, LLVMValueRef call, bool whole)
{
    for (unsigned k = 0; k < LLVMGetNumArgOperands(call) && claims->count > 0; k++) {
        LLVMValueRef operand = LLVMGetOperand(call, k);
        const struct rs_term *pointer;

        if (LLVMGetTypeKind(LLVMTypeOf(operand)) != LLVMPointerTypeKind)
            continue;
        /* behind an address that an index makes: what it is made from */
        pointer = LLVMIsAGetElementPtrInst(operand) && rs_memory_offset(s->flow, operand) <= RS_OFFSET_INDEX
                      ? rs_term_of(&s->terms, LLVMGetOperand(operand, 0))
                      : rs_term_of(&s->terms, operand);
        if (LLVMIsAGetElementPtrInst(operand)) {
            const struct rs_term *made = rs_term_defined(&s->terms, operand);
            pointer = made != NULL ? made : pointer;
        }
        for (unsigned i = 0; i < claims->count;)
            if (reads_behind(claims->items[i].term, pointer, whole))
                rs_claims_drop(claims, i);
            else
                i++;
    }
}

/* Members that a function of the unit, or one that it calls, stores, as bits of their keys. */
enum { WRITTEN_WORDS = 8 };
static void writes_of(struct rs_flow_unit *unit, LLVMValueRef function, uint64_t *words, unsigned depth)
{
    for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(function); block != NULL;
         block = LLVMGetNextBasicBlock(block))
        for (LLVMValueRef at = LLVMGetFirstInstruction(block); at != NULL; at = LLVMGetNextInstruction(at)) {
            LLVMValueRef callee;

            if (LLVMIsAStoreInst(at)) {
                uint64_t key = rs_memory_key(unit->ir, LLVMGetOperand(at, 1), NULL, NULL),
                         bit = (key * 0x9e3779b97f4a7c15u) >> 55;
                words[bit / 64] |= key == 0 ? 0 : 1ull << (bit % 64);
            }
            callee = LLVMIsACallInst(at) || LLVMIsAInvokeInst(at) ? rs_ir_callee(at) : NULL;
            if (callee != NULL && depth > 0 && rs_ir_function(unit->ir, callee) != NULL) {
                const uint64_t *its = rs_consistent_writes(unit, callee, depth - 1);
                for (unsigned w = 0; its != NULL && w < WRITTEN_WORDS; w++)
                    words[w] |= its[w];
            }
        }
}

const uint64_t *rs_consistent_writes(struct rs_flow_unit *unit, LLVMValueRef function, unsigned depth)
{
    uint64_t *place = rs_map_at(&unit->writes, (uintptr_t)function), *words;

    if (*place != 0)
        return (const uint64_t *)(uintptr_t)*place;
    words = rs_arena_alloc(&unit->trails, WRITTEN_WORDS * sizeof(*words));
    memset(words, 0, WRITTEN_WORDS * sizeof(*words));
    *place = (uintptr_t)words;
    writes_of(unit, function, words, depth);
    return words;
}

static const struct rs_term *written_in(const struct rs_term *term, const uint64_t *words)
{
    const struct rs_term *found = NULL;
    uint64_t bit = ((uint64_t)term->number * 0x9e3779b97f4a7c15u) >> 55;

    if (term->kind == RS_TERM_LOAD && term->number != 0 && words[bit / 64] >> (bit % 64) & 1)
        return term;
    if (term->a != NULL)
        found = written_in(term->a, words);
    return found != NULL || term->b == NULL ? found : written_in(term->b, words);
}

/* What the way that was taken through the callee stores in what it was given. */
static void way_stored(struct search *s, struct rs_claims *claims, LLVMValueRef call, const struct rs_case *way)
{
    for (unsigned i = 0; i < way->nstores && !claims->broken; i++) {
        const struct rs_store_change *store = &way->stores[i];
        const struct rs_term *value = store->what.kind == RS_SUBJECT_INT && store->what.offset == store->what.high
                                          ? rs_term_number(&s->terms, store->what.offset)
                                      : store->what.kind == RS_SUBJECT_ARG && store->what.arg >= 0 &&
                                              (unsigned)store->what.arg < LLVMGetNumArgOperands(call)
                                          ? rs_term_of(&s->terms, LLVMGetOperand(call, (unsigned)store->what.arg))
                                          : NULL;

        if (store->where.kind == RS_SUBJECT_FIELD && store->where.arg >= 0 &&
            (unsigned)store->where.arg < LLVMGetNumArgOperands(call))
            stored(s, claims,
                   rs_term_address(&s->terms, rs_term_of(&s->terms, LLVMGetOperand(call, (unsigned)store->where.arg)),
                                   store->where.offset),
                   store->key, value);
    }
}

/* What the way through the callee has found its arguments to be. */
static void way_found(struct search *s, struct rs_claims *claims, LLVMValueRef call, const struct rs_case *way)
{
    for (unsigned k = 0; k < RS_SUMMARY_ARGS && k < LLVMGetNumArgOperands(call) && !claims->broken; k++) {
        const struct rs_subject *found = &way->args[k];
        struct rs_claim claim = {.low = INT64_MIN, .high = INT64_MAX};

        if (found->kind == RS_SUBJECT_INT) {
            claim.low = found->offset;
            claim.high = found->high;
        }
        if (found->null == RS_NULL)
            claim.low = claim.high = 0;
        claim.differs = found->null == RS_NONNULL;
        if (claim.low == INT64_MIN && claim.high == INT64_MAX && !claim.differs)
            continue;
        claim.term = rs_term_of(&s->terms, LLVMGetOperand(call, k));
        rs_claims_add(&s->terms, claims, claim);
    }
}

static const struct rs_term *result_of(struct search *s, LLVMValueRef call, const struct rs_trail *step)
{
    const struct rs_subject *result;

    if (step == NULL)
        return rs_term_defined(&s->terms, call);
    if (step->way == NULL)
        return rs_term_number(&s->terms, step->number);
    result = &step->way->result;
    if (result->kind == RS_SUBJECT_INT && result->offset == result->high)
        return rs_term_number(&s->terms, result->offset);
    return result->kind == RS_SUBJECT_ARG && result->arg >= 0 && (unsigned)result->arg < LLVMGetNumArgOperands(call)
               ? rs_term_of(&s->terms, LLVMGetOperand(call, (unsigned)result->arg))
               : NULL;
}

/* The bounds that the way sets for a result that is no one number. */
static void result_found(struct search *s, struct rs_claims *claims, LLVMValueRef call, const struct rs_trail *step)
{
    const struct rs_subject *result = step == NULL || step->way == NULL ? NULL : &step->way->result;
    struct rs_claim claim = {.term = rs_term_of(&s->terms, call)};

    if (result == NULL || result->kind != RS_SUBJECT_INT || result->offset == result->high ||
        (result->offset == INT64_MIN && result->high == INT64_MAX && result->null != RS_NONNULL))
        return;
    claim.low = result->offset;
    claim.high = result->high;
    claim.differs = result->null == RS_NONNULL;
    for (unsigned i = 0; i < claims->count; i++)
        if (claims->items[i].term == claim.term) {
            rs_claims_add(&s->terms, claims, claim);
            return;
        }
}

static void back_over_call(struct search *s, struct rs_claims *claims, LLVMValueRef call, const struct rs_trail *step)
{
    LLVMValueRef callee = rs_ir_callee(call);
    const char *name = callee == NULL ? "" : rs_ir_api_name(s->flow->ir, callee);
    const struct rs_case *way = step == NULL ? NULL : step->way;
    const struct rs_term *load, *value;

    result_found(s, claims, call, step);
    value = result_of(s, call, step);
    rs_claims_replace(&s->terms, claims, rs_term_of(&s->terms, call), value);
    if (claims->broken || claims->count == 0 || (value != NULL && value->kind == RS_TERM_PURE))
        return;
    if (strncmp(name, "llvm.", 5) == 0 && strncmp(name, "llvm.mem", 8) != 0)
        return;
    if (callee != NULL && rs_ir_contract(s->flow->ir, callee) != NULL) {
        passed(s, claims, call, false);
        return;
    }
    if (callee == NULL || rs_ir_function(s->flow->ir, callee) == NULL) {
        passed(s, claims, call, !rs_ir_calls_clib(call));
        return;
    }
    if (way == NULL) {
        passed(s, claims, call, false);
    } else {
        way_stored(s, claims, call, way);
    }
    for (unsigned i = 0; i < claims->count && !claims->broken;) {
        load = written_in(claims->items[i].term, rs_consistent_writes(s->flow->unit, callee, 12));
        if (load != NULL)
            rs_claims_drop(claims, i);
        else
            i++;
    }
    if (way != NULL)
        way_found(s, claims, call, way);
}

static bool concerns(const struct rs_claims *claims, const struct rs_term *value)
{
    for (unsigned i = 0; i < claims->count; i++)
        if (rs_term_has(claims->items[i].term, value))
            return true;
    return false;
}

/* `step`: what is known of how this very instruction went, or NULL. */
static void back_over(struct search *s, struct rs_claims *claims, LLVMValueRef at, const struct rs_trail *step)
{
    const struct rs_term *value;

    s->steps++;
    if (LLVMIsAStoreInst(at)) {
        if (claims->count > 0)
            stored(s, claims, rs_term_of(&s->terms, LLVMGetOperand(at, 1)),
                   rs_memory_key(s->flow->ir, LLVMGetOperand(at, 1), NULL, NULL),
                   rs_term_of(&s->terms, LLVMGetOperand(at, 0)));
        return;
    }
    if (LLVMIsACallInst(at) || LLVMIsAInvokeInst(at)) {
        back_over_call(s, claims, at, step);
        return;
    }
    if (LLVMIsAAllocaInst(at) || LLVMGetTypeKind(LLVMTypeOf(at)) == LLVMVoidTypeKind)
        return;
    value = rs_term_of(&s->terms, at);
    if (!concerns(claims, value) && step == NULL)
        return;
    if (LLVMIsASelectInst(at) && step != NULL) {
        rs_claims_replace(&s->terms, claims, value, rs_term_of(&s->terms, LLVMGetOperand(at, step->number ? 1 : 2)));
        rs_claims_add(&s->terms, claims,
                      (struct rs_claim){.term = rs_term_of(&s->terms, LLVMGetOperand(at, 0)),
                                        .low = step->number,
                                        .high = step->number});
        return;
    }
    rs_claims_replace(&s->terms, claims, value, rs_term_defined(&s->terms, at));
}

/* ---- from block to block ---- */
static void back_over_phis(struct search *s, struct rs_claims *claims, LLVMBasicBlockRef to, LLVMBasicBlockRef from)
{
    enum { PHIS_MOST = 64 };
    const struct rs_term *marks[PHIS_MOST], *values[PHIS_MOST];
    unsigned count = 0;

    /* all at once: first each by a name that nothing else has, the incoming block's */
    for (LLVMValueRef phi = LLVMGetFirstInstruction(to); phi != NULL && LLVMIsAPHINode(phi) && count < PHIS_MOST;
         phi = LLVMGetNextInstruction(phi)) {
        const struct rs_term *value = rs_term_of(&s->terms, phi);

        if (!concerns(claims, value))
            continue;
        values[count] = NULL;
        for (unsigned k = 0; k < LLVMCountIncoming(phi); k++)
            if (LLVMGetIncomingBlock(phi, k) == from)
                values[count] = rs_term_of(&s->terms, LLVMGetIncomingValue(phi, k));
        marks[count] = rs_term_mark(&s->terms, count);
        rs_claims_replace(&s->terms, claims, value, marks[count]);
        count++;
    }
    for (unsigned i = 0; i < count && !claims->broken; i++)
        rs_claims_replace(&s->terms, claims, marks[i], values[i]);
}

/* What the branch that leads to a block says. */
static void claim_branch(struct search *s, struct rs_claims *claims, LLVMValueRef terminator, LLVMBasicBlockRef to)
{
    struct rs_claim claim = {.low = INT64_MIN, .high = INT64_MAX};
    unsigned found = 0, successor = 0;

    for (unsigned k = 0; k < LLVMGetNumSuccessors(terminator); k++)
        if (LLVMGetSuccessor(terminator, k) == to)
            found++, successor = k;
    if (found != 1)
        return;
    if (LLVMIsASwitchInst(terminator)) {
        claim.term = rs_term_of(&s->terms, LLVMGetOperand(terminator, 0));
        if (successor == 0)
            claim.past = terminator;
        else
            claim.low = claim.high = LLVMConstIntGetSExtValue(rs_ir_case_value(terminator, successor));
        rs_claims_add(&s->terms, claims, claim);
    } else if (LLVMGetInstructionOpcode(terminator) == LLVMBr && LLVMIsConditional(terminator)) {
        claim.term = rs_term_of(&s->terms, LLVMGetCondition(terminator));
        claim.low = claim.high = successor == 0;
        rs_claims_add(&s->terms, claims, claim);
    }
}

static bool is_of_loop(struct search *s, const struct rs_term *term, uint32_t head)
{
    if (term->kind == RS_TERM_LOAD)
        return true;
    if (term->kind == RS_TERM_VALUE && LLVMIsAInstruction(term->value))
        return (uint32_t)*rs_map_find(&s->flow->order, (uintptr_t)LLVMGetInstructionParent(term->value)) - 1 >= head;
    return (term->a != NULL && is_of_loop(s, term->a, head)) || (term->b != NULL && is_of_loop(s, term->b, head));
}

/* A loop was passed without a look at it: what it computes and stores is unknown. */
static void back_over_loop(struct search *s, struct rs_claims *claims, LLVMBasicBlockRef to)
{
    uint32_t head = (uint32_t)*rs_map_find(&s->flow->order, (uintptr_t)to) - 1;

    for (unsigned i = 0; i < claims->count;)
        if (is_of_loop(s, claims->items[i].term, head))
            rs_claims_drop(claims, i);
        else
            i++;
}

/* ---- the search ---- */
static const struct rs_trail *structural(struct search *s, const struct rs_trail *step)
{
    while (step != NULL && step->kind == RS_STEP_SAID) {
        *RS_PUSH(&s->said) = step;
        step = step->before;
    }
    return step;
}

/* Whether some of the claims are known to lead nowhere from the step on; `reason` gets which. */
static bool is_nogood(struct search *s, const struct rs_trail *step, const struct rs_claims *claims, uint32_t *reason)
{
    const uint64_t *place = rs_map_find(&s->nogoods, (uintptr_t)step);

    for (const struct nogood *no = place == NULL ? NULL : (const struct nogood *)(uintptr_t)*place; no != NULL;
         no = no->next) {
        uint32_t bits = 0;
        unsigned k = 0;

        for (; k < no->count; k++) {
            unsigned i = 0;
            while (i < claims->count && !rs_claim_implies(&claims->items[i], &no->claims[k]))
                i++;
            if (i == claims->count)
                break;
            bits |= 1u << i;
        }
        if (k == no->count) {
            *reason = bits;
            return true;
        }
    }
    return false;
}

static void add_nogood(struct search *s, const struct rs_trail *step, const struct rs_claims *claims, uint32_t reason)
{
    uint64_t *place = rs_map_at(&s->nogoods, (uintptr_t)step);
    struct nogood *no = rs_arena_alloc(&s->terms.arena, sizeof(*no) + RS_CLAIMS_MOST * sizeof(struct rs_claim));

    *no = (struct nogood){.step = step, .next = (const struct nogood *)(uintptr_t)*place};
    for (unsigned i = 0; i < claims->count; i++)
        if (reason >> i & 1)
            no->claims[no->count++] = claims->items[i];
    *rs_map_at(&s->nogoods, (uintptr_t)step) = (uintptr_t)no;
}

/* A way that comes to a step again with all that it claimed the first time has gained nothing on its round. */
static bool is_round(const struct trying *trying, const struct rs_trail *step, const struct rs_claims *claims)
{
    for (; trying != NULL; trying = trying->below) {
        unsigned k = 0;

        if (trying->step != step)
            continue;
        for (; k < trying->claims->count; k++) {
            unsigned i = 0;
            while (i < claims->count && !rs_claim_implies(&claims->items[i], &trying->claims->items[k]))
                i++;
            if (i == claims->count)
                break;
        }
        if (k == trying->claims->count)
            return true;
    }
    return false;
}

static bool is_exhausted(const struct search *s)
{
    return s->steps > STEPS_MOST || s->depth > DEPTH_MOST;
}

/* Whether states were dropped where the step led: one of them may have come by a way of its own. */
static bool is_dropped(struct search *s, const struct rs_trail *step)
{
    LLVMBasicBlockRef block = step->kind == RS_STEP_CAME ? step->to : LLVMGetInstructionParent(step->at);

    return s->flow->blocks.items[*rs_map_find(&s->flow->order, (uintptr_t)block) - 1].dropped;
}

static bool goes_back(struct search *s, const struct rs_trail *step, LLVMValueRef at, LLVMBasicBlockRef block,
                      struct rs_claims *claims, const struct trying *trying, uint32_t *reason);

/* One of the ways that met goes on backwards from its step. */
static bool goes_by(struct search *s, const struct rs_trail *by, struct rs_claims *claims, const struct trying *trying,
                    uint32_t *reason)
{
    LLVMValueRef end = by->at;
    const struct rs_trail *before;

    if (by->kind == RS_STEP_MET)
        return goes_back(s, by->before, end, LLVMGetInstructionParent(end), claims, trying, reason);
    back_over_phis(s, claims, by->to, LLVMGetInstructionParent(end));
    before = structural(s, by->before);
    if (before != NULL && before->kind == RS_STEP_PASSED) {
        back_over_loop(s, claims, before->to);
        end = before->at;
        before = before->before;
    } else {
        claim_branch(s, claims, end, by->to);
    }
    if (LLVMIsAInvokeInst(end))
        end = NULL;
    return goes_back(s, before, end, LLVMGetInstructionParent(end != NULL ? end : by->at), claims, trying, reason);
}

/* Tries all that met at the step. */
static bool goes_through(struct search *s, const struct rs_trail *step, const struct rs_claims *claims,
                         const struct trying *trying, uint32_t *reason)
{
    struct trying here = {step, claims, trying};
    struct rs_claims *mine;
    size_t said = s->said.count;
    uint32_t none, all = 0;
    bool found = false;

    *reason = 0;
    if (is_exhausted(s) || is_dropped(s, step))
        return true;
    if (is_nogood(s, step, claims, reason))
        return false;
    if (is_round(trying, step, claims)) {
        *reason = claims->count == 32 ? UINT32_MAX : (1u << claims->count) - 1;
        return false;
    }
    mine = rs_alloc(sizeof(*mine));
    s->depth++;
    for (const struct rs_trail *by = step; by != NULL && !found; by = by->other) {
        *mine = *claims;
        for (unsigned i = 0; i < mine->count; i++)
            mine->items[i].origin = 1u << i;
        s->said.count = said;
        none = 0;
        found = goes_by(s, by, mine, &here, &none);
        s->parted = s->parted || (found && by != step);
        all |= none;
    }
    s->depth--;
    free(mine);
    if (!found)
        add_nogood(s, step, claims, all);
    *reason = all;
    return found;
}

static uint32_t traced(const struct rs_claims *claims, uint32_t reason)
{
    uint32_t origins = 0;

    for (unsigned i = 0; i < claims->count; i++)
        origins |= reason >> i & 1 ? claims->items[i].origin : 0;
    return origins;
}

/* Back through a block from in front of `at` (NULL: from its end), to the steps that led to it. */
static bool goes_back(struct search *s, const struct rs_trail *step, LLVMValueRef at, LLVMBasicBlockRef block,
                      struct rs_claims *claims, const struct trying *trying, uint32_t *reason)
{
    LLVMValueRef next = at;
    uint32_t found = 0;

    at = at == NULL ? LLVMGetLastInstruction(block) : LLVMGetPreviousInstruction(at);
    for (; !claims->broken; at = LLVMGetPreviousInstruction(at)) {
        const struct rs_trail *of = NULL;

        step = structural(s, step);
        if (step != NULL && step->kind == RS_STEP_MET && step->at == next) {
            if (goes_through(s, step, claims, trying, &found))
                return true;
            *reason = traced(claims, found);
            return false;
        }
        if (at == NULL || LLVMIsAPHINode(at))
            break;
        if (step != NULL && (step->kind == RS_STEP_WAY || step->kind == RS_STEP_SIDE) && step->at == at) {
            of = step;
            step = step->before;
        }
        back_over(s, claims, at, of);
        next = at;
    }
    if (claims->broken) {
        *reason = claims->reason;
        return false;
    }
    /* at the function's entry, or where the steps do not fit (an old one is missing): nothing is said against it */
    if (step == NULL || step->kind != RS_STEP_CAME || step->to != block)
        return true;
    if (goes_through(s, step, claims, trying, &found))
        return true;
    *reason = traced(claims, found);
    return false;
}

/* The steps in words of the way that was found. */
static const struct rs_trail *retold(struct search *s, const struct rs_trail *trail)
{
    struct rs_trail *last = NULL;

    for (size_t i = s->said.count; i-- > 0;) {
        struct rs_trail *step = rs_arena_alloc(&s->flow->unit->trails, sizeof(*step));

        *step = *s->said.items[i];
        step->before = last;
        last = step;
    }
    return last == NULL ? trail : last;
}

/* Whether a way leads to the report; its words are those of that way then. */
static bool is_possible(struct rs_flow *flow, struct rs_candidate *candidate)
{
    struct search s = {.flow = flow, .terms = {.flow = flow}};
    struct rs_claims claims = {.count = 0};
    LLVMBasicBlockRef block = candidate->stand == NULL ? NULL : LLVMGetInstructionParent(candidate->stand);
    const struct rs_trail *step = candidate->trail;
    uint32_t reason = 0;
    bool possible;

    if (block == NULL || step == NULL || flow->refuting > FUNCTION_STEPS_MOST)
        return true;
    step = structural(&s, step);
    if (step == NULL)
        possible = true;
    else if ((step->kind == RS_STEP_CAME && (step->to != block || step->at == candidate->stand)) ||
             (step->kind == RS_STEP_MET && step->at == LLVMGetNextInstruction(candidate->stand)))
        possible = goes_by(&s, step, &claims, NULL, &reason); /* told on arrival: of this state, not of those it met */
    else
        possible = goes_back(&s, step, candidate->stand, block, &claims, NULL, &reason);
    if (possible && s.parted && !is_exhausted(&s))
        candidate->trail = retold(&s, candidate->trail);
    flow->refuting += s.steps;
    RS_VEC_CLOSE(&s.said);
    rs_map_close(&s.nogoods);
    rs_map_close(&s.terms.known);
    rs_arena_close(&s.terms.arena);
    return possible;
}

/* Puts the report of another state, of the same cause, in place of one that no way leads to: the gravest. */
static bool another(struct rs_flow *flow, struct rs_candidate *candidate)
{
    bool found = false;

    for (const struct rs_candidate *next = candidate->again; next != NULL; next = next->again) {
        struct rs_candidate other = *next;
        bool graver = !found || (candidate->note && !other.note) ||
                      (candidate->rule == RS_RULE_RS202 && other.rule == RS_RULE_RS201);

        if (!graver || !is_possible(flow, &other))
            continue;
        *candidate = other;
        found = true;
    }
    return found;
}

void rs_consistent_keep(struct rs_flow *flow)
{
    struct rs_flow_unit *unit = flow->unit;
    size_t kept = flow->told;

    for (size_t i = flow->told; i < unit->candidates.count; i++) {
        struct rs_candidate candidate = unit->candidates.items[i];

        if (is_possible(flow, &candidate) || another(flow, &candidate))
            unit->candidates.items[kept++] = candidate;
    }
    unit->candidates.count = kept;
}
