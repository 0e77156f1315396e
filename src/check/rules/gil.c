/* RS301: the C API used where this thread has given up the GIL, or never took it.
 *
 * A use is told of only where all ways agree. A function that is called in no other way than without the GIL begins
 * without it, and so does one that is only started as a thread of its own. */
#include "check/rules/gil.h"

#include <string.h>

#include "check/unit.h"

struct gil {
    struct rs_rules *rules;
    struct rs_map entry;                  /* function -> how it is entered: RS_GIL_* */
    RS_VEC(struct rs_ir_function *) open; /* entered in a new way since they were last looked at */
};

/* Whether the call gives the GIL up, itself or by a helper. */
static bool gives_up(struct rs_rules *rules, LLVMValueRef call)
{
    const char *name = NULL;
    const struct rs_contract *row = rs_rules_api(rules, call, &name);
    const struct rs_ir_function *own = rs_rules_own(rules, call);
    uint8_t elsewhere[2];
    bool needs;

    if (row != NULL)
        return (row->flags & RS_GIL_RELEASE) != 0;
    if (own != NULL)
        return own->gil[0] == RS_GIL_FREE;
    return name != NULL && rs_summaries_gil(rules->others, name, elsewhere, &needs) && elsewhere[0] == RS_GIL_FREE;
}

static const char *callee_name(struct rs_rules *rules, LLVMValueRef call)
{
    const char *name = NULL;
    const struct rs_contract *row = rs_rules_api(rules, call, &name);
    const struct rs_ir_function *own = rs_rules_own(rules, call);

    return row != NULL ? row->name : own != NULL ? own->name : name;
}

/* The call that gave the GIL up: the last one above the use. */
static LLVMValueRef release_before(struct rs_rules *rules, LLVMValueRef use)
{
    LLVMValueRef function = LLVMGetBasicBlockParent(LLVMGetInstructionParent(use)), found = NULL;
    int line = rs_ir_place(rules->ir, use).line;

    RS_EACH_INSTRUCTION(function, i)
    {
        if (rs_rules_is_call(i) && gives_up(rules, i) && rs_ir_place(rules->ir, i).line <= line)
            found = i;
    }
    return found;
}

/* What a call is, in a message: "PyList_New", "note_error, which touches objects,". */
static const char *called(struct rs_rules *rules, LLVMValueRef call)
{
    const char *name = NULL;
    const struct rs_contract *row = rs_rules_api(rules, call, &name);
    const struct rs_ir_function *own = rs_rules_own(rules, call);

    return row != NULL ? row->name : rs_rules_text(rules, "%s, which touches objects,", own != NULL ? own->name : name);
}

static void tell(struct rs_rules *rules, LLVMValueRef call)
{
    const struct rs_contract *row = rs_rules_api(rules, call, NULL);
    const char *callee = called(rules, call);
    struct rs_ir_function *function =
        rs_ir_function(rules->ir, LLVMGetBasicBlockParent(LLVMGetInstructionParent(call)));
    struct rs_finding *finding;
    LLVMValueRef release = release_before(rules, call);

    finding = rs_rules_tell(rules, RS_RULE_RS301, function, call,
                            release != NULL
                                ? rs_rules_text(rules, "%s calls %s although the GIL was given up at line %d",
                                                function->name, callee, rs_ir_place(rules->ir, release).line)
                                : rs_rules_text(rules, "%s calls %s%s and is only called where the GIL is not held",
                                                function->name, callee, row != NULL ? "," : ""),
                            rs_rules_text(rules,
                                          "move the call at line %d to where the GIL is held, or take it around the "
                                          "call (Py_BLOCK_THREADS, PyGILState_Ensure)",
                                          rs_ir_place(rules->ir, call).line));
    if (row != NULL && rs_rules_ref_act(row) != RS_REF_NONE && rs_rules_is_immortal(rules, rs_rules_ref_object(call)))
        rs_rules_harmless(finding);
    if (release == NULL)
        return;
    rs_rules_belief(rules, finding, release, callee_name(rules, release));
    rs_rules_note(rules, finding, release, "the GIL is given up");
    rs_rules_note(rules, finding, call, rs_rules_text(rules, "%s is called without it", callee_name(rules, call)));
}

/* The parameter of a function of the system's that gets what a new thread begins with, or -1. */
static int thread_parameter(const char *name)
{
    static const struct {
        const char *name;
        int parameter;
    } starters[] = {{"pthread_create", 2},
                    {"thrd_create", 1},
                    {"PyThread_start_new_thread", 0},
                    {"g_thread_new", 1},
                    {"g_thread_try_new", 1}};

    for (size_t i = 0; name != NULL && i < sizeof(starters) / sizeof(*starters); i++)
        if (strcmp(name, starters[i].name) == 0)
            return starters[i].parameter;
    return -1;
}

