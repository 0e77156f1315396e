/* See unheard.h. Whoever compares the number, keeps it or hands it to code that is not Python's may have looked. */
#include "check/flow/unheard.h"

#include <string.h>

enum { STEPS_MOST = 3 };

static bool is_only_passed(struct rs_ir *ir, LLVMValueRef value, int steps)
{
    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use), callee = LLVMIsACallInst(user) ? rs_ir_callee(user) : NULL;

        if (callee != NULL)
            if (rs_ir_contract(ir, callee) == NULL)
                return false;
        if (callee == NULL && (steps == 0 || !(LLVMIsACastInst(user) || LLVMIsABinaryOperator(user)) ||
                               !is_only_passed(ir, user, steps - 1)))
            return false;
    }
    return LLVMGetFirstUse(value) != NULL;
}

bool rs_unheard_is(const struct rs_flow *flow, LLVMValueRef call, const struct rs_contract *row)
{
    const uint32_t asking = RS_SETS_ERROR | RS_MAY_RUN;

    return row->result == RS_RESULT_VALUE && row->failure == -1 && (row->flags & asking) == asking &&
           !(row->flags & RS_MISS_IS_NULL) && is_only_passed(flow->ir, call, STEPS_MOST);
}

/* The tuple or dictionary of arguments that the interpreter makes for the call. */
static bool is_packed(const struct rs_flow *flow, const struct rs_sym *argument)
{
    static const char *const packed[] = {"method.varargs", "method.keywords", "tp_call", "tp_init", "tp_new"};

    for (size_t i = 0; flow->role && i < sizeof(packed) / sizeof(*packed); i++)
        if (strcmp(flow->function->role->slot, packed[i]) == 0)
            return argument->identity != LLVMGetParam(flow->function->value, 0);
    return false;
}

/* Whether the caller has passed the object in: of what type it is, nobody here decides. */
static bool is_passed_in(const struct rs_flow *flow, const struct rs_sym *object)
{
    if (object->kind == RS_SYM_ARG)
        return !is_packed(flow, object);
    return object->kind == RS_SYM_BORROWED && !(object->flags & RS_F_FOREVER) &&
           (object->api == NULL || strncmp(object->api, "PyArg_", 6) == 0);
}

bool rs_unheard_may_fail(const struct rs_flow *flow, const struct rs_sym *object)
{
    bool own = object == NULL || !is_passed_in(flow, object);

    for (unsigned bit = 0; bit < 32 && !own; bit++)
        own = rs_kinds_is_one_of(object, 1u << bit);
    return !own;
}
