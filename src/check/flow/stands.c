/* References that the state of an object stands for. "flags |= KEPT; Py_INCREF(self)" in one function and "flags &=
 * ~KEPT; Py_DECREF(self)" in another are a pair: neither is wrong by itself. The pair is known by the member that both
 * store, and by what is counted: the object itself, or one of Python's constants. A function that returns what it
 * counts takes that reference for its caller, and is no half of a pair, unless it has made the object: then the caller
 * gets the reference that came with it. */
#include <string.h>

#include "check/flow/flow.h"

enum half { TAKES = 1, GIVES = 2 };
enum { BLOCKS_MOST = 1000 /* of a function that is looked at: generated code is left out */ };

static bool is_constant(LLVMValueRef object)
{
    size_t length;

    return LLVMIsAGlobalVariable(object) && strncmp(LLVMGetValueName2(object, &length), "_Py_", 4) == 0;
}

static bool comes_of(LLVMValueRef value, LLVMValueRef object, int depth)
{
    value = rs_ir_plain(value);
    for (unsigned k = 0; LLVMIsAPHINode(value) && k < LLVMCountIncoming(value) && depth > 0; k++)
        if (comes_of(LLVMGetIncomingValue(value, k), object, depth - 1))
            return true;
    return value == object;
}

static bool returns(LLVMValueRef function, LLVMValueRef object)
{
    enum { DEPTH = 4 };

    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b != NULL; b = LLVMGetNextBasicBlock(b)) {
        LLVMValueRef last = LLVMGetBasicBlockTerminator(b);

        if (last != NULL && LLVMIsAReturnInst(last) && LLVMGetNumOperands(last) == 1 &&
            comes_of(LLVMGetOperand(last, 0), object, DEPTH))
            return true;
    }
    return false;
}

/* The pair's name: the member, and the constant that is counted (the object itself: 0). */
static uint64_t pair_of(uint64_t key, LLVMValueRef object)
{
    return (key ^ (is_constant(object) ? (uintptr_t)object : 0)) * 0x9e3779b97f4a7c15u | 1;
}

/* Whether the value that a member gets says a state: a number, or flags set and reset. What is counted up is none. */
static bool is_state(LLVMValueRef value)
{
    LLVMOpcode opcode;

    value = rs_ir_plain(value);
    if (LLVMGetTypeKind(LLVMTypeOf(value)) != LLVMIntegerTypeKind)
        return false;
    opcode = LLVMIsABinaryOperator(value) ? LLVMGetInstructionOpcode(value) : LLVMAdd;
    return LLVMIsAConstantInt(value) || ((opcode == LLVMAnd || opcode == LLVMOr || opcode == LLVMXor) &&
                                         LLVMIsAConstantInt(LLVMGetOperand(value, 1)));
}

/* Whether one way leads through both blocks. */
static bool leads_to(LLVMBasicBlockRef from, LLVMBasicBlockRef to, struct rs_map *seen)
{
    LLVMValueRef terminator = LLVMGetBasicBlockTerminator(from);
    uint64_t *known = rs_map_at(seen, (uintptr_t)from);

    if (from == to)
        return true;
    if (*known != 0 || terminator == NULL)
        return false;
    *known = 1;
    for (unsigned s = 0; s < LLVMGetNumSuccessors(terminator); s++)
        if (leads_to(LLVMGetSuccessor(terminator, s), to, seen))
            return true;
    return false;
}

static bool are_of_one_way(LLVMValueRef a, LLVMValueRef b)
{
    struct rs_map from_a = {0}, from_b = {0};
    bool leads = leads_to(LLVMGetInstructionParent(a), LLVMGetInstructionParent(b), &from_a) ||
                 leads_to(LLVMGetInstructionParent(b), LLVMGetInstructionParent(a), &from_b);

    rs_map_close(&from_a);
    rs_map_close(&from_b);
    return leads;
}

/* Of each state that the function stores in the object (in any object, where a constant is counted): whether the pair's
 * half `wanted` is known. `half`, if not 0, is noted first; `at` is where that is taken or given. */
static bool visit(struct rs_flow_unit *unit, LLVMValueRef function, LLVMValueRef object, unsigned half, unsigned wanted,
                  LLVMValueRef at)
{
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b != NULL; b = LLVMGetNextBasicBlock(b))
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i)) {
            bool state = LLVMIsAStoreInst(i) && is_state(LLVMGetOperand(i, 0)) &&
                         (is_constant(object) || rs_ir_root(LLVMGetOperand(i, 1)) == object);
            uint64_t key = state ? rs_memory_key(unit->ir, LLVMGetOperand(i, 1), NULL, NULL) : 0;
            const uint64_t *known;

            if (key == 0 || (at != NULL && !are_of_one_way(i, at)))
                continue;
            if (half != 0)
                *rs_map_at(&unit->stands, pair_of(key, object)) |= half;
            known = rs_map_find(&unit->stands, pair_of(key, object));
            if (known != NULL && *known & wanted)
                return true;
        }
    return false;
}

