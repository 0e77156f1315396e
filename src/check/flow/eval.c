/* Values of operands and of instructions that are neither calls nor terminators. */
#include <llvm-c/Target.h>
#include <string.h>

#include "check/flow/flow.h"

uint32_t rs_flow_index(const struct rs_flow *flow, LLVMValueRef value)
{
    uint64_t *index = rs_map_find(&flow->index, (uintptr_t)value);

    return index == NULL ? UINT32_MAX : (uint32_t)*index - 1;
}

bool rs_flow_relevant(const struct rs_flow *flow, uint32_t index)
{
    return flow->relevant[index / 64] >> (index % 64) & 1;
}

bool rs_flow_is_behind(const struct rs_flow *flow, LLVMValueRef first, LLVMValueRef second)
{
    LLVMBasicBlockRef a = LLVMGetInstructionParent(first), b = LLVMGetInstructionParent(second);

    for (; a == b && second != NULL; second = LLVMGetNextInstruction(second))
        if (second == first)
            return true;
    return a != b && *rs_map_find(&flow->order, (uintptr_t)a) > *rs_map_find(&flow->order, (uintptr_t)b);
}

static struct rs_av eval_constant(struct rs_flow *flow, struct rs_state *state, LLVMValueRef value)
{
    struct rs_av base;

    if (LLVMIsAConstantInt(value))
        return LLVMGetIntTypeWidth(LLVMTypeOf(value)) > 64
                   ? rs_av_unknown()
                   : rs_av_int(LLVMGetIntTypeWidth(LLVMTypeOf(value)) == 1 ? (int64_t)LLVMConstIntGetZExtValue(value)
                                                                           : LLVMConstIntGetSExtValue(value));
    if (LLVMIsAConstantPointerNull(value))
        return rs_av_int(0);
    if (LLVMIsAGlobalVariable(value) || LLVMIsAFunction(value))
        return rs_av_sym(rs_state_global(state, value));
    if (!LLVMIsAConstantExpr(value))
        return rs_av_unknown();
    base = rs_eval(flow, state, LLVMGetOperand(value, 0));
    if (LLVMGetConstOpcode(value) == LLVMGetElementPtr && base.kind == RS_AV_SYM) {
        int64_t offset = rs_memory_offset(flow, value);
        base.number = offset == RS_OFFSET_ANY ? RS_OFFSET_ANY : base.number + offset;
    }
    return base;
}

struct rs_av rs_eval(struct rs_flow *flow, struct rs_state *state, LLVMValueRef value)
{
    uint32_t index;

    if (LLVMIsConstant(value))
        return eval_constant(flow, state, value);
    index = rs_flow_index(flow, value);
    return index == UINT32_MAX ? rs_av_unknown() : rs_state_get(state, index);
}

static struct rs_av negated(struct rs_av condition)
{
    condition.predicate = (uint8_t)rs_ir_negated(condition.predicate);
    return condition;
}

/* A comparison of which nothing is known has one answer all the same, however often it is asked for. */
static struct rs_av undecided(struct rs_state *state, LLVMValueRef at)
{
    int32_t sym = rs_state_sym(state, RS_SYM_INT, at);

    state->syms.items[sym].low = 0;
    state->syms.items[sym].high = 1;
    return (struct rs_av){RS_AV_COND, LLVMIntNE, sym, 0};
}

/* Whether an object was made too late to be another one. */
static bool is_unlike(const struct rs_sym *made, const struct rs_sym *other)
{
    const uint32_t known = RS_F_VISIBLE | RS_F_SHARED | RS_F_STOLEN | RS_F_UNCERTAIN | RS_F_DEAD;

    /* what may be NULL is no other object either */
    if (made->kind != RS_SYM_NEW || (made->null != RS_NONNULL && other->null != RS_NONNULL) || other->flags & RS_F_DEAD)
        return false;
    if (other->kind == RS_SYM_GLOBAL)
        return made->flags & RS_F_NO_CONSTANT;
    return made->flags & RS_F_ANOTHER && (!(made->flags & known) || other->born < made->born);
}

/* Whether an object is Py_None, or another global: where the function asks that more than once the answer is an integer
 * of its own. */
