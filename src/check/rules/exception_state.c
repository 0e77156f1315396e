/* RS308: a store to the error indicator in the thread state that loses what stood there (up to 3.11; later the fields
 * are gone). Code that reads the old value first, as generators of code do, takes care of it by itself. */
#include "check/rules/rules.h"

#include <string.h>

/* "curexc_type" where a pointer leads to that field of a thread state, or NULL. */
static const char *indicator(struct rs_rules *rules, LLVMValueRef pointer, LLVMValueRef *base, int64_t *offset)
{
    LLVMTypeRef type;
    const char *stem, *member;

    if (!LLVMIsAGetElementPtrInst(pointer) || !rs_rules_address(rules, pointer, base, offset) || *offset < 0)
        return NULL;
    type = LLVMGetGEPSourceElementType(pointer);
    stem = LLVMGetTypeKind(type) == LLVMStructTypeKind ? rs_ir_struct_stem(rules->ir, type) : NULL;
    member = stem != NULL && (strcmp(stem, "_ts") == 0 || strcmp(stem, "PyThreadState") == 0)
                 ? rs_ir_member(rules->ir, stem, (uint64_t)*offset)
                 : NULL;
    return member != NULL && strncmp(member, "curexc_", 7) == 0 ? member : NULL;
}

static bool is_read(struct rs_rules *rules, LLVMValueRef function, int64_t offset)
{
    LLVMValueRef base;
    int64_t other;

    RS_EACH_INSTRUCTION(function, i)
    if (LLVMIsALoadInst(i) && indicator(rules, LLVMGetOperand(i, 0), &base, &other) != NULL && other == offset)
        return true;
    return false;
}

void rs_rule_exception_state(struct rs_rules *rules)
{
    for (size_t i = 0; i < rules->ir->functions.count; i++) {
        const struct rs_ir_function *function = &rules->ir->functions.items[i];

        if (function->library)
            continue;
        RS_EACH_INSTRUCTION(function->value, instruction)
        {
            LLVMValueRef base;
            int64_t offset;
            const char *member =
                LLVMIsAStoreInst(instruction) ? indicator(rules, LLVMGetOperand(instruction, 1), &base, &offset) : NULL;

            if (member == NULL || is_read(rules, function->value, offset))
                continue;
            rs_rules_tell(rules, RS_RULE_RS308, function, instruction,
                          rs_rules_text(rules,
                                        "%s overwrites %s in the thread state: the reference that it held is lost, and "
                                        "the field is gone in 3.12",
                                        function->name, member),
                          rs_rules_text(rules, "use PyErr_Clear, PyErr_Fetch or PyErr_Restore in place of line %d",
                                        rs_ir_place(rules->ir, instruction).line));
        }
    }
}
