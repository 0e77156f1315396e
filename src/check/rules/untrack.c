/* RS304: tp_dealloc of a type with Py_TPFLAGS_HAVE_GC releases what the object holds while the collector still knows
 * it.
 *
 * Told only where no call that could untrack lies on any way to the release. */
#include "check/rules/rules.h"

#include <string.h>

enum { HAVE_GC = 1 << 14, DEPTH = 3 };

static bool may_untrack(struct rs_rules *rules, LLVMValueRef instruction, void *data)
{
    const char *name;
    const struct rs_contract *row;

    (void)data;
    if (!rs_rules_is_call(instruction))
        return false;
    row = rs_rules_api(rules, instruction, &name);
    if (name == NULL)
        return false;
    if (strstr(name, "UnTrack") != NULL || strstr(name, "UNTRACK") != NULL || strstr(name, "_PyGC") != NULL ||
        strstr(name, "rashcan") != NULL)
        return true;
    return row == NULL && rs_rules_own(rules, instruction) == NULL &&
           strncmp(name, "llvm.", 5) != 0; /* a function of another unit */
}

static bool is_release(struct rs_rules *rules, LLVMValueRef instruction, void *data)
{
    (void)data;
    return rs_rules_is_call(instruction) && rs_rules_ref_act(rs_rules_api(rules, instruction, NULL)) == RS_REF_RELEASE;
}

/* The call of another tp_dealloc through a slot: that one may untrack. */
static bool is_indirect(LLVMValueRef call)
{
    return rs_ir_callee(call) == NULL && !LLVMIsAInlineAsm(LLVMGetCalledValue(call));
}

static bool does(struct rs_rules *rules, LLVMValueRef call, rs_rules_test *test)
{
    struct rs_ir_function *own = rs_rules_own(rules, call);

    return test(rules, call, NULL) || (own != NULL && rs_rules_reaches(rules, own->value, test, NULL, DEPTH));
}

static bool is_above(struct rs_rules *rules, LLVMValueRef release, LLVMValueRef other)
{
    return other == NULL || rs_ir_place(rules->ir, release).line < rs_ir_place(rules->ir, other).line;
}

/* The first release in the source of those that are reached from the entry without a call that untracks. */
static LLVMValueRef release_before_untrack(struct rs_rules *rules, LLVMValueRef function)
{
    RS_VEC(LLVMBasicBlockRef) open = {0};
    struct rs_map seen = {0};
    LLVMValueRef found = NULL;

    *RS_PUSH(&open) = LLVMGetEntryBasicBlock(function);
    while (open.count > 0) {
        LLVMBasicBlockRef block = open.items[--open.count];
        uint64_t *known = rs_map_at(&seen, (uintptr_t)block);
        bool stop = *known != 0;

        *known = 1;
        for (LLVMValueRef i = LLVMGetFirstInstruction(block); i != NULL && !stop; i = LLVMGetNextInstruction(i)) {
            if (!rs_rules_is_call(i))
                continue;
            stop = is_indirect(i) || does(rules, i, may_untrack);
            if (!stop && does(rules, i, is_release) && is_above(rules, i, found))
                found = i;
        }
        for (unsigned i = 0; !stop && i < LLVMGetNumSuccessors(LLVMGetBasicBlockTerminator(block)); i++)
            *RS_PUSH(&open) = LLVMGetSuccessor(LLVMGetBasicBlockTerminator(block), i);
    }
    RS_VEC_CLOSE(&open);
    rs_map_close(&seen);
    return found;
}

/* Whether a call that could untrack leads to the instruction. */
static bool untracked_on_some_way(struct rs_rules *rules, LLVMValueRef function, LLVMValueRef release)
{
    RS_VEC(LLVMBasicBlockRef) open = {0};
    struct rs_map seen = {0};
    bool reached = false;

    RS_EACH_INSTRUCTION(function, i)
    {
        bool before = false;

        if (!rs_rules_is_call(i) || !(is_indirect(i) || does(rules, i, may_untrack)))
            continue;
        for (LLVMValueRef next = i; next != NULL; next = LLVMGetNextInstruction(next))
            before |= next == release;
        reached |= before;
        for (unsigned k = 0; k < LLVMGetNumSuccessors(LLVMGetBasicBlockTerminator(block_)); k++)
            *RS_PUSH(&open) = LLVMGetSuccessor(LLVMGetBasicBlockTerminator(block_), k);
    }
    while (open.count > 0) {
        LLVMBasicBlockRef block = open.items[--open.count];
        uint64_t *known = rs_map_at(&seen, (uintptr_t)block);

        if (*known != 0)
            continue;
        *known = 1;
        reached |= block == LLVMGetInstructionParent(release);
        for (unsigned k = 0; k < LLVMGetNumSuccessors(LLVMGetBasicBlockTerminator(block)); k++)
            *RS_PUSH(&open) = LLVMGetSuccessor(LLVMGetBasicBlockTerminator(block), k);
    }
    RS_VEC_CLOSE(&open);
    rs_map_close(&seen);
    return reached;
}

static void judge(struct rs_rules *rules, const struct rs_rules_type *type, const struct rs_ir_function *dealloc)
{
    LLVMValueRef release = release_before_untrack(rules, dealloc->value);
    struct rs_finding *finding;

    if (release == NULL || untracked_on_some_way(rules, dealloc->value, release))
        return;
    finding = rs_rules_tell(rules, RS_RULE_RS304, dealloc, release,
                            rs_rules_text(rules,
                                          "%s releases what the %s holds before PyObject_GC_UnTrack: a collection that "
                                          "starts meanwhile visits an object that is half gone",
                                          dealloc->name, type->name),
                            rs_rules_text(rules, "call PyObject_GC_UnTrack(self) first in %s, before line %d",
                                          dealloc->name, rs_ir_place(rules->ir, release).line));
    rs_rules_note(rules, finding, release, "the first release, with the object still tracked");
}

void rs_rule_untrack(struct rs_rules *rules)
{
    struct rs_map seen = {0};

    for (size_t i = 0; i < rules->ir->types.count; i++) {
        struct rs_rules_type type = rs_rules_type(rules, &rules->ir->types.items[i]);
        struct rs_ir_function *dealloc = rs_rules_slot(rules, type.table, "tp_dealloc");

        if (dealloc == NULL || dealloc->library || !type.flags_known || !(type.flags & HAVE_GC) ||
            *rs_map_at(&seen, (uintptr_t)dealloc->value) != 0)
            continue;
        *rs_map_at(&seen, (uintptr_t)dealloc->value) = 1;
        judge(rules, &type, dealloc);
    }
    rs_map_close(&seen);
}