static struct rs_av is_global(struct rs_flow *flow, struct rs_state *state, LLVMValueRef compare, int32_t object,
                              int32_t global)
{
    const struct rs_sym *it = &state->syms.items[object];
    bool equal = LLVMGetICmpPredicate(compare) == LLVMIntEQ;
    struct rs_av type = rs_question_ask(flow, state, compare);

    if (type.kind != RS_AV_UNKNOWN)
        return type;
    if (state->syms.items[global].kind != RS_SYM_GLOBAL || it->kind == RS_SYM_GLOBAL ||
        !(rs_asked_again(flow, (uintptr_t)LLVMGetOperand(compare, 0)) ||
          (it->kind == RS_SYM_LOADED && rs_asked_again(flow, (uintptr_t)it->identity))))
        return rs_av_unknown();
    return (struct rs_av){RS_AV_COND, equal ? LLVMIntNE : LLVMIntEQ, rs_state_answer(state, object, global, compare),
                          0};
}

/* Two pointers: the same address, surely different ones, or unknown. */
static struct rs_av compare_pointers(struct rs_flow *flow, struct rs_state *state, LLVMValueRef compare, struct rs_av a,
                                     struct rs_av b)
{
    LLVMIntPredicate predicate = LLVMGetICmpPredicate(compare);
    const struct rs_sym *x = &state->syms.items[a.sym], *y = &state->syms.items[b.sym];
    bool equality = predicate == LLVMIntEQ || predicate == LLVMIntNE;

    if (!equality || a.number == RS_OFFSET_ANY || b.number == RS_OFFSET_ANY)
        return rs_av_unknown();
    if (a.sym == b.sym)
        return rs_av_int((a.number == b.number) == (predicate == LLVMIntEQ));
    if ((x->kind == RS_SYM_GLOBAL && y->kind == RS_SYM_GLOBAL) ||
        (a.number == 0 && b.number == 0 && (is_unlike(x, y) || is_unlike(y, x) || rs_kinds_differ(x, y))))
        return rs_av_int(predicate == LLVMIntNE);
    return a.number == 0 && b.number == 0 ? is_global(flow, state, compare, a.sym, b.sym) : rs_av_unknown();
}

/* ---- how two unknown integers compare ----
 * A symbol whose sign is that of a - b. One of them, or both, are counters, or values that have no symbol. Their
 * numbers stand in `offset`; the other one's symbol is `parent`. */
enum { ORDER_BITS = 19 };

static int64_t order_code(uint32_t a, uint32_t b)
{
    return RS_OFFSET_INDEX - 1 - (int64_t)((uint64_t)a | (uint64_t)(b + 1) << ORDER_BITS);
}

static void order_values(const struct rs_sym *sym, uint32_t *a, uint32_t *b)
{
    uint64_t code = (uint64_t)(RS_OFFSET_INDEX - 1 - sym->offset);

    *a = (uint32_t)(code & ((1u << ORDER_BITS) - 1));
    *b = (uint32_t)(code >> ORDER_BITS) - 1;
}

static bool is_in(const uint64_t *set, uint32_t index)
{
    return index == UINT32_MAX || (set[index / 64] >> (index % 64) & 1);
}

bool rs_eval_order_is_live(const struct rs_sym *sym, const uint64_t *live)
{
    uint32_t a, b;

    order_values(sym, &a, &b);
    return is_in(live, a) && is_in(live, b);
}

/* Widened values compare as the narrow ones do. */
static LLVMValueRef widened(LLVMValueRef value)
{
    while (LLVMIsAInstruction(value) && LLVMGetInstructionOpcode(value) == LLVMSExt)
        value = LLVMGetOperand(value, 0);
    return value;
}

/* Whether a value has no symbol, or one that another round has another of. */
static bool is_counter(struct rs_av is, LLVMValueRef value)
{
    int64_t least;

    return is.kind == RS_AV_UNKNOWN ||
           (is.kind == RS_AV_SYM && (LLVMIsAPHINode(value) || LLVMIsABinaryOperator(value)) &&
            rs_ir_least(value, &least));
}

