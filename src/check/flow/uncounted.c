/* Dictionaries whose references are not counted, by agreement of a unit's functions: one takes the reference that it
 * has just put in away again (Py_DECREF behind PyDict_SetItem), another counts for the dictionary before it takes the
 * value out (Py_INCREF before PyDict_DelItem), so that nobody's balance is even. The second half alone shows in a value
 * of which nothing becomes any more. */
#include <string.h>

#include "check/flow/flow.h"

static const char *name_of(const struct rs_ir *ir, LLVMValueRef at)
{
    LLVMValueRef callee = LLVMIsACallInst(at) || LLVMIsAInvokeInst(at) ? rs_ir_callee(at) : NULL;
    const char *name = callee == NULL || LLVMGetNumArgOperands(at) == 0 ? "" : rs_ir_api_name(ir, callee);

    return name + (*name == '_');
}

/* The member that holds the dictionary which the call is about, or 0. */
static uint64_t dictionary_of(struct rs_ir *ir, LLVMValueRef call)
{
    LLVMValueRef dictionary = LLVMGetOperand(call, 0);

    return LLVMIsALoadInst(dictionary) ? rs_memory_key(ir, LLVMGetOperand(dictionary, 0), NULL, NULL) : 0;
}

static bool names_it(LLVMValueRef at, LLVMValueRef object)
{
    for (int k = 0; k < LLVMGetNumOperands(at); k++)
        if (LLVMGetOperand(at, (unsigned)k) == object)
            return true;
    return false;
}

/* Whether what is written in the function behind the call speaks of the object. */
static bool is_used_after(LLVMValueRef call, LLVMValueRef object)
{
    LLVMBasicBlockRef block = LLVMGetInstructionParent(call);

    for (LLVMValueRef i = LLVMGetNextInstruction(call); block != NULL;
         block = LLVMGetNextBasicBlock(block), i = block == NULL ? NULL : LLVMGetFirstInstruction(block))
        for (; i != NULL; i = LLVMGetNextInstruction(i))
            if (names_it(i, object))
                return true;
    return false;
}

/* Whether the function takes a reference to what the dictionary lends, and has nothing else in mind than to take it
 * out. */
static bool counts(struct rs_ir *ir, LLVMValueRef function, uint64_t key, LLVMValueRef removal)
{
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b != NULL; b = LLVMGetNextBasicBlock(b))
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i)) {
            LLVMValueRef object = NULL;

            if (rs_ir_count(ir, i, &object) > 0 && strncmp(name_of(ir, object), "PyDict_GetItem", 14) == 0 &&
                dictionary_of(ir, object) == key && !is_used_after(removal, object))
                return true;
        }
    return false;
}

static bool is_uncounted(struct rs_ir *ir, uint64_t key)
{
    for (size_t f = 0; f < ir->functions.count; f++)
        for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(ir->functions.items[f].value); b != NULL;
             b = LLVMGetNextBasicBlock(b))
            for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i))
                if (strncmp(name_of(ir, i), "PyDict_DelItem", 14) == 0 && dictionary_of(ir, i) == key &&
                    counts(ir, ir->functions.items[f].value, key, i))
                    return true;
    return false;
}

bool rs_uncounted_is_put(struct rs_flow *flow, struct rs_state *state, const struct rs_sym *sym, LLVMValueRef at)
{
    for (size_t i = 0; i < flow->blocks.count; i++)
        for (LLVMValueRef k = LLVMGetFirstInstruction(flow->blocks.items[i].block); k != NULL;
             k = LLVMGetNextInstruction(k)) {
            bool puts = strncmp(name_of(flow->ir, k), "PyDict_SetItem", 14) == 0 && LLVMGetNumArgOperands(k) > 2 &&
                        rs_flow_is_behind(flow, at, k);
            uint64_t key = puts ? dictionary_of(flow->ir, k) : 0;

            if (key != 0)
                rs_premise_bind(flow->unit);
            if (key != 0 && rs_slot_names(flow, state, LLVMGetOperand(k, 2), (int32_t)(sym - state->syms.items)) &&
                is_uncounted(flow->ir, key))
                return true;
        }
    return false;
}

/* Whether anything is done with the value behind the call. */
static bool is_used_behind(const struct rs_flow *flow, LLVMValueRef value, LLVMValueRef call)
{
    for (LLVMUseRef use = value == NULL ? NULL : LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use))
        if (LLVMIsAInstruction(LLVMGetUser(use)) && rs_flow_is_behind(flow, LLVMGetUser(use), call))
            return true;
    return false;
}

bool rs_uncounted_is_taken_out(struct rs_flow *flow, struct rs_state *state, const struct rs_sym *sym)
{
    if (sym->kind != RS_SYM_BORROWED || sym->owned != 1 || sym->taken == NULL || sym->api == NULL ||
        strncmp(sym->api, "PyDict_", 7) != 0)
        return false;
    for (size_t i = 0; i < flow->blocks.count; i++)
        for (LLVMValueRef k = LLVMGetFirstInstruction(flow->blocks.items[i].block); k != NULL;
             k = LLVMGetNextInstruction(k)) {
            const char *name = name_of(flow->ir, k);
            bool removes = strncmp(name, "PyDict_DelItem", 14) == 0 || strncmp(name, "PyDict_SetItem", 14) == 0;

            if (removes && rs_flow_is_behind(flow, k, sym->taken) &&
                (sym->parent == RS_NONE || rs_slot_names(flow, state, LLVMGetOperand(k, 0), sym->parent)) &&
                !is_used_behind(flow, sym->how, k))
                return true;
        }
    return false;
}
