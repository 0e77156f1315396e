/* RS102, RS103: arrays of objects behind an index variable, of which the engine keeps no books.
 *
 * An array owns its items if some function that puts nothing there releases what it loads from there: tp_dealloc's
 * loop. A function that the interpreter calls then has to take a reference to the argument that it puts there, and,
 * where it stores nothing at all (no count that says how many items are left), to the item that it returns, or gives to
 * a call that takes a reference over. */
#include "check/rules/members.h"

#include <string.h>

struct array {
    const char *structure; /* of a global variable its name */
    int64_t offset;        /* ... and -1 */
    LLVMValueRef base;
};

static bool is_indexed(LLVMValueRef gep)
{
    for (unsigned i = 1; LLVMIsAGetElementPtrInst(gep) && i < (unsigned)LLVMGetNumOperands(gep); i++)
        if (!LLVMIsAConstantInt(LLVMGetOperand(gep, i)))
            return true;
    return false;
}

/* Whether an address names an item of an array by a variable: self->items[i], self->table[i].value, pool[n]. */
static bool array_of(struct rs_rules *rules, LLVMValueRef pointer, struct array *array)
{
    enum { STEPS_MOST = 4 };
    LLVMValueRef base = pointer;
    bool indexed = false;
    size_t length;

    for (int i = 0; LLVMIsAGetElementPtrInst(base) && i < STEPS_MOST; i++) {
        indexed = indexed || is_indexed(base);
        base = LLVMGetOperand(base, 0);
    }
    if (!indexed)
        return false;
    if (LLVMIsAGlobalVariable(base)) {
        *array = (struct array){LLVMGetValueName2(base, &length), -1, base};
        return true;
    }
    return rs_members_field(rules, pointer, &array->structure, &array->offset, &array->base, NULL) ||
           rs_members_loaded(rules, base, &array->structure, &array->offset, &array->base);
}

static bool is_same(const struct array *a, const struct array *b)
{
    return a->offset == b->offset && strcmp(a->structure, b->structure) == 0;
}

static bool is_item(struct rs_rules *rules, LLVMValueRef value, struct array *array)
{
    return LLVMIsALoadInst(value) && LLVMGetTypeKind(LLVMTypeOf(value)) == LLVMPointerTypeKind &&
           array_of(rules, LLVMGetOperand(value, 0), array);
}

/* Whether the address is that of an item of a tuple or list, as the macros have it (PyTuple_SET_ITEM up to 3.10). */
static bool is_container(struct rs_rules *rules, LLVMValueRef pointer)
{
    struct array other;

    return array_of(rules, pointer, &other) &&
           (strcmp(other.structure, "PyTupleObject") == 0 || strcmp(other.structure, "PyListObject") == 0);
}

static enum rs_ref_act act_of(struct rs_rules *rules, LLVMValueRef instruction)
{
    return rs_rules_is_call(instruction) ? rs_rules_ref_act(rs_rules_api(rules, instruction, NULL)) : RS_REF_NONE;
}

/* Whether the function puts something there, or (acquires) takes a reference to what lies there. */
static bool fills(struct rs_rules *rules, LLVMValueRef function, const struct array *array, bool acquires)
{
    struct array other;

    RS_EACH_INSTRUCTION(function, i)
    {
        if (!acquires && LLVMIsAStoreInst(i) && !LLVMIsAConstantPointerNull(LLVMGetOperand(i, 0)) &&
            array_of(rules, LLVMGetOperand(i, 1), &other) && is_same(array, &other))
            return true;
        if (acquires && act_of(rules, i) == RS_REF_ACQUIRE && is_item(rules, rs_rules_ref_object(i), &other) &&
            is_same(array, &other))
            return true;
    }
    return false;
}

/* Whether an item that a function releases lies in the array: by a member or global, or by a parameter that somebody
 * passes the array for ("release_all(self->items, self->count)"). */
