/* Globals that the import of the module fills: nobody else stores to them, and an import that leaves one empty fails,
 * since the call that should have filled it has set an exception. Code that asks all the same finds something there. */
#include <string.h>

#include "check/flow/flow.h"

enum { DEPTH_MOST = 3 };

struct filling {
    struct rs_flow_unit *unit;
    LLVMValueRef global;
    bool clears; /* the import drops exceptions somewhere: one that nobody has looked at may be gone */
};

static bool is_import(const struct rs_flow_unit *unit, LLVMValueRef function)
{
    const struct rs_ir_function *own = rs_ir_function(unit->ir, function);
    const char *slot = own == NULL || own->role == NULL ? "" : own->role->slot;

    return own != NULL && (strcmp(slot, "init") == 0 || strcmp(slot, "mod.exec") == 0 ||
                           unit->only_init[own - unit->ir->functions.items]);
}

static LLVMValueRef callee_of(LLVMValueRef at)
{
    return LLVMIsACallInst(at) || LLVMIsAInvokeInst(at) ? rs_ir_callee(at) : NULL;
}

/* ---- what is stored ---- */
enum content { CONTENT_UNKNOWN, CONTENT_PRESENT, CONTENT_FAILS /* NULL comes with an exception */ };

static enum content content_of(struct rs_ir *ir, LLVMValueRef value)
{
    LLVMValueRef callee = callee_of(value);
    const struct rs_contract *row = callee == NULL ? NULL : rs_ir_contract(ir, callee);

    if (LLVMIsAGlobalVariable(value) || LLVMIsAFunction(value))
        return CONTENT_PRESENT;
    if (row == NULL || row->failure != 0 || row->flags & RS_MISS_IS_NULL || !(row->flags & RS_SETS_ERROR))
        return CONTENT_UNKNOWN;
    return CONTENT_FAILS;
}

/* Whether the unit's code stores to the global at its import alone, and does nothing else with its address. */
static bool is_the_imports(const struct filling *f)
{
    bool stored = false;

    for (LLVMUseRef use = LLVMGetFirstUse(f->global); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if (LLVMIsALoadInst(user))
            continue;
        if (!LLVMIsAStoreInst(user) || LLVMGetOperand(user, 1) != f->global ||
            content_of(f->unit->ir, LLVMGetOperand(user, 0)) == CONTENT_UNKNOWN ||
            !is_import(f->unit, LLVMGetBasicBlockParent(LLVMGetInstructionParent(user))))
            return false;
        stored = true;
    }
    return stored;
}

static bool drops_exceptions(struct rs_flow_unit *unit)
{
    static const char *const droppers[] = {"PyErr_Clear", "PyErr_Print",           "PyErr_PrintEx",
                                           "PyErr_Fetch", "PyErr_WriteUnraisable", "PyErr_GetRaisedException"};
    struct rs_ir *ir = unit->ir;

    for (size_t i = 0; i < sizeof(droppers) / sizeof(*droppers); i++) {
        LLVMValueRef function = LLVMGetNamedFunction(ir->module, droppers[i]);

        for (LLVMUseRef use = function == NULL ? NULL : LLVMGetFirstUse(function); use != NULL;
             use = LLVMGetNextUse(use))
            if (!LLVMIsAInstruction(LLVMGetUser(use)) ||
                is_import(unit, LLVMGetBasicBlockParent(LLVMGetInstructionParent(LLVMGetUser(use)))))
                return true;
    }
    return false;
}

/* ---- the ways of the import ---- */
/* What the global holds on a way: NULL, or what a call brought that nobody has compared yet. */
enum holds { HOLDS_NULL, HOLDS_RESULT };
struct step {
    LLVMBasicBlockRef block, from;
    enum holds holds;
};

/* Of two addresses, all from one allocator: many pairs of them have the same difference. */
static uint64_t step_key(const struct step *step)
{
    return ((uintptr_t)step->from * 0x9e3779b97f4a7c15u + (uintptr_t)step->block + step->holds) * 0xc2b2ae3d27d4eb4fu |
           1;
}

static bool fills(const struct filling *f, LLVMValueRef function, int depth);

/* Whether the return, reached from the block, says that the import has failed. */
static bool is_failure(const struct filling *f, LLVMValueRef ret, LLVMBasicBlockRef from)
{
    LLVMValueRef value = LLVMGetNumOperands(ret) > 0 ? LLVMGetOperand(ret, 0) : NULL, callee;

    if (value != NULL && LLVMIsAPHINode(value) && LLVMGetInstructionParent(value) == LLVMGetInstructionParent(ret))
        for (unsigned k = LLVMCountIncoming(value); k-- > 0;)
            if (LLVMGetIncomingBlock(value, k) == from) {
                value = LLVMGetIncomingValue(value, k);
                break;
            }
    callee = value == NULL ? NULL : callee_of(value);
    return value != NULL &&
           (LLVMIsAConstantPointerNull(value) || (LLVMIsAConstantInt(value) && LLVMConstIntGetSExtValue(value) < 0) ||
            (callee != NULL && strncmp(rs_ir_api_name(f->unit->ir, callee), "PyErr_", 6) == 0));
}

