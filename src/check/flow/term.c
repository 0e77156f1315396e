/* Terms and claims: see term.h. */
#include <string.h>

#include "check/flow/term.h"

enum { DEEPEST = 8 };

/* ---- terms ---- */
static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

static bool is_alike(const struct rs_term *a, const struct rs_term *b)
{
    return a->kind == b->kind && a->opcode == b->opcode && a->value == b->value && a->number == b->number &&
           a->a == b->a && a->b == b->b;
}

static const struct rs_term *made(struct rs_terms *terms, struct rs_term term)
{
    uint64_t hash =
        mix(mix(mix(mix(mix((uint64_t)term.kind << 16 | term.opcode, (uintptr_t)term.value), (uint64_t)term.number),
                    (uintptr_t)term.a),
                (uintptr_t)term.b),
            1) |
        1;
    struct rs_term *copy;

    for (;; hash += 2) {
        uint64_t *place = rs_map_at(&terms->known, hash);

        if (*place == 0) {
            copy = rs_arena_alloc(&terms->arena, sizeof(*copy));
            *copy = term;
            *place = (uintptr_t)copy;
            return copy;
        }
        if (is_alike((const struct rs_term *)(uintptr_t)*place, &term))
            return (const struct rs_term *)(uintptr_t)*place;
    }
}

const struct rs_term *rs_term_number(struct rs_terms *terms, int64_t number)
{
    return made(terms, (struct rs_term){.kind = RS_TERM_NUMBER, .number = number});
}

const struct rs_term *rs_term_mark(struct rs_terms *terms, unsigned which)
{
    return made(terms, (struct rs_term){.kind = RS_TERM_MARK, .number = which});
}

const struct rs_term *rs_term_error(struct rs_terms *terms)
{
    return made(terms, (struct rs_term){.kind = RS_TERM_ERROR});
}

static int depth_of(const struct rs_term *term)
{
    int a = term->a == NULL ? 0 : depth_of(term->a), b = term->b == NULL ? 0 : depth_of(term->b);

    return 1 + (a > b ? a : b);
}

const struct rs_term *rs_term_address(struct rs_terms *terms, const struct rs_term *base, int64_t offset)
{
    if (base->kind == RS_TERM_ADDRESS)
        return rs_term_address(terms, base->a, base->number + offset);
    return offset == 0 ? base : made(terms, (struct rs_term){.kind = RS_TERM_ADDRESS, .number = offset, .a = base});
}

static int64_t fitted(int64_t number, unsigned opcode, int64_t bits)
{
    int64_t sign;

    if (bits >= 64)
        return number;
    if (opcode == LLVMZExt || bits == 1)
        return (int64_t)((uint64_t)number & (((uint64_t)1 << bits) - 1));
    sign = (int64_t)1 << (bits - 1);
    return (int64_t)((((uint64_t)number & (((uint64_t)sign << 1) - 1)) ^ (uint64_t)sign) - (uint64_t)sign);
}

static const struct rs_term *binary(struct rs_terms *terms, unsigned opcode, const struct rs_term *a,
                                    const struct rs_term *b)
{
    bool numbers = a->kind == RS_TERM_NUMBER && b->kind == RS_TERM_NUMBER;
    uint64_t x = (uint64_t)a->number, y = (uint64_t)b->number;

    if (numbers && opcode == LLVMAdd)
        return rs_term_number(terms, (int64_t)(x + y));
    if (numbers && opcode == LLVMSub)
        return rs_term_number(terms, (int64_t)(x - y));
    if (numbers && opcode == LLVMMul)
        return rs_term_number(terms, (int64_t)(x * y));
    if (numbers && opcode == LLVMAnd)
        return rs_term_number(terms, (int64_t)(x & y));
    if (numbers && opcode == LLVMOr)
        return rs_term_number(terms, (int64_t)(x | y));
    if (numbers && opcode == LLVMXor)
        return rs_term_number(terms, (int64_t)(x ^ y));
    if (opcode == LLVMAnd && a->kind == RS_TERM_NUMBER)
        return binary(terms, opcode, b, a);
    if (opcode == LLVMAnd && b->kind == RS_TERM_NUMBER && y == 0)
        return b;
    /* of a bit that was set it is known that it is set: (x | 4) & 4, (x & ~4) & 4 */
    if (opcode == LLVMAnd && b->kind == RS_TERM_NUMBER && a->kind == RS_TERM_BINARY && a->b->kind == RS_TERM_NUMBER) {
        if (a->opcode == LLVMAnd)
            return binary(terms, LLVMAnd, a->a, rs_term_number(terms, a->b->number & b->number));
        if (a->opcode == LLVMOr && ((uint64_t)a->b->number & y) == y)
            return b;
        if (a->opcode == LLVMOr && ((uint64_t)a->b->number & y) == 0)
            return binary(terms, LLVMAnd, a->a, b);
    }
    return made(terms, (struct rs_term){.kind = RS_TERM_BINARY, .opcode = opcode, .a = a, .b = b});
}