static bool is_of_array(struct rs_rules *rules, LLVMValueRef function, LLVMValueRef item, const struct array *array)
{
    struct array other;
    LLVMValueRef base = LLVMIsALoadInst(item) ? rs_ir_root(LLVMGetOperand(item, 0)) : NULL;

    if (is_item(rules, item, &other))
        return is_same(array, &other);
    for (unsigned i = 0; base != NULL && LLVMIsAArgument(base) && i < LLVMCountParams(function); i++) {
        LLVMUseRef use = LLVMGetParam(function, i) == base ? LLVMGetFirstUse(function) : NULL;

        for (; use != NULL; use = LLVMGetNextUse(use)) {
            LLVMValueRef call = LLVMGetUser(use), passed;

            if (!LLVMIsAInstruction(call) || !rs_rules_is_call(call) || rs_ir_callee(call) != function)
                continue;
            passed = rs_rules_argument(call, i);
            if (passed != NULL && rs_members_loaded(rules, passed, &other.structure, &other.offset, &other.base) &&
                is_same(array, &other))
                return true;
        }
    }
    return false;
}

/* Whether items are released by a function that neither puts any there nor takes a reference first. */
static bool is_owner(struct rs_rules *rules, const struct array *array)
{
    for (size_t f = 0; f < rules->ir->functions.count; f++) {
        LLVMValueRef function = rules->ir->functions.items[f].value;

        RS_EACH_INSTRUCTION(function, i)
        {
            if (act_of(rules, i) == RS_REF_RELEASE && is_of_array(rules, function, rs_rules_ref_object(i), array) &&
                !fills(rules, function, array, false) && !fills(rules, function, array, true))
                return true;
        }
    }
    return false;
}

/* Whether somebody may take a reference by that name: by Py_INCREF, or a function that is not the API's. */
static bool is_counted(struct rs_rules *rules, LLVMValueRef value)
{
    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if (LLVMIsAPHINode(user) || LLVMIsASelectInst(user))
            return true;
        if (LLVMIsAInstruction(user) && rs_rules_is_call(user) &&
            (act_of(rules, user) == RS_REF_ACQUIRE || rs_rules_api(rules, user, NULL) == NULL))
            return true;
    }
    return false;
}

/* An object that the interpreter lends to the function. */
static bool is_lent(struct rs_rules *rules, const struct rs_ir_function *function, LLVMValueRef value)
{
    const struct rs_contract *row = rs_rules_is_call(value) ? rs_rules_api(rules, value, NULL) : NULL;

    if (row != NULL)
        return row->result == RS_RESULT_BORROWED && rs_rules_ref_act(row) == RS_REF_NONE;
    row = function->role->contract;
    for (unsigned i = 0; row != NULL && i < row->nargs && i < LLVMCountParams(function->value); i++)
        if (LLVMGetParam(function->value, i) == value)
            return row->args[i].kind == RS_ARG_OBJECT;
    return false;
}

static void judge_store(struct rs_rules *rules, const struct rs_ir_function *function, LLVMValueRef store)
{
    struct array array;
    LLVMValueRef value = LLVMGetOperand(store, 0);
    struct rs_finding *finding;

    if (!is_lent(rules, function, value) || !array_of(rules, LLVMGetOperand(store, 1), &array) ||
        is_counted(rules, value) || fills(rules, function->value, &array, true) || !is_owner(rules, &array))
        return;
    finding =
        rs_rules_tell(rules, RS_RULE_RS103, function, store,
                      rs_rules_text(rules,
                                    "%s: stores a borrowed reference in an array whose items are released as "
                                    "its own",
                                    function->name),
                      rs_rules_text(rules, "take a reference (Py_INCREF or Py_NewRef) when it is stored (line %d)",
                                    rs_ir_place(rules->ir, store).line));
    rs_rules_note(rules, finding, store, "the array owns its items, and this one comes without a reference");
}

/* Whether the function changes nothing but its own variables, so that what an array holds is the array's behind it. */
static bool is_reader(struct rs_rules *rules, LLVMValueRef function, const struct array *array)
{
    RS_EACH_INSTRUCTION(function, i)
    {
        size_t length;
        LLVMValueRef callee = rs_rules_is_call(i) ? rs_ir_callee(i) : NULL;
        bool api = callee != NULL && (rs_rules_api(rules, i, NULL) != NULL ||
                                      strncmp(LLVMGetValueName2(callee, &length), "llvm.", 5) == 0);

        if (LLVMIsAStoreInst(i) && !LLVMIsAAllocaInst(rs_ir_root(LLVMGetOperand(i, 1))) &&
            !is_container(rules, LLVMGetOperand(i, 1)))
            return false;
        for (unsigned k = 0; rs_rules_is_call(i) && !api && k < LLVMGetNumArgOperands(i); k++)
            if (rs_ir_root(LLVMGetOperand(i, k)) == array->base)
                return false;
        if (rs_rules_is_call(i) && !api && (callee == NULL || array->offset < 0))
            return false;
    }
    return true;
}

