/* Objects that go to a function nobody sees together with a callback of the unit's: the callback gets them back. One
 * that gives up a reference which nobody took for it gives up the lender's. */
#include <stdlib.h>
#include <string.h>

#include "check/flow/flow.h"

/* The callback among the arguments, if there is one: of the unit, and none that the interpreter calls by its role. */
static const struct rs_ir_function *callback_of(struct rs_ir *ir, LLVMValueRef call)
{
    const struct rs_ir_function *found = NULL;

    for (unsigned i = 0; i < LLVMGetNumArgOperands(call); i++) {
        LLVMValueRef argument = LLVMGetOperand(call, i);
        const struct rs_ir_function *own = LLVMIsAFunction(argument) ? rs_ir_function(ir, argument) : NULL;

        if (own == NULL || own->role != NULL || own->library)
            continue;
        if (found != NULL)
            return NULL;
        found = own;
    }
    return found;
}

static bool takes(const struct rs_ir *ir, LLVMValueRef value)
{
    for (LLVMUseRef use = LLVMGetFirstUse(value); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef object;

        if (LLVMIsAInstruction(LLVMGetUser(use)) && rs_ir_count(ir, LLVMGetUser(use), &object) > 0 && object == value)
            return true;
    }
    return false;
}

/* Whether the function takes a reference to it somewhere, perhaps behind the call. */
static bool is_taken(const struct rs_ir *ir, LLVMValueRef value)
{
    LLVMValueRef place = LLVMIsALoadInst(value) ? LLVMGetOperand(value, 0) : NULL;

    if (place == NULL || !LLVMIsAAllocaInst(place))
        return takes(ir, value);
    for (LLVMUseRef use = LLVMGetFirstUse(place); use != NULL; use = LLVMGetNextUse(use))
        if (LLVMIsALoadInst(LLVMGetUser(use)) && takes(ir, LLVMGetUser(use)))
            return true;
    return false;
}

void rs_handed_note(struct rs_flow *flow, struct rs_state *state, LLVMValueRef call, const struct rs_contract *row)
{
    const struct rs_ir_function *callback = flow->judge && flow->role ? callback_of(flow->ir, call) : NULL;
    struct rs_sym *object = NULL;
    struct rs_handed *handed;

    for (unsigned i = 0; callback != NULL && i < LLVMGetNumArgOperands(call); i++) {
        LLVMValueRef argument = LLVMGetOperand(call, i);
        struct rs_sym *sym = rs_state_object(state, rs_eval(flow, state, argument));
        bool lent = sym != NULL && (sym->kind == RS_SYM_ARG || sym->kind == RS_SYM_BORROWED) && sym->owned == 0 &&
                    sym->null != RS_NULL && !(sym->flags & RS_F_UNCERTAIN);

        if (row != NULL && i < row->nargs && row->args[i].kind != RS_ARG_VALUE)
            continue;
        if (!lent || is_taken(flow->ir, argument))
            continue;
        if (object != NULL)
            return;
        object = sym;
    }
    if (object == NULL)
        return;
    handed = RS_PUSH(&flow->unit->handed);
    handed->callback = callback;
    handed->call =
        rs_tell_candidate(flow, state, RS_RULE_RS101, call, object,
                          rs_arena_printf(&flow->ir->arena, "%s: gives up a reference to %s, which %s%s lends to it",
                                          callback->name, rs_tell_name(flow, object), flow->function->name,
                                          rs_tell_line(flow, call)),
                          rs_arena_printf(&flow->ir->arena,
                                          "take a reference for the callback before it is passed on%s, or do not "
                                          "release it in %s",
                                          rs_tell_line(flow, call), callback->name));
}

/* The parameter of which each way through the function gives up one reference, or -1. */
static int given_up(const struct rs_summary *summary)
{
    int index = -1;

    if (!summary->known || summary->incomplete)
        return -1;
    for (unsigned i = 0; i < summary->ncases; i++) {
        int here = -1;

        for (unsigned k = 0; k < summary->cases[i].nrefs; k++) {
            const struct rs_ref_change *change = &summary->cases[i].refs[k];

            if (change->who.kind == RS_SUBJECT_ARG && change->who.offset == 0 && change->owned < 0)
                here = here < 0 && !change->uncertain ? change->who.arg : INT32_MAX;
        }
        if (here < 0 || here == INT32_MAX || (i > 0 && here != index))
            return -1;
        index = here;
    }
    return index;
}

/* The first release of the parameter in the source that stands there by its name. */
static LLVMValueRef release_of(struct rs_ir *ir, const struct rs_ir_function *function, int parameter)
{
    LLVMValueRef argument = LLVMGetParam(function->value, (unsigned)parameter), object, found = NULL;

    for (LLVMUseRef use = LLVMGetFirstUse(argument); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);
        char *line = LLVMIsAInstruction(user) && rs_ir_count(ir, user, &object) < 0 && object == argument
                         ? rs_ir_source_line(ir, user)
                         : NULL;

        if (line != NULL && strstr(line, "__Pyx_") == NULL &&
            (found == NULL || rs_ir_place(ir, user).line < rs_ir_place(ir, found).line))
            found = user;
        free(line);
    }
    return found;
}

void rs_handed_judge(struct rs_flow_unit *unit)
{
    for (size_t i = 0; i < unit->handed.count; i++) {
        const struct rs_ir_function *callback = unit->handed.items[i].callback;
        struct rs_candidate candidate = unit->handed.items[i].call;
        int parameter = given_up(&unit->summaries[callback - unit->ir->functions.items]);
        LLVMValueRef release = parameter < 0 ? NULL : release_of(unit->ir, callback, parameter);

        if (release == NULL)
            continue;
        candidate.belief = candidate.culprit;
        candidate.belief_api = NULL;
        candidate.culprit = release;
        candidate.function = callback->value;
        *RS_PUSH(&unit->candidates) = candidate;
    }
}