static const struct rs_term *compared(struct rs_terms *terms, unsigned predicate, const struct rs_term *a,
                                      const struct rs_term *b)
{
    if (a->kind == RS_TERM_NUMBER && b->kind == RS_TERM_NUMBER)
        return rs_term_number(terms, rs_ir_compares(predicate, a->number, b->number));
    return made(terms, (struct rs_term){.kind = RS_TERM_COMPARE, .opcode = predicate, .a = a, .b = b});
}

static const struct rs_term *cast(struct rs_terms *terms, unsigned opcode, int64_t bits, const struct rs_term *a)
{
    if (a->kind == RS_TERM_NUMBER)
        return rs_term_number(terms, fitted(a->number, opcode, bits));
    /* a byte that is widened and cut is the byte */
    if (opcode == LLVMTrunc && a->kind == RS_TERM_CAST && a->opcode == LLVMZExt && a->number == bits)
        return a->a;
    return made(terms, (struct rs_term){.kind = RS_TERM_CAST, .opcode = opcode, .number = bits, .a = a});
}

static const struct rs_term *ordered(struct rs_terms *terms, const struct rs_term *a, const struct rs_term *b)
{
    if (a == b)
        return rs_term_number(terms, 0);
    if (a->kind == RS_TERM_NUMBER && b->kind == RS_TERM_NUMBER)
        return rs_term_number(terms, (a->number > b->number) - (a->number < b->number));
    return made(terms, (struct rs_term){.kind = RS_TERM_ORDER, .a = a, .b = b});
}

/* The same kind of term of other parts. */
static const struct rs_term *rebuilt(struct rs_terms *terms, const struct rs_term *term, const struct rs_term *a,
                                     const struct rs_term *b)
{
    struct rs_term copy = *term;

    switch (term->kind) {
    case RS_TERM_ADDRESS:
        return rs_term_address(terms, a, term->number);
    case RS_TERM_BINARY:
        return binary(terms, term->opcode, a, b);
    case RS_TERM_COMPARE:
        return compared(terms, term->opcode, a, b);
    case RS_TERM_CAST:
        return cast(terms, term->opcode, term->number, a);
    case RS_TERM_ORDER:
        return ordered(terms, a, b);
    default:
        copy.a = a;
        copy.b = b;
        return made(terms, copy);
    }
}

const struct rs_term *rs_term_replaced(struct rs_terms *terms, const struct rs_term *term, const struct rs_term *part,
                                       const struct rs_term *by)
{
    const struct rs_term *a, *b;

    if (term == part)
        return by;
    if (term->a == NULL)
        return term;
    a = rs_term_replaced(terms, term->a, part, by);
    b = term->b == NULL ? NULL : rs_term_replaced(terms, term->b, part, by);
    return a == term->a && b == term->b ? term : rebuilt(terms, term, a, b);
}

bool rs_term_has(const struct rs_term *term, const struct rs_term *part)
{
    return term == part || (term->a != NULL && rs_term_has(term->a, part)) ||
           (term->b != NULL && rs_term_has(term->b, part));
}

const struct rs_term *rs_term_root(const struct rs_term *address)
{
    return address->kind == RS_TERM_ADDRESS ? address->a : address;
}

/* ---- of instructions ---- */
static bool is_number(LLVMValueRef value)
{
    return LLVMIsAConstantInt(value) && LLVMGetIntTypeWidth(LLVMTypeOf(value)) <= 64;
}

