/* Objects that own the next one through a bare pointer. Whoever makes another object point to what the object pointed
 * to, takes the object off its chain: "first = node->next", "before->next = node->next". The reference that the chain
 * had is then in hand. */
#include <string.h>

#include "check/flow/flow.h"

enum { DEPTH = 4 };

/* Whether the value is used as an object of that structure. */
static bool leads_to(struct rs_ir *ir, LLVMValueRef value, const char *stem, int depth)
{
    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        const char *other = LLVMIsAGetElementPtrInst(user) && LLVMGetOperand(user, 0) == value
                                ? rs_ir_struct_stem(ir, LLVMGetGEPSourceElementType(user))
                                : NULL;

        if ((other != NULL && strcmp(other, stem) == 0) ||
            (depth > 0 && (LLVMIsACastInst(user) || LLVMIsAPHINode(user)) && leads_to(ir, user, stem, depth - 1)))
            return true;
    }
    return false;
}

/* Whether the member of a structure points to objects of the same structure: some function goes on from one to the
 * other. */
static bool is_link(struct rs_ir *ir, uint64_t key, const char *stem)
{
    for (size_t f = 0; f < ir->functions.count; f++)
        for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(ir->functions.items[f].value); b != NULL;
             b = LLVMGetNextBasicBlock(b))
            for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i))
                if (LLVMIsALoadInst(i) && rs_memory_key(ir, LLVMGetOperand(i, 0), NULL, NULL) == key &&
                    leads_to(ir, i, stem, DEPTH))
                    return true;
    return false;
}

/* Whether the value names the object: itself, or a variable that the call which brought it has filled. */
static bool names(LLVMValueRef value, LLVMValueRef object, LLVMValueRef how)
{
    value = rs_ir_plain(value);
    if (value == object || (how != NULL && value == how))
        return true;
    for (unsigned k = 0; LLVMIsALoadInst(value) && how != NULL && (LLVMIsACallInst(how) || LLVMIsAInvokeInst(how)) &&
                         k < LLVMGetNumArgOperands(how);
         k++)
        if (LLVMGetOperand(how, k) == LLVMGetOperand(value, 0))
            return true;
    return false;
}

static bool unlinks(struct rs_ir *ir, LLVMValueRef function, LLVMValueRef object, LLVMValueRef how)
{
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b != NULL; b = LLVMGetNextBasicBlock(b))
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i)) {
            LLVMValueRef load = LLVMIsAStoreInst(i) ? rs_ir_plain(LLVMGetOperand(i, 0)) : NULL;
            const char *stem = NULL;
            uint64_t key =
                load != NULL && LLVMIsALoadInst(load) ? rs_memory_key(ir, LLVMGetOperand(load, 0), &stem, NULL) : 0;

            if (key != 0 && stem != NULL && names(rs_ir_root(LLVMGetOperand(load, 0)), object, how) &&
                !names(rs_ir_root(LLVMGetOperand(i, 1)), object, how) && is_link(ir, key, stem))
                return true;
        }
    return false;
}

bool rs_chain_unlinks(struct rs_flow *flow, const struct rs_sym *sym, LLVMValueRef at)
{
    LLVMValueRef object = sym->kind == RS_SYM_ARG ? sym->identity : NULL, callee;

    if (sym->kind != RS_SYM_ARG && sym->kind != RS_SYM_BORROWED)
        return false;
    rs_premise_bind(flow->unit);
    if (unlinks(flow->ir, flow->function->value, object, sym->how))
        return true;
    callee = at != NULL && (LLVMIsACallInst(at) || LLVMIsAInvokeInst(at)) ? rs_ir_callee(at) : NULL;
    for (unsigned k = 0; callee != NULL && LLVMGetFirstBasicBlock(callee) != NULL && k < LLVMGetNumArgOperands(at) &&
                         k < LLVMCountParams(callee);
         k++)
        if (names(LLVMGetOperand(at, k), object, sym->how) && unlinks(flow->ir, callee, LLVMGetParam(callee, k), NULL))
            return true;
    return false;
}