/* How a function may be entered by what is not one of the unit's calls. */
static unsigned entered_from_outside(struct gil *gil, const struct rs_ir_function *function)
{
    unsigned entry = 0;

    if (!function->local || function->role != NULL)
        return RS_GIL_HELD;
    for (LLVMUseRef use = LLVMGetFirstUse(function->value); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        const char *name = NULL;
        int begins;

        if (!LLVMIsAInstruction(user) || !rs_rules_is_call(user))
            return RS_GIL_HELD;
        rs_rules_api(gil->rules, user, &name);
        begins = thread_parameter(name);
        for (unsigned i = 0; i < LLVMGetNumArgOperands(user); i++)
            if (LLVMGetOperand(user, i) == function->value && !rs_gil_is_only_called(gil->rules, user, i))
                entry |= (int)i == begins ? RS_GIL_FREE : RS_GIL_HELD;
    }
    return entry;
}

static void enter(struct gil *gil, struct rs_ir_function *function, unsigned held)
{
    uint64_t *known = rs_map_at(&gil->entry, (uintptr_t)function->value);

    if ((*known | held) == *known)
        return;
    *known |= held;
    *RS_PUSH(&gil->open) = function;
}

/* A call with the states in front of it. */
typedef void visit_call(struct gil *gil, LLVMValueRef call, unsigned held);

static void each_call(struct gil *gil, const struct rs_ir_function *function, visit_call *visit)
{
    struct rs_map heads = {0};

    rs_gil_solve(gil->rules, function->value, (unsigned)*rs_map_at(&gil->entry, (uintptr_t)function->value), &heads);
    for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(function->value); block != NULL;
         block = LLVMGetNextBasicBlock(block)) {
        const uint64_t *head = rs_map_find(&heads, (uintptr_t)block);
        unsigned states = head == NULL ? 0 : (unsigned)*head;

        for (LLVMValueRef i = LLVMGetFirstInstruction(block); i != NULL && states != 0; i = LLVMGetNextInstruction(i)) {
            if (rs_rules_is_call(i))
                visit(gil, i, rs_gil_held(states));
            states = rs_gil_after(gil->rules, i, states);
        }
    }
    rs_map_close(&heads);
}

struct entering {
    struct gil *gil;
    unsigned held;
};

static void enter_target(void *context, struct rs_ir_function *target)
{
    const struct entering *entering = context;

    enter(entering->gil, target, entering->held);
}

static void enter_callee(struct gil *gil, LLVMValueRef call, unsigned held)
{
    struct rs_ir_function *own = rs_rules_own(gil->rules, call);
    struct entering entering = {gil, held};

    if (own != NULL)
        enter(gil, own, held);
    else
        rs_gil_targets(gil->rules, call, enter_target, &entering);
}

/* A function that is never entered in another way is told of where it touches objects, not where it is called. */
static void judge_call(struct gil *gil, LLVMValueRef call, unsigned held)
{
    const struct rs_ir_function *own = rs_rules_own(gil->rules, call);

    if (held == RS_GIL_FREE && rs_gil_needed(gil->rules, call) &&
        (own == NULL || *rs_map_at(&gil->entry, (uintptr_t)own->value) != RS_GIL_FREE))
        tell(gil->rules, call);
}

/* Whether anything in the unit gives the GIL up or begins without it. */
static bool is_concerned(struct rs_rules *rules)
{
    for (LLVMValueRef function = LLVMGetFirstFunction(rules->ir->module); function != NULL;
         function = LLVMGetNextFunction(function)) {
        const struct rs_contract *row = rs_ir_contract(rules->ir, function);
        size_t length;
        const char *name = LLVMGetValueName2(function, &length);
        uint8_t elsewhere[2];
        bool needs;

        if ((row != NULL && (row->flags & RS_GIL_RELEASE)) || thread_parameter(name) >= 0)
            return true;
        if (LLVMIsDeclaration(function) && rs_summaries_gil(rules->others, name, elsewhere, &needs))
            return true;
    }
    return false;
}

void rs_rule_gil(struct rs_rules *rules)
{
    struct gil gil = {.rules = rules};

    if (!is_concerned(rules))
        return;
    for (size_t i = 0; i < rules->ir->functions.count; i++)
        enter(&gil, &rules->ir->functions.items[i], entered_from_outside(&gil, &rules->ir->functions.items[i]));
    while (gil.open.count > 0)
        each_call(&gil, gil.open.items[--gil.open.count], enter_callee);
    for (size_t i = 0; i < rules->ir->functions.count; i++)
        if (!rules->ir->functions.items[i].library)
            each_call(&gil, &rules->ir->functions.items[i], judge_call);
    rs_map_close(&gil.entry);
    RS_VEC_CLOSE(&gil.open);
}