/* What a parameter is in the call by which its function was gone into; NULL where it was gone into by none. */
static const struct rs_term *passed(const struct rs_terms *terms, LLVMValueRef parameter)
{
    LLVMValueRef function = LLVMGetParamParent(parameter);
    const struct rs_frame *frame = terms->frame;

    while (frame != NULL && frame->function != function)
        frame = frame->outer;
    for (unsigned i = 0; frame != NULL && i < RS_SUMMARY_ARGS && i < LLVMCountParams(function); i++)
        if (LLVMGetParam(function, i) == parameter)
            return frame->arguments[i];
    return NULL;
}

const struct rs_term *rs_term_of(struct rs_terms *terms, LLVMValueRef operand)
{
    const struct rs_term *argument = terms->frame != NULL && LLVMIsAArgument(operand) ? passed(terms, operand) : NULL;
    int64_t offset;

    if (argument != NULL)
        return argument;

    if (is_number(operand))
        return rs_term_number(terms, LLVMGetIntTypeWidth(LLVMTypeOf(operand)) == 1
                                         ? (int64_t)LLVMConstIntGetZExtValue(operand)
                                         : LLVMConstIntGetSExtValue(operand));
    if (LLVMIsAConstantPointerNull(operand))
        return rs_term_number(terms, 0);
    if (LLVMIsAConstantExpr(operand) && LLVMGetConstOpcode(operand) == LLVMGetElementPtr) {
        offset = rs_memory_offset(terms->flow, operand);
        if (offset > RS_OFFSET_INDEX)
            return rs_term_address(terms, rs_term_of(terms, LLVMGetOperand(operand, 0)), offset);
    }
    return made(terms, (struct rs_term){.kind = RS_TERM_VALUE, .value = operand});
}

/* What an object or a text answers alike each time that it is asked: nothing changes it. */
static bool is_pure(struct rs_flow *flow, LLVMValueRef call)
{
    /* clang-format off */
    static const char *const names[] = {"PyTuple_GET_SIZE", "PyTuple_Size", "PyBytes_GET_SIZE", "PyBytes_Size",
                                        "PyUnicode_GET_LENGTH", "PyUnicode_GetLength", "Py_TYPE", "PyType_HasFeature",
                                        "PyType_FastSubclass", "PyType_IsSubtype", "PyObject_TypeCheck",
                                        "PyType_GetFlags", "Py_IS_TYPE", "PyCallable_Check", "strcmp", "strncmp",
                                        "strcasecmp", "memcmp", "strlen", NULL};
    /* clang-format on */
    LLVMValueRef callee = rs_ir_callee(call);
    const char *name = callee == NULL ? "" : rs_ir_api_name(flow->ir, callee);

    name += name[0] == '_' && name[1] == 'P';
    for (const char *const *pure = names; *pure != NULL; pure++)
        if (strcmp(name, *pure) == 0)
            return LLVMGetNumArgOperands(call) <= 2;
    return false;
}

static const struct rs_term *asked(struct rs_terms *terms, LLVMValueRef call)
{
    struct rs_term term = {.kind = RS_TERM_PURE, .value = rs_ir_callee(call)};

    if (!is_pure(terms->flow, call))
        return NULL;
    term.a = rs_term_of(terms, LLVMGetOperand(call, 0));
    term.b = LLVMGetNumArgOperands(call) > 1 ? rs_term_of(terms, LLVMGetOperand(call, 1)) : NULL;
    return made(terms, term);
}

static int64_t bits_of(LLVMValueRef value)
{
    LLVMTypeRef type = LLVMTypeOf(value);

    return LLVMGetTypeKind(type) == LLVMIntegerTypeKind ? (int64_t)LLVMGetIntTypeWidth(type) : 64;
}

