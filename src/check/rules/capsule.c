/* RS201: a capsule is made of an object with a reference of its own, and its destructor releases nothing.
 *
 * The function that makes the capsule takes the reference by hand and keeps no other; a destructor that calls code
 * which is not seen may give it back there. */
#include "check/rules/rules.h"

#include <string.h>

enum { DEPTH = 3 };

/* The function takes a reference to the value, and gives none back but on its ways out of a failure (where no capsule
 * is). */
static LLVMValueRef acquires(struct rs_rules *rules, LLVMValueRef function, LLVMValueRef value)
{
    RS_EACH_INSTRUCTION(function, i)
    {
        if (rs_rules_is_call(i) && rs_rules_ref_act(rs_rules_api(rules, i, NULL)) == RS_REF_ACQUIRE &&
            rs_rules_ref_object(i) == value)
            return i;
    }
    return NULL;
}

/* Whether the function, or one of the unit's that it calls, may release anything. */
static bool may_release(struct rs_rules *rules, const struct rs_ir_function *function, int depth)
{
    if (depth == 0)
        return true;
    RS_EACH_INSTRUCTION(function->value, i)
    {
        const char *name = NULL;
        const struct rs_contract *row = rs_rules_is_call(i) ? rs_rules_api(rules, i, &name) : NULL;
        const struct rs_ir_function *own = rs_rules_is_call(i) ? rs_rules_own(rules, i) : NULL;

        if (!rs_rules_is_call(i) || (name != NULL && strncmp(name, "__Pyx_", 6) == 0))
            continue; /* what Cython's own helpers release is their own */
        if (row != NULL   ? rs_rules_ref_act(row) == RS_REF_RELEASE || (row->flags & RS_MAY_RELEASE)
            : own != NULL ? !own->library && may_release(rules, own, depth - 1)
                          : name == NULL || strncmp(name, "llvm.", 5) != 0)
            return true;
    }
    return false;
}

static void judge(struct rs_rules *rules, const struct rs_ir_function *function, LLVMValueRef call)
{
    const struct rs_contract *row = rs_rules_api(rules, call, NULL);
    const struct rs_ir_function *destructor;
    LLVMValueRef taken;
    struct rs_finding *finding;

    if (row == NULL || strcmp(row->name, "PyCapsule_New") != 0 || LLVMGetNumArgOperands(call) < 3)
        return;
    destructor = rs_ir_function(rules->ir, LLVMGetOperand(call, 2));
    taken = acquires(rules, function->value, LLVMGetOperand(call, 0));
    if (destructor == NULL || taken == NULL || may_release(rules, destructor, DEPTH))
        return;
    finding = rs_rules_tell(rules, RS_RULE_RS201, function, taken,
                            rs_rules_text(rules,
                                          "%s takes a reference for the capsule of line %d, whose destructor %s never "
                                          "gives it back",
                                          function->name, rs_ir_place(rules->ir, call).line, destructor->name),
                            rs_rules_text(rules, "release the object in %s (PyCapsule_GetPointer, Py_XDECREF)",
                                          destructor->name));
    rs_rules_belief(rules, finding, call, row->name);
    rs_rules_note(rules, finding, call, rs_rules_text(rules, "the capsule is to be destroyed by %s", destructor->name));
}

void rs_rule_capsule(struct rs_rules *rules)
{
    for (size_t i = 0; i < rules->ir->functions.count; i++) {
        const struct rs_ir_function *function = &rules->ir->functions.items[i];

        if (function->library)
            continue;
        RS_EACH_INSTRUCTION(function->value, instruction)
        if (rs_rules_is_call(instruction))
            judge(rules, function, instruction);
    }
}
