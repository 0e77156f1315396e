/* What the rules ask of instructions, addresses and type tables. Positions in the tables: Include/cpython/object.h and
 * Include/object.h (PyType_Spec), the same in 3.8 to 3.13. */
#include "check/rules/rules.h"

#include <string.h>

enum {
    ADDRESS_DEPTH = 16,
    TYPE_OFFSET = 8,
    TYPE_NAME = 1,
    TYPE_FLAGS = 19,
    SPEC_NAME = 0,
    SPEC_FLAGS = 3,
    SPEC_SLOTS = 4,
    IMMORTAL_SINCE = 0x030c
};

bool rs_rules_is_call(LLVMValueRef instruction)
{
    LLVMOpcode opcode = LLVMGetInstructionOpcode(instruction);

    return opcode == LLVMCall || opcode == LLVMInvoke;
}

const struct rs_contract *rs_rules_api(struct rs_rules *rules, LLVMValueRef call, const char **name)
{
    LLVMValueRef callee = rs_ir_callee(call);
    size_t length;

    if (name != NULL)
        *name = callee == NULL ? NULL : LLVMGetValueName2(callee, &length);
    return callee == NULL ? NULL : rs_ir_contract(rules->ir, callee);
}

struct rs_ir_function *rs_rules_own(struct rs_rules *rules, LLVMValueRef call)
{
    LLVMValueRef callee = rs_ir_callee(call);
    struct rs_ir_function *function = rs_ir_function(rules->ir, callee);

    return function == NULL || rs_ir_contract(rules->ir, callee) != NULL ? NULL : function;
}

LLVMValueRef rs_rules_argument(LLVMValueRef call, unsigned index)
{
    return index < LLVMGetNumArgOperands(call) ? LLVMGetOperand(call, index) : NULL;
}

const struct rs_argument *rs_rules_parameter(const struct rs_contract *row, LLVMValueRef call, unsigned index)
{
    unsigned given = LLVMGetNumArgOperands(call);

    if (row == NULL)
        return NULL;
    if (rs_rules_ref_act(row) != RS_REF_NONE)
        return index + 1 == given ? &row->args[0] : NULL;
    return index < row->nargs ? &row->args[index] : NULL;
}

bool rs_rules_is_singleton(LLVMValueRef value)
{
    static const char *const names[] = {"_Py_NoneStruct", "_Py_TrueStruct", "_Py_FalseStruct",
                                        "_Py_NotImplementedStruct", "_Py_EllipsisObject"};
    size_t length;

    for (size_t i = 0; LLVMIsAGlobalVariable(value) && i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(LLVMGetValueName2(value, &length), names[i]) == 0)
            return true;
    return false;
}

bool rs_rules_is_immortal(struct rs_rules *rules, LLVMValueRef value)
{
    return rules->ir->python >= IMMORTAL_SINCE && rs_rules_is_singleton(value);
}

bool rs_rules_needs_object(const struct rs_argument *argument)
{
    switch (argument->kind) {
    case RS_ARG_OBJECT:
    case RS_ARG_TYPE:
    case RS_ARG_STEAL:
    case RS_ARG_ACQUIRE:
        return !argument->nullable;
    default:
        return false;
    }
}

/* Whether the address is that of the first member: &item->ob_base. */
static bool is_of_first(LLVMValueRef pointer)
{
    if (!LLVMIsAGetElementPtrInst(pointer))
        return false;
    for (unsigned i = 1; i < (unsigned)LLVMGetNumOperands(pointer); i++)
        if (!LLVMIsAConstantInt(LLVMGetOperand(pointer, i)) ||
            LLVMConstIntGetZExtValue(LLVMGetOperand(pointer, i)) != 0)
            return false;
    return true;
}

LLVMValueRef rs_rules_whole(LLVMValueRef pointer)
{
    while (is_of_first(pointer))
        pointer = LLVMGetOperand(pointer, 0);
    return pointer;
}

