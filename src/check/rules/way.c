/* Follows ways through a function from one instruction on, with what is known of a few values.
 *
 * Only facts decide branches: the one that the caller gave, constants that meet in a phi, what earlier branches of the
 * same way said, and what the unit's own functions can answer. A branch that no fact decides is followed to both sides.
 */
#include "check/rules/rules.h"

#include <string.h>

#include "check/flow/trail.h"

enum { FACTS_MOST = 64, COPIES_MOST = 24, WAYS_MOST = 3000, DEPTH_MOST = 12, STEPS_BACK = 12 };

/* A load that brings `value`, or a local variable that holds it: one whose address was taken is no SSA value. */
struct copy {
    LLVMValueRef in, value;
};

struct way {
    struct rs_rules *rules;
    LLVMBasicBlockRef block, from; /* to be entered */
    const struct rs_trail *trail;  /* how it came there */
    unsigned count, ncopies;
    bool trusts; /* as in rs_way */
    bool raised; /* an exception may be set */
    struct rs_way_fact facts[FACTS_MOST];
    struct copy copies[COPIES_MOST];
};

struct walker {
    struct rs_way *walk;
    struct rs_arena trails;
    struct rs_trail before; /* what leads to the block in which the ways begin; read when it is asked for */
    struct rs_trail first;  /* what the start gives */
    struct rs_map seen;     /* what is known -> the step that led there first */
    RS_VEC(struct way) open;
    unsigned ways;
};

static struct rs_way_fact *fact_of(struct way *way, LLVMValueRef value)
{
    for (unsigned i = 0; i < way->count; i++)
        if (way->facts[i].value == value)
            return &way->facts[i];
    return NULL;
}

static void forget(struct way *way, LLVMValueRef value)
{
    struct rs_way_fact *fact = fact_of(way, value);

    if (fact != NULL)
        *fact = way->facts[--way->count];
}

static void learn(struct way *way, struct rs_way_fact fact)
{
    if (LLVMIsConstant(fact.value))
        return;
    forget(way, fact.value);
    if (way->count < FACTS_MOST)
        way->facts[way->count++] = fact;
}

static LLVMValueRef copied(const struct way *way, LLVMValueRef in)
{
    for (unsigned i = 0; i < way->ncopies; i++)
        if (way->copies[i].in == in)
            return way->copies[i].value;
    return NULL;
}

static void drop_copy(struct way *way, LLVMValueRef in)
{
    for (unsigned i = 0; i < way->ncopies; i++)
        if (way->copies[i].in == in || way->copies[i].value == in)
            way->copies[i--] = way->copies[--way->ncopies];
}

static void copy_into(struct way *way, LLVMValueRef in, LLVMValueRef value)
{
    drop_copy(way, in);
    if (value != NULL && way->ncopies < COPIES_MOST)
        way->copies[way->ncopies++] = (struct copy){in, value};
}

/* Cython's function of another module, called through a variable: whether it fails only its .pyx knows, and that its
 * failure is looked at the generated code does by itself. */
static bool is_imported(LLVMValueRef call)
{
    LLVMValueRef callee = LLVMGetCalledValue(call),
                 variable = LLVMIsALoadInst(callee) ? LLVMGetOperand(callee, 0) : NULL;
    size_t length;

    return variable != NULL && LLVMIsAGlobalVariable(variable) &&
           strncmp(LLVMGetValueName2(variable, &length), "__pyx_f_", 8) == 0;
}

/* Whether an exception may be set behind a call that was not set in front of it. */
static bool may_raise(const struct way *way, LLVMValueRef call)
{
    const char *name;
    const struct rs_contract *row = rs_rules_api(way->rules, call, &name);
    const struct rs_ir_function *own = rs_rules_own(way->rules, call);

    if (own != NULL && row == NULL)
        return own->answers.raises;
    if (row != NULL)
        return rs_rules_ref_act(row) == RS_REF_NONE && row->flags & (RS_SETS_ERROR | RS_MAY_RUN | RS_MAY_RELEASE);
    if (way->trusts && is_imported(call))
        return false;
    return name == NULL || !(strncmp(name, "llvm.", 5) == 0 || rs_ir_calls_clib(call));
}