static struct rs_av compare_unknown(struct rs_flow *flow, struct rs_state *state, LLVMIntPredicate predicate,
                                    LLVMValueRef left, LLVMValueRef right, LLVMValueRef at)
{
    struct rs_av a = rs_eval(flow, state, widened(left)), b = rs_eval(flow, state, widened(right));
    uint32_t x = rs_flow_index(flow, widened(left)), y = rs_flow_index(flow, widened(right)),
             most = (1u << ORDER_BITS) - 2;
    int32_t sym, parent;
    int64_t code;
    bool by_number[] = {is_counter(a, widened(left)), is_counter(b, widened(right))};
    bool is_signed =
        predicate == LLVMIntEQ || predicate == LLVMIntNE || (predicate >= LLVMIntSGT && predicate <= LLVMIntSLE);

    if (!is_signed || x > most || y > most || LLVMGetTypeKind(LLVMTypeOf(left)) != LLVMIntegerTypeKind)
        return rs_av_unknown();
    if (!by_number[0] || (by_number[1] && x > y)) {
        struct rs_av c = a;
        uint32_t z = x;
        bool by = by_number[0];
        a = b, b = c, x = y, y = z, by_number[0] = by_number[1], by_number[1] = by,
        predicate = rs_ir_swapped(predicate);
    }
    if (!by_number[0] || (!by_number[1] && b.kind != RS_AV_SYM))
        return rs_av_unknown();
    parent = by_number[1] ? RS_NONE : b.sym;
    code = order_code(x, parent == RS_NONE ? y : UINT32_MAX);
    for (size_t i = 0; i < state->syms.count; i++)
        if (state->syms.items[i].flags & RS_F_ORDER && state->syms.items[i].parent == parent &&
            state->syms.items[i].offset == code)
            return (struct rs_av){RS_AV_COND, (uint8_t)predicate, (int32_t)i, 0};
    sym = rs_state_sym(state, RS_SYM_INT, at);
    state->syms.items[sym].flags = RS_F_ORDER;
    state->syms.items[sym].parent = parent;
    state->syms.items[sym].offset = code;
    return (struct rs_av){RS_AV_COND, (uint8_t)predicate, sym, 0};
}

static bool is_unsigned(LLVMIntPredicate predicate)
{
    return predicate == LLVMIntUGT || predicate == LLVMIntUGE || predicate == LLVMIntULT || predicate == LLVMIntULE;
}

static bool is_compared_twice(LLVMValueRef value)
{
    int times = 0;

    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL && times < 2; use = LLVMGetNextUse(use))
        times += LLVMIsAICmpInst(LLVMGetUser(use)) != NULL;
    return times > 1;
}

/* An unknown number that is compared again has one value all the same. */
static struct rs_av named(struct rs_flow *flow, struct rs_state *state, LLVMValueRef operand)
{
    uint32_t index = LLVMIsConstant(operand) ? UINT32_MAX : rs_flow_index(flow, operand);
    struct rs_av value;

    if (index == UINT32_MAX || !rs_flow_relevant(flow, index) || !is_compared_twice(operand))
        return rs_av_unknown();
    value = rs_av_sym(rs_state_sym(state, RS_SYM_INT, operand));
    rs_state_set(state, index, value);
    return value;
}

static struct rs_av eval_compare(struct rs_flow *flow, struct rs_state *state, LLVMValueRef instruction)
{
    LLVMIntPredicate predicate = LLVMGetICmpPredicate(instruction);
    struct rs_av a = rs_eval(flow, state, LLVMGetOperand(instruction, 0)),
                 b = rs_eval(flow, state, LLVMGetOperand(instruction, 1)), answer;
    bool swaps = a.kind == RS_AV_INT && b.kind != RS_AV_INT;