LLVMValueRef rs_rules_ref_object(LLVMValueRef call)
{
    unsigned given = LLVMGetNumArgOperands(call);

    return given > 0 ? rs_rules_whole(LLVMGetOperand(call, given - 1)) : NULL;
}

enum rs_ref_act rs_rules_ref_act(const struct rs_contract *row)
{
    if (row == NULL || row->nargs != 1 || row->result != RS_RESULT_VALUE)
        return RS_REF_NONE;
    if (row->args[0].kind == RS_ARG_ACQUIRE)
        return RS_REF_ACQUIRE;
    return row->args[0].kind == RS_ARG_STEAL && (row->flags & RS_MAY_RELEASE) && row->failure == RS_NEVER_FAILS
               ? RS_REF_RELEASE
               : RS_REF_NONE;
}

static bool is_gep(LLVMValueRef value)
{
    return LLVMIsAGetElementPtrInst(value) ||
           (LLVMIsAConstantExpr(value) && LLVMGetConstOpcode(value) == LLVMGetElementPtr);
}

/* Bytes that a getelementptr adds to its base. */
static bool gep_offset(struct rs_rules *rules, LLVMValueRef gep, int64_t *offset)
{
    LLVMTypeRef type = LLVMGetGEPSourceElementType(gep);
    LLVMTargetDataRef layout = rules->ir->layout;
    unsigned count = (unsigned)LLVMGetNumOperands(gep);

    for (unsigned i = 1; i < count; i++) {
        LLVMValueRef index = LLVMGetOperand(gep, i);
        int64_t number;

        if (!LLVMIsAConstantInt(index))
            return false;
        number = LLVMConstIntGetSExtValue(index);
        if (i == 1) {
            *offset += number * (int64_t)LLVMABISizeOfType(layout, type);
            continue;
        }
        if (LLVMGetTypeKind(type) == LLVMStructTypeKind) {
            *offset += (int64_t)LLVMOffsetOfElement(layout, type, (unsigned)number);
            type = LLVMStructGetTypeAtIndex(type, (unsigned)number);
        } else {
            type = LLVMGetElementType(type);
            *offset += number * (int64_t)LLVMABISizeOfType(layout, type);
        }
    }
    return true;
}

bool rs_rules_address(struct rs_rules *rules, LLVMValueRef pointer, LLVMValueRef *base, int64_t *offset)
{
    *offset = 0;
    for (int depth = 0; is_gep(pointer); depth++) {
        if (depth == ADDRESS_DEPTH || !gep_offset(rules, pointer, offset))
            return false;
        pointer = LLVMGetOperand(pointer, 0);
    }
    *base = pointer;
    return true;
}

/* What of a type begins at an offset; a structure of several members stays one. */
static LLVMTypeRef type_at(struct rs_rules *rules, LLVMTypeRef type, uint64_t offset)
{
    LLVMTargetDataRef layout = rules->ir->layout;

    while (offset > 0) {
        if (offset >= LLVMABISizeOfType(layout, type))
            return NULL;
        if (LLVMGetTypeKind(type) == LLVMStructTypeKind) {
            unsigned index = LLVMElementAtOffset(layout, type, offset);
            offset -= LLVMOffsetOfElement(layout, type, index);
            type = LLVMStructGetTypeAtIndex(type, index);
        } else if (LLVMGetTypeKind(type) == LLVMArrayTypeKind) {
            type = LLVMGetElementType(type);
            offset %= LLVMABISizeOfType(layout, type);
        } else {
            return NULL;
        }
    }
    return type;
}

LLVMTypeRef rs_rules_pointee(struct rs_rules *rules, LLVMValueRef pointer)
{
    LLVMValueRef base;
    int64_t offset;
    LLVMTypeRef type = NULL;

    if (!rs_rules_address(rules, pointer, &base, &offset) || offset < 0)
        return NULL;
    if (LLVMIsAAllocaInst(base))
        type = LLVMGetAllocatedType(base);
    else if (LLVMIsAGlobalVariable(base))
        type = LLVMGlobalGetValueType(base);
    if (type != NULL)
        return type_at(rules, type, (uint64_t)offset);
    if (!is_gep(pointer) || LLVMGetTypeKind(LLVMGetGEPSourceElementType(pointer)) != LLVMStructTypeKind)
        return NULL;
    /* the offset in the structure that the last step names */
    offset = 0;
    if (!gep_offset(rules, pointer, &offset) || offset < 0)
        return NULL;
    return type_at(rules, LLVMGetGEPSourceElementType(pointer), (uint64_t)offset);
}