const struct rs_term *rs_term_defined(struct rs_terms *terms, LLVMValueRef instruction)
{
    LLVMOpcode opcode = LLVMGetInstructionOpcode(instruction);
    LLVMValueRef first = LLVMGetNumOperands(instruction) > 0 ? LLVMGetOperand(instruction, 0) : NULL;
    int64_t offset;

    switch (opcode) {
    case LLVMCall:
    case LLVMInvoke:
        return asked(terms, instruction);
    case LLVMLoad:
        return made(terms, (struct rs_term){.kind = RS_TERM_LOAD,
                                            .number = (int64_t)rs_memory_key(terms->flow->ir, first, NULL, NULL),
                                            .a = rs_term_of(terms, first)});
    case LLVMGetElementPtr:
        offset = rs_memory_offset(terms->flow, instruction);
        return offset <= RS_OFFSET_INDEX ? NULL : rs_term_address(terms, rs_term_of(terms, first), offset);
    case LLVMBitCast:
    case LLVMSExt:
    case LLVMPtrToInt:
    case LLVMIntToPtr:
    case LLVMFreeze:
        return bits_of(first) == 1 && opcode == LLVMSExt ? NULL : rs_term_of(terms, first);
    case LLVMZExt:
        return cast(terms, LLVMZExt, bits_of(first), rs_term_of(terms, first));
    case LLVMTrunc:
        return cast(terms, LLVMTrunc, bits_of(instruction), rs_term_of(terms, first));
    case LLVMICmp:
        return compared(terms, LLVMGetICmpPredicate(instruction), rs_term_of(terms, first),
                        rs_term_of(terms, LLVMGetOperand(instruction, 1)));
    default:
        return LLVMIsABinaryOperator(instruction) && bits_of(instruction) <= 64
                   ? binary(terms, opcode, rs_term_of(terms, first), rs_term_of(terms, LLVMGetOperand(instruction, 1)))
                   : NULL;
    }
}

const struct rs_term *rs_term_at(struct rs_terms *terms, LLVMValueRef operand)
{
    const struct rs_term *base;
    int64_t offset = LLVMIsAGetElementPtrInst(operand) ? rs_memory_offset(terms->flow, operand) : RS_OFFSET_ANY;

    if (offset <= RS_OFFSET_INDEX)
        return rs_term_of(terms, operand);
    base = rs_term_at(terms, LLVMGetOperand(operand, 0));
    return rs_term_address(terms, base, offset);
}

/* ---- claims ---- */
static bool is_truth(const struct rs_claim *claim, bool *truth)
{
    bool yes = claim->low > 0 || claim->high < 0 || (claim->differs && claim->other == 0),
         no = claim->low == 0 && claim->high == 0;

    *truth = yes;
    return yes || no;
}

static bool admits(const struct rs_claim *claim, int64_t number)
{
    if (number < claim->low || number > claim->high || (claim->differs && number == claim->other))
        return false;
    for (unsigned k = 1; claim->past != NULL && k < LLVMGetNumSuccessors(claim->past); k++)
        if (LLVMConstIntGetSExtValue(rs_ir_case_value(claim->past, k)) == number)
            return false;
    return true;
}

static void breaks(struct rs_claims *claims, uint32_t reason)
{
    claims->broken = true;
    claims->reason = reason;
}

/* "term PREDICATE number" as bounds; false where they do not tell. */
static bool bound(struct rs_claim *claim, unsigned predicate, int64_t number, bool truth)
{
    if (!truth)
        predicate = rs_ir_negated(predicate);
    *claim = (struct rs_claim){.term = claim->term, .low = INT64_MIN, .high = INT64_MAX, .origin = claim->origin};
    switch (predicate) {
    case LLVMIntEQ:
        claim->low = claim->high = number;
        return true;
    case LLVMIntNE:
        claim->differs = true;
        claim->other = number;
        return true;
    case LLVMIntSGT:
        claim->low = number + 1;
        return number != INT64_MAX;
    case LLVMIntSGE:
        claim->low = number;
        return true;
    case LLVMIntSLT:
        claim->high = number - 1;
        return number != INT64_MIN;
    case LLVMIntSLE:
        claim->high = number;
        return true;
    case LLVMIntUGT:
        claim->differs = number == 0;
        claim->other = 0;
        return number == 0;
    case LLVMIntULT:
        claim->low = 0;
        claim->high = number - 1;
        return number > 0;
    case LLVMIntULE:
        claim->low = 0;
        claim->high = number;
        return number >= 0;
    default:
        return false;
    }
}

static void add_compare(struct rs_terms *terms, struct rs_claims *claims, struct rs_claim claim, bool truth)
{
    const struct rs_term *a = claim.term->a, *b = claim.term->b;
    unsigned predicate = claim.term->opcode;
    bool is_signed = predicate <= LLVMIntNE || predicate >= LLVMIntSGT;

    if (a->kind == RS_TERM_NUMBER) {
        const struct rs_term *c = a;
        a = b, b = c, predicate = rs_ir_swapped(predicate);
    }
    if (b->kind == RS_TERM_NUMBER) {
        claim.term = a;
        if (bound(&claim, predicate, b->number, truth))
            rs_claims_add(terms, claims, claim);
        return;
    }
    if (!is_signed)
        return;
    if ((uintptr_t)a > (uintptr_t)b) {
        const struct rs_term *c = a;
        a = b, b = c, predicate = rs_ir_swapped(predicate);
    }
    claim.term = ordered(terms, a, b);
    if (!bound(&claim, predicate, 0, truth))
        return;
    claim.low = claim.low < -1 ? -1 : claim.low;
    claim.high = claim.high > 1 ? 1 : claim.high;
    rs_claims_add(terms, claims, claim);
}