/* Cython's way into an `except`: that it cannot take the exception out, for want of memory, nobody can mend in the
 * .pyx. */
static bool enters_except(struct rs_rules *rules, LLVMValueRef call)
{
    const char *name = NULL;

    rs_rules_api(rules, call, &name);
    return name != NULL && (strcmp(name, "__Pyx__GetException") == 0 || strcmp(name, "__Pyx_GetException") == 0);
}

/* What the call does to the error indicator, and what it says of it. */
static void follow_error(struct way *way, LLVMValueRef call)
{
    static const char *const clearing[] = {"PyErr_Clear",   "PyErr_Fetch",           "PyErr_Print",
                                           "PyErr_PrintEx", "PyErr_WriteUnraisable", "PyErr_GetRaisedException"};
    const struct rs_contract *row = rs_rules_api(way->rules, call, NULL);

    if (enters_except(way->rules, call))
        learn(way, (struct rs_way_fact){call, false, 0});
    if (row != NULL && strcmp(row->name, "PyErr_Occurred") == 0) {
        if (!way->raised)
            learn(way, (struct rs_way_fact){call, false, 0});
        return;
    }
    for (size_t i = 0; row != NULL && i < sizeof(clearing) / sizeof(*clearing); i++)
        if (strcmp(row->name, clearing[i]) == 0) {
            way->raised = false;
            return;
        }
    way->raised = way->raised || may_raise(way, call);
}

/* What the instruction does to local variables. */
static void follow_copies(struct way *way, LLVMValueRef at)
{
    LLVMValueRef value;

    drop_copy(way, at);
    if (LLVMIsAStoreInst(at) && LLVMIsAAllocaInst(LLVMGetOperand(at, 1))) {
        value = LLVMGetOperand(at, 0);
        copy_into(way, LLVMGetOperand(at, 1), copied(way, value) != NULL ? copied(way, value) : value);
    } else if (LLVMIsALoadInst(at) && LLVMIsAAllocaInst(LLVMGetOperand(at, 0))) {
        copy_into(way, at, copied(way, LLVMGetOperand(at, 0)));
    }
    for (unsigned i = 0; rs_rules_is_call(at) && i < LLVMGetNumArgOperands(at); i++)
        if (LLVMIsAAllocaInst(LLVMGetOperand(at, i)))
            drop_copy(way, LLVMGetOperand(at, i));
}

static bool evaluate(struct way *way, LLVMValueRef value, int depth, struct rs_way_fact *result);

/* A comparison of what the unit's own function answers with a constant: 1 true, 0 false, -1 unknown. */
static int compare_answer(const struct way *way, LLVMValueRef icmp)
{
    LLVMValueRef left = LLVMGetOperand(icmp, 0), constant = LLVMGetOperand(icmp, 1),
                 call = copied(way, left) != NULL ? copied(way, left) : left;
    const struct rs_ir_function *own =
        rs_rules_is_call(call) && LLVMIsAConstantInt(constant) ? rs_rules_own(way->rules, call) : NULL;
    int64_t number = own == NULL ? 0 : LLVMConstIntGetSExtValue(constant);

    if (way->trusts && LLVMIsAConstant(constant) && rs_rules_is_call(call) && is_imported(call))
        return LLVMGetICmpPredicate(icmp) == LLVMIntEQ ? 0 : LLVMGetICmpPredicate(icmp) == LLVMIntNE ? 1 : -1;
    if (own == NULL || own->answers.lowest > own->answers.highest)
        return -1;
    switch (LLVMGetICmpPredicate(icmp)) {
    case LLVMIntEQ:
        return number < own->answers.lowest || number > own->answers.highest ? 0
               : own->answers.lowest == own->answers.highest                 ? 1
                                                                             : -1;
    case LLVMIntNE:
        return number < own->answers.lowest || number > own->answers.highest ? 1
               : own->answers.lowest == own->answers.highest                 ? 0
                                                                             : -1;
    case LLVMIntSLT:
        return own->answers.highest < number ? 1 : own->answers.lowest >= number ? 0 : -1;
    case LLVMIntSGT:
        return own->answers.lowest > number ? 1 : own->answers.highest <= number ? 0 : -1;
    default:
        return -1;
    }
}