static bool is_made(struct rs_flow_unit *unit, LLVMValueRef object, int depth);

/* Whether one of the function's results is an object that it made. */
static bool makes(struct rs_flow_unit *unit, LLVMValueRef function, int depth)
{
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b != NULL; b = LLVMGetNextBasicBlock(b)) {
        LLVMValueRef last = LLVMGetBasicBlockTerminator(b);

        if (last != NULL && LLVMIsAReturnInst(last) && LLVMGetNumOperands(last) == 1 &&
            is_made(unit, LLVMGetOperand(last, 0), depth))
            return true;
    }
    return false;
}

/* Whether a call of the API, or of a function that hands on what such a call brings, made the object: a reference that
 * is taken beyond that one is not its caller's. */
static bool is_made(struct rs_flow_unit *unit, LLVMValueRef object, int depth)
{
    LLVMValueRef callee;
    const struct rs_contract *row;
    bool called;

    object = rs_ir_plain(object);
    for (unsigned k = 0; LLVMIsAPHINode(object) && k < LLVMCountIncoming(object) && depth > 0; k++)
        if (is_made(unit, LLVMGetIncomingValue(object, k), depth - 1))
            return true;
    called = LLVMIsACallInst(object) || LLVMIsAInvokeInst(object);
    callee = called ? rs_ir_callee(object) : NULL;
    row = callee != NULL ? rs_ir_contract(unit->ir, callee) : called ? rs_call_slot(unit->ir, object) : NULL;
    if (row != NULL)
        return row->result == RS_RESULT_NEW;
    return callee != NULL && depth > 0 && makes(unit, callee, depth - 1);
}

/* Whether the function's taking or giving can be half of a pair. */
static bool is_half(struct rs_flow_unit *unit, LLVMValueRef function, LLVMValueRef object, unsigned half)
{
    enum { DEPTH = 4 };

    if (half == TAKES && is_made(unit, object, DEPTH))
        return true;
    return half != 0 && (is_constant(object) || LLVMIsAArgument(object)) &&
           !(half == TAKES && returns(function, object));
}

void rs_stands_read(struct rs_flow_unit *unit)
{
    for (size_t f = 0; f < unit->ir->functions.count; f++) {
        const struct rs_ir_function *function = &unit->ir->functions.items[f];
        LLVMValueRef object = NULL;

        for (LLVMBasicBlockRef b = function->library || LLVMCountBasicBlocks(function->value) > BLOCKS_MOST
                                       ? NULL
                                       : LLVMGetFirstBasicBlock(function->value);
             b != NULL; b = LLVMGetNextBasicBlock(b))
            for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i)) {
                int count = rs_ir_count(unit->ir, i, &object);
                unsigned half = count > 0 ? TAKES : count < 0 ? GIVES : 0;

                object = half == 0 ? NULL : rs_ir_plain(object);
                if (object != NULL && is_half(unit, function->value, object, half))
                    visit(unit, function->value, object, half, 0, i);
            }
    }
}

/* The parameter that an object is in the function that is called with it, else the object. */
static LLVMValueRef name_in(LLVMValueRef call, LLVMValueRef callee, LLVMValueRef object)
{
    for (unsigned k = 0; k < LLVMGetNumArgOperands(call) && k < LLVMCountParams(callee); k++)
        if (rs_ir_plain(LLVMGetOperand(call, k)) == object)
            return LLVMGetParam(callee, k);
    return object;
}

bool rs_stands_for(struct rs_flow *flow, const struct rs_sym *sym, LLVMValueRef at, bool taken)
{
    LLVMValueRef object = sym->kind == RS_SYM_ARG || sym->kind == RS_SYM_GLOBAL ? sym->identity : NULL, callee;
    unsigned wanted = taken ? GIVES : TAKES;

    if (object == NULL || LLVMCountBasicBlocks(flow->function->value) > BLOCKS_MOST ||
        (sym->kind == RS_SYM_GLOBAL && !is_constant(object)))
        return false;
    rs_premise_bind(flow->unit);
    if (visit(flow->unit, flow->function->value, object, 0, wanted, at))
        return true;
    callee = at != NULL && (LLVMIsACallInst(at) || LLVMIsAInvokeInst(at)) ? rs_ir_callee(at) : NULL;
    return callee != NULL && LLVMGetFirstBasicBlock(callee) != NULL &&
           visit(flow->unit, callee, name_in(at, callee, object), 0, wanted, NULL);
}
