/* What a number is at least, by how it is computed: a counter that begins at 0 and is only added to, widened numbers,
 * sums with constants. Numbers of C do not overflow where they are signed. */
#include "check/ir/ir.h"

enum { PHIS_MOST = 8 };

struct least {
    LLVMValueRef phis[PHIS_MOST]; /* those that are being looked at: what leads back to them by addition is no less */
    unsigned count;
};

static bool find(struct least *l, LLVMValueRef value, int64_t *least);

static bool is_open(const struct least *l, LLVMValueRef phi)
{
    for (unsigned i = 0; i < l->count; i++)
        if (l->phis[i] == phi)
            return true;
    return false;
}

static bool of_phi(struct least *l, LLVMValueRef phi, int64_t *least)
{
    bool known = true;
    int64_t lowest = INT64_MAX, one;

    if (l->count == PHIS_MOST)
        return false;
    l->phis[l->count++] = phi;
    for (unsigned k = 0; k < LLVMCountIncoming(phi) && known; k++) {
        known = find(l, LLVMGetIncomingValue(phi, k), &one);
        lowest = known && one < lowest ? one : lowest;
    }
    l->count--;
    *least = lowest;
    return known;
}

static bool of_sum(struct least *l, LLVMValueRef sum, int64_t *least)
{
    LLVMValueRef added = LLVMGetOperand(sum, 1);
    int64_t number = LLVMIsAConstantInt(added) ? LLVMConstIntGetSExtValue(added) : -1;

    if (number < 0 || !find(l, LLVMGetOperand(sum, 0), least))
        return false;
    *least += *least < INT64_MAX - number ? number : 0;
    return true;
}

static bool find(struct least *l, LLVMValueRef value, int64_t *least)
{
    int64_t other;

    if (LLVMIsAConstantInt(value)) {
        *least = LLVMGetIntTypeWidth(LLVMTypeOf(value)) > 64 ? INT64_MIN : LLVMConstIntGetSExtValue(value);
        return true;
    }
    if (LLVMIsAPHINode(value)) {
        *least = INT64_MAX;
        return is_open(l, value) || of_phi(l, value, least);
    }
    if (!LLVMIsAInstruction(value))
        return false;
    switch (LLVMGetInstructionOpcode(value)) {
    case LLVMAdd:
        return of_sum(l, value, least);
    case LLVMZExt:
        *least = 0;
        return true;
    case LLVMSExt:
        return find(l, LLVMGetOperand(value, 0), least);
    case LLVMSelect:
        if (!find(l, LLVMGetOperand(value, 1), least) || !find(l, LLVMGetOperand(value, 2), &other))
            return false;
        *least = other < *least ? other : *least;
        return true;
    default:
        return false;
    }
}

bool rs_ir_least(LLVMValueRef value, int64_t *least)
{
    struct least l = {.count = 0};

    return LLVMGetTypeKind(LLVMTypeOf(value)) == LLVMIntegerTypeKind && find(&l, value, least) && *least != INT64_MAX;
}
