/* Variants of a structure: functions whose addresses are stored side by side (`it->next = list_next; it->end =
 * list_end;`) work on the same instances, and on none whose pointers lead to others. What a member owns in one variant
 * it may borrow in another. */
#include "check/flow/flow.h"

enum { PLACES_MOST = 16 };

/* Where a function's address is put: blocks that store it in a member, tables that name it. */
struct places {
    unsigned count;
    const void *items[PLACES_MOST];
};

/* False where the function is called by its name, or its address goes elsewhere: the interpreter's tables tell its
 * instances, too. */
static bool read_places(const struct rs_ir_function *own, struct places *places)
{
    LLVMValueRef function = own->value;

    places->count = 0;
    if (own->role != NULL)
        return false;
    for (LLVMUseRef use = LLVMGetFirstUse(function); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        bool member = LLVMIsAStoreInst(user) && LLVMGetOperand(user, 0) == function &&
                      LLVMIsAGetElementPtrInst(LLVMGetOperand(user, 1));

        if ((!member && !LLVMIsAConstantStruct(user)) || places->count == PLACES_MOST)
            return false;
        places->items[places->count++] = member ? (const void *)LLVMGetInstructionParent(user) : (const void *)user;
    }
    return places->count > 0;
}

static bool meet(const struct places *a, const struct places *b)
{
    for (unsigned i = 0; i < a->count; i++)
        for (unsigned k = 0; k < b->count; k++)
            if (a->items[i] == b->items[k])
                return true;
    return false;
}

/* Whether the function releases what it loads from the member. */
static bool releases(struct rs_ir *ir, LLVMValueRef function, uint64_t key)
{
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b != NULL; b = LLVMGetNextBasicBlock(b))
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i)) {
            LLVMValueRef object;

            if (rs_ir_count(ir, i, &object) < 0 && LLVMIsALoadInst(object) &&
                rs_memory_key(ir, LLVMGetOperand(object, 0), NULL, NULL) == key)
                return true;
        }
    return false;
}

bool rs_variants_differ(struct rs_flow_unit *unit, LLVMValueRef function, uint64_t key)
{
    struct places mine, its;
    bool found = false;

    if (!read_places(rs_ir_function(unit->ir, function), &mine))
        return false;
    for (size_t i = 0; i < unit->ir->functions.count; i++) {
        const struct rs_ir_function *other = &unit->ir->functions.items[i];

        if (!releases(unit->ir, other->value, key))
            continue;
        if (!read_places(other, &its) || meet(&mine, &its))
            return false;
        found = true;
    }
    return found;
}