/* A claim about arithmetic is one about its operand. False: it stays as it is. */
static bool add_arithmetic(struct rs_terms *terms, struct rs_claims *claims, struct rs_claim claim)
{
    const struct rs_term *term = claim.term;
    bool truth, is_known = is_truth(&claim, &truth), exact = claim.low == claim.high && !claim.differs;
    bool number = term->b != NULL && term->b->kind == RS_TERM_NUMBER;
    int64_t step;

    if (term->kind == RS_TERM_CAST && is_known && (exact || claim.differs || term->number == 1) &&
        (term->number == 1 || (term->opcode == LLVMZExt && (claim.low == claim.high ? claim.low == 0 : true)))) {
        claim.term = term->a;
        if (bound(&claim, truth ? LLVMIntNE : LLVMIntEQ, 0, true))
            rs_claims_add(terms, claims, claim);
        return true;
    }
    if (term->kind != RS_TERM_BINARY)
        return false;
    if ((term->opcode == LLVMAdd || term->opcode == LLVMSub) && number && term->b->number != INT64_MIN &&
        claim.past == NULL) {
        step = term->opcode == LLVMAdd ? -term->b->number : term->b->number;
        claim.term = term->a;
        if ((claim.low != INT64_MIN && __builtin_add_overflow(claim.low, step, &claim.low)) ||
            (claim.high != INT64_MAX && __builtin_add_overflow(claim.high, step, &claim.high)) ||
            __builtin_add_overflow(claim.other, step, &claim.other))
            return true;
        rs_claims_add(terms, claims, claim);
        return true;
    }
    if (term->opcode == LLVMXor && number && term->b->number == 1 && is_known && claim.low >= 0 && claim.high <= 1) {
        claim.term = term->a;
        if (bound(&claim, truth ? LLVMIntEQ : LLVMIntNE, 0, true))
            rs_claims_add(terms, claims, claim);
        return true;
    }
    return false;
}

static bool is_condition(const struct rs_term *term)
{
    if (term->kind == RS_TERM_CAST)
        return term->opcode == LLVMZExt && (term->number == 1 || is_condition(term->a));
    if (term->kind == RS_TERM_VALUE)
        return bits_of(term->value) == 1;
    return term->kind == RS_TERM_COMPARE ||
           (term->kind == RS_TERM_BINARY && (term->opcode == LLVMAnd || term->opcode == LLVMOr) &&
            is_condition(term->a) && is_condition(term->b));
}

/* Both parts of "a & b" that holds, of "a | b" that does not. */
static bool add_parts(struct rs_terms *terms, struct rs_claims *claims, struct rs_claim claim)
{
    const struct rs_term *term = claim.term;
    bool truth;

    if (term->kind != RS_TERM_BINARY || !is_truth(&claim, &truth) || !is_condition(term) ||
        !((term->opcode == LLVMAnd && truth) || (term->opcode == LLVMOr && !truth)))
        return false;
    for (int i = 0; i < 2 && !claims->broken; i++) {
        claim.term = i == 0 ? term->a : term->b;
        if (bound(&claim, truth ? LLVMIntNE : LLVMIntEQ, 0, true))
            rs_claims_add(terms, claims, claim);
    }
    return true;
}

/* An address that is never NULL. */
static bool is_address(const struct rs_term *term)
{
    return (term->kind == RS_TERM_ADDRESS && term->number > 0) ||
           (term->kind == RS_TERM_VALUE &&
            (LLVMIsAAllocaInst(term->value) || LLVMIsAGlobalVariable(term->value) || LLVMIsAFunction(term->value)));
}

