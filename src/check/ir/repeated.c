/* The same arithmetic on the same values, written twice, has one result, and so has a comparison of numbers: "if (n % m
 * == 0) ... if (n % m)". The second instruction is taken out of the IR and the first one's value stands for it, so that
 * the two questions cannot be answered differently. Arithmetic, casts and comparisons only: they read no memory; and
 * numbers that are read twice with nothing but a count of references changed in between.
 * Bounds: STEPS_MOST blocks looked at a function.
 */
#include <string.h>

#include "check/ir/ir.h"

enum { STEPS_MOST = 100000 };

struct merging {
    LLVMValueRef function;
    struct rs_map first; /* hash of what is computed -> the instruction */
    size_t steps;
};

static bool is_arithmetic(LLVMValueRef instruction)
{
    LLVMOpcode opcode = LLVMGetInstructionOpcode(instruction);

    return LLVMIsABinaryOperator(instruction) != NULL || opcode == LLVMSExt || opcode == LLVMZExt ||
           opcode == LLVMTrunc ||
           (opcode == LLVMICmp && LLVMGetTypeKind(LLVMTypeOf(LLVMGetOperand(instruction, 0))) == LLVMIntegerTypeKind);
}

static uint64_t hash_of(LLVMValueRef instruction)
{
    uint64_t hash = (uint64_t)LLVMGetInstructionOpcode(instruction) << 1 | 1;

    hash ^= LLVMIsAICmpInst(instruction) ? (uint64_t)LLVMGetICmpPredicate(instruction) << 16 : 0;
    hash = (hash ^ (uintptr_t)LLVMTypeOf(instruction)) * 0x9e3779b97f4a7c15u;
    for (int i = 0; i < LLVMGetNumOperands(instruction); i++)
        hash = (hash ^ hash >> 29 ^ (uintptr_t)LLVMGetOperand(instruction, (unsigned)i)) * 0x9e3779b97f4a7c15u;
    return hash | 1;
}

static bool is_same(LLVMValueRef a, LLVMValueRef b)
{
    if (LLVMGetInstructionOpcode(a) != LLVMGetInstructionOpcode(b) || LLVMTypeOf(a) != LLVMTypeOf(b) ||
        LLVMGetNumOperands(a) != LLVMGetNumOperands(b) ||
        (LLVMIsAICmpInst(a) && LLVMGetICmpPredicate(a) != LLVMGetICmpPredicate(b)))
        return false;
    for (int i = 0; i < LLVMGetNumOperands(a); i++)
        if (LLVMGetOperand(a, (unsigned)i) != LLVMGetOperand(b, (unsigned)i))
            return false;
    return true;
}

/* Whether every way from the entry to a block passes another one. */
static bool always_passes(struct merging *m, LLVMBasicBlockRef to, LLVMBasicBlockRef over)
{
    RS_VEC(LLVMBasicBlockRef) open = {0};
    struct rs_map seen = {0};
    bool passes = true;

    *RS_PUSH(&open) = LLVMGetEntryBasicBlock(m->function);
    while (open.count > 0 && passes) {
        LLVMBasicBlockRef block = open.items[--open.count];
        LLVMValueRef end = LLVMGetBasicBlockTerminator(block);

        if (block == over || *rs_map_at(&seen, (uintptr_t)block) != 0)
            continue;
        *rs_map_at(&seen, (uintptr_t)block) = 1;
        passes = block != to && ++m->steps < STEPS_MOST;
        for (unsigned k = 0; end != NULL && k < LLVMGetNumSuccessors(end); k++)
            *RS_PUSH(&open) = LLVMGetSuccessor(end, k);
    }
    RS_VEC_CLOSE(&open);
    rs_map_close(&seen);
    return passes;
}

