/* Loops in which nothing happens to references: arithmetic on arrays, searches through text. A state need not go round
 * in one. What such a loop computes is unknown behind it, and a state leaves it by each of its exits. */
#include <string.h>

#include "check/flow/flow.h"

static uint32_t order_of(const struct rs_flow *flow, LLVMBasicBlockRef block)
{
    return (uint32_t)*rs_map_find(&flow->order, (uintptr_t)block) - 1;
}

static bool is_inside(const struct rs_flow *flow, const struct rs_idle *loop, LLVMValueRef value)
{
    uint32_t block;

    if (!LLVMIsAInstruction(value))
        return false;
    block = order_of(flow, LLVMGetInstructionParent(value));
    return block >= loop->head && block <= loop->last && loop->inside[block - loop->head];
}

static bool is_pointer(LLVMValueRef value)
{
    return LLVMGetTypeKind(LLVMTypeOf(value)) == LLVMPointerTypeKind;
}

static bool is_used_outside(const struct rs_flow *flow, const struct rs_idle *loop, LLVMValueRef value)
{
    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use))
        if (!is_inside(flow, loop, LLVMGetUser(use)))
            return true;
    return false;
}

/* Addresses inside of the loop that come from one another, and the first of them from outside. */
struct along {
    LLVMValueRef seen[16];
    size_t count;
    bool moves; /* objects do not */
};

static bool is_along(const struct rs_flow *flow, const struct rs_idle *loop, LLVMValueRef value, struct along *along)
{
    if (!is_inside(flow, loop, value))
        return true;
    if (LLVMIsAGetElementPtrInst(value))
        return along->moves = true;
    for (size_t i = 0; i < along->count; i++)
        if (along->seen[i] == value)
            return true;
    if (!LLVMIsAPHINode(value) || along->count == sizeof(along->seen) / sizeof(*along->seen))
        return false;
    along->seen[along->count++] = value;
    for (unsigned k = 0; k < LLVMCountIncoming(value); k++)
        if (!is_along(flow, loop, LLVMGetIncomingValue(value, k), along))
            return false;
    return true;
}

/* An address that goes along an array. */
static bool goes_along(const struct rs_flow *flow, const struct rs_idle *loop, LLVMValueRef value)
{
    struct along along = {0};

    return is_inside(flow, loop, value) && is_along(flow, loop, value, &along) && along.moves;
}

/* A function that computes something of its arguments, and that is all. */
static bool only_computes(const struct rs_summary *summary)
{
    if (!summary->known || summary->incomplete || summary->runs || summary->throws || summary->noreturn)
        return false;
    for (unsigned i = 0; i < summary->ncases; i++) {
        const struct rs_case *way = &summary->cases[i];

        if (way->nrefs > 0 || way->nstores > 0 || way->err != RS_ERR_CLEAR || way->converts ||
            way->entry != RS_ENTRY_OPEN)
            return false;
    }
    return summary->ncases > 0;
}

/* A function that only computes, or one of the C library that is given no memory. */
static bool is_idle_call(const struct rs_flow *flow, LLVMValueRef call)
{
    size_t length;
    LLVMValueRef callee = rs_ir_callee(call);
    const char *name = callee == NULL ? "" : LLVMGetValueName2(callee, &length);
    const struct rs_summary *summary =
        callee == NULL || rs_ir_contract(flow->ir, callee) != NULL ? NULL : rs_summary_of(flow, callee);

    if (strncmp(name, "llvm.dbg.", 9) == 0 || (summary != NULL && only_computes(summary)))
        return true;
    for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++)
        if (is_pointer(LLVMGetOperand(call, i)))
            return false;
    return strncmp(name, "llvm.", 5) == 0 || rs_ir_calls_clib(call);
}

static bool is_idle_instruction(const struct rs_flow *flow, const struct rs_idle *loop, LLVMValueRef at)
{
    bool along = is_pointer(at) && LLVMIsAPHINode(at) && goes_along(flow, loop, at);

    if (is_pointer(at) && !along && is_used_outside(flow, loop, at))
        return false;
    switch (LLVMGetInstructionOpcode(at)) {
    case LLVMICmp:
        return !is_pointer(LLVMGetOperand(at, 0)) || goes_along(flow, loop, LLVMGetOperand(at, 0)) ||
               goes_along(flow, loop, LLVMGetOperand(at, 1));
    case LLVMStore:
        return !is_pointer(LLVMGetOperand(at, 0)) || goes_along(flow, loop, LLVMGetOperand(at, 0));
    case LLVMCall:
        return is_idle_call(flow, at);
    case LLVMPHI:
        return along || !is_pointer(at) || !is_used_outside(flow, loop, at);
    case LLVMSelect:
        return !is_pointer(at);
    case LLVMLoad:
    case LLVMGetElementPtr:
    case LLVMBr:
    case LLVMSwitch:
    case LLVMFCmp:
    case LLVMPtrToInt:
        return true;
    default:
        return LLVMIsABinaryOperator(at) || LLVMIsAUnaryOperator(at) ||
               (LLVMIsACastInst(at) && LLVMGetInstructionOpcode(at) != LLVMIntToPtr);
    }
}

