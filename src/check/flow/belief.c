/* What the code itself takes to be possible. A NULL that nothing in the unit reckons with is no ground for a report:
 * the analysis does not see what keeps a member from being NULL (tp_new sets it, an index in range finds it), whoever
 * wrote the code does. */
#include <string.h>

#include "check/flow/store.h"

enum { FLOWS = 3 /* phis and casts that a value is followed through */ };

static bool is_null(LLVMValueRef value)
{
    return LLVMIsAConstantPointerNull(value) != NULL;
}

/* The loaded value that the instruction compares with NULL, or NULL. */
static LLVMValueRef asked_load(LLVMValueRef instruction)
{
    LLVMValueRef value;

    if (LLVMIsAICmpInst(instruction) == NULL || !is_null(LLVMGetOperand(instruction, 1)))
        return NULL;
    value = LLVMGetOperand(instruction, 0);
    return LLVMIsALoadInst(value) ? value : NULL;
}

/* Whether the function brings the object that the address lies in: NULL there is the beginning of a life. */
static bool is_of_new(LLVMValueRef pointer)
{
    while (LLVMIsAGetElementPtrInst(pointer) || LLVMIsACastInst(pointer))
        pointer = LLVMGetOperand(pointer, 0);
    return LLVMIsACallInst(pointer) != NULL || LLVMIsAInvokeInst(pointer) != NULL;
}

static void read_instruction(struct rs_flow_unit *unit, LLVMValueRef instruction)
{
    LLVMValueRef load = asked_load(instruction), place = load != NULL ? LLVMGetOperand(load, 0) : NULL;
    uint64_t key;

    if (LLVMIsAStoreInst(instruction) && is_null(LLVMGetOperand(instruction, 0)) &&
        !is_of_new(LLVMGetOperand(instruction, 1)))
        place = LLVMGetOperand(instruction, 1);
    key = place == NULL ? 0 : rs_memory_key(unit->ir, place, NULL, NULL);
    if (key != 0)
        *rs_map_at(&unit->absent, key) = 1;
}

/* Objects begin and end with members that are NULL: of their time in between that says nothing. */
static bool is_begin_or_end(const struct rs_ir_function *function)
{
    static const char *const slots[] = {"tp_new",      "tp_init",    "tp_alloc", "tp_dealloc",  "tp_clear",
                                        "tp_traverse", "tp_del",     "tp_free",  "tp_finalize", "m_clear",
                                        "m_free",      "m_traverse", NULL};

    for (const char *const *slot = slots; function->role != NULL && *slot != NULL; slot++)
        if (strcmp(function->role->slot, *slot) == 0)
            return true;
    return false;
}

void rs_belief_read(struct rs_flow_unit *unit, const uint32_t *order)
{
    size_t count = unit->ir->functions.count;
    bool *outer = rs_alloc(count + 1);

    for (size_t f = 0; f < count; f++)
        outer[f] = is_begin_or_end(&unit->ir->functions.items[f]);
    rs_graph_spread(unit->ir, order, outer);
    for (size_t f = 0; f < count; f++) {
        LLVMValueRef function = unit->ir->functions.items[f].value;

        for (LLVMBasicBlockRef b = outer[f] ? NULL : LLVMGetFirstBasicBlock(function); b != NULL;
             b = LLVMGetNextBasicBlock(b))
            for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i))
                read_instruction(unit, i);
    }
    free(outer);
}

/* Whether memory alone brings the value: the comparison is about what lies there. */
static bool is_loaded(LLVMValueRef value)
{
    if (!LLVMIsAPHINode(value))
        return LLVMIsALoadInst(value) != NULL;
    for (unsigned k = 0; k < LLVMCountIncoming(value); k++)
        if (!LLVMIsALoadInst(LLVMGetIncomingValue(value, k)))
            return false;
    return true;
}

bool rs_belief_absent(const struct rs_flow *flow, LLVMValueRef compare, const struct rs_sym *sym)
{
    uint64_t key = (uintptr_t)sym->identity;
    bool reckons;

    if (sym->kind != RS_SYM_LOADED || LLVMIsAICmpInst(compare) == NULL || is_loaded(LLVMGetOperand(compare, 0)))
        return true;
    reckons = key != 0 && rs_map_find(&flow->unit->absent, key) != NULL;
    if (key != 0)
        rs_premise_note(flow->unit, RS_PREMISE_ABSENT, key, reckons);
    return reckons;
}

/* What becomes of a value. */
struct fate {
    bool dereferenced, elsewhere; /* compared, returned, stored: somebody may ask */
};

static void follow(LLVMValueRef value, struct fate *fate, int depth)
{
    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        bool store = LLVMIsAStoreInst(user) != NULL,
             passes = LLVMIsAPHINode(user) != NULL || LLVMIsACastInst(user) != NULL;

        if (LLVMIsALoadInst(user) || LLVMIsAGetElementPtrInst(user) || (store && LLVMGetOperand(user, 1) == value))
            fate->dereferenced = true;
        else if (passes && depth > 0)
            follow(user, fate, depth - 1);
        else if (!LLVMIsACallInst(user) && !LLVMIsAInvokeInst(user))
            fate->elsewhere = true;
    }
}

bool rs_belief_never_null(LLVMValueRef call)
{
    struct fate fate = {0};

    follow(call, &fate, FLOWS);
    return fate.dereferenced && !fate.elsewhere;
}
