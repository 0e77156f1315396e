/* The same arithmetic on the same values, written twice, has one result, and so has a comparison of numbers: "if (n % m
 * == 0) ... if (n % m)". The second instruction is taken out of the IR and the first one's value stands for it, so that
 * the two questions cannot be answered differently. Arithmetic, casts and comparisons only: they read no memory.
 * Bounds: STEPS_MOST blocks looked at a function.
 */
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

void rs_ir_merge_repeated(LLVMValueRef function)
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
