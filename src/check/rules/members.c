/* Reads which members own: a store of a new reference, or of a value that the same function acquires, owns; a store of
 * an argument or a borrowed result does not; whatever else happens to a member makes it uncertain. */
#include "check/rules/members.h"

#include <string.h>

enum { STEPS_MOST = 16, DEPTH = 4 };

static uint64_t key_of(const char *structure, int64_t offset)
{
    uint64_t h = 0xcbf29ce484222325u ^ (uint64_t)offset;

    for (; *structure != '\0'; structure++)
        h = (h ^ (unsigned char)*structure) * 0x100000001b3u;
    return h | 1;
}

/* Bytes of one getelementptr, a variable index counted as 0: the member is the array then. */
static int64_t step_bytes(struct rs_rules *rules, LLVMValueRef gep)
{
    LLVMTypeRef type = LLVMGetGEPSourceElementType(gep);
    int64_t bytes = 0;

    for (unsigned i = 1; i < (unsigned)LLVMGetNumOperands(gep); i++) {
        LLVMValueRef index = LLVMGetOperand(gep, i);
        int64_t number = LLVMIsAConstantInt(index) ? LLVMConstIntGetSExtValue(index) : 0;

        if (i == 1) {
            bytes += number * (int64_t)LLVMABISizeOfType(rules->ir->layout, type);
        } else if (LLVMGetTypeKind(type) == LLVMStructTypeKind) {
            bytes += (int64_t)LLVMOffsetOfElement(rules->ir->layout, type, (unsigned)number);
            type = LLVMStructGetTypeAtIndex(type, (unsigned)number);
        } else {
            type = LLVMGetElementType(type);
            bytes += number * (int64_t)LLVMABISizeOfType(rules->ir->layout, type);
        }
    }
    return bytes;
}

/* From the outer structure to the innermost one that has the member itself. */
static bool innermost(struct rs_rules *rules, LLVMTypeRef type, int64_t bytes, const char **structure, int64_t *offset)
{
    *structure = NULL;
    while (bytes >= 0 && (uint64_t)bytes < LLVMABISizeOfType(rules->ir->layout, type)) {
        if (LLVMGetTypeKind(type) == LLVMStructTypeKind) {
            unsigned index = LLVMElementAtOffset(rules->ir->layout, type, (uint64_t)bytes);
            const char *stem = rs_ir_struct_stem(rules->ir, type);

            if (stem != NULL) {
                *structure = stem;
                *offset = bytes;
            }
            bytes -= (int64_t)LLVMOffsetOfElement(rules->ir->layout, type, index);
            type = LLVMStructGetTypeAtIndex(type, index);
        } else if (LLVMGetTypeKind(type) == LLVMArrayTypeKind) {
            type = LLVMGetElementType(type);
            bytes %= (int64_t)LLVMABISizeOfType(rules->ir->layout, type);
        } else {
            return *structure != NULL;
        }
    }
    return false;
}

bool rs_members_field(struct rs_rules *rules, LLVMValueRef pointer, const char **structure, int64_t *offset,
                      LLVMValueRef *base, const char **outer)
{
    int64_t bytes = 0;
    LLVMTypeRef type = NULL;

    for (int steps = 0; LLVMIsAGetElementPtrInst(pointer); steps++) {
        if (steps == STEPS_MOST)
            return false;
        bytes += step_bytes(rules, pointer);
        type = LLVMGetGEPSourceElementType(pointer);
        pointer = LLVMGetOperand(pointer, 0);
    }
    if (type == NULL || LLVMGetTypeKind(type) != LLVMStructTypeKind ||
        !innermost(rules, type, bytes, structure, offset))
        return false;
    if (base != NULL)
        *base = pointer;
    if (outer != NULL)
        *outer = rs_ir_struct_stem(rules->ir, type);
    return strcmp(*structure, "_object") != 0 && strcmp(*structure, "PyVarObject") != 0 &&
           strcmp(*structure, "_typeobject") != 0;
}

bool rs_members_loaded(struct rs_rules *rules, LLVMValueRef value, const char **structure, int64_t *offset,
                       LLVMValueRef *base)
{
    return LLVMIsALoadInst(value) && LLVMGetTypeKind(LLVMTypeOf(value)) == LLVMPointerTypeKind &&
           rs_members_field(rules, LLVMGetOperand(value, 0), structure, offset, base, NULL);
}

struct rs_member *rs_members_find(struct rs_members *members, const char *structure, int64_t offset)
{
    uint64_t *known = rs_map_find(&members->index, key_of(structure, offset));

    return known == NULL ? NULL : &members->all.items[*known - 1];
}

static struct rs_member *member_at(struct rs_members *members, const char *structure, int64_t offset)
{
    uint64_t *known = rs_map_at(&members->index, key_of(structure, offset));