static void merge(struct merging *m, LLVMValueRef instruction)
{
    uint64_t *place = rs_map_at(&m->first, hash_of(instruction));
    LLVMValueRef first = (LLVMValueRef)(uintptr_t)*place;
    LLVMBasicBlockRef here = LLVMGetInstructionParent(instruction);

    if (first == NULL) {
        *place = (uintptr_t)instruction;
        return;
    }
    if (!is_same(first, instruction) || m->steps >= STEPS_MOST)
        return;
    if (LLVMGetInstructionParent(first) != here && !always_passes(m, here, LLVMGetInstructionParent(first)))
        return;
    LLVMReplaceAllUsesWith(instruction, first);
    LLVMInstructionEraseFromParent(instruction);
}

/* Two addresses that are computed alike, or are one value. */
static bool is_same_place(LLVMValueRef a, LLVMValueRef b)
{
    return a == b || (LLVMIsAGetElementPtrInst(a) && LLVMIsAGetElementPtrInst(b) && is_same(a, b) &&
                      LLVMGetGEPSourceElementType(a) == LLVMGetGEPSourceElementType(b));
}

/* Whether memory of C data stays as it is: nothing is stored or called but what counts a reference. */
static bool leaves_numbers(LLVMValueRef instruction)
{
    LLVMValueRef callee = LLVMIsACallInst(instruction) ? LLVMGetCalledValue(instruction) : NULL;
    size_t length;

    if (LLVMIsAStoreInst(instruction) || LLVMIsAInvokeInst(instruction))
        return false;
    return !LLVMIsACallInst(instruction) ||
           (LLVMIsAFunction(callee) && (strstr(LLVMGetValueName2(callee, &length), "Py_INCREF") != NULL ||
                                        strstr(LLVMGetValueName2(callee, &length), "Py_XINCREF") != NULL ||
                                        strncmp(LLVMGetValueName2(callee, &length), "llvm.dbg.", 9) == 0));
}

/* A number that is read twice in a row from one place: Py_INCREF(items[at[i]]), PyList_SET_ITEM(list, i, items[at[i]]).
 */
static bool merge_loads(LLVMBasicBlockRef block)
{
    enum { READ_MOST = 16 };
    LLVMValueRef read[READ_MOST];
    size_t count = 0;
    bool merged = false;

    for (LLVMValueRef i = LLVMGetFirstInstruction(block), next; i != NULL; i = next) {
        LLVMValueRef first = NULL;

        next = LLVMGetNextInstruction(i);
        count = leaves_numbers(i) ? count : 0;
        if (!LLVMIsALoadInst(i) || LLVMGetTypeKind(LLVMTypeOf(i)) != LLVMIntegerTypeKind || LLVMGetVolatile(i))
            continue;
        for (size_t k = 0; k < count && first == NULL; k++)
            if (LLVMTypeOf(read[k]) == LLVMTypeOf(i) && is_same_place(LLVMGetOperand(read[k], 0), LLVMGetOperand(i, 0)))
                first = read[k];
        if (first == NULL && count < READ_MOST)
            read[count++] = i;
        if (first == NULL)
            continue;
        LLVMReplaceAllUsesWith(i, first);
        LLVMInstructionEraseFromParent(i);
        merged = true;
    }
    return merged;
}

static void merge_arithmetic(LLVMValueRef function)
{
    struct merging m = {.function = function};

    for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(function); block != NULL;
         block = LLVMGetNextBasicBlock(block))
        for (LLVMValueRef i = LLVMGetFirstInstruction(block), next; i != NULL; i = next) {
            next = LLVMGetNextInstruction(i);
            if (is_arithmetic(i))
                merge(&m, i);
        }
    rs_map_close(&m.first);
}

void rs_ir_merge_repeated(LLVMValueRef function)
{
    bool merged = false;

    merge_arithmetic(function);
    for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(function); block != NULL;
         block = LLVMGetNextBasicBlock(block))
        merged = merge_loads(block) || merged;
    if (merged) /* what is computed from them is repeated now, too */
        merge_arithmetic(function);
}