bool rs_rules_loaded(struct rs_rules *rules, LLVMValueRef value, LLVMValueRef *base, int64_t *offset)
{
    return LLVMIsALoadInst(value) && rs_rules_address(rules, LLVMGetOperand(value, 0), base, offset);
}

bool rs_rules_is_type_of(struct rs_rules *rules, LLVMValueRef value)
{
    LLVMValueRef base;
    int64_t offset;
    const char *name;

    if (LLVMIsACallInst(value) || LLVMIsAInvokeInst(value)) {
        rs_rules_api(rules, value, &name);
        return name != NULL && (strcmp(name, "Py_TYPE") == 0 || strcmp(name, "_Py_TYPE") == 0);
    }
    return rs_rules_loaded(rules, value, &base, &offset) && offset == TYPE_OFFSET;
}

static uint64_t number_at(LLVMValueRef table, unsigned index, bool *known)
{
    LLVMValueRef value = rs_ir_constant_member(table, index);

    *known = value != NULL && LLVMIsAConstantInt(value) != NULL;
    return *known ? LLVMConstIntGetZExtValue(value) : 0;
}

/* The PyType_Spec that names a table of slots. */
static LLVMValueRef spec_of(struct rs_rules *rules, LLVMValueRef slots)
{
    for (LLVMValueRef global = LLVMGetFirstGlobal(rules->ir->module); global != NULL;
         global = LLVMGetNextGlobal(global)) {
        LLVMValueRef content = LLVMGetInitializer(global);
        const char *stem = content != NULL ? rs_ir_constant_stem(rules->ir, content) : NULL;

        if (stem != NULL && strcmp(stem, "PyType_Spec") == 0 && rs_ir_constant_member(content, SPEC_SLOTS) == slots)
            return content;
    }
    return NULL;
}

struct rs_rules_type rs_rules_type(struct rs_rules *rules, const struct rs_ir_type *type)
{
    struct rs_rules_type result = {.table = type->table, .name = type->name, .heap = type->heap};
    LLVMValueRef content = type->heap ? spec_of(rules, type->table) : LLVMGetInitializer(type->table);
    const char *name;

    if (content == NULL || !LLVMIsAConstantStruct(content) ||
        rs_ir_constant_member(content, type->heap ? SPEC_SLOTS : TYPE_FLAGS) == NULL)
        return result;
    name = rs_ir_string(rules->ir, rs_ir_constant_member(content, type->heap ? SPEC_NAME : TYPE_NAME));
    if (name != NULL)
        result.name = name;
    result.flags = number_at(content, type->heap ? SPEC_FLAGS : TYPE_FLAGS, &result.flags_known);
    return result;
}

struct rs_ir_function *rs_rules_slot(struct rs_rules *rules, LLVMValueRef table, const char *slot)
{
    for (size_t i = 0; i < rules->ir->roles.count; i++) {
        const struct rs_ir_role *role = &rules->ir->roles.items[i];

        if (role->table == table && strcmp(role->slot, slot) == 0)
            return rs_ir_function(rules->ir, role->function);
    }
    return NULL;
}

bool rs_rules_reaches(struct rs_rules *rules, LLVMValueRef function, rs_rules_test *test, void *data, int depth)
{
    RS_EACH_INSTRUCTION(function, i)
    {
        struct rs_ir_function *own;

        if (test(rules, i, data))
            return true;
        if (depth == 0 || !rs_rules_is_call(i))
            continue;
        own = rs_rules_own(rules, i);
        if (own != NULL && own->value != function && rs_rules_reaches(rules, own->value, test, data, depth - 1))
            return true;
    }
    return false;
}
