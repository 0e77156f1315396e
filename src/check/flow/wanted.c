/* Which functions are followed. Of those that the author of a unit can change nothing about, nothing is told (headers'
 * functions, what Cython writes into every file): they are followed for their summaries, so that one which nobody reads
 * is not made. The one that runs when a Cython module is imported is the longest function of its unit. */
#include <string.h>

#include "check/flow/flow.h"

struct wanting {
    struct rs_flow_unit *unit;
    bool *wanted, *stores;
};

/* Whether the function, or one that it calls, stores to a member or global that the unit gives back somewhere: what
 * such places own is learned from all who store there. Callees have been asked before. */
static bool stores_to_owner(const struct wanting *w, LLVMValueRef function)
{
    struct rs_ir *ir = w->unit->ir;

    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b != NULL; b = LLVMGetNextBasicBlock(b))
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i)) {
            bool call = LLVMIsACallInst(i) != NULL || LLVMIsAInvokeInst(i) != NULL;
            const struct rs_ir_function *callee = call ? rs_ir_function(ir, rs_ir_callee(i)) : NULL;

            if (callee != NULL && w->stores[callee - ir->functions.items])
                return true;
            if (LLVMIsAStoreInst(i) &&
                rs_field_find(w->unit, rs_memory_key(ir, LLVMGetOperand(i, 1), NULL, NULL)) != NULL)
                return true;
        }
    return false;
}

/* Whether a function that is followed calls it or hands it to a call. A table that names it reads no summary. */
static bool is_read(const struct wanting *w, LLVMValueRef function)
{
    struct rs_ir *ir = w->unit->ir;

    for (LLVMUseRef use = LLVMGetFirstUse(function); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if (LLVMIsAInstruction(user)) {
            LLVMBasicBlockRef block = LLVMGetInstructionParent(user);

            if (w->wanted[rs_ir_function(ir, LLVMGetBasicBlockParent(block)) - ir->functions.items])
                return true;
        } else if (LLVMIsAConstantExpr(user) || LLVMIsAGlobalAlias(user)) {
            return true;
        }
    }
    return false;
}

bool *rs_wanted_read(struct rs_flow_unit *unit, const uint32_t *order)
{
    size_t count = unit->ir->functions.count;
    struct wanting w = {unit, rs_alloc(count + 1), rs_alloc(count + 1)};
    bool more = true;

    for (size_t i = 0; i < count; i++) {
        const struct rs_ir_function *function = &unit->ir->functions.items[order[i]];

        w.stores[order[i]] = stores_to_owner(&w, function->value);
        w.wanted[order[i]] = !function->library || w.stores[order[i]];
    }
    while (more) { /* callers first; again for those that call each other */
        more = false;
        for (size_t i = count; i-- > 0;)
            if (!w.wanted[order[i]] && is_read(&w, unit->ir->functions.items[order[i]].value))
                more = w.wanted[order[i]] = true;
    }
    free(w.stores);
    return w.wanted;
}
