/* RS201: PyList_SET_ITEM writes over an item of a list that others have filled.
 *
 * The macro is for new lists: it gives nothing back for what was there. Told of lists that are an argument of a
 * function that the interpreter calls, and only where the function reads no item of a list: then it may exchange or
 * move items. */
#include "check/rules/rules.h"

#include <string.h>

static bool is_member(struct rs_rules *rules, LLVMValueRef address, const char *structure, const char *member)
{
    LLVMTypeRef type;
    const char *stem, *name;
    LLVMValueRef base;
    int64_t offset;

    if (!LLVMIsAGetElementPtrInst(address) || !rs_rules_address(rules, address, &base, &offset) || offset < 0)
        return false;
    type = LLVMGetGEPSourceElementType(address);
    stem = LLVMGetTypeKind(type) == LLVMStructTypeKind ? rs_ir_struct_stem(rules->ir, type) : NULL;
    name = stem != NULL && strcmp(stem, structure) == 0 ? rs_ir_member(rules->ir, stem, (uint64_t)offset) : NULL;
    return name != NULL && strcmp(name, member) == 0;
}

/* The list whose array of items the address leads into, or NULL. */
static LLVMValueRef list_of(struct rs_rules *rules, LLVMValueRef address)
{
    LLVMValueRef array = LLVMIsAGetElementPtrInst(address) ? LLVMGetOperand(address, 0) : address;
    LLVMValueRef place = LLVMIsALoadInst(array) ? LLVMGetOperand(array, 0) : NULL;

    return place != NULL && is_member(rules, place, "PyListObject", "ob_item") ? LLVMGetOperand(place, 0) : NULL;
}

/* What an instruction writes an item of, by macro or inline function; NULL: it does not. */
static LLVMValueRef written(struct rs_rules *rules, LLVMValueRef instruction)
{
    const char *name = NULL;

    if (LLVMIsAStoreInst(instruction) && !LLVMIsConstant(LLVMGetOperand(instruction, 0)))
        return list_of(rules, LLVMGetOperand(instruction, 1));
    if (!rs_rules_is_call(instruction))
        return NULL;
    rs_rules_api(rules, instruction, &name);
    return name != NULL && strcmp(name, "PyList_SET_ITEM") == 0 &&
                   !LLVMIsConstant(rs_rules_argument(instruction, LLVMGetNumArgOperands(instruction) - 1))
               ? rs_rules_argument(instruction, 0)
               : NULL;
}

/* Whether an instruction may read items of a list, or change the list's size. */
static bool reads(struct rs_rules *rules, LLVMValueRef instruction, void *data)
{
    static const char *const sizes[] = {"PyList_GET_SIZE", "PyList_Size", "PyList_SET_ITEM", "Py_SIZE"};
    const char *name = NULL;

    (void)data;
    if (LLVMIsALoadInst(instruction))
        return list_of(rules, LLVMGetOperand(instruction, 0)) != NULL;
    if (!rs_rules_is_call(instruction))
        return false;
    rs_rules_api(rules, instruction, &name);
    for (size_t i = 0; name != NULL && i < sizeof(sizes) / sizeof(*sizes); i++)
        if (strcmp(name, sizes[i]) == 0)
            return false;
    return name != NULL && (strncmp(name, "PyList_", 7) == 0 || strncmp(name, "PySequence_", 11) == 0);
}

/* An argument, or what was parsed from the arguments. */
static bool is_passed_in(struct rs_rules *rules, LLVMValueRef list)
{
    LLVMValueRef place = LLVMIsALoadInst(list) ? LLVMGetOperand(list, 0) : NULL;

    if (LLVMIsAArgument(list))
        return true;
    if (place == NULL || !LLVMIsAAllocaInst(place))
        return false;
    for (LLVMUseRef use = LLVMGetFirstUse(place); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        const struct rs_contract *row =
            LLVMIsAInstruction(user) && rs_rules_is_call(user) ? rs_rules_api(rules, user, NULL) : NULL;

        if (!LLVMIsALoadInst(user) && (row == NULL || strstr(row->name, "PyArg_") == NULL))
            return false;
    }
    return true;
}

static void judge(struct rs_rules *rules, const struct rs_ir_function *function, LLVMValueRef write)
{
    LLVMValueRef list = written(rules, write);
    struct rs_finding *finding;

    if (list == NULL || !is_passed_in(rules, list) || rs_rules_reaches(rules, function->value, reads, NULL, 1))
        return;
    finding = rs_rules_tell(rules, RS_RULE_RS201, function, write,
                            rs_rules_text(rules,
                                          "%s: PyList_SET_ITEM writes over an item of a list that was passed in, and "
                                          "the reference to the old one is never given back",
                                          function->name),
                            "use PyList_SetItem, which releases the item that it replaces");
    rs_rules_note(rules, finding, write, "what the list held here is lost");
}

void rs_rule_item(struct rs_rules *rules)
{
    for (size_t i = 0; i < rules->ir->functions.count; i++) {
        const struct rs_ir_function *function = &rules->ir->functions.items[i];

        if (function->library || function->role == NULL)
            continue;
        RS_EACH_INSTRUCTION(function->value, instruction)
        judge(rules, function, instruction);
    }
}
