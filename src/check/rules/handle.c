/* RS103: a C++ object keeps an argument of its method in a handle that takes no reference.
 *
 * pybind11 and nanobind have two kinds of references: `object` and what derives from it own, `handle` does not. A
 * method that is bound to Python holds its arguments for the call only; one that puts an argument into a container of
 * handles, or copies it into a handle of its object, and does nothing else with it, keeps what may die. Says nothing
 * where the unit counts references by hand or asks for keep_alive: then somebody else may own. */
#include "check/rules/rules.h"

#include <string.h>

/* The class in mangled names, and the namespace's functions. */
static const struct {
    const char *handle, *space;
} libraries[] = {{"IN8pybind116handleE", "8pybind11"}, {"IN8nanobind6handleE", "8nanobind"}};

enum { LIBRARIES = sizeof(libraries) / sizeof(*libraries), HANDLE_BYTES = 8 };

static const char *callee_of(LLVMValueRef call)
{
    LLVMValueRef callee = rs_ir_callee(call);
    size_t length;

    return callee != NULL ? LLVMGetValueName2(callee, &length) : "";
}

static bool begins(const char *symbol, const char *head, const char *space)
{
    return strncmp(symbol, head, strlen(head)) == 0 && strncmp(symbol + strlen(head), space, strlen(space)) == 0;
}

/* Whether a linker's name is that of a function in the library's own namespace. */
static bool is_in(const char *symbol, const char *space)
{
    return begins(symbol, "_ZN", space) || begins(symbol, "_ZNK", space);
}

/* Whether a call puts its second argument into a container of handles. */
static bool fills_container(LLVMValueRef call, const char *handle)
{
    static const char *const containers[] = {"_ZNSt6vector", "_ZNSt5deque", "_ZNSt7__cxx114list", "_ZNSt3set",
                                             "_ZNSt13unordered_set"};
    static const char *const methods[] = {"9push_back", "12emplace_back", "10push_front", "6insert", "7emplace"};
    const char *name = callee_of(call);
    bool container = false, method = false;

    for (size_t i = 0; i < sizeof(containers) / sizeof(*containers); i++)
        container |= strncmp(name, containers[i], strlen(containers[i])) == 0 &&
                     strncmp(name + strlen(containers[i]), handle, strlen(handle)) == 0;
    for (size_t i = 0; container && i < sizeof(methods) / sizeof(*methods); i++)
        method |= strstr(name, methods[i]) != NULL;
    return method;
}

/* Whether a call copies a handle as it is: what owns is never copied so. */
static bool copies_handle(LLVMValueRef call)
{
    LLVMValueRef size = rs_rules_argument(call, 2);

    return strncmp(callee_of(call), "llvm.memcpy.", strlen("llvm.memcpy.")) == 0 && size != NULL &&
           LLVMIsAConstantInt(size) && LLVMConstIntGetZExtValue(size) == HANDLE_BYTES;
}

/* Whether the pointer leads into the function's first argument: its object. */
static bool is_of_this(struct rs_rules *rules, LLVMValueRef pointer, LLVMValueRef function)
{
    LLVMValueRef base;
    int64_t offset;

    return pointer != NULL && LLVMIsAGetElementPtrInst(pointer) && rs_rules_address(rules, pointer, &base, &offset) &&
           base == LLVMGetParam(function, 0);
}

/* Whether the function does no more with the argument, besides keeping it, than to ask it something: by const methods
 * of the library's. */
static bool is_only_kept(LLVMValueRef argument, LLVMValueRef keeps, const char *space)
{
    for (LLVMUseRef use = LLVMGetFirstUse(argument); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        const char *name = rs_rules_is_call(user) ? callee_of(user) : NULL;

        if (user != keeps && (name == NULL || !begins(name, "_ZNK", space) || strstr(name, "7inc_ref") != NULL))
            return false;
    }
    return true;
}

/* Whether the function's address is taken, as that of a method is when it is bound. */
static bool is_bound(LLVMValueRef function)
{
    for (LLVMUseRef use = LLVMGetFirstUse(function); use != NULL; use = LLVMGetNextUse(use))
        if (!rs_rules_is_call(LLVMGetUser(use)) || rs_ir_callee(LLVMGetUser(use)) != function)
            return true;
    return false;
}

/* Whether the unit's own code counts by hand, or ties an argument's life to the object's. */
static bool counts_by_hand(struct rs_rules *rules, const char *space)
{
    for (size_t f = 0; f < rules->ir->functions.count; f++) {
        const struct rs_ir_function *function = &rules->ir->functions.items[f];

        if (strstr(function->symbol, "10keep_aliveILm1E") != NULL)
            return true;
        if (function->library || is_in(function->symbol, space))
            continue;
        RS_EACH_INSTRUCTION(function->value, i)
        if (rs_rules_is_call(i) && (strstr(callee_of(i), "7inc_ref") != NULL ||
                                    rs_rules_ref_act(rs_rules_api(rules, i, NULL)) == RS_REF_ACQUIRE))
            return true;
    }
    return false;
}

static void tell(struct rs_rules *rules, const struct rs_ir_function *function, LLVMValueRef call,
                 LLVMValueRef argument)
{
    const char *name = rs_ir_variable(rules->ir, argument);
    struct rs_finding *finding;

    finding = rs_rules_tell(
        rules, RS_RULE_RS103, function, call,
        rs_rules_text(rules, "%s keeps %s%s%s in a handle, which takes no reference", function->name,
                      name != NULL ? "'" : "", name != NULL ? name : "an argument", name != NULL ? "'" : ""),
        rs_rules_text(rules, "keep it as an object (py::object, nb::object) where line %d keeps it as a handle",
                      rs_ir_place(rules->ir, call).line));
    rs_rules_note(rules, finding, call, "the caller holds the argument until the call ends; nobody does afterwards");
}

static void judge(struct rs_rules *rules, const struct rs_ir_function *function, unsigned library)
{
    RS_EACH_INSTRUCTION(function->value, call)
    {
        LLVMValueRef argument = rs_rules_is_call(call) ? rs_rules_argument(call, 1) : NULL;

        if (argument == NULL || !LLVMIsAArgument(argument) ||
            !(fills_container(call, libraries[library].handle) || copies_handle(call)))
            continue;
        if (is_of_this(rules, rs_rules_argument(call, 0), function->value) &&
            is_only_kept(argument, call, libraries[library].space) && is_bound(function->value))
            tell(rules, function, call, argument);
    }
}

/* Whether the unit has a function of the library's. */
static bool uses(struct rs_rules *rules, const char *space)
{
    for (size_t f = 0; f < rules->ir->functions.count; f++)
        if (is_in(rules->ir->functions.items[f].symbol, space))
            return true;
    return false;
}

void rs_rule_handle(struct rs_rules *rules)
{
    for (unsigned library = 0; library < LIBRARIES; library++) {
        if (!uses(rules, libraries[library].space) || counts_by_hand(rules, libraries[library].space))
            continue;
        for (size_t f = 0; f < rules->ir->functions.count; f++) {
            const struct rs_ir_function *function = &rules->ir->functions.items[f];

            if (!function->library && !is_in(function->symbol, libraries[library].space) &&
                LLVMCountParams(function->value) > 1)
                judge(rules, function, library);
        }
    }
}