    if (*known == 0) {
        *RS_PUSH(&members->all) = (struct rs_member){.structure = structure, .offset = offset};
        *known = members->all.count;
    }
    return &members->all.items[*known - 1];
}

const char *rs_members_name(struct rs_members *members, const struct rs_member *member)
{
    const char *name = rs_ir_member(members->rules->ir, member->structure, (uint64_t)member->offset);

    return name != NULL ? name : "?";
}

/* What one function acquires. A variable whose address was given away is read anew at each use: then it stands for what
 * was read from it. */
struct acquired {
    struct rs_map values, members;
    struct rs_map moved;  /* values that are returned or stolen, too */
    struct rs_map parsed; /* variables that were filled with borrowed references */
    bool no_object;       /* it returns none: what it acquires of None is not for its caller */
};

/* The variable that a value was read from, else the value. */
static uint64_t origin_of(LLVMValueRef value)
{
    LLVMValueRef source = LLVMIsALoadInst(value) ? LLVMGetOperand(value, 0) : NULL;

    return (uintptr_t)(source != NULL && LLVMIsAAllocaInst(source) ? source : value);
}

/* PyArg_Parse* and its kin, as far as objects go. */
static bool fills_borrowed(const struct rs_contract *row)
{
    for (unsigned i = 0; row != NULL && i < row->nargs; i++)
        if (row->args[i].kind == RS_ARG_PARSE || row->args[i].kind == RS_ARG_OUT_BORROWED)
            return true;
    return false;
}

static void note_acquired(struct rs_rules *rules, LLVMValueRef call, struct acquired *acquired)
{
    const struct rs_contract *row = rs_rules_api(rules, call, NULL);
    LLVMValueRef value = rs_rules_ref_object(call);
    const char *structure;
    int64_t offset;

    for (unsigned i = 0; row != NULL && i < row->nargs && i < LLVMGetNumArgOperands(call); i++)
        if (row->args[i].kind == RS_ARG_STEAL && rs_rules_ref_act(row) == RS_REF_NONE)
            *rs_map_at(&acquired->moved, origin_of(LLVMGetOperand(call, i))) = 1;
    for (unsigned i = 0; fills_borrowed(row) && i < LLVMGetNumArgOperands(call); i++)
        *rs_map_at(&acquired->parsed, (uintptr_t)LLVMGetOperand(call, i)) = 1;
    if (rs_rules_ref_act(row) != RS_REF_ACQUIRE)
        return;
    *rs_map_at(&acquired->values, origin_of(value)) = 1;
    if (rs_members_loaded(rules, value, &structure, &offset, NULL))
        *rs_map_at(&acquired->members, key_of(structure, offset)) = 1;
}

static void read_acquired(struct rs_rules *rules, LLVMValueRef function, struct acquired *acquired)
{
    acquired->no_object = LLVMGetTypeKind(LLVMGetReturnType(LLVMGlobalGetValueType(function))) != LLVMPointerTypeKind;
    RS_EACH_INSTRUCTION(function, i)
    {
        if (rs_rules_is_call(i))
            note_acquired(rules, i, acquired);
        else if (LLVMIsAReturnInst(i) && LLVMGetNumOperands(i) == 1)
            *rs_map_at(&acquired->moved, origin_of(LLVMGetOperand(i, 0))) = 1;
    }
}

enum store_kind { STORE_NEUTRAL, STORE_OWNED, STORE_BORROWED, STORE_UNKNOWN };

static enum store_kind kind_of(struct rs_rules *rules, struct acquired *acquired, LLVMValueRef value, uint64_t key)
{
    const struct rs_contract *row;

    if (rs_rules_is_singleton(value) && acquired->no_object && rs_map_find(&acquired->values, origin_of(value)) != NULL)
        return STORE_OWNED;
    if (LLVMIsConstant(value))
        return LLVMIsNull(value) || rs_rules_is_immortal(rules, value) ? STORE_NEUTRAL : STORE_UNKNOWN;
    if (rs_map_find(&acquired->moved, origin_of(value)) != NULL)
        return STORE_UNKNOWN;
    if (rs_map_find(&acquired->values, origin_of(value)) != NULL || rs_map_find(&acquired->members, key) != NULL)
        return STORE_OWNED;
    if (LLVMIsAArgument(value) ||
        (LLVMIsALoadInst(value) && rs_map_find(&acquired->parsed, (uintptr_t)LLVMGetOperand(value, 0)) != NULL))
        return STORE_BORROWED;
    if (!LLVMIsACallInst(value))
        return STORE_UNKNOWN;
    row = rs_rules_api(rules, value, NULL);
    if (row == NULL)
        return STORE_UNKNOWN;
    return row->result == RS_RESULT_NEW        ? STORE_OWNED
           : row->result == RS_RESULT_BORROWED ? STORE_BORROWED
                                               : STORE_UNKNOWN;
}

