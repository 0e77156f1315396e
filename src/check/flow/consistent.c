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
#include "check/flow/back.h"

enum {
    STEPS_MOST = 120000,
    FUNCTION_STEPS_MOST = 3000000,
    DEPTH_MOST = 3000,
    FRAMES_MOST = 4,
    ANY_COSTS = 10,
    ANY_DEPTH_MOST = 250
};

struct nogood {
    const struct rs_frame *frame;
    const struct nogood *next;
    unsigned count;
    struct rs_claim claims[];
};
/* Ways that are being tried from a step on. */
struct trying {
    const struct rs_trail *step;
    const struct rs_frame *frame;
    const struct rs_claims *claims;
    const struct trying *below;
};
struct search {
    struct rs_flow *flow;
    struct rs_terms terms;
    LLVMValueRef born;                      /* the call that brought the object of the report, or NULL */
    struct rs_map arrivals;                 /* block -> all steps that lead there; read when it is asked for */
    struct rs_map nogoods;                  /* step -> the list's first */
    RS_VEC(const struct rs_trail *) said;   /* steps in words of the way at work, newest first */
    RS_VEC(const struct rs_frame *) frames; /* one for each way of a callee that was gone into */
    bool enters;                            /* ways of callees are gone back, too */
    bool passed;                            /* a callee's ways are known, and it was not gone into */
    bool lost;                              /* the ways that only control is known to go are too long */
    bool unsaid;                            /* ... and has gone where no steps in words are known */
    bool parted;                            /* the way found is not the one that the report came by */
    unsigned steps, depth;
};

/* ---- the search ---- */
static const struct rs_trail *structural(struct search *s, const struct rs_trail *step, const struct rs_frame *frame)
{
    while (step != NULL && step->kind == RS_STEP_SAID) {
        if (frame == NULL)
            *RS_PUSH(&s->said) = step;
        step = step->before;
    }
    return step;
}

