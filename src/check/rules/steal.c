/* RS103: a borrowed reference goes to a C++ handle that takes it over.
 *
 * pybind11's reinterpret_steal and nanobind's steal make an object out of a reference that is theirs to give back. A
 * pointer that a function of Python's lent, and that nobody counts in the function, is not. */
#include "check/rules/rules.h"

#include <string.h>

enum { DEPTH = 4 };

static const char *callee_of(LLVMValueRef call)
{
    LLVMValueRef callee = rs_ir_callee(call);
    size_t length;

    return callee != NULL ? LLVMGetValueName2(callee, &length) : "";
}

/* pybind11::reinterpret_steal<T>(handle), nanobind::steal<T>(handle), as the linker knows them. */
static bool takes_over(LLVMValueRef call)
{
    const char *name = callee_of(call);

    return strncmp(name, "_ZN8pybind1117reinterpret_stealI", 32) == 0 || strncmp(name, "_ZN8nanobind5stealI", 19) == 0;
}

/* What a local handle was made of: the last argument of the constructor that got its address. */
static LLVMValueRef made_of(LLVMValueRef handle)
{
    LLVMValueRef found = NULL;

    for (LLVMUseRef use = LLVMGetFirstUse(handle); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if ((LLVMIsACallInst(user) || LLVMIsAInvokeInst(user)) && LLVMGetNumArgOperands(user) == 2 &&
            LLVMGetOperand(user, 0) == handle && strstr(callee_of(user), "6handleC") != NULL) {
            if (found != NULL)
                return NULL;
            found = LLVMGetOperand(user, 1);
        }
    }
    return found;
}

/* The call of Python's API that a value comes from, through handles; NULL: it is not known, or none. */
static LLVMValueRef source_of(struct rs_rules *rules, LLVMValueRef value, int depth)
{
    LLVMValueRef base;
    int64_t offset;

    if (depth == 0 || value == NULL)
        return NULL;
    if (LLVMIsAAllocaInst(value))
        return source_of(rules, made_of(value), depth - 1);
    if (LLVMIsALoadInst(value) && rs_rules_address(rules, LLVMGetOperand(value, 0), &base, &offset) && offset == 0 &&
        LLVMIsAAllocaInst(base))
        return source_of(rules, made_of(base), depth - 1);
    return rs_rules_is_call(value) && rs_rules_api(rules, value, NULL) != NULL ? value : NULL;
}

static bool counts(struct rs_rules *rules, LLVMValueRef instruction, void *data)
{
    (void)data;
    return rs_rules_is_call(instruction) &&
           (strstr(callee_of(instruction), "7inc_ref") != NULL ||
            rs_rules_ref_act(rs_rules_api(rules, instruction, NULL)) == RS_REF_ACQUIRE);
}

static void judge(struct rs_rules *rules, const struct rs_ir_function *function, LLVMValueRef call)
{
    LLVMValueRef last = rs_rules_argument(call, LLVMGetNumArgOperands(call) - 1),
                 source = source_of(rules, last, DEPTH);
    const struct rs_contract *row = source == NULL ? NULL : rs_rules_api(rules, source, NULL);
    struct rs_finding *finding;

    if (row == NULL || (row->result != RS_RESULT_BORROWED && row->result != RS_RESULT_FOREVER) ||
        rs_rules_reaches(rules, function->value, counts, NULL, 0))
        return;
    finding = rs_rules_tell(rules, RS_RULE_RS103, function, call,
                            rs_rules_text(rules,
                                          "%s makes an object that owns out of the result of %s (line %d), which is "
                                          "borrowed",
                                          rs_ir_readable(rules->ir, function->value), row->name,
                                          rs_ir_place(rules->ir, source).line),
                            "use reinterpret_borrow (nanobind: borrow), which takes a reference");
    rs_rules_belief(rules, finding, source, row->name);
    rs_rules_note(rules, finding, source, rs_rules_text(rules, "%s returns a borrowed reference", row->name));
}

void rs_rule_steal(struct rs_rules *rules)
{
    for (size_t i = 0; i < rules->ir->functions.count; i++) {
        const struct rs_ir_function *function = &rules->ir->functions.items[i];

        if (function->library)
            continue;
        RS_EACH_INSTRUCTION(function->value, instruction)
        if (rs_rules_is_call(instruction) && takes_over(instruction) && LLVMGetNumArgOperands(instruction) > 0)
            judge(rules, function, instruction);
    }
}