static void note_store(struct rs_members *members, struct acquired *acquired, LLVMValueRef store)
{
    LLVMValueRef value = LLVMGetOperand(store, 0);
    const char *structure;
    int64_t offset;
    struct rs_member *member;

    if (LLVMGetTypeKind(LLVMTypeOf(value)) != LLVMPointerTypeKind ||
        !rs_members_field(members->rules, LLVMGetOperand(store, 1), &structure, &offset, NULL, NULL))
        return;
    member = member_at(members, structure, offset);
    member->leads_on = member->leads_on || !(LLVMIsConstant(value) || rs_rules_is_plain(members->rules, value));
    switch (kind_of(members->rules, acquired, value, key_of(structure, offset))) {
    case STORE_OWNED:
        member->mortal = member->mortal || !rs_rules_is_immortal(members->rules, value);
        member->owned_at = member->owned && rs_rules_is_singleton(value) ? member->owned_at : store;
        member->owned = true;
        break;
    case STORE_BORROWED:
        member->borrowed = true;
        member->borrowed_at = store;
        break;
    case STORE_UNKNOWN:
        member->uncertain = true;
        break;
    case STORE_NEUTRAL:
        break;
    }
}

static bool call_borrows(struct rs_rules *rules, LLVMValueRef call, LLVMValueRef value, int depth);

/* Whether a function of the unit leaves the reference of a parameter where it is: it only reads the object, or lends it
 * to others. */
static bool only_borrows(struct rs_rules *rules, const struct rs_ir_function *function, unsigned parameter, int depth)
{
    LLVMValueRef value = parameter < LLVMCountParams(function->value) ? LLVMGetParam(function->value, parameter) : NULL;

    for (LLVMUseRef use = value != NULL ? LLVMGetFirstUse(value) : NULL; use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if (LLVMIsAICmpInst(user) || LLVMIsALoadInst(user) || LLVMIsAGetElementPtrInst(user))
            continue;
        if (!rs_rules_is_call(user) || !call_borrows(rules, user, value, depth - 1))
            return false;
    }
    return value != NULL;
}

/* The same of a call that gets the value. */
static bool call_borrows(struct rs_rules *rules, LLVMValueRef call, LLVMValueRef value, int depth)
{
    const struct rs_contract *row = rs_rules_api(rules, call, NULL);
    const struct rs_ir_function *own = rs_rules_own(rules, call);

    if (depth <= 0 || (row == NULL && own == NULL) || rs_rules_ref_act(row) == RS_REF_RELEASE)
        return false;
    for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++) {
        const struct rs_argument *arg = row != NULL ? rs_rules_parameter(row, call, i) : NULL;

        if (LLVMGetOperand(call, i) == value &&
            (row != NULL ? arg != NULL && arg->kind == RS_ARG_STEAL : !only_borrows(rules, own, i, depth)))
            return false;
    }
    return true;
}

/* A member that goes to a call by value or by address. */
static void note_call(struct rs_members *members, LLVMValueRef call)
{
    struct rs_rules *rules = members->rules;
    const struct rs_contract *row = rs_rules_api(rules, call, NULL);
    const char *structure;
    int64_t offset;

    for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++) {
        LLVMValueRef value = LLVMGetOperand(call, i);

        if (rs_members_loaded(rules, rs_rules_whole(value), &structure, &offset, NULL)) {
            if (rs_rules_ref_act(row) == RS_REF_RELEASE)
                member_at(members, structure, offset)->released = true;
            else if (rs_ir_callee(call) != NULL && !call_borrows(rules, call, value, DEPTH))
                member_at(members, structure, offset)->uncertain = true;
        } else if (LLVMIsAGetElementPtrInst(value) && rs_members_field(rules, value, &structure, &offset, NULL, NULL)) {
            member_at(members, structure, offset)->uncertain = true;
        }
    }
}

void rs_members_read(struct rs_members *members, struct rs_rules *rules)
{
    *members = (struct rs_members){.rules = rules};
    for (size_t f = 0; f < rules->ir->functions.count; f++) {
        const struct rs_ir_function *function = &rules->ir->functions.items[f];
        struct acquired acquired = {0};

        if (function->library)
            continue;
        read_acquired(rules, function->value, &acquired);
        RS_EACH_INSTRUCTION(function->value, i)
        {
            if (LLVMIsAStoreInst(i))
                note_store(members, &acquired, i);
            else if (rs_rules_is_call(i))
                note_call(members, i);
        }
        rs_map_close(&acquired.values);
        rs_map_close(&acquired.members);
        rs_map_close(&acquired.moved);
        rs_map_close(&acquired.parsed);
    }
}

void rs_members_close(struct rs_members *members)
{
    rs_map_close(&members->index);
    RS_VEC_CLOSE(&members->all);
}