/* Two claims about one term. */
static void join(struct rs_claims *claims, struct rs_claim *mine, const struct rs_claim *its)
{
    mine->low = its->low > mine->low ? its->low : mine->low;
    mine->high = its->high < mine->high ? its->high : mine->high;
    if (its->differs && !mine->differs) {
        mine->differs = true;
        mine->other = its->other;
    }
    mine->past = mine->past == NULL ? its->past : mine->past;
    mine->origin |= its->origin;
    if (mine->low == mine->high && (!admits(mine, mine->low) || !admits(its, mine->low)))
        breaks(claims, mine->origin);
    if (mine->low > mine->high)
        breaks(claims, mine->origin);
}

/* What an exact claim says of the others: the same flags, asked as a whole and by a bit. */
static void spread(struct rs_terms *terms, struct rs_claims *claims, struct rs_claim exact)
{
    for (unsigned i = 0; i < claims->count && !claims->broken; i++) {
        struct rs_claim claim = claims->items[i];

        if (claim.term == exact.term || !rs_term_has(claim.term, exact.term))
            continue;
        claim.term = rs_term_replaced(terms, claim.term, exact.term, rs_term_number(terms, exact.low));
        claim.origin |= exact.origin;
        if (claim.term->kind == RS_TERM_NUMBER && !admits(&claim, claim.term->number))
            breaks(claims, claim.origin);
    }
}

void rs_claims_add(struct rs_terms *terms, struct rs_claims *claims, struct rs_claim claim)
{
    bool truth;

    if (claims->broken || depth_of(claim.term) > DEEPEST)
        return;
    if (claim.term->kind == RS_TERM_NUMBER) {
        if (!admits(&claim, claim.term->number))
            breaks(claims, claim.origin);
        return;
    }
    if (is_address(claim.term)) {
        if (claim.low == 0 && claim.high == 0)
            breaks(claims, claim.origin);
        return;
    }
    if (claim.term->kind == RS_TERM_COMPARE) {
        if (is_truth(&claim, &truth))
            add_compare(terms, claims, claim, truth);
        return;
    }
    if (add_arithmetic(terms, claims, claim) || add_parts(terms, claims, claim))
        return;
    if (claim.term->kind == RS_TERM_VALUE && claim.high < 0 && rs_range_counts_up(claim.term->value)) {
        breaks(claims, claim.origin);
        return;
    }
    for (unsigned i = 0; i < claims->count; i++)
        if (claims->items[i].term == claim.term) {
            join(claims, &claims->items[i], &claim);
            claim = claims->items[i];
            if (!claims->broken && claim.low == claim.high)
                spread(terms, claims, claim);
            return;
        }
    if (claims->count == RS_CLAIMS_MOST)
        return;
    claims->items[claims->count++] = claim;
    if (claim.low == claim.high)
        spread(terms, claims, claim);
    for (unsigned i = 0; i + 1 < claims->count && !claims->broken; i++)
        if (claims->items[i].low == claims->items[i].high && rs_term_has(claim.term, claims->items[i].term))
            spread(terms, claims, claims->items[i]);
}

bool rs_claims_concern(const struct rs_claims *claims, const struct rs_term *term)
{
    for (unsigned i = 0; i < claims->count; i++)
        if (rs_term_has(claims->items[i].term, term))
            return true;
    return false;
}

void rs_claims_drop(struct rs_claims *claims, unsigned index)
{
    claims->items[index] = claims->items[--claims->count];
}

void rs_claims_replace(struct rs_terms *terms, struct rs_claims *claims, const struct rs_term *part,
                       const struct rs_term *by)
{
    struct rs_claim changed[RS_CLAIMS_MOST];
    unsigned count = 0;

    for (unsigned i = 0; i < claims->count;) {
        if (!rs_term_has(claims->items[i].term, part)) {
            i++;
            continue;
        }
        changed[count++] = claims->items[i];
        rs_claims_drop(claims, i);
    }
    for (unsigned i = 0; i < count && by != NULL && !claims->broken; i++) {
        changed[i].term = rs_term_replaced(terms, changed[i].term, part, by);
        rs_claims_add(terms, claims, changed[i]);
    }
}

bool rs_claim_implies(const struct rs_claim *a, const struct rs_claim *b)
{
    return a->term == b->term && a->low >= b->low && a->high <= b->high &&
           (!b->differs || a->low > b->other || a->high < b->other || (a->differs && a->other == b->other)) &&
           (b->past == NULL || a->past == b->past);
}