/* Whether a comparison with NULL asks what the global holds. */
static bool asks(const struct filling *f, LLVMValueRef compare)
{
    LLVMValueRef value = LLVMIsAICmpInst(compare) && LLVMIsAConstantPointerNull(LLVMGetOperand(compare, 1))
                             ? LLVMGetOperand(compare, 0)
                             : NULL;

    if (value == NULL)
        return false;
    if (LLVMIsALoadInst(value))
        return LLVMGetOperand(value, 0) == f->global;
    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use))
        if (LLVMIsAStoreInst(LLVMGetUser(use)) && LLVMGetOperand(LLVMGetUser(use), 1) == f->global)
            return true;
    return false;
}

/* Whether a way on from the step leaves the global empty and tells of no failure. */
static bool leaves_empty(const struct filling *f, LLVMValueRef function, int depth)
{
    RS_VEC(struct step) open = {0};
    struct rs_map seen = {0};
    bool empty = false;

    *RS_PUSH(&open) = (struct step){LLVMGetEntryBasicBlock(function), NULL, HOLDS_NULL};
    while (open.count > 0 && !empty) {
        struct step step = open.items[--open.count];
        LLVMValueRef at = LLVMGetFirstInstruction(step.block), condition;
        bool filled = false;

        for (; at != NULL && !LLVMIsATerminatorInst(at) && !filled; at = LLVMGetNextInstruction(at)) {
            LLVMValueRef callee = callee_of(at);

            if (LLVMIsAStoreInst(at) && LLVMGetOperand(at, 1) == f->global) {
                filled = content_of(f->unit->ir, LLVMGetOperand(at, 0)) == CONTENT_PRESENT;
                step.holds = HOLDS_RESULT;
            } else if (callee != NULL && (!f->clears || LLVMGetFirstUse(at) != NULL) && fills(f, callee, depth - 1)) {
                filled = true;
            }
        }
        if (filled || at == NULL)
            continue;
        if (LLVMIsAReturnInst(at)) {
            empty = !is_failure(f, at, step.from) && (step.holds == HOLDS_NULL || f->clears);
            continue;
        }
        condition = LLVMIsABranchInst(at) && LLVMIsConditional(at) ? LLVMGetCondition(at) : NULL;
        for (unsigned k = 0; k < LLVMGetNumSuccessors(at); k++) {
            struct step next = {LLVMGetSuccessor(at, k), step.block, step.holds};
            uint64_t *known;

            if (condition != NULL && asks(f, condition)) {
                if ((k == 0) != (LLVMGetICmpPredicate(condition) == LLVMIntEQ))
                    continue; /* it holds something */
                next.holds = HOLDS_NULL;
            }
            known = rs_map_at(&seen, step_key(&next));
            if (*known == 0)
                *RS_PUSH(&open) = next;
            *known = 1;
        }
    }
    RS_VEC_CLOSE(&open);
    rs_map_close(&seen);
    return empty;
}

/* Whether the function fills the global wherever it does not fail. */
static bool fills(const struct filling *f, LLVMValueRef function, int depth)
{
    return depth > 0 && LLVMGetFirstBasicBlock(function) != NULL && is_import(f->unit, function) &&
           !leaves_empty(f, function, depth);
}

static bool read_global(struct rs_flow_unit *unit, LLVMValueRef global)
{
    struct filling f = {.unit = unit, .global = global};
    struct rs_ir *ir = unit->ir;
    bool filled = false;

    if (LLVMGetLinkage(global) != LLVMInternalLinkage || !is_the_imports(&f))
        return false;
    f.clears = drops_exceptions(unit);
    for (size_t i = 0; i < ir->roles.count && !filled; i++)
        filled = (strcmp(ir->roles.items[i].slot, "init") == 0 || strcmp(ir->roles.items[i].slot, "mod.exec") == 0) &&
                 fills(&f, ir->roles.items[i].function, DEPTH_MOST);
    return filled;
}

bool rs_imported_is(const struct rs_flow *flow, LLVMValueRef global)
{
    enum { NO = 1, YES = 2 };
    uint64_t *known;

    if (flow->function->library || flow->init || flow->dying || !LLVMIsAGlobalVariable(global))
        return false;
    known = rs_map_at(&flow->unit->imported, (uintptr_t)global);
    if (*known == 0)
        *known = read_global(flow->unit, global) ? YES : NO;
    return *known == YES;
}
