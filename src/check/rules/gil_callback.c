/* Functions that the unit passes to a function of its own which only calls them: walk(items, on_item, data). Such a
 * call goes to one of them and to nothing else. */
#include "check/rules/gil.h"

/* Whether the function is called by its name only, within this unit, so that all that its parameters get is seen. */
static bool is_closed(const struct rs_ir_function *function)
{
    if (function == NULL || !function->local || function->role != NULL || function->library)
        return false;
    for (LLVMUseRef use = LLVMGetFirstUse(function->value); use != NULL; use = LLVMGetNextUse(use))
        if (!LLVMIsAInstruction(LLVMGetUser(use)) || !rs_rules_is_call(LLVMGetUser(use)) ||
            LLVMGetCalledValue(LLVMGetUser(use)) != function->value)
            return false;
    return LLVMGetFirstUse(function->value) != NULL;
}

static unsigned position_of(LLVMValueRef function, LLVMValueRef parameter)
{
    unsigned i = 0;

    while (i < LLVMCountParams(function) && LLVMGetParam(function, i) != parameter)
        i++;
    return i;
}

bool rs_gil_targets(struct rs_rules *rules, LLVMValueRef call, rs_gil_on_target *on_target, void *context)
{
    LLVMValueRef parameter = LLVMGetCalledValue(call),
                 function = LLVMIsAArgument(parameter) ? LLVMGetParamParent(parameter) : NULL;
    unsigned position = function == NULL ? 0 : position_of(function, parameter);

    if (function == NULL || !is_closed(rs_ir_function(rules->ir, function)))
        return false;
    for (int pass = 0; pass < 2; pass++) /* first whether all are known */
        for (LLVMUseRef use = LLVMGetFirstUse(function); use != NULL; use = LLVMGetNextUse(use)) {
            LLVMValueRef passed = LLVMGetOperand(LLVMGetUser(use), position);
            struct rs_ir_function *target = rs_ir_function(rules->ir, passed);

            if (target == NULL && !(LLVMIsConstant(passed) && LLVMIsNull(passed)))
                return false;
            if (target != NULL && pass == 1)
                on_target(context, target);
        }
    return true;
}

bool rs_gil_is_only_called(struct rs_rules *rules, LLVMValueRef call, unsigned position)
{
    LLVMValueRef callee = rs_ir_callee(call), parameter;

    if (callee == NULL || !is_closed(rs_ir_function(rules->ir, callee)) || position >= LLVMCountParams(callee))
        return false;
    parameter = LLVMGetParam(callee, position);
    for (LLVMUseRef use = LLVMGetFirstUse(parameter); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if (LLVMIsAICmpInst(user))
            continue;
        if (!LLVMIsAInstruction(user) || !rs_rules_is_call(user) || LLVMGetCalledValue(user) != parameter)
            return false;
        for (unsigned i = 0; i < LLVMGetNumArgOperands(user); i++)
            if (LLVMGetOperand(user, i) == parameter)
                return false;
    }
    return true;
}