    if (rs_kinds_ask(flow, state, instruction, &answer))
        return answer;
    if (swaps) {
        struct rs_av c = a;
        a = b, b = c, predicate = rs_ir_swapped(predicate);
    }
    if (a.kind == RS_AV_INT && b.kind == RS_AV_INT)
        return rs_av_int(rs_ir_compares(predicate, a.number, b.number));
    if (a.kind == RS_AV_SYM && b.kind == RS_AV_SYM && state->syms.items[a.sym].kind != RS_SYM_INT &&
        state->syms.items[b.sym].kind != RS_SYM_INT)
        return compare_pointers(flow, state, instruction, a, b);
    if (a.kind == RS_AV_UNKNOWN && b.kind == RS_AV_INT)
        a = named(flow, state, LLVMGetOperand(instruction, swaps ? 1 : 0));
    if (b.kind != RS_AV_INT)
        return compare_unknown(flow, state, predicate, LLVMGetOperand(instruction, 0), LLVMGetOperand(instruction, 1),
                               instruction);
    if (a.kind == RS_AV_COND && (predicate == LLVMIntEQ || predicate == LLVMIntNE) && (b.number == 0 || b.number == 1))
        return (predicate == LLVMIntNE) == (b.number == 0) ? a : negated(a);
    /* callers know what they give; of other numbers that bound would only part more ways */
    if (a.kind != RS_AV_SYM ||
        (is_unsigned(predicate) && (state->syms.items[a.sym].kind != RS_SYM_INT || (uint32_t)a.sym >= flow->nargs)))
        return rs_av_unknown();
    if (state->syms.items[a.sym].kind != RS_SYM_INT && a.number != 0)
        return b.number == 0 ? rs_av_int(predicate == LLVMIntNE) : rs_av_unknown();
    return (struct rs_av){RS_AV_COND, (uint8_t)predicate, a.sym, b.number};
}

/* flags & MASK, n % 4: the same unknown each time that it is asked. */
static struct rs_av derived(struct rs_state *state, int32_t of, LLVMOpcode opcode, int64_t number, LLVMValueRef at)
{
    int64_t mask = opcode == LLVMAnd ? number : (int64_t)((uint64_t)number << 8 ^ (uint64_t)opcode << 56);
    int32_t sym;

    for (size_t i = 0; i < state->syms.count; i++)
        if (state->syms.items[i].kind == RS_SYM_INT && state->syms.items[i].parent == of &&
            state->syms.items[i].offset == mask)
            return rs_av_sym((int32_t)i);
    sym = rs_state_sym(state, RS_SYM_INT, at);
    state->syms.items[sym].parent = of;
    state->syms.items[sym].offset = mask;
    return rs_av_sym(sym);
}

/* n % m, flags & mask, of which more than one condition asks. */
static bool is_asked_twice(struct rs_flow *flow, LLVMValueRef instruction)
{
    LLVMOpcode opcode = LLVMGetInstructionOpcode(instruction);
    LLVMUseRef use = LLVMGetFirstUse(instruction);
    uint32_t index = rs_flow_index(flow, instruction);

    return (opcode == LLVMAnd || opcode == LLVMSRem || opcode == LLVMURem) && use != NULL &&
           LLVMGetNextUse(use) != NULL && index != UINT32_MAX && rs_flow_relevant(flow, index);
}

struct rs_av rs_eval_counted(struct rs_state *state, LLVMValueRef value)
{
    int64_t least;
    int32_t sym;

    if (!rs_ir_least(value, &least))
        return rs_av_unknown();
    sym = rs_state_sym(state, RS_SYM_INT, LLVMIsAInstruction(value) ? value : NULL);
    state->syms.items[sym].low = least;
    return rs_av_sym(sym);
}

static struct rs_av eval_arithmetic(struct rs_flow *flow, struct rs_state *state, LLVMValueRef instruction)
{
    struct rs_av a = rs_eval(flow, state, LLVMGetOperand(instruction, 0)),
                 b = rs_eval(flow, state, LLVMGetOperand(instruction, 1));
    bool flag = LLVMGetIntTypeWidth(LLVMTypeOf(instruction)) == 1;
    LLVMOpcode opcode = LLVMGetInstructionOpcode(instruction);
    struct rs_av answer;