/* 1 true, 0 false, -1 unknown. */
static int compare(struct way *way, LLVMValueRef icmp, int depth)
{
    struct rs_way_fact left, right;
    LLVMIntPredicate predicate = LLVMGetICmpPredicate(icmp);
    int answer = compare_answer(way, icmp);

    if (answer >= 0)
        return answer;
    if (!evaluate(way, LLVMGetOperand(icmp, 0), depth, &left) || !evaluate(way, LLVMGetOperand(icmp, 1), depth, &right))
        return -1;
    if (left.nonzero || right.nonzero) {
        bool zero = (!left.nonzero && left.number == 0) || (!right.nonzero && right.number == 0);
        return !zero || (left.nonzero && right.nonzero) ? -1
               : predicate == LLVMIntEQ                 ? 0
               : predicate == LLVMIntNE                 ? 1
                                                        : -1;
    }
    return rs_ir_compares(predicate, left.number, right.number);
}

static bool evaluate_instruction(struct way *way, LLVMValueRef value, int depth, struct rs_way_fact *result)
{
    struct rs_way_fact other;
    int truth;

    switch (LLVMGetInstructionOpcode(value)) {
    case LLVMICmp:
        truth = compare(way, value, depth);
        *result = (struct rs_way_fact){value, false, truth};
        return truth >= 0;
    case LLVMZExt:
    case LLVMSExt:
    case LLVMBitCast:
    case LLVMPtrToInt:
    case LLVMFreeze:
        return evaluate(way, LLVMGetOperand(value, 0), depth, result);
    case LLVMTrunc: /* of a truth value that was widened */
        return evaluate(way, LLVMGetOperand(value, 0), depth, result) && !result->nonzero;
    case LLVMXor:
        if (!evaluate(way, LLVMGetOperand(value, 0), depth, result) ||
            !evaluate(way, LLVMGetOperand(value, 1), depth, &other) || result->nonzero || other.nonzero)
            return false;
        result->number = (result->number ^ other.number) & 1;
        return true;
    case LLVMSelect:
        if (!evaluate(way, LLVMGetOperand(value, 0), depth, &other) || other.nonzero)
            return false;
        return evaluate(way, LLVMGetOperand(value, other.number ? 1 : 2), depth, result);
    default:
        return false;
    }
}

static bool evaluate(struct way *way, LLVMValueRef value, int depth, struct rs_way_fact *result)
{
    struct rs_way_fact *known;

    if (LLVMIsAConstantInt(value)) {
        bool truth = LLVMGetIntTypeWidth(LLVMTypeOf(value)) == 1;
        *result =
            (struct rs_way_fact){value, false,
                                 truth ? (int64_t)LLVMConstIntGetZExtValue(value) : LLVMConstIntGetSExtValue(value)};
        return true;
    }
    if (LLVMIsAConstantPointerNull(value)) {
        *result = (struct rs_way_fact){value, false, 0};
        return true;
    }
    if (LLVMIsAGlobalVariable(value) ||
        LLVMIsAFunction(value)) { /* an address of the unit's, or of what it is linked with */
        *result = (struct rs_way_fact){value, true, 0};
        return true;
    }
    known = fact_of(way, value);
    if (known != NULL) {
        *result = *known;
        return true;
    }
    if (depth < DEPTH_MOST && copied(way, value) != NULL)
        return evaluate(way, copied(way, value), depth + 1, result);
    return depth < DEPTH_MOST && LLVMIsAInstruction(value) && evaluate_instruction(way, value, depth + 1, result);
}

