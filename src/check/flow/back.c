/* What an instruction that a way is read back over makes of claims: see back.h. */
#include "check/flow/back.h"

#include <string.h>

#include "check/flow/indicator.h"

/* ---- stores ---- */
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
static void stored(struct rs_terms *terms, struct rs_claims *claims, const struct rs_term *address, uint64_t key,
                   const struct rs_term *value)
{
    for (unsigned i = 0; i < claims->count && !claims->broken;) {
        const struct rs_term *load = changed_in(claims->items[i].term, address, key);

        if (load == NULL) {
            i++;
            continue;
        }
        rs_claims_replace(terms, claims, load, load->a == address ? value : NULL);
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

static void passed(struct rs_terms *terms, struct rs_claims *claims, LLVMValueRef call, bool whole)
{
    for (unsigned k = 0; k < LLVMGetNumArgOperands(call) && claims->count > 0; k++) {
        LLVMValueRef operand = LLVMGetOperand(call, k);
        const struct rs_term *pointer;

        if (LLVMGetTypeKind(LLVMTypeOf(operand)) != LLVMPointerTypeKind)
            continue;
        /* behind an address that an index makes: what it is made from */
        pointer = LLVMIsAGetElementPtrInst(operand) && rs_memory_offset(terms->flow, operand) <= RS_OFFSET_INDEX
                      ? rs_term_of(terms, LLVMGetOperand(operand, 0))
                      : rs_term_of(terms, operand);
        if (LLVMIsAGetElementPtrInst(operand)) {
            const struct rs_term *made = rs_term_defined(terms, operand);
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
static void way_stored(struct rs_terms *terms, struct rs_claims *claims, LLVMValueRef call, const struct rs_case *way)
{
    for (unsigned i = 0; i < way->nstores && !claims->broken; i++) {
        const struct rs_store_change *store = &way->stores[i];
        const struct rs_term *value = store->what.kind == RS_SUBJECT_INT && store->what.offset == store->what.high
                                          ? rs_term_number(terms, store->what.offset)
                                      : store->what.kind == RS_SUBJECT_ARG && store->what.arg >= 0 &&
                                              (unsigned)store->what.arg < LLVMGetNumArgOperands(call)
                                          ? rs_term_of(terms, LLVMGetOperand(call, (unsigned)store->what.arg))
                                          : NULL;

        if (store->where.kind == RS_SUBJECT_FIELD && store->where.arg >= 0 &&
            (unsigned)store->where.arg < LLVMGetNumArgOperands(call))
            stored(terms, claims,
                   rs_term_address(terms, rs_term_of(terms, LLVMGetOperand(call, (unsigned)store->where.arg)),
                                   store->where.offset),
                   store->key, value);
    }
}

/* What the way through the callee has found its arguments to be. */
static void way_found(struct rs_terms *terms, struct rs_claims *claims, LLVMValueRef call, const struct rs_case *way)
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
        claim.term = rs_term_of(terms, LLVMGetOperand(call, k));
        rs_claims_add(terms, claims, claim);
    }
}

static const struct rs_term *result_of(struct rs_terms *terms, LLVMValueRef call, const struct rs_trail *step)
{
    const struct rs_subject *result;

    if (step == NULL) {
        LLVMValueRef callee = rs_ir_callee(call);

        return callee != NULL && strcmp(rs_ir_api_name(terms->flow->ir, callee), "PyErr_Occurred") == 0
                   ? rs_term_error(terms)
                   : rs_term_defined(terms, call);
    }
    if (step->way == NULL)
        return rs_term_number(terms, step->number);
    result = &step->way->result;
    if (result->kind == RS_SUBJECT_INT && result->offset == result->high)
        return rs_term_number(terms, result->offset);
    return result->kind == RS_SUBJECT_ARG && result->arg >= 0 && (unsigned)result->arg < LLVMGetNumArgOperands(call)
               ? rs_term_of(terms, LLVMGetOperand(call, (unsigned)result->arg))
               : NULL;
}

/* The bounds that the way sets for a result that is no one number. */
static void result_found(struct rs_terms *terms, struct rs_claims *claims, LLVMValueRef call,
                         const struct rs_trail *step)
{
    const struct rs_subject *result = step == NULL || step->way == NULL ? NULL : &step->way->result;
    struct rs_claim claim = {.term = rs_term_of(terms, call)};

    if (result == NULL || result->kind != RS_SUBJECT_INT || result->offset == result->high ||
        (result->offset == INT64_MIN && result->high == INT64_MAX && result->null != RS_NONNULL))
        return;
    claim.low = result->offset;
    claim.high = result->high;
    claim.differs = result->null == RS_NONNULL;
    for (unsigned i = 0; i < claims->count; i++)
        if (claims->items[i].term == claim.term) {
            rs_claims_add(terms, claims, claim);
            return;
        }
}

/* ---- calls ---- */
static void over_call(struct rs_terms *terms, struct rs_claims *claims, LLVMValueRef call, const struct rs_trail *step)
{
    LLVMValueRef callee = rs_ir_callee(call);
    const char *name = callee == NULL ? "" : rs_ir_api_name(terms->flow->ir, callee);
    const struct rs_case *way = step == NULL ? NULL : step->way;
    const struct rs_term *load, *value;

    if (step != NULL && way == NULL)
        rs_claims_add(terms, claims,
                      (struct rs_claim){.term = rs_term_of(terms, call), .low = step->number, .high = step->number});
    rs_back_over_error(terms, claims, call, way);
    result_found(terms, claims, call, step);
    value = result_of(terms, call, step);
    rs_claims_replace(terms, claims, rs_term_of(terms, call), value);
    if (claims->broken || claims->count == 0 || (value != NULL && value->kind == RS_TERM_PURE))
        return;
    if (strncmp(name, "llvm.", 5) == 0 && strncmp(name, "llvm.mem", 8) != 0)
        return;
    if (callee != NULL && rs_ir_contract(terms->flow->ir, callee) != NULL) {
        passed(terms, claims, call, false);
        return;
    }
    if (callee == NULL || rs_ir_function(terms->flow->ir, callee) == NULL) {
        passed(terms, claims, call, !rs_ir_calls_clib(call));
        return;
    }
    if (way == NULL) {
        passed(terms, claims, call, false);
    } else {
        way_stored(terms, claims, call, way);
    }
    for (unsigned i = 0; i < claims->count && !claims->broken;) {
        load = written_in(claims->items[i].term, rs_consistent_writes(terms->flow->unit, callee, 12));
        if (load != NULL)
            rs_claims_drop(claims, i);
        else
            i++;
    }
    if (way != NULL)
        way_found(terms, claims, call, way);
}

void rs_back_over(struct rs_terms *terms, struct rs_claims *claims, LLVMValueRef at, const struct rs_trail *step)
{
    const struct rs_term *value;

    if (LLVMIsAStoreInst(at)) {
        if (rs_indicator_is_at(terms->flow->ir, LLVMGetOperand(at, 1)))
            rs_claims_replace(terms, claims, rs_term_error(terms), NULL);
        if (claims->count > 0)
            stored(terms, claims, rs_term_of(terms, LLVMGetOperand(at, 1)),
                   rs_memory_key(terms->flow->ir, LLVMGetOperand(at, 1), NULL, NULL),
                   rs_term_of(terms, LLVMGetOperand(at, 0)));
        return;
    }
    if (LLVMIsACallInst(at) || LLVMIsAInvokeInst(at)) {
        over_call(terms, claims, at, step);
        return;
    }
    if (LLVMIsAAllocaInst(at) || LLVMGetTypeKind(LLVMTypeOf(at)) == LLVMVoidTypeKind)
        return;
    value = rs_term_of(terms, at);
    if (!rs_claims_concern(claims, value) && step == NULL)
        return;
    if (LLVMIsASelectInst(at) && step != NULL) {
        rs_claims_replace(terms, claims, value, rs_term_of(terms, LLVMGetOperand(at, step->number ? 1 : 2)));
        rs_claims_add(terms, claims,
                      (struct rs_claim){.term = rs_term_of(terms, LLVMGetOperand(at, 0)),
                                        .low = step->number,
                                        .high = step->number});
        return;
    }
    rs_claims_replace(terms, claims, value, rs_term_defined(terms, at));
}

/* ---- from block to block ---- */
void rs_back_over_phis(struct rs_terms *terms, struct rs_claims *claims, LLVMBasicBlockRef to, LLVMBasicBlockRef from)
{
    enum { PHIS_MOST = 64 };
    const struct rs_term *marks[PHIS_MOST], *values[PHIS_MOST];
    unsigned count = 0;

    /* all at once: first each by a name that nothing else has, the incoming block's */
    for (LLVMValueRef phi = LLVMGetFirstInstruction(to); phi != NULL && LLVMIsAPHINode(phi) && count < PHIS_MOST;
         phi = LLVMGetNextInstruction(phi)) {
        const struct rs_term *value = rs_term_of(terms, phi);

        if (!rs_claims_concern(claims, value))
            continue;
        values[count] = NULL;
        for (unsigned k = 0; k < LLVMCountIncoming(phi); k++)
            if (LLVMGetIncomingBlock(phi, k) == from)
                values[count] = rs_term_of(terms, LLVMGetIncomingValue(phi, k));
        marks[count] = rs_term_mark(terms, count);
        rs_claims_replace(terms, claims, value, marks[count]);
        count++;
    }
    for (unsigned i = 0; i < count && !claims->broken; i++)
        rs_claims_replace(terms, claims, marks[i], values[i]);
}

void rs_back_over_branch(struct rs_terms *terms, struct rs_claims *claims, LLVMValueRef terminator,
                         LLVMBasicBlockRef to)
{
    struct rs_claim claim = {.low = INT64_MIN, .high = INT64_MAX};
    unsigned found = 0, successor = 0;

    for (unsigned k = 0; k < LLVMGetNumSuccessors(terminator); k++)
        if (LLVMGetSuccessor(terminator, k) == to)
            found++, successor = k;
    if (found != 1)
        return;
    if (LLVMIsASwitchInst(terminator)) {
        claim.term = rs_term_of(terms, LLVMGetOperand(terminator, 0));
        if (successor == 0)
            claim.past = terminator;
        else
            claim.low = claim.high = LLVMConstIntGetSExtValue(rs_ir_case_value(terminator, successor));
        rs_claims_add(terms, claims, claim);
    } else if (LLVMGetInstructionOpcode(terminator) == LLVMBr && LLVMIsConditional(terminator)) {
        claim.term = rs_term_of(terms, LLVMGetCondition(terminator));
        claim.low = claim.high = successor == 0;
        rs_claims_add(terms, claims, claim);
    }
}

/* Whether a term may be another one behind a loop that begins at the block (of a callee: in any loop). */
static bool is_of_loop(struct rs_terms *terms, const struct rs_term *term, LLVMBasicBlockRef head)
{
    if (term->kind == RS_TERM_LOAD)
        return true;
    if (term->kind == RS_TERM_VALUE && LLVMIsAInstruction(term->value)) {
        LLVMBasicBlockRef block = LLVMGetInstructionParent(term->value);
        const uint64_t *order = rs_map_find(&terms->flow->order, (uintptr_t)block),
                       *from = rs_map_find(&terms->flow->order, (uintptr_t)head);

        return LLVMGetBasicBlockParent(block) == LLVMGetBasicBlockParent(head) &&
               (order == NULL || from == NULL || *order >= *from);
    }
    return (term->a != NULL && is_of_loop(terms, term->a, head)) ||
           (term->b != NULL && is_of_loop(terms, term->b, head));
}

void rs_back_over_loop(struct rs_terms *terms, struct rs_claims *claims, LLVMBasicBlockRef to)
{
    for (unsigned i = 0; i < claims->count;)
        if (is_of_loop(terms, claims->items[i].term, to))
            rs_claims_drop(claims, i);
        else
            i++;
}

/* ---- into a callee and out of it ---- */
void rs_back_into(struct rs_terms *terms, struct rs_claims *claims, const struct rs_frame *inner,
                  const struct rs_end *end)
{
    LLVMValueRef returned =
        LLVMIsAReturnInst(end->at) && LLVMGetNumOperands(end->at) > 0 ? LLVMGetOperand(end->at, 0) : NULL;
    const struct rs_term *given = rs_term_of(terms, inner->call), *value;

    for (unsigned i = 0; i < RS_SUMMARY_ARGS && i < LLVMGetNumArgOperands(inner->call); i++)
        if (LLVMIsAGetElementPtrInst(LLVMGetOperand(inner->call, i)))
            rs_claims_replace(terms, claims, rs_term_of(terms, LLVMGetOperand(inner->call, i)), inner->arguments[i]);
    terms->frame = inner;
    value = returned == NULL ? NULL : rs_term_of(terms, returned);
    rs_claims_replace(terms, claims, given, value);
    if (value != NULL && end->exact)
        rs_claims_add(terms, claims, (struct rs_claim){.term = value, .low = end->number, .high = end->number});
}

/* Whether a term has what an instruction or a parameter of the function gives. */
static bool is_of_function(const struct rs_term *term, LLVMValueRef function)
{
    if (term->kind == RS_TERM_VALUE && LLVMIsAInstruction(term->value))
        return LLVMGetBasicBlockParent(LLVMGetInstructionParent(term->value)) == function;
    if (term->kind == RS_TERM_VALUE && LLVMIsAArgument(term->value))
        return LLVMGetParamParent(term->value) == function;
    return (term->a != NULL && is_of_function(term->a, function)) ||
           (term->b != NULL && is_of_function(term->b, function));
}

void rs_back_out(struct rs_terms *terms, struct rs_claims *claims, const struct rs_frame *inner)
{
    for (unsigned i = 0; i < claims->count;)
        if (is_of_function(claims->items[i].term, inner->function))
            rs_claims_drop(claims, i);
        else
            i++;
    terms->frame = inner->outer;
    way_found(terms, claims, inner->call, inner->step->way);
}