    if (rs_kinds_ask(flow, state, instruction, &answer))
        return answer;
    if (LLVMGetInstructionOpcode(instruction) == LLVMXor && flag && b.kind == RS_AV_INT && b.number != 0)
        return a.kind == RS_AV_INT ? rs_av_int(!a.number) : a.kind == RS_AV_COND ? negated(a) : rs_av_unknown();
    if (opcode == LLVMAnd && ((a.kind == RS_AV_INT && a.number == 0) || (b.kind == RS_AV_INT && b.number == 0)))
        return rs_av_int(0);
    /* conditions that a bitwise operator joins: the known one is neutral */
    if (a.kind == RS_AV_COND && b.kind == RS_AV_INT && b.number == (opcode == LLVMAnd))
        return opcode == LLVMAnd || opcode == LLVMOr ? a : rs_av_unknown();
    if (b.kind == RS_AV_COND && a.kind == RS_AV_INT && a.number == (opcode == LLVMAnd))
        return opcode == LLVMAnd || opcode == LLVMOr ? b : rs_av_unknown();
    if (opcode == LLVMOr && ((a.kind == RS_AV_COND && b.kind == RS_AV_INT && b.number == 1) ||
                             (b.kind == RS_AV_COND && a.kind == RS_AV_INT && a.number == 1)))
        return rs_av_int(1);
    if (a.kind == RS_AV_SYM && b.kind == RS_AV_INT && (opcode == LLVMAnd || opcode == LLVMSRem || opcode == LLVMURem))
        return derived(state, a.sym, opcode, b.number, instruction);
    if (opcode == LLVMAdd && a.kind != RS_AV_INT && b.kind == RS_AV_INT &&
        rs_flow_relevant(flow, rs_flow_index(flow, instruction))) {
        answer = rs_eval_counted(state, instruction);
        if (answer.kind == RS_AV_SYM)
            return answer;
    }
    if (a.kind != RS_AV_INT || b.kind != RS_AV_INT)
        return is_asked_twice(flow, instruction) ? rs_av_sym(rs_state_sym(state, RS_SYM_INT, instruction))
                                                 : rs_av_unknown();
    switch (LLVMGetInstructionOpcode(instruction)) {
    case LLVMAdd:
        return rs_av_int((int64_t)((uint64_t)a.number + (uint64_t)b.number));
    case LLVMMul:
        return rs_av_int((int64_t)((uint64_t)a.number * (uint64_t)b.number));
    case LLVMSub:
        return rs_av_int((int64_t)((uint64_t)a.number - (uint64_t)b.number));
    case LLVMAnd:
        return rs_av_int(a.number & b.number);
    case LLVMOr:
        return rs_av_int(a.number | b.number);
    case LLVMXor:
        return rs_av_int(a.number ^ b.number);
    default:
        return rs_av_unknown();
    }
}

/* A known number in another width: widened without its sign, or cut. Numbers are kept sign-extended, flags as 0 and 1.
 */
static int64_t fitted(int64_t number, LLVMOpcode opcode, LLVMTypeRef from, LLVMTypeRef to)
{
    unsigned width = LLVMGetTypeKind(from) == LLVMIntegerTypeKind ? LLVMGetIntTypeWidth(from) : 64;
    int64_t sign;

    if (opcode == LLVMZExt && width < 64)
        return (int64_t)((uint64_t)number & (((uint64_t)1 << width) - 1));
    if (opcode == LLVMSExt && width == 1)
        return -(number & 1);
    if (opcode != LLVMTrunc || LLVMGetIntTypeWidth(to) >= 64)
        return number;
    if (LLVMGetIntTypeWidth(to) == 1)
        return number & 1;
    sign = (int64_t)1 << (LLVMGetIntTypeWidth(to) - 1);
    return (int64_t)((((uint64_t)number & (((uint64_t)sign << 1) - 1)) ^ (uint64_t)sign) - (uint64_t)sign);
}

/* Whether the number is the address still, with a few bits more or less. */
static bool is_address_still(LLVMOpcode opcode)
{
    return opcode == LLVMOr || opcode == LLVMAnd || opcode == LLVMXor || opcode == LLVMAdd || opcode == LLVMSub;
}

/* Whether what is computed from an object's address is kept: handed on, stored, or (the address itself) returned. What
 * is only compared or looked up with is not; what is stored as it is lies there as the object does. */
static bool is_kept_number(LLVMValueRef number, bool computed, bool address, int depth)
{
    for (LLVMUseRef use = LLVMGetFirstUse(number); use != NULL && depth > 0; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        bool arithmetic = LLVMIsABinaryOperator(user) != NULL, passes = LLVMIsACastInst(user) || LLVMIsAPHINode(user);

        if (LLVMIsACallInst(user) || LLVMIsAInvokeInst(user) || LLVMIsAInsertValueInst(user) ||
            (computed && LLVMIsAStoreInst(user) && LLVMGetOperand(user, 0) == number) ||
            (computed && address && LLVMIsAReturnInst(user)))
            return true;
        if ((arithmetic || passes) &&
            is_kept_number(user, computed || arithmetic,
                           address && (passes || is_address_still(LLVMGetInstructionOpcode(user))), depth - 1))
            return true;
    }
    return false;
}