/* Facts that follow from a condition's truth. */
static void learn_truth(struct way *way, LLVMValueRef condition, bool truth)
{
    LLVMIntPredicate predicate;
    LLVMValueRef left, right;

    learn(way, (struct rs_way_fact){condition, false, truth});
    if (!LLVMIsAICmpInst(condition))
        return;
    predicate = LLVMGetICmpPredicate(condition);
    left = LLVMGetOperand(condition, 0);
    left = copied(way, left) != NULL ? copied(way, left) : left;
    right = LLVMGetOperand(condition, 1);
    if (predicate != LLVMIntEQ && predicate != LLVMIntNE)
        return;
    if (truth == (predicate == LLVMIntEQ) && LLVMIsAConstantInt(right))
        learn(way, (struct rs_way_fact){left, false, LLVMConstIntGetSExtValue(right)});
    else if (truth == (predicate == LLVMIntEQ) && LLVMIsAConstantPointerNull(right))
        learn(way, (struct rs_way_fact){left, false, 0});
    else if (LLVMIsNull(right))
        learn(way, (struct rs_way_fact){left, true, 0});
}

/* The values that phis take on the way into a block; all are read before any is set. */
static void enter(struct way *way)
{
    struct rs_way_fact news[FACTS_MOST];
    LLVMValueRef phi;
    unsigned count = 0;

    for (phi = LLVMGetFirstInstruction(way->block); phi != NULL && LLVMIsAPHINode(phi);
         phi = LLVMGetNextInstruction(phi)) {
        for (unsigned i = 0; i < LLVMCountIncoming(phi) && count < FACTS_MOST; i++) {
            if (LLVMGetIncomingBlock(phi, i) != way->from)
                continue;
            if (evaluate(way, LLVMGetIncomingValue(phi, i), 0, &news[count]))
                news[count++].value = phi;
            break;
        }
    }
    for (phi = LLVMGetFirstInstruction(way->block); phi != NULL && LLVMIsAPHINode(phi);
         phi = LLVMGetNextInstruction(phi))
        forget(way, phi);
    for (phi = LLVMGetFirstInstruction(way->block); phi != NULL && LLVMIsAPHINode(phi);
         phi = LLVMGetNextInstruction(phi))
        drop_copy(way, phi);
    for (unsigned i = 0; i < count; i++)
        learn(way, news[i]);
}

static uint64_t mix(uint64_t h, uint64_t value)
{
    h = (h ^ value) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 29);
}

/* Addresses are mixed one after the other: of pairs of them, all from one allocator, many have the same difference. */
static uint64_t hash_of(const struct way *way)
{
    uint64_t facts = way->raised;

    for (unsigned i = 0; i < way->count; i++)
        facts +=
            mix(mix(mix(0, (uintptr_t)way->facts[i].value), way->facts[i].nonzero), (uint64_t)way->facts[i].number);
    for (unsigned i = 0; i < way->ncopies; i++)
        facts += mix(mix(0, (uintptr_t)way->copies[i].in), (uintptr_t)way->copies[i].value);
    return mix(mix(mix(0, (uintptr_t)way->block), (uintptr_t)way->from), facts) | 1;
}

static void go(struct walker *walker, const struct way *way, LLVMBasicBlockRef from, LLVMBasicBlockRef to,
               LLVMValueRef condition, bool truth)
{
    struct way next = *way;
    struct rs_trail *step = rs_arena_alloc(&walker->trails, sizeof(*step));
    uint64_t *seen;

    *step = (struct rs_trail){
        .kind = RS_STEP_CAME, .at = LLVMGetBasicBlockTerminator(from), .to = to, .before = way->trail};
    next.trail = step;
    if (condition != NULL)
        learn_truth(&next, condition, truth);
    next.from = from;
    next.block = to;
    seen = rs_map_at(&walker->seen, hash_of(&next));
    if (*seen != 0) {
        struct rs_trail *first = (struct rs_trail *)(uintptr_t)*seen;

        step->other = first->other;
        first->other = step;
        return;
    }
    *seen = (uintptr_t)step;
    *RS_PUSH(&walker->open) = next;
}

