/* RS204: tp_dealloc of a heap type frees the instance and keeps its reference to the type.
 *
 * Instances of heap types own one since 3.8 (bpo-35810, PyObject_Init). Told only where the function frees by itself,
 * and releases nothing that could be the type. */
#include "check/rules/rules.h"

#include <string.h>

enum { DEPTH = 3, FIRST_MEMBER = 16, SLOT_TP_FREE = 74 };

/* A release of Py_TYPE(self), or of something whose origin is not seen here. */
static bool may_release_type(struct rs_rules *rules, LLVMValueRef instruction, void *data)
{
    const char *name;
    const struct rs_contract *row;
    LLVMValueRef value, base;
    int64_t offset;

    (void)data;
    if (!rs_rules_is_call(instruction))
        return false;
    row = rs_rules_api(rules, instruction, &name);
    if (row == NULL)
        return name != NULL && strncmp(name, "llvm.", 5) != 0 && rs_rules_own(rules, instruction) == NULL;
    if (rs_rules_ref_act(row) != RS_REF_RELEASE)
        return false;
    value = rs_rules_ref_object(instruction);
    return !(rs_rules_loaded(rules, value, &base, &offset) && offset >= FIRST_MEMBER);
}

/* Gives the memory back: PyObject_Free and its kin, or tp_free out of the type. */
static bool frees(struct rs_rules *rules, LLVMValueRef instruction, void *data)
{
    const char *name;
    const struct rs_contract *row;

    (void)data;
    if (!rs_rules_is_call(instruction))
        return false;
    row = rs_rules_api(rules, instruction, &name);
    if (row != NULL && strcmp(row->name, "PyType_GetSlot") == 0) {
        LLVMValueRef slot = rs_rules_argument(instruction, 1);
        return LLVMIsAConstantInt(slot) && LLVMConstIntGetZExtValue(slot) == SLOT_TP_FREE;
    }
    return row != NULL && (strcmp(row->name, "PyObject_Free") == 0 || strcmp(row->name, "PyObject_GC_Del") == 0);
}

/* A function pointer out of a PyTypeObject: the name of its slot, or NULL. */
static const char *called_slot(struct rs_rules *rules, LLVMValueRef instruction)
{
    LLVMValueRef callee = rs_rules_is_call(instruction) ? LLVMGetCalledValue(instruction) : NULL, address;
    LLVMTypeRef type;
    const char *stem;
    LLVMValueRef base;
    int64_t offset;

    if (callee == NULL || !LLVMIsALoadInst(callee))
        return NULL;
    address = LLVMGetOperand(callee, 0);
    if (!LLVMIsAGetElementPtrInst(address) || !rs_rules_address(rules, address, &base, &offset) || offset < 0)
        return NULL;
    type = LLVMGetGEPSourceElementType(address);
    stem = LLVMGetTypeKind(type) == LLVMStructTypeKind ? rs_ir_struct_stem(rules->ir, type) : NULL;
    return stem != NULL && strcmp(stem, "_typeobject") == 0 ? rs_ir_member(rules->ir, stem, (uint64_t)offset) : NULL;
}

static bool calls_tp_free(struct rs_rules *rules, LLVMValueRef instruction, void *data)
{
    const char *slot = called_slot(rules, instruction);

    (void)data;
    return slot != NULL && strcmp(slot, "tp_free") == 0;
}

/* Another tp_dealloc, or a pointer of which nothing is known. */
static bool delegates(struct rs_rules *rules, LLVMValueRef instruction, void *data)
{
    const char *slot;

    if (!rs_rules_is_call(instruction) || rs_ir_callee(instruction) != NULL ||
        LLVMIsAInlineAsm(LLVMGetCalledValue(instruction)))
        return false;
    slot = called_slot(rules, instruction);
    if (slot != NULL)
        return strcmp(slot, "tp_free") != 0 && strcmp(slot, "tp_clear") != 0;
    return !*(bool *)data; /* what PyType_GetSlot(type, Py_tp_free) gave is called by pointer */
}

void rs_rule_type_reference(struct rs_rules *rules)
{
    for (size_t i = 0; i < rules->ir->types.count; i++) {
        struct rs_rules_type type = rs_rules_type(rules, &rules->ir->types.items[i]);
        struct rs_ir_function *dealloc = rs_rules_slot(rules, type.table, "tp_dealloc");
        bool direct = dealloc != NULL && type.heap && rs_rules_reaches(rules, dealloc->value, frees, NULL, DEPTH);

        if (dealloc == NULL || dealloc->library || !type.heap ||
            !(direct || rs_rules_reaches(rules, dealloc->value, calls_tp_free, NULL, DEPTH)))
            continue;
        if (rs_rules_reaches(rules, dealloc->value, may_release_type, NULL, DEPTH) ||
            rs_rules_reaches(rules, dealloc->value, delegates, &direct, DEPTH))
            continue;
        rs_rules_tell(
            rules, RS_RULE_RS204, dealloc, NULL,
            rs_rules_text(rules,
                          "%s frees an instance of a heap type (%s) and keeps the instance's reference to its type",
                          dealloc->name, type.name),
            rs_rules_text(rules, "read Py_TYPE(self) before the memory is freed in %s, and Py_DECREF it afterwards",
                          dealloc->name));
    }
}