/* An object's address becomes a number that is kept: nobody can tell any more where it lies. */
static void note_number(const struct rs_flow *flow, struct rs_state *state, struct rs_av value, LLVMValueRef cast)
{
    enum { STEPS = 6 };
    struct rs_sym *object = rs_state_object(state, value);

    if (object == NULL || !is_kept_number(cast, false, true, STEPS))
        return;
    object->flags |= RS_F_LODGED;
    if (!flow->role) /* its callers know nothing of that */
        rs_refs_unknown(state, value);
}

static struct rs_av eval_cast(struct rs_flow *flow, struct rs_state *state, LLVMValueRef instruction)
{
    struct rs_av value = rs_eval(flow, state, LLVMGetOperand(instruction, 0));
    bool to_flag = LLVMGetTypeKind(LLVMTypeOf(instruction)) == LLVMIntegerTypeKind &&
                   LLVMGetIntTypeWidth(LLVMTypeOf(instruction)) == 1;

    if (LLVMIsAPtrToIntInst(instruction))
        note_number(flow, state, value, instruction);
    if (value.kind == RS_AV_INT && LLVMGetTypeKind(LLVMTypeOf(instruction)) == LLVMIntegerTypeKind)
        return rs_av_int(fitted(value.number, LLVMGetInstructionOpcode(instruction),
                                LLVMTypeOf(LLVMGetOperand(instruction, 0)), LLVMTypeOf(instruction)));
    if (!to_flag)
        return value;
    if (value.kind == RS_AV_SYM && state->syms.items[value.sym].kind == RS_SYM_INT)
        return (struct rs_av){RS_AV_COND, LLVMIntNE, value.sym, 0};
    return value;
}

static struct rs_av eval_gep(struct rs_flow *flow, struct rs_state *state, LLVMValueRef gep)
{
    struct rs_av base = rs_eval(flow, state, LLVMGetOperand(gep, 0));
    int64_t offset = rs_memory_offset(flow, gep);
    const char *stem = rs_ir_struct_stem(flow->ir, LLVMGetGEPSourceElementType(gep));

    if (base.kind != RS_AV_SYM)
        return rs_av_unknown();
    if (stem != NULL && base.number == 0 && offset == 24 && strcmp(stem, "PyTupleObject") == 0) {
        int32_t items = RS_NONE;
        for (size_t i = 0; i < state->syms.count && items == RS_NONE; i++)
            if (state->syms.items[i].kind == RS_SYM_ITEMS && state->syms.items[i].parent == base.sym)
                items = (int32_t)i;
        if (items == RS_NONE) {
            items = rs_state_sym(state, RS_SYM_ITEMS, gep);
            state->syms.items[items].parent = base.sym;
            state->syms.items[items].null = RS_NONNULL;
        }
        return rs_av_sym(items);
    }
    if (base.number == RS_OFFSET_ANY || offset == RS_OFFSET_ANY || (base.number != 0 && offset < RS_OFFSET_INDEX) ||
        (base.number < RS_OFFSET_INDEX && offset != 0))
        base.number = RS_OFFSET_ANY;
    else
        base.number += offset;
    return base;
}

static bool is_aggregate(LLVMTypeKind kind)
{
    return kind == LLVMStructTypeKind || kind == LLVMArrayTypeKind;
}

/* A structure is taken as one value, to be returned or passed on: what its members hold goes along. */
static void forget_members(struct rs_state *state, struct rs_av address, int64_t size)
{
    for (size_t i = 0; i < state->mem.count && address.kind == RS_AV_SYM; i++) {
        const struct rs_cell *cell = &state->mem.items[i];

        if (cell->base == address.sym && cell->offset >= address.number && cell->offset < address.number + size)
            rs_refs_unknown(state, cell->value);
    }
}

/* A load of ob_item of a list is the address of its items. */
struct rs_av rs_eval_count(const struct rs_flow *flow, struct rs_state *state, struct rs_av object, LLVMValueRef how)
{
    const struct rs_sym *sym = rs_state_object(state, object);
    bool alive = sym != NULL && !(sym->flags & RS_F_DEAD) && !(flow->dying && sym->kind == RS_SYM_ARG);
    int32_t count = rs_state_sym(state, RS_SYM_INT, how);

    if (alive)
        state->syms.items[count].low = 1;
    return rs_av_sym(count);
}

