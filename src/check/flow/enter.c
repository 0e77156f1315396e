/* Where a function begins: who calls it, and what is known of its arguments. */
#include <string.h>

#include "check/flow/flow.h"

static bool is_slot(const struct rs_ir_role *role, const char *const *names)
{
    for (; role != NULL && *names != NULL; names++)
        if (strcmp(role->slot, *names) == 0)
            return true;
    return false;
}

/* Whether its address stands in a constant table, and nowhere else is anything said of it. */
static bool is_in_table(LLVMValueRef function)
{
    LLVMUseRef use = LLVMGetFirstUse(function);
    bool any = use != NULL;

    for (; use != NULL && any; use = LLVMGetNextUse(use))
        any = LLVMIsAConstant(LLVMGetUser(use)) && !LLVMIsAInstruction(LLVMGetUser(use));
    return any;
}

static bool is_called(LLVMValueRef function)
{
    for (LLVMUseRef use = LLVMGetFirstUse(function); use != NULL; use = LLVMGetNextUse(use))
        if (LLVMIsAInstruction(LLVMGetUser(use)) &&
            (LLVMIsACallInst(LLVMGetUser(use)) || LLVMIsAInvokeInst(LLVMGetUser(use))) &&
            rs_ir_callee(LLVMGetUser(use)) == function)
            return true;
    return false;
}

/* A destructor of C++: "..D1Ev". */
static bool is_destructor(const char *symbol)
{
    size_t length = strlen(symbol);

    return length > 4 && strncmp(symbol, "_ZN", 3) == 0 && symbol[length - 4] == 'D' &&
           strchr("012", symbol[length - 3]) && strcmp(symbol + length - 2, "Ev") == 0;
}

void rs_enter_role(struct rs_flow *flow)
{
    static const char *const dying[] = {"tp_dealloc", "tp_clear",           "tp_del",
                                        "tp_free",    "tp_finalize",        "m_clear",
                                        "m_free",     "capsule.destructor", NULL};
    static const char *const init[] = {"init", "mod.exec", "mod.create", NULL};
    const struct rs_ir_role *role = flow->function->role;
    const struct rs_contract *row = role == NULL ? NULL : role->contract;

    flow->init = is_slot(role, init) || flow->unit->only_init[flow->function - flow->ir->functions.items];
    flow->dying = is_slot(role, dying) || is_destructor(flow->function->symbol);
    flow->role = row != NULL;
    flow->uncalled = flow->role && !is_called(flow->function->value);
    flow->in_table = !flow->role && is_in_table(flow->function->value);
    flow->role_new = (row != NULL && row->result == RS_RESULT_NEW) || (flow->function->cdef && flow->function->object);
    flow->role_int = row != NULL && row->result == RS_RESULT_VALUE && row->failure == -1;
}

/* The numbers that a helper is called with where all of its calls pass a constant: a flag that they agree on is known.
 */
static void read_calls(const struct rs_flow *flow, uint32_t index, struct rs_sym *argument)
{
    int64_t low = INT64_MAX, high = INT64_MIN;

    for (LLVMUseRef use = LLVMGetFirstUse(flow->function->value); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef call = LLVMGetUser(use), given = NULL;

        if ((LLVMIsACallInst(call) || LLVMIsAInvokeInst(call)) && LLVMGetCalledValue(call) == flow->function->value &&
            index < LLVMGetNumArgOperands(call))
            given = LLVMGetOperand(call, index);
        if (given == NULL || !LLVMIsAConstantInt(given) || LLVMGetIntTypeWidth(LLVMTypeOf(given)) > 64)
            return;
        int64_t number = LLVMGetIntTypeWidth(LLVMTypeOf(given)) == 1 ? (int64_t)LLVMConstIntGetZExtValue(given)
                                                                     : LLVMConstIntGetSExtValue(given);
        low = number < low ? number : low;
        high = number > high ? number : high;
    }
    if (low > high || !flow->function->local || flow->function->role != NULL)
        return;
    argument->low = low;
    argument->high = high;
}

