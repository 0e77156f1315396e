/* RS301: a way out on which the GIL is not given back as it was found: PyGILState_Ensure without a PyGILState_Release,
 * PyEval_SaveThread without a PyEval_RestoreThread.
 *
 * What the call has returned is a variable of the function's, which is lost on that way. Where it goes elsewhere (a
 * member, another function), or the call is made on some ways only, nothing is said; nor where the function gives the
 * GIL back on none of its ways: then another one does. */
#include "check/rules/gil.h"

#include <string.h>

struct taking {
    const char *taken, *given;
};
static const struct taking takings[] = {{"PyGILState_Ensure", "PyGILState_Release"},
                                        {"PyEval_SaveThread", "PyEval_RestoreThread"}};

struct search {
    LLVMValueRef start;
    const struct taking *taking;
};

static const char *api_of(struct rs_rules *rules, LLVMValueRef value)
{
    const struct rs_contract *row = rs_rules_is_call(value) ? rs_rules_api(rules, value, NULL) : NULL;

    return row == NULL ? "" : row->name;
}

static bool gives_back(struct rs_rules *rules, LLVMValueRef instruction, void *data)
{
    const struct taking *taking = data;

    return strcmp(api_of(rules, instruction), taking->given) == 0;
}

/* Whether a call may give it back: by that name, in one of the unit's functions, or where nothing is seen of it. */
static bool may_give_back(struct rs_rules *rules, LLVMValueRef call, const struct taking *taking)
{
    const char *name = NULL;
    const struct rs_contract *row = rs_rules_api(rules, call, &name);
    struct rs_ir_function *own = rs_rules_own(rules, call);

    if (row != NULL)
        return (row->flags & (RS_GIL_ACQUIRE | RS_GIL_RELEASE)) != 0;
    if (own != NULL)
        return rs_rules_reaches(rules, own->value, gives_back, (void *)taking, 4);
    return name != NULL && (strstr(name, "GIL") != NULL || strstr(name, "gil") != NULL || strstr(name, "Gil") != NULL);
}

/* The end of a way: a return, or the branch of a return statement to where several meet. */
static bool is_end(LLVMValueRef at)
{
    LLVMValueRef next;

    if (LLVMIsAReturnInst(at))
        return true;
    if (!LLVMIsABranchInst(at) || LLVMIsConditional(at))
        return false;
    next = LLVMGetFirstInstruction(LLVMGetSuccessor(at, 0));
    while (next != NULL && LLVMIsAPHINode(next))
        next = LLVMGetNextInstruction(next);
    return next != NULL && LLVMIsAReturnInst(next);
}

static enum rs_way_verdict step(struct rs_way *walk, LLVMValueRef at)
{
    const struct search *search = walk->data;

    if (at == search->start || (rs_rules_is_call(at) && may_give_back(walk->rules, at, search->taking)))
        return RS_WAY_END;
    return is_end(at) ? RS_WAY_FOUND : RS_WAY_ON;
}

/* Whether what the call has returned goes to nobody but the one who gives the GIL back. */
static bool is_kept_here(struct rs_rules *rules, LLVMValueRef call, const struct taking *taking)
{
    for (LLVMUseRef use = LLVMGetFirstUse(call); use != NULL; use = LLVMGetNextUse(use))
        if (!LLVMIsAInstruction(LLVMGetUser(use)) || !gives_back(rules, LLVMGetUser(use), (void *)taking))
            return false;
    return LLVMGetFirstUse(call) != NULL;
}

static void judge(struct rs_rules *rules, const struct rs_ir_function *function, LLVMValueRef call,
                  const struct taking *taking)
{
    struct search search = {call, taking};
    struct rs_way walk = {.rules = rules, .step = step, .data = &search};
    struct rs_finding *finding;

    if (!is_kept_here(rules, call, taking) || !rs_way_follow(&walk, call, (struct rs_way_fact){call, true, 0}))
        return;
    finding =
        rs_rules_tell(rules, RS_RULE_RS301, function, walk.found,
                      rs_rules_text(rules, "%s: returns without the %s that belongs to %s (line %d)", function->name,
                                    taking->given, taking->taken, rs_ir_place(rules->ir, call).line),
                      rs_rules_text(rules, "call %s on this way, too", taking->given));
    rs_rules_belief(rules, finding, call, taking->taken);
    rs_rules_note(rules, finding, call, rs_rules_text(rules, "%s", taking->taken));
    rs_rules_note(rules, finding, walk.found, "the function returns, what it has changed stays changed");
}

void rs_rule_gil_left(struct rs_rules *rules)
{
    for (size_t f = 0; f < rules->ir->functions.count; f++) {
        const struct rs_ir_function *function = &rules->ir->functions.items[f];

        if (function->library)
            continue;
        RS_EACH_INSTRUCTION(function->value, i)
        {
            for (size_t k = 0; k < sizeof(takings) / sizeof(*takings) && LLVMIsACallInst(i); k++)
                if (strcmp(api_of(rules, i), takings[k].taken) == 0)
                    judge(rules, function, i, &takings[k]);
        }
    }
}