static struct rs_av eval_load(struct rs_flow *flow, struct rs_state *state, LLVMValueRef load, uint32_t index)
{
    LLVMValueRef pointer = LLVMGetOperand(load, 0);
    LLVMTypeKind kind = LLVMGetTypeKind(LLVMTypeOf(load));
    const char *structure = NULL;
    int64_t member = 0;
    struct rs_av address, value;

    address = rs_eval(flow, state, pointer);
    if (address.kind == RS_AV_SYM && (address.number == 0 || state->syms.items[address.sym].flags & RS_F_DEAD))
        rs_refs_use(flow, state, rs_av_sym(address.sym), load, NULL);
    if (kind != LLVMPointerTypeKind && (kind != LLVMIntegerTypeKind || !rs_flow_relevant(flow, index)))
        return rs_av_unknown(); /* of no consequence, but read all the same */
    if (address.kind == RS_AV_SYM && rs_memory_key(flow->ir, pointer, &structure, &member) != 0 && structure != NULL &&
        strcmp(structure, "_object") == 0 && member == 0) {
        rs_refs_unknown(state, address); /* who asks for its count knows who holds it */
        return kind == LLVMIntegerTypeKind ? rs_eval_count(flow, state, address, load) : rs_av_unknown();
    }
    value = rs_memory_load(flow, state, address, pointer, load);
    if (value.kind == RS_AV_SYM && rs_memory_key(flow->ir, pointer, &structure, &member) != 0 && structure != NULL &&
        strcmp(structure, "PyListObject") == 0 && member == 24 && state->syms.items[value.sym].kind == RS_SYM_LOADED) {
        state->syms.items[value.sym].kind = RS_SYM_ITEMS;
        state->syms.items[value.sym].parent = address.sym;
        state->syms.items[value.sym].flags = RS_F_MUTABLE;
        state->syms.items[value.sym].null = RS_NONNULL;
    }
    return value;
}

static void eval_store(struct rs_flow *flow, struct rs_state *state, LLVMValueRef store)
{
    LLVMValueRef value = LLVMGetOperand(store, 0), pointer = LLVMGetOperand(store, 1);
    LLVMTypeKind kind = LLVMGetTypeKind(LLVMTypeOf(value));

    if (kind != LLVMPointerTypeKind && kind != LLVMIntegerTypeKind)
        return;
    if (flow->dying)
        rs_shelf_judge(flow, state, rs_eval(flow, state, pointer), rs_eval(flow, state, value), store);
    rs_memory_store(flow, state, rs_eval(flow, state, pointer), pointer, rs_eval(flow, state, value), store);
}

static struct rs_av eval_select(struct rs_flow *flow, struct rs_state *state, LLVMValueRef select)
{
    int known = rs_refine_known(state, rs_eval(flow, state, LLVMGetOperand(select, 0)));
    struct rs_av yes = rs_eval(flow, state, LLVMGetOperand(select, 1)),
                 no = rs_eval(flow, state, LLVMGetOperand(select, 2));

    if (known >= 0)
        return known ? yes : no;
    if (rs_av_equal(yes, no))
        return yes;
    rs_refs_unknown(state, yes);
    rs_refs_unknown(state, no);
    return rs_av_unknown();
}

void rs_eval_index_changes(struct rs_state *state, uint32_t index)
{
    for (size_t i = 0; i < state->mem.count;) {
        struct rs_cell cell = state->mem.items[i];

        if (cell.offset != RS_OFFSET_INDEX - 1 - (int64_t)index) {
            i++;
            continue;
        }
        /* gone before its value is looked at: other cells may go with that */
        state->mem.items[i] = state->mem.items[--state->mem.count];
        rs_refs_unknown(state, cell.stored ? cell.value : rs_av_unknown());
        i = 0;
    }
    for (size_t i = 0; i < state->syms.count; i++) {
        struct rs_sym *sym = &state->syms.items[i];
        uint32_t a, b;

        if (!(sym->flags & RS_F_ORDER))
            continue;
        order_values(sym, &a, &b);
        if (a != index && b != index)
            continue;
        sym->flags &= ~(uint32_t)RS_F_ORDER; /* a condition that stands for it means the old values */
        sym->parent = RS_NONE;
        sym->offset = 0;
    }
}

