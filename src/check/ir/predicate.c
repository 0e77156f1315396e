/* The predicates of comparisons. */
#include "check/ir/ir.h"

bool rs_ir_compares(LLVMIntPredicate predicate, int64_t a, int64_t b)
{
    switch (predicate) {
    case LLVMIntEQ:
        return a == b;
    case LLVMIntNE:
        return a != b;
    case LLVMIntSGT:
        return a > b;
    case LLVMIntSGE:
        return a >= b;
    case LLVMIntSLT:
        return a < b;
    case LLVMIntSLE:
        return a <= b;
    case LLVMIntUGT:
        return (uint64_t)a > (uint64_t)b;
    case LLVMIntUGE:
        return (uint64_t)a >= (uint64_t)b;
    case LLVMIntULT:
        return (uint64_t)a < (uint64_t)b;
    default:
        return (uint64_t)a <= (uint64_t)b;
    }
}

LLVMIntPredicate rs_ir_swapped(LLVMIntPredicate predicate)
{
    switch (predicate) {
    case LLVMIntSGT:
        return LLVMIntSLT;
    case LLVMIntSGE:
        return LLVMIntSLE;
    case LLVMIntSLT:
        return LLVMIntSGT;
    case LLVMIntSLE:
        return LLVMIntSGE;
    case LLVMIntUGT:
        return LLVMIntULT;
    case LLVMIntUGE:
        return LLVMIntULE;
    case LLVMIntULT:
        return LLVMIntUGT;
    case LLVMIntULE:
        return LLVMIntUGE;
    default:
        return predicate;
    }
}

LLVMIntPredicate rs_ir_negated(LLVMIntPredicate predicate)
{
    switch (predicate) {
    case LLVMIntEQ:
        return LLVMIntNE;
    case LLVMIntNE:
        return LLVMIntEQ;
    case LLVMIntSGT:
        return LLVMIntSLE;
    case LLVMIntSLE:
        return LLVMIntSGT;
    case LLVMIntSGE:
        return LLVMIntSLT;
    case LLVMIntSLT:
        return LLVMIntSGE;
    case LLVMIntUGT:
        return LLVMIntULE;
    case LLVMIntULE:
        return LLVMIntUGT;
    case LLVMIntUGE:
        return LLVMIntULT;
    default:
        return LLVMIntUGE;
    }
}