/* The natural loop of the head: what reaches it again without passing it. Blocks come in reverse post-order, in which
 * all of a loop is between its head and the last block that leads back. */
static bool find_blocks(const struct rs_flow *flow, struct rs_idle *loop)
{
    bool changed = true;

    for (uint32_t b = loop->last + 1; b-- > loop->head;) {
        LLVMValueRef terminator = LLVMGetBasicBlockTerminator(flow->blocks.items[b].block);

        for (unsigned s = 0; s < LLVMGetNumSuccessors(terminator); s++)
            loop->inside[b - loop->head] |= order_of(flow, LLVMGetSuccessor(terminator, s)) == loop->head;
    }
    while (changed) {
        changed = false;
        for (uint32_t b = loop->last + 1; b-- > loop->head + 1;) {
            LLVMValueRef terminator = LLVMGetBasicBlockTerminator(flow->blocks.items[b].block);

            for (unsigned s = 0; s < LLVMGetNumSuccessors(terminator) && !loop->inside[b - loop->head]; s++) {
                uint32_t to = order_of(flow, LLVMGetSuccessor(terminator, s));
                if (to > loop->head && to <= loop->last && loop->inside[to - loop->head])
                    changed = loop->inside[b - loop->head] = true;
            }
        }
    }
    loop->inside[0] = true;
    /* one that is entered elsewhere, too, is none */
    for (uint32_t b = 0; b < flow->blocks.count; b++) {
        LLVMValueRef terminator = LLVMGetBasicBlockTerminator(flow->blocks.items[b].block);
        bool within = b >= loop->head && b <= loop->last && loop->inside[b - loop->head];

        for (unsigned s = 0; s < LLVMGetNumSuccessors(terminator) && !within; s++) {
            uint32_t to = order_of(flow, LLVMGetSuccessor(terminator, s));
            if (to > loop->head && to <= loop->last && loop->inside[to - loop->head])
                return false;
        }
    }
    return true;
}

/* Whether all of the loop is idle; notes the addresses from outside that it uses. */
static bool read_loop(const struct rs_flow *flow, struct rs_idle *loop)
{
    for (uint32_t b = loop->head; b <= loop->last; b++)
        for (LLVMValueRef at = loop->inside[b - loop->head] ? LLVMGetFirstInstruction(flow->blocks.items[b].block)
                                                            : NULL;
             at != NULL; at = LLVMGetNextInstruction(at)) {
            if (!is_idle_instruction(flow, loop, at))
                return false;
            for (int k = 0; k < LLVMGetNumOperands(at); k++) {
                LLVMValueRef operand = LLVMGetOperand(at, (unsigned)k);

                if (!LLVMValueIsBasicBlock(operand) && is_pointer(operand) && !is_inside(flow, loop, operand) &&
                    rs_flow_index(flow, operand) != UINT32_MAX)
                    *RS_PUSH(&loop->outer) = rs_flow_index(flow, operand);
            }
        }
    return true;
}

static uint32_t last_latch(const struct rs_flow *flow, uint32_t head)
{
    uint32_t last = UINT32_MAX;

    for (uint32_t b = head; b < flow->blocks.count; b++) {
        LLVMValueRef terminator = LLVMGetBasicBlockTerminator(flow->blocks.items[b].block);

        for (unsigned s = 0; s < LLVMGetNumSuccessors(terminator); s++)
            last = order_of(flow, LLVMGetSuccessor(terminator, s)) == head ? b : last;
    }
    return last;
}

static bool is_loop_head(const struct rs_flow *flow, uint32_t block)
{
    LLVMBasicBlockRef it = flow->blocks.items[block].block;

    for (LLVMUseRef use = LLVMGetFirstUse(LLVMBasicBlockAsValue(it)); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        const uint64_t *from =
            LLVMIsATerminatorInst(user) ? rs_map_find(&flow->order, (uintptr_t)LLVMGetInstructionParent(user)) : NULL;

        if (from != NULL && (uint32_t)*from - 1 >= block)
            return true;
    }
    return false;
}