static void leave(struct walker *walker, struct way *way, LLVMValueRef end)
{
    LLVMBasicBlockRef block = LLVMGetInstructionParent(end);
    struct rs_way_fact truth;
    unsigned count = LLVMGetNumSuccessors(end);

    if (LLVMIsABranchInst(end) && LLVMIsConditional(end)) {
        LLVMValueRef condition = LLVMGetCondition(end);
        bool known = evaluate(way, condition, 0, &truth) && !truth.nonzero;

        if (!known || truth.number != 0)
            go(walker, way, block, LLVMGetSuccessor(end, 0), condition, true);
        if (!known || truth.number == 0)
            go(walker, way, block, LLVMGetSuccessor(end, 1), condition, false);
        return;
    }
    if (LLVMIsASwitchInst(end) && evaluate(way, LLVMGetOperand(end, 0), 0, &truth) && !truth.nonzero) {
        LLVMBasicBlockRef target = LLVMGetSwitchDefaultDest(end);

        for (unsigned i = 1; i < count; i++)
            if (LLVMConstIntGetSExtValue(rs_ir_case_value(end, i)) == truth.number)
                target = LLVMGetSuccessor(end, i);
        go(walker, way, block, target, NULL, false);
        return;
    }
    for (unsigned i = 0; i < count; i++)
        go(walker, way, block, LLVMGetSuccessor(end, i), NULL, false);
}

/* From an instruction to the end of its block; true when a step found what it looked for. */
static bool follow(struct walker *walker, struct way *way, LLVMValueRef at)
{
    for (; at != NULL; at = LLVMGetNextInstruction(at)) {
        enum rs_way_verdict verdict;

        if (LLVMIsAPHINode(at))
            continue;
        forget(way, at);
        follow_copies(way, at);
        if (rs_rules_is_call(at))
            follow_error(way, at);
        walker->walk->way = way;
        verdict = walker->walk->step(walker->walk, at);
        if (walker->walk->learns)
            learn(way, walker->walk->news);
        walker->walk->learns = false;
        if (verdict == RS_WAY_FOUND) {
            walker->walk->found = at;
            walker->walk->left = way->from != NULL ? LLVMGetBasicBlockTerminator(way->from) : NULL;
        }
        if (verdict != RS_WAY_ON)
            return verdict == RS_WAY_FOUND;
        if (LLVMIsATerminatorInst(at))
            leave(walker, way, at);
    }
    return false;
}

bool rs_way_zero(const struct rs_way *walk, LLVMValueRef value)
{
    struct way way = *(const struct way *)walk->way;
    struct rs_way_fact fact;

    return evaluate(&way, value, 0, &fact) && !fact.nonzero && fact.number == 0;
}

/* The block that leads to this one, where there is no other. */
static LLVMBasicBlockRef only_predecessor(LLVMBasicBlockRef block)
{
    LLVMBasicBlockRef found = NULL;

    for (LLVMUseRef use = LLVMGetFirstUse(LLVMBasicBlockAsValue(block)); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if (!LLVMIsATerminatorInst(user))
            continue;
        if (found != NULL)
            return NULL;
        found = LLVMGetInstructionParent(user);
    }
    return found;
}

/* What the branch that leads from one block to another says of a value; false where it says nothing. */
static bool said_by_branch(LLVMBasicBlockRef from, LLVMBasicBlockRef to, LLVMValueRef value, struct rs_way_fact *result)
{
    LLVMValueRef end = LLVMGetBasicBlockTerminator(from);
    struct way way = {.block = from};
    struct rs_way_fact *fact;

    if (!LLVMIsABranchInst(end) || !LLVMIsConditional(end) || LLVMGetSuccessor(end, 0) == LLVMGetSuccessor(end, 1))
        return false;
    learn_truth(&way, LLVMGetCondition(end), LLVMGetSuccessor(end, 0) == to);
    fact = fact_of(&way, value);
    if (fact == NULL)
        return false;
    *result = *fact;
    return true;
}

/* A phi is known where each way into its block gives it the same number ("if (owned) { release(x); owned = 0; }"). */
static void learn_phi(struct way *way, LLVMValueRef phi)
{
    struct rs_way_fact all = {.value = phi}, one;

    for (unsigned i = 0; i < LLVMCountIncoming(phi); i++) {
        LLVMValueRef value = LLVMGetIncomingValue(phi, i);

        if (!evaluate(way, value, 0, &one) &&
            !said_by_branch(LLVMGetIncomingBlock(phi, i), LLVMGetInstructionParent(phi), value, &one))
            return;
        if (one.nonzero || (i > 0 && one.number != all.number))
            return;
        all.number = one.number;
    }
    learn(way, all);
}