/* An item that stays where it is: of the object at hand or a global, read by a function that takes no reference. */
static bool is_read(struct rs_rules *rules, LLVMValueRef function, LLVMValueRef value, struct array *array)
{
    if (!is_item(rules, value, array) || (array->offset >= 0 && !LLVMIsAArgument(array->base)) ||
        fills(rules, function, array, true) || !is_reader(rules, function, array))
        return false;
    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use))
        if (LLVMIsAInstruction(LLVMGetUser(use)) && act_of(rules, LLVMGetUser(use)) == RS_REF_ACQUIRE)
            return false;
    return is_owner(rules, array);
}

static void tell_steal(struct rs_rules *rules, const struct rs_ir_function *function, LLVMValueRef at,
                       LLVMValueRef value, const char *taker)
{
    struct array array;
    struct rs_finding *finding;

    if (!is_read(rules, function->value, value, &array))
        return;
    finding = rs_rules_tell(rules, RS_RULE_RS103, function, at,
                            rs_rules_text(rules,
                                          "%s: an item of an array goes to %s, which takes a reference over, but the "
                                          "array goes on to own it",
                                          function->name, taker),
                            rs_rules_text(rules, "take a reference first (Py_INCREF or Py_NewRef, line %d)",
                                          rs_ir_place(rules->ir, at).line));
    rs_rules_note(rules, finding, value, "the item is read, and stays where it is");
}

static void judge_steal(struct rs_rules *rules, const struct rs_ir_function *function, LLVMValueRef call)
{
    const struct rs_contract *row = rs_rules_api(rules, call, NULL);

    for (unsigned i = 0; row != NULL && rs_rules_ref_act(row) == RS_REF_NONE && i < LLVMGetNumArgOperands(call); i++) {
        const struct rs_argument *parameter = rs_rules_parameter(row, call, i);

        if (parameter != NULL && parameter->kind == RS_ARG_STEAL)
            tell_steal(rules, function, call, LLVMGetOperand(call, i), row->name);
    }
}

static void judge_result(struct rs_rules *rules, const struct rs_ir_function *function, LLVMValueRef value,
                         LLVMValueRef at)
{
    struct array array;
    struct rs_finding *finding;

    if (!is_read(rules, function->value, value, &array))
        return;
    finding = rs_rules_tell(
        rules, RS_RULE_RS102, function, at,
        rs_rules_text(rules, "%s: returns an item of an array as a new reference, but the array goes on to own it",
                      function->name),
        rs_rules_text(rules, "take a reference (Py_INCREF or Py_NewRef) before the return (line %d)",
                      rs_ir_place(rules->ir, at).line));
    rs_rules_note(rules, finding, value, "the item is read, and stays where it is");
}

static void judge_return(struct rs_rules *rules, const struct rs_ir_function *function, LLVMValueRef end)
{
    LLVMValueRef value = LLVMGetNumOperands(end) > 0 ? LLVMGetOperand(end, 0) : NULL;

    if (value == NULL || function->role->contract == NULL || function->role->contract->result != RS_RESULT_NEW)
        return;
    if (!LLVMIsAPHINode(value))
        judge_result(rules, function, value, end);
    for (unsigned i = 0; LLVMIsAPHINode(value) && i < LLVMCountIncoming(value); i++)
        judge_result(rules, function, LLVMGetIncomingValue(value, i),
                     LLVMGetBasicBlockTerminator(LLVMGetIncomingBlock(value, i)));
}

void rs_rule_array(struct rs_rules *rules)
{
    for (size_t f = 0; f < rules->ir->functions.count; f++) {
        const struct rs_ir_function *function = &rules->ir->functions.items[f];

        if (function->library || function->role == NULL)
            continue;
        RS_EACH_INSTRUCTION(function->value, i)
        {
            if (LLVMIsAStoreInst(i) && is_container(rules, LLVMGetOperand(i, 1)))
                tell_steal(rules, function, i, LLVMGetOperand(i, 0), "a tuple or list");
            else if (LLVMIsAStoreInst(i))
                judge_store(rules, function, i);
            else if (rs_rules_is_call(i))
                judge_steal(rules, function, i);
            else if (LLVMIsAReturnInst(i))
                judge_return(rules, function, i);
        }
    }
}