void rs_idle_read(struct rs_flow *flow)
{
    for (uint32_t head = 0; head < flow->blocks.count; head++) {
        struct rs_idle loop = {.head = head};

        if (!is_loop_head(flow, head))
            continue;
        loop.last = last_latch(flow, head);
        loop.inside = rs_alloc(loop.last - head + 1);
        memset(loop.inside, 0, loop.last - head + 1);
        if (find_blocks(flow, &loop) && read_loop(flow, &loop)) {
            flow->blocks.items[head].idle = rs_alloc(sizeof(loop));
            *flow->blocks.items[head].idle = loop;
        } else {
            rs_idle_close(&loop);
        }
    }
}

void rs_idle_close(struct rs_idle *loop)
{
    RS_VEC_CLOSE(&loop->outer);
    free(loop->inside);
}

bool rs_idle_is_passed(struct rs_state *state, const struct rs_idle *loop)
{
    for (size_t i = 0; i < loop->outer.count; i++) {
        struct rs_av value = rs_state_get(state, loop->outer.items[i]);
        const struct rs_sym *sym = value.kind == RS_AV_SYM ? &state->syms.items[value.sym] : NULL;

        if (value.kind == RS_AV_INT || (sym != NULL && (sym->null == RS_NULL || sym->gone != NULL)))
            return false;
    }
    return true;
}

/* A pointer that the loop moves stays within what it points into. */
static struct rs_av moved_along(struct rs_av pointer)
{
    if (pointer.kind != RS_AV_SYM || pointer.number == 0)
        return rs_av_unknown();
    pointer.number = RS_OFFSET_ANY;
    return pointer;
}

/* What the loop computes is one unknown number each, and so is what it stores. */
static void forget(struct rs_flow *flow, struct rs_state *state, const struct rs_idle *loop)
{
    for (uint32_t b = loop->head; b <= loop->last; b++)
        for (LLVMValueRef at = loop->inside[b - loop->head] ? LLVMGetFirstInstruction(flow->blocks.items[b].block)
                                                            : NULL;
             at != NULL; at = LLVMGetNextInstruction(at)) {
            uint32_t index = rs_flow_index(flow, at);
            struct rs_av value = rs_av_unknown();
            bool number = index != UINT32_MAX && !is_pointer(at) && rs_flow_relevant(flow, index) &&
                          is_used_outside(flow, loop, at);

            if (LLVMIsAStoreInst(at)) {
                LLVMValueRef place = LLVMGetOperand(at, 1);
                rs_memory_store(flow, state, rs_eval(flow, state, place), place, rs_av_unknown(), at);
            } else if (LLVMIsAGetElementPtrInst(at)) {
                rs_eval_instruction(flow, state, at);
            } else if (index != UINT32_MAX) {
                if (LLVMIsAPHINode(at) && is_pointer(at))
                    value = moved_along(rs_state_get(state, index));
                else if (number)
                    value = rs_eval_counted(state, at);
                if (number && value.kind == RS_AV_UNKNOWN)
                    value = rs_av_sym(rs_state_sym(state, RS_SYM_INT, at));
                rs_eval_index_changes(state, index);
                rs_state_set(state, index, value);
            }
        }
}

/* The last round, in the block with the exit. */
static void end_round(struct rs_flow *flow, struct rs_state *state, uint32_t block)
{
    for (LLVMValueRef at = LLVMGetFirstInstruction(flow->blocks.items[block].block);
         at != NULL && !LLVMIsATerminatorInst(at); at = LLVMGetNextInstruction(at))
        if (!LLVMIsAPHINode(at) && !LLVMIsACallInst(at) && !LLVMIsAStoreInst(at))
            rs_eval_instruction(flow, state, at);
}

void rs_idle_leave(struct rs_flow *flow, const struct rs_state *state, const struct rs_idle *loop,
                   rs_idle_on_exit *on_exit)
{
    for (uint32_t b = loop->head; b <= loop->last; b++) {
        LLVMValueRef terminator = LLVMGetBasicBlockTerminator(flow->blocks.items[b].block);

        for (unsigned s = 0; loop->inside[b - loop->head] && s < LLVMGetNumSuccessors(terminator); s++) {
            uint32_t to = order_of(flow, LLVMGetSuccessor(terminator, s));
            struct rs_state *copy;

            if (to >= loop->head && to <= loop->last && loop->inside[to - loop->head])
                continue;
            copy = rs_state_copy(state);
            forget(flow, copy, loop);
            end_round(flow, copy, b);
            copy->block = b;
            on_exit(flow, copy, terminator, s);
        }
    }
}