void rs_eval_instruction(struct rs_flow *flow, struct rs_state *state, LLVMValueRef instruction)
{
    LLVMOpcode opcode = LLVMGetInstructionOpcode(instruction);
    uint32_t index = rs_flow_index(flow, instruction);
    LLVMTypeKind kind = LLVMGetTypeKind(LLVMTypeOf(instruction));
    struct rs_av value = rs_av_unknown();

    if (opcode == LLVMStore) {
        eval_store(flow, state, instruction);
        return;
    }
    if (opcode == LLVMInsertValue)
        rs_refs_unknown(state, rs_eval(flow, state, LLVMGetOperand(instruction, 1)));
    if (opcode == LLVMLoad && is_aggregate(kind))
        forget_members(state, rs_eval(flow, state, LLVMGetOperand(instruction, 0)),
                       (int64_t)LLVMABISizeOfType(flow->ir->layout, LLVMTypeOf(instruction)));
    if (index == UINT32_MAX)
        return;
    if (opcode == LLVMAlloca) {
        int32_t sym = rs_state_sym(state, RS_SYM_LOCAL, instruction);
        state->syms.items[sym].identity = instruction;
        state->syms.items[sym].null = RS_NONNULL;
        value = rs_av_sym(sym);
    } else if (opcode == LLVMLoad) {
        value = eval_load(flow, state, instruction, index);
    } else if (opcode == LLVMGetElementPtr) {
        value = eval_gep(flow, state, instruction);
    } else if (opcode == LLVMSelect) {
        value = eval_select(flow, state, instruction);
    } else if (opcode == LLVMBitCast || opcode == LLVMPtrToInt || opcode == LLVMIntToPtr || opcode == LLVMFreeze ||
               opcode == LLVMAddrSpaceCast || opcode == LLVMSExt || opcode == LLVMZExt || opcode == LLVMTrunc) {
        value = eval_cast(flow, state, instruction);
    } else if (opcode == LLVMICmp) {
        value = eval_compare(flow, state, instruction);
        if (value.kind == RS_AV_UNKNOWN && rs_flow_relevant(flow, index))
            value = undecided(state, instruction);
    } else if (kind == LLVMIntegerTypeKind && LLVMIsABinaryOperator(instruction)) {
        value = eval_arithmetic(flow, state, instruction);
    } else if (opcode == LLVMAtomicCmpXchg || opcode == LLVMAtomicRMW) {
        rs_refs_unknown(state, rs_eval(flow, state, LLVMGetOperand(instruction, opcode == LLVMAtomicCmpXchg ? 2 : 1)));
    }
    rs_eval_index_changes(state, index);
    if (kind == LLVMIntegerTypeKind && !rs_flow_relevant(flow, index) && value.kind != RS_AV_SYM)
        value = rs_av_unknown();
    rs_state_set(state, index, value);
}

bool rs_eval_faults(struct rs_flow *flow, struct rs_state *state, LLVMValueRef instruction)
{
    enum { PAGE = 4096 };
    LLVMValueRef pointer = LLVMIsALoadInst(instruction)    ? LLVMGetOperand(instruction, 0)
                           : LLVMIsAStoreInst(instruction) ? LLVMGetOperand(instruction, 1)
                                                           : NULL;
    int64_t offset = 0, step;
    struct rs_av base;

    if (pointer == NULL)
        return false;
    for (; LLVMIsAGetElementPtrInst(pointer) || LLVMIsABitCastInst(pointer); pointer = LLVMGetOperand(pointer, 0)) {
        step = LLVMIsABitCastInst(pointer) ? 0 : rs_memory_offset(flow, pointer);
        if (step < 0 || step >= PAGE)
            return false;
        offset += step;
    }
    base = rs_eval(flow, state, pointer);
    if (offset >= PAGE || LLVMIsConstant(pointer))
        return false;
    if (base.kind != RS_AV_SYM || base.number != 0)
        return base.kind == RS_AV_INT && base.number == 0;
    /* the program goes on: it was an address. Of a member that owns, more knowledge is no gain: two that hold one
     * object are not told apart. */
    if (state->syms.items[base.sym].flags & RS_F_OWNED_FIELD)
        return state->syms.items[base.sym].null == RS_NULL;
    return !rs_refine_null(flow, state, base.sym, false);
}