/* Whether some of the claims are known to lead nowhere from the step on; `reason` gets which. */
static bool is_nogood(struct search *s, const struct rs_trail *step, const struct rs_frame *frame,
                      const struct rs_claims *claims, uint32_t *reason)
{
    const uint64_t *place = rs_map_find(&s->nogoods, (uintptr_t)step);

    for (const struct nogood *no = place == NULL ? NULL : (const struct nogood *)(uintptr_t)*place; no != NULL;
         no = no->next) {
        uint32_t bits = 0;
        unsigned k = no->frame == frame ? 0 : no->count + 1;

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

static void add_nogood(struct search *s, const struct rs_trail *step, const struct rs_frame *frame,
                       const struct rs_claims *claims, uint32_t reason)
{
    uint64_t *place = rs_map_at(&s->nogoods, (uintptr_t)step);
    struct nogood *no = rs_arena_alloc(&s->terms.arena, sizeof(*no) + RS_CLAIMS_MOST * sizeof(struct rs_claim));

    *no = (struct nogood){.frame = frame, .next = (const struct nogood *)(uintptr_t)*place};
    for (unsigned i = 0; i < claims->count; i++)
        if (reason >> i & 1)
            no->claims[no->count++] = claims->items[i];
    *rs_map_at(&s->nogoods, (uintptr_t)step) = (uintptr_t)no;
}

/* A way that comes to a step again with all that it claimed the first time has gained nothing on its round. */
static bool is_round(const struct trying *trying, const struct rs_trail *step, const struct rs_frame *frame,
                     const struct rs_claims *claims)
{
    for (; trying != NULL; trying = trying->below) {
        unsigned k = 0;

        if (trying->step != step || trying->frame != frame)
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
    return s->steps > STEPS_MOST || s->depth > DEPTH_MOST || s->lost;
}

/* Whether states were dropped where the step led: one of them may have come by a way of its own. A callee of which that
 * is true has no ways. */
static bool is_dropped(struct search *s, const struct rs_trail *step, const struct rs_frame *frame)
{
    LLVMBasicBlockRef block = step->kind == RS_STEP_CAME ? step->to : LLVMGetInstructionParent(step->at);

    return frame == NULL && s->flow->blocks.count > 0 &&
           s->flow->blocks.items[*rs_map_find(&s->flow->order, (uintptr_t)block) - 1].dropped;
}

/* The steps by which anything may have come to a block; NULL for the function's first. */
static const struct rs_trail *any_arrival(struct search *s, LLVMBasicBlockRef block)
{
    const uint64_t *place;

    if (s->arrivals.count == 0)
        rs_trail_arrivals(&s->terms.arena, &s->arrivals, s->flow->function->value);
    place = rs_map_find(&s->arrivals, (uintptr_t)block);
    return place == NULL || block == LLVMGetEntryBasicBlock(s->flow->function->value)
               ? NULL
               : (const struct rs_trail *)(uintptr_t)*place;
}

/* Where a way that is read backwards has come to. */
struct place {
    const struct rs_trail *step; /* the next that it comes to */
    LLVMValueRef at;             /* it stands in front of this instruction, or (NULL) at the block's end */
    LLVMBasicBlockRef block;
    const struct rs_frame *frame; /* the call that was gone into; NULL: none */
    bool any;                     /* it came by steps that only control is known to go */
};

static bool goes_back(struct search *s, struct place place, struct rs_claims *claims, const struct trying *trying,
                      uint32_t *reason);

/* Where a way stands that has come by the step `last` to the instruction: behind it, if that step says how it went. */
static struct place standing(struct search *s, const struct rs_trail *last, LLVMValueRef at,
                             const struct rs_frame *frame)
{
    struct place place = {structural(s, last, frame), at, LLVMGetInstructionParent(at), frame, false};

    if (place.step != NULL && place.step->at == at &&
        (place.step->kind == RS_STEP_WAY || place.step->kind == RS_STEP_SIDE))
        place.at = LLVMGetNextInstruction(at);
    return place;
}

/* One of the ways that met goes on backwards from its step. */
static bool goes_by(struct search *s, const struct rs_trail *by, const struct rs_frame *frame, struct rs_claims *claims,
                    const struct trying *trying, uint32_t *reason)
{
    LLVMValueRef end = by->at;
    const struct rs_trail *before = by->before;

    s->terms.frame = frame;
    if (by->kind == RS_STEP_CAME) {
        rs_back_over_phis(&s->terms, claims, by->to, LLVMGetInstructionParent(end));
        before = structural(s, before, frame);
        if (before != NULL && before->kind == RS_STEP_PASSED) {
            rs_back_over_loop(&s->terms, claims, before->to);
            end = before->at;
            before = before->before;
        } else {
            rs_back_over_branch(&s->terms, claims, end, by->to);
        }
    }
    return goes_back(s,
                     (struct place){before, LLVMIsAInvokeInst(end) ? NULL : end, LLVMGetInstructionParent(end), frame,
                                    by->any},
                     claims, trying, reason);
}

/* The ways that lead to a step where states were dropped: all that control can go. `any` has room for one. */
static const struct rs_trail *any_way(struct search *s, const struct rs_trail *step, struct rs_trail *any)
{
    if (step->kind == RS_STEP_CAME)
        return any_arrival(s, step->to);
    *any = (struct rs_trail){.kind = RS_STEP_MET,
                             .at = step->at,
                             .before = any_arrival(s, LLVMGetInstructionParent(step->at))};
    return any;
}

/* Gets the claims of a way that is tried, each of its own origin. */
static void part(struct rs_claims *mine, const struct rs_claims *claims)
{
    *mine = *claims;
    for (unsigned i = 0; i < mine->count; i++)
        mine->items[i].origin = 1u << i;
}

/* Tries all that met at the step. */
static bool goes_through(struct search *s, const struct rs_trail *step, const struct rs_frame *frame,
                         const struct rs_claims *claims, const struct trying *trying, uint32_t *reason)
{
    struct trying here = {step, frame, claims, trying};
    struct rs_trail any;
    struct rs_claims *mine;
    size_t said = s->said.count;
    uint32_t none, all = 0;
    bool found = false, dropped;

    *reason = 0;
    s->lost = s->lost || (step->any && s->depth > ANY_DEPTH_MOST);
    if (is_exhausted(s))
        return true;
    if (is_nogood(s, step, frame, claims, reason))
        return false;
    if (is_round(trying, step, frame, claims)) {
        *reason = claims->count == 32 ? UINT32_MAX : (1u << claims->count) - 1;
        return false;
    }
    mine = rs_alloc(sizeof(*mine));
    s->depth++;
    dropped = is_dropped(s, step, frame);
    for (const struct rs_trail *by = dropped ? any_way(s, step, &any) : step; by != NULL && !found; by = by->other) {
        part(mine, claims);
        s->said.count = said;
        none = 0;
        found = goes_by(s, by, frame, mine, &here, &none);
        s->parted = s->parted || (found && by != step && frame == NULL);
        s->unsaid = s->unsaid || (found && dropped);
        all |= none;
    }
    s->depth--;
    free(mine);
    if (!found)
        add_nogood(s, step, frame, claims, all);
    *reason = all;
    return found;
}

/* ---- callees ---- */
/* The way of the callee that the step names, as it is gone into from a place in `outer`. */
static const struct rs_frame *frame_of(struct search *s, const struct rs_trail *step, const struct rs_frame *outer)
{
    struct rs_frame *frame;

    for (size_t i = 0; i < s->frames.count; i++)
        if (s->frames.items[i]->step == step && s->frames.items[i]->outer == outer)
            return s->frames.items[i];
    frame = rs_arena_alloc(&s->terms.arena, sizeof(*frame));
    *frame = (struct rs_frame){.function = rs_ir_callee(step->at),
                               .call = step->at,
                               .step = step,
                               .outer = outer,
                               .depth = outer == NULL ? 1 : outer->depth + 1};
    for (unsigned i = 0; i < RS_SUMMARY_ARGS && i < LLVMGetNumArgOperands(step->at); i++)
        frame->arguments[i] = rs_term_at(&s->terms, LLVMGetOperand(step->at, i));
    *RS_PUSH(&s->frames) = frame;
    return frame;
}

/* Whether a call's step is gone into: its ways are known, and no function is gone into twice at once. */
static bool is_entered(struct search *s, const struct rs_trail *step, const struct rs_frame *frame)
{
    LLVMValueRef callee;

    if (step->kind != RS_STEP_WAY || step->way == NULL || step->way->ends == NULL ||
        (frame != NULL && frame->depth == FRAMES_MOST))
        return false;
    callee = rs_ir_callee(step->at);
    while (frame != NULL && frame->function != callee)
        frame = frame->outer;
    if (frame != NULL || callee == s->flow->function->value)
        return false;
    s->passed = s->passed || !s->enters;
    return s->enters;
}

/* Tries all ends of a way of a callee. */
static bool goes_into(struct search *s, const struct rs_trail *step, const struct rs_frame *frame,
                      const struct rs_claims *claims, const struct trying *trying, uint32_t *reason)
{
    const struct rs_frame *inner = frame_of(s, step, frame);
    struct rs_claims *mine;
    size_t said = s->said.count;
    uint32_t none, all = 0;
    bool found = false;

    *reason = 0;
    if (is_exhausted(s))
        return true;
    if (is_nogood(s, step, frame, claims, reason))
        return false;
    mine = rs_alloc(sizeof(*mine));
    s->depth++;
    for (const struct rs_end *end = step->way->ends; end != NULL && !found; end = end->next) {
        part(mine, claims);
        s->said.count = said;
        s->terms.frame = frame;
        none = 0;
        rs_back_into(&s->terms, mine, inner, end);
        found = goes_back(s, standing(s, end->trail, end->at, inner), mine, trying, &none);
        all |= none;
    }
    s->depth--;
    free(mine);
    if (!found)
        add_nogood(s, step, frame, claims, all);
    *reason = all;
    return found;
}

/* Whether a way that has come to the head of its block, and to no step that led there, is at the entry of a callee that
 * was gone into. */
static bool is_at_entry(const struct place *place)
{
    return place->frame != NULL && place->step == NULL &&
           place->block == LLVMGetEntryBasicBlock(place->frame->function);
}

/* ---- the way ---- */
static uint32_t traced(const struct rs_claims *claims, uint32_t reason)
{
    uint32_t origins = 0;

    for (unsigned i = 0; i < claims->count; i++)
        origins |= reason >> i & 1 ? claims->items[i].origin : 0;
    return origins;
}

/* The claim that the object which the report is about was brought on the way. */
static const struct rs_term *birth(struct search *s)
{
    return rs_term_mark(&s->terms, UINT32_MAX);
}

/* At the function's entry: who calls a slot or a method has no exception at hand, and no object of the function's. (Of
 * equal states the first one's object is told: only where nothing but control is known does it have to be that one.) */
static void begin(struct search *s, struct rs_claims *claims, bool any)
{
    rs_claims_replace(&s->terms, claims, birth(s), any ? rs_term_number(&s->terms, 0) : NULL);
    if (s->flow->role && !s->flow->dying)
        rs_claims_replace(&s->terms, claims, rs_term_error(&s->terms), rs_term_number(&s->terms, 0));
}

/* Back to the step that led to the block, or into the call of which more is known: to where ways part. */
static bool goes_back(struct search *s, struct place place, struct rs_claims *claims, const struct trying *trying,
                      uint32_t *reason)
{
    LLVMValueRef next = place.at, at;
    bool (*parts)(struct search *, const struct rs_trail *, const struct rs_frame *, const struct rs_claims *,
                  const struct trying *, uint32_t *) = NULL;
    uint32_t found = 0;

    s->terms.frame = place.frame;
    at = next == NULL ? LLVMGetLastInstruction(place.block) : LLVMGetPreviousInstruction(next);
    for (; !claims->broken && parts == NULL; at = LLVMGetPreviousInstruction(at)) {
        const struct rs_trail *of = NULL;

        place.step = structural(s, place.step, place.frame);
        if (place.step != NULL && place.step->kind == RS_STEP_MET && place.step->at == next) {
            parts = goes_through;
            break;
        }
        if (at == NULL || LLVMIsAPHINode(at)) {
            if (!is_at_entry(&place))
                break;
            at = place.frame->call;
            place.step = place.frame->step->before;
            place.block = LLVMGetInstructionParent(at);
            rs_back_out(&s->terms, claims, place.frame);
            place.frame = place.frame->outer;
            next = at;
            continue;
        }
        if (place.step != NULL && (place.step->kind == RS_STEP_WAY || place.step->kind == RS_STEP_SIDE) &&
            place.step->at == at) {
            of = place.step;
            if (is_entered(s, of, place.frame)) {
                parts = goes_into;
                break;
            }
            place.step = of->before;
        }
        s->steps += place.any ? ANY_COSTS : 1;
        if (at == s->born)
            rs_claims_replace(&s->terms, claims, birth(s), rs_term_number(&s->terms, 1));
        rs_back_over(&s->terms, claims, at, of);
        next = at;
    }
    if (parts == NULL && place.step == NULL && place.frame == NULL)
        begin(s, claims, place.any);
    if (claims->broken) {
        *reason = claims->reason;
        return false;
    }
    if (parts == NULL && place.step != NULL && place.step->kind == RS_STEP_CAME && place.step->to == place.block)
        parts = goes_through;
    /* at the function's entry, or where the steps do not fit (an old one is missing): nothing is said against it */
    if (parts == NULL || parts(s, place.step, place.frame, claims, trying, &found))
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

static void close_search(struct search *s)
{
    RS_VEC_CLOSE(&s->said);
    RS_VEC_CLOSE(&s->frames);
    rs_map_close(&s->arrivals);
    rs_map_close(&s->nogoods);
    rs_map_close(&s->terms.known);
    rs_arena_close(&s->terms.arena);
}

/* What is so where the report is told: of RS302 whether an exception is set, and whether NULL is returned; of an object
 * that it has been brought. */
static void claim_report(struct search *s, struct rs_claims *claims, const struct rs_candidate *candidate)
{
    LLVMValueRef returned = LLVMIsAReturnInst(candidate->stand) && LLVMGetNumOperands(candidate->stand) > 0
                                ? LLVMGetOperand(candidate->stand, 0)
                                : NULL;
    bool set = candidate->err == RS_ERR_SET;

    if (set || candidate->err == RS_ERR_CLEAR) {
        rs_claims_add(&s->terms, claims, (struct rs_claim){.term = rs_term_error(&s->terms), .low = set, .high = set});
        if (returned != NULL && LLVMGetTypeKind(LLVMTypeOf(returned)) == LLVMPointerTypeKind)
            rs_claims_add(&s->terms, claims,
                          (struct rs_claim){.term = rs_term_of(&s->terms, returned),
                                            .low = set ? INT64_MIN : 0,
                                            .high = set ? INT64_MAX : 0,
                                            .differs = set});
    }
    if (candidate->object.kind == RS_SYM_NEW && candidate->belief != NULL && LLVMIsACallInst(candidate->belief)) {
        s->born = candidate->belief;
        rs_claims_add(&s->terms, claims, (struct rs_claim){.term = birth(s), .low = 1, .high = 1});
    }
}

/* Searches for a way to the report, one that goes through callees, too, if *enters says so; else *enters gets whether
 * that may make a difference. If the way is another one than that by which the report came, *told gets its words. */
static bool is_reached(struct rs_flow *flow, const struct rs_candidate *candidate, bool *enters,
                       const struct rs_trail **told)
{
    struct search s = {.flow = flow, .terms = {.flow = flow}, .enters = *enters};
    struct rs_claims claims = {.count = 0};
    LLVMBasicBlockRef block = LLVMGetInstructionParent(candidate->stand);
    struct place place = standing(&s, candidate->trail, candidate->stand, NULL);
    const struct rs_trail *step = place.step;
    uint32_t reason = 0;
    bool possible;

    claim_report(&s, &claims, candidate);
    if (step == NULL)
        possible = true;
    else if ((step->kind == RS_STEP_CAME && (step->to != block || step->at == candidate->stand)) ||
             (step->kind == RS_STEP_MET && step->at == LLVMGetNextInstruction(candidate->stand)))
        possible = goes_by(&s, step, NULL, &claims, NULL, &reason); /* told on arrival: of this state, not of those it
                                                                       met */
    else
        possible = goes_back(&s, place, &claims, NULL, &reason);
    if (possible && s.parted && !s.unsaid && !is_exhausted(&s))
        *told = retold(&s, candidate->trail);
    flow->refuting += s.steps;
    *enters = s.passed && !is_exhausted(&s);
    close_search(&s);
    return possible;
}

bool rs_consistent_is_way(struct rs_ir *ir, struct rs_ir_function *function, const struct rs_trail *trail,
                          LLVMValueRef stand, LLVMValueRef zero)
{
    struct rs_flow_unit unit = {.ir = ir};
    struct rs_flow flow = {.unit = &unit, .ir = ir, .function = function};
    struct search s = {.flow = &flow, .terms = {.flow = &flow}};
    struct rs_claims claims = {.count = 0};
    uint32_t reason = 0;
    bool possible;

    if (zero != NULL)
        rs_claims_add(&s.terms, &claims, (struct rs_claim){.term = rs_term_of(&s.terms, zero)});
    possible = goes_back(&s, standing(&s, trail, stand, NULL), &claims, NULL, &reason);
    close_search(&s);
    rs_arena_close(&unit.trails);
    rs_map_close(&unit.writes);
    return possible;
}

/* Whether a way leads to the report; its words are those of that way then. Callees are gone into where that is all that
 * can speak against it. */
static bool is_possible(struct rs_flow *flow, struct rs_candidate *candidate)
{
    const struct rs_trail *told = candidate->trail;
    bool enters = false;

    if (candidate->stand == NULL || candidate->trail == NULL || flow->refuting > FUNCTION_STEPS_MOST)
        return true;
    if (!is_reached(flow, candidate, &enters, &told) || (enters && !is_reached(flow, candidate, &enters, &told)))
        return false;
    candidate->trail = told;
    return true;
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