static void learn_phis(struct way *way, LLVMBasicBlockRef block)
{
    for (LLVMValueRef phi = LLVMGetFirstInstruction(block); phi != NULL && LLVMIsAPHINode(phi);
         phi = LLVMGetNextInstruction(phi))
        learn_phi(way, phi);
}

/* What the branches said that lead to the start in any case. */
static void learn_before(struct way *way)
{
    LLVMBasicBlockRef block = way->block;

    learn_phis(way, block);
    for (int steps = 0; steps < STEPS_BACK; steps++) {
        LLVMBasicBlockRef before = only_predecessor(block);
        LLVMValueRef end = before != NULL ? LLVMGetBasicBlockTerminator(before) : NULL;

        if (end == NULL || before == way->block)
            return;
        if (LLVMIsABranchInst(end) && LLVMIsConditional(end))
            learn_truth(way, LLVMGetCondition(end), LLVMGetSuccessor(end, 0) == block);
        block = before;
        learn_phis(way, block);
    }
}

/* Whether some way, from the function's entry over the start to what was found, agrees with itself. */
static bool is_way(struct walker *walker, const struct way *way, LLVMValueRef start, struct rs_way_fact fact)
{
    LLVMBasicBlockRef block = LLVMGetInstructionParent(start);

    if (walker->before.at == NULL && block != LLVMGetEntryBasicBlock(LLVMGetBasicBlockParent(block))) {
        struct rs_map arrivals = {0};

        *rs_map_at(&arrivals, (uintptr_t)block) = (uintptr_t)&walker->before;
        rs_trail_arrivals(&walker->trails, &arrivals, LLVMGetBasicBlockParent(block));
        rs_map_close(&arrivals);
    }
    return rs_consistent_is_way(walker->walk->rules->ir,
                                rs_ir_function(walker->walk->rules->ir, LLVMGetBasicBlockParent(block)), way->trail,
                                walker->walk->found, LLVMIsAArgument(fact.value) ? fact.value : NULL);
}

/* The steps that lead to the start and say what it gives. */
static const struct rs_trail *first_step(struct walker *walker, LLVMValueRef start, struct rs_way_fact fact)
{
    LLVMBasicBlockRef block = LLVMGetInstructionParent(start);
    bool entry = block == LLVMGetEntryBasicBlock(LLVMGetBasicBlockParent(block));

    if (!rs_rules_is_call(start) || fact.value != start)
        return entry ? NULL : &walker->before;
    walker->first = (struct rs_trail){.kind = RS_STEP_WAY,
                                      .at = start,
                                      .before = entry ? NULL : &walker->before,
                                      .number = fact.nonzero ? 1 : fact.number};
    return &walker->first;
}

bool rs_way_follow(struct rs_way *walk, LLVMValueRef start, struct rs_way_fact fact)
{
    struct walker walker = {.walk = walk};
    struct way way = {
        .rules = walk->rules, .trusts = walk->trusts, .raised = !walk->quiet, .block = LLVMGetInstructionParent(start)};
    bool found;

    way.trail = first_step(&walker, start, fact);
    learn_before(&way);
    learn(&way, fact);
    if (LLVMIsAInvokeInst(start)) { /* what it gave is there on its normal way only */
        go(&walker, &way, way.block, LLVMGetNormalDest(start), NULL, false);
        found = false;
    } else {
        /* an argument is there before the first instruction */
        found = follow(&walker, &way, LLVMIsAArgument(fact.value) ? start : LLVMGetNextInstruction(start));
    }
    while (!(found = found && is_way(&walker, &way, start, fact)) && walker.open.count > 0 && !walk->cut) {
        way = walker.open.items[--walker.open.count];
        walk->cut = ++walker.ways > WAYS_MOST;
        enter(&way);
        found = follow(&walker, &way, LLVMGetFirstInstruction(way.block));
    }
    rs_map_close(&walker.seen);
    rs_arena_close(&walker.trails);
    RS_VEC_CLOSE(&walker.open);
    return found && !walk->cut;
}