/* Whether code may reach the table's members by the table's name, and change what the source says of them. */
static bool is_open(LLVMValueRef table)
{
    for (LLVMUseRef use = LLVMGetFirstUse(table); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if (LLVMIsAConstantExpr(user) || LLVMIsAGetElementPtrInst(user) || LLVMIsALoadInst(user) ||
            LLVMIsAPHINode(user) || (LLVMIsAStoreInst(user) && LLVMGetOperand(user, 1) == table))
            return true;
    }
    return false;
}

/* Whether tables alone name the function. */
static bool is_tables(LLVMValueRef function)
{
    for (LLVMUseRef use = LLVMGetFirstUse(function); use != NULL; use = LLVMGetNextUse(use))
        if (LLVMIsAInstruction(LLVMGetUser(use)))
            return false;
    return true;
}

enum { CLOSURES_MOST = 8 };
struct closures {
    unsigned count;
    LLVMValueRef items[CLOSURES_MOST];
    uint32_t argument; /* that is one of them, if there are any */
    bool given;        /* none of them is NULL */
};

/* What the entries of the tables that name a getter or setter pass to it: nothing else comes in. */
static struct closures read_closures(const struct rs_flow *flow)
{
    LLVMValueRef function = flow->function->value;
    struct closures all = {.argument = flow->nargs, .given = true};

    if (!flow->uncalled || flow->function->role->closure == NULL || !is_tables(function))
        return (struct closures){0};
    all.argument = flow->function->role->contract->nargs - 1u;
    for (size_t i = 0; i < flow->ir->roles.count; i++) {
        const struct rs_ir_role *role = &flow->ir->roles.items[i];
        bool known = false;

        if (role->function != function)
            continue;
        if (role->closure == NULL || is_open(role->table))
            return (struct closures){0};
        all.given = all.given && !LLVMIsNull(role->closure);
        for (unsigned k = 0; k < all.count && k < CLOSURES_MOST; k++)
            known = known || all.items[k] == role->closure;
        if (!known && all.count < CLOSURES_MOST)
            all.items[all.count] = role->closure;
        all.count += !known;
    }
    return all;
}

void rs_enter(struct rs_flow *flow, struct rs_states *states)
{
    struct closures closures = read_closures(flow);
    struct rs_state *state = rs_state_new(&flow->unit->states);

    state->err = RS_ERR_CLEAR;
    state->err_sym = RS_NONE;
    state->entry = flow->role && !flow->dying ? RS_ENTRY_CLEAR : RS_ENTRY_OPEN;
    for (uint32_t i = 0; i < flow->nargs; i++) {
        LLVMValueRef argument = LLVMGetParam(flow->function->value, i);
        bool pointer = LLVMGetTypeKind(LLVMTypeOf(argument)) == LLVMPointerTypeKind;
        int32_t sym = rs_state_sym(state, pointer ? RS_SYM_ARG : RS_SYM_INT, NULL);

        state->syms.items[sym].identity = argument;
        if (!pointer)
            read_calls(flow, i, &state->syms.items[sym]);
        if (flow->role && pointer && i < flow->function->role->contract->nargs &&
            rs_kinds_is_given(flow->function->role, i, flow->uncalled))
            state->syms.items[sym].null = RS_NONNULL;
        if (pointer)
            state->syms.items[sym].excluded = rs_kinds_passed(flow->function->role, i);
        if (pointer || rs_flow_relevant(flow, i))
            rs_state_set(state, i, rs_av_sym(sym));
    }
    if (closures.count == 0 || closures.argument >= flow->nargs || closures.count > CLOSURES_MOST) {
        if (closures.count > 0 && closures.given && closures.argument < flow->nargs)
            state->syms.items[closures.argument].null = RS_NONNULL;
        rs_states_add(flow, states, state);
        return;
    }
    for (unsigned i = 0; i < closures.count; i++) {
        struct rs_state *one = i + 1 < closures.count ? rs_state_copy(state) : state;

        rs_state_set(one, closures.argument, rs_eval(flow, one, closures.items[i]));
        rs_states_add(flow, states, one);
    }
}
