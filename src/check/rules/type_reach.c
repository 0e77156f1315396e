/* Which functions serve a type: those that its tables name, theirs in turn, and what these call. */
#include "check/rules/rules.h"

struct reach {
    struct rs_rules *rules;
    struct rs_map seen;
    RS_VEC(LLVMValueRef) open;
};

static void go(struct reach *reach, LLVMValueRef value)
{
    uint64_t *seen = rs_map_at(&reach->seen, (uintptr_t)value);

    if (*seen == 0)
        *RS_PUSH(&reach->open) = value;
    *seen = 1;
}

static void go_on(struct reach *reach, LLVMValueRef value)
{
    if (LLVMIsAFunction(value)) {
        RS_EACH_INSTRUCTION(value, i)
        if (rs_rules_is_call(i) && rs_rules_own(reach->rules, i) != NULL)
            go(reach, rs_rules_own(reach->rules, i)->value);
        return;
    }
    if (LLVMIsAGlobalVariable(value)) {
        if (LLVMGetInitializer(value) != NULL)
            go(reach, LLVMGetInitializer(value));
        return;
    }
    for (int i = 0; LLVMIsAUser(value) && i < LLVMGetNumOperands(value); i++)
        go(reach, LLVMGetOperand(value, (unsigned)i));
}

bool rs_rules_serves(struct rs_rules *rules, LLVMValueRef table, LLVMValueRef function)
{
    struct reach reach = {.rules = rules};
    bool found;

    go(&reach, table);
    while (reach.open.count > 0)
        go_on(&reach, reach.open.items[--reach.open.count]);
    found = rs_map_find(&reach.seen, (uintptr_t)function) != NULL;
    rs_map_close(&reach.seen);
    RS_VEC_CLOSE(&reach.open);
    return found;
}
