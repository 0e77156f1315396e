/* RS302: an iterator has ended, nobody asks whether with an exception, and a result is returned.
 *
 * PyIter_Next gives NULL for both. Told of iterators over what somebody else has passed in: what the function itself
 * has made, or whose type it has looked at, may be known not to fail, and so may what members hold. A function whose
 * callers ask for the exception leaves the question to them. */
#include "check/rules/rules.h"

#include <string.h>

enum { CALLERS_DEPTH = 3 };

static bool is_named(const char *name, const char *const *names)
{
    for (; name != NULL && *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* Whether a call asks for the exception, drops it, takes it or sets another. */
static bool minds(const char *name)
{
    return name != NULL && (strncmp(name, "PyErr_", 6) == 0 || strncmp(name, "_PyErr_", 7) == 0);
}

static bool minds_there(struct rs_rules *rules, LLVMValueRef instruction, void *data)
{
    const char *name = NULL;

    (void)data;
    if (rs_rules_is_call(instruction))
        rs_rules_api(rules, instruction, &name);
    return minds(name);
}

static enum rs_way_verdict step_call(struct rs_way *walk, LLVMValueRef call)
{
    static const char *const harmless[] = {"PyIter_Next", NULL};
    const char *name;
    const struct rs_contract *row = rs_rules_api(walk->rules, call, &name);

    if (row == NULL)
        return name != NULL && strncmp(name, "llvm.", 5) == 0 ? RS_WAY_ON : RS_WAY_END;
    return minds(name) || is_named(name, harmless) ? RS_WAY_END : RS_WAY_ON;
}

/* Whether the returned value may say failure on the way at hand. */
static bool may_fail(struct rs_way *walk, LLVMValueRef value)
{
    if (LLVMGetTypeKind(LLVMTypeOf(value)) == LLVMPointerTypeKind)
        return rs_way_zero(walk, value);
    if (LLVMIsAConstantInt(value))
        return LLVMConstIntGetSExtValue(value) < 0;
    return LLVMIsAPHINode(value) || LLVMIsASelectInst(value);
}

static enum rs_way_verdict step(struct rs_way *walk, LLVMValueRef at)
{
    LLVMValueRef start = walk->data;

    if (at == start)
        return RS_WAY_END;
    if (LLVMIsAReturnInst(at))
        return LLVMGetNumOperands(at) == 1 && may_fail(walk, LLVMGetOperand(at, 0)) ? RS_WAY_END : RS_WAY_FOUND;
    return rs_rules_is_call(at) ? step_call(walk, at) : RS_WAY_ON;
}

/* Whether all who call the function return what it gives without a word about exceptions. */
static bool is_left_alone(struct rs_rules *rules, const struct rs_ir_function *function, int depth)
{
    bool called = false;

    if (function->role != NULL)
        return true;
    if (!function->local || depth == 0)
        return false;
    for (LLVMUseRef use = LLVMGetFirstUse(function->value); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use), caller;

        if (!LLVMIsAInstruction(user) || !rs_rules_is_call(user) || rs_ir_callee(user) != function->value)
            return false;
        caller = LLVMGetBasicBlockParent(LLVMGetInstructionParent(user));
        if (caller == function->value || rs_rules_reaches(rules, caller, minds_there, NULL, 0) ||
            !is_left_alone(rules, rs_ir_function(rules->ir, caller), depth - 1))
            return false;
        called = true;
    }
    return called;
}

/* Whether the function looks at the type of the value. */
static bool looks_at_type(struct rs_rules *rules, LLVMValueRef value)
{
    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use)) {
        const char *name = NULL;
        LLVMValueRef user = LLVMGetUser(use);

        if (!LLVMIsACallInst(user))
            continue;
        rs_rules_api(rules, user, &name);
        if (name != NULL &&
            (strstr(name, "Check") != NULL || strstr(name, "TYPE") != NULL || strcmp(name, "PyObject_IsInstance") == 0))
            return true;
    }
    return false;
}

/* An object that the caller has chosen: an argument, or one that was parsed from the arguments. */
static bool is_passed_in(struct rs_rules *rules, LLVMValueRef value)
{
    LLVMValueRef place = LLVMIsALoadInst(value) ? LLVMGetOperand(value, 0) : NULL;

    if (place == NULL || !LLVMIsAAllocaInst(place))
        return LLVMIsAArgument(value) && !looks_at_type(rules, value);
    for (LLVMUseRef use = LLVMGetFirstUse(place); use != NULL; use = LLVMGetNextUse(use))
        if (LLVMIsALoadInst(LLVMGetUser(use)) && looks_at_type(rules, LLVMGetUser(use)))
            return false;
    return true;
}

/* Whether a call parses arguments whose types the format names. */
static bool parses_types(struct rs_rules *rules, LLVMValueRef instruction, void *data)
{
    const struct rs_contract *row = rs_rules_is_call(instruction) ? rs_rules_api(rules, instruction, NULL) : NULL;

    (void)data;
    for (unsigned i = 0; row != NULL && strstr(row->name, "PyArg_") != NULL && i < LLVMGetNumArgOperands(instruction);
         i++) {
        const char *text = rs_ir_string(rules->ir, LLVMGetOperand(instruction, i));

        if (text != NULL && strstr(text, "O!") != NULL)
            return true;
    }
    return false;
}

static bool is_open(struct rs_rules *rules, LLVMValueRef function, LLVMValueRef iterator)
{
    const struct rs_contract *row = LLVMIsACallInst(iterator) ? rs_rules_api(rules, iterator, NULL) : NULL;
    LLVMValueRef iterable =
        row != NULL && strcmp(row->name, "PyObject_GetIter") == 0 ? rs_rules_argument(iterator, 0) : NULL;

    return iterable != NULL && is_passed_in(rules, iterable) &&
           !(LLVMIsALoadInst(iterable) && rs_rules_reaches(rules, function, parses_types, NULL, 0));
}

static void judge(struct rs_rules *rules, const struct rs_ir_function *function, LLVMValueRef call)
{
    const struct rs_contract *row = rs_rules_api(rules, call, NULL);
    struct rs_way walk = {.rules = rules, .step = step, .data = call};
    struct rs_finding *finding;

    if (row == NULL || strcmp(row->name, "PyIter_Next") != 0 ||
        !is_open(rules, function->value, rs_rules_argument(call, 0)) ||
        !is_left_alone(rules, function, CALLERS_DEPTH) ||
        !rs_way_follow(&walk, call, (struct rs_way_fact){call, false, 0}))
        return;
    finding = rs_rules_tell(
        rules, RS_RULE_RS302, function, call,
        rs_rules_text(rules,
                      "%s: PyIter_Next returns NULL at the end and when it has failed, and nobody asks which: a result "
                      "is returned (line %d), perhaps with an exception set",
                      function->name, rs_ir_place(rules->ir, walk.found).line),
        rs_rules_text(rules, "behind the loop, return failure if PyErr_Occurred()"));
    rs_rules_note(rules, finding, walk.found, "a result is returned");
}

void rs_rule_iterator(struct rs_rules *rules)
{
    for (size_t i = 0; i < rules->ir->functions.count; i++) {
        const struct rs_ir_function *function = &rules->ir->functions.items[i];

        if (function->library)
            continue;
        RS_EACH_INSTRUCTION(function->value, instruction)
        if (rs_rules_is_call(instruction))
            judge(rules, function, instruction);
    }
}
