/* What each function does to the GIL: gives it up, takes it, gives back what it found. Each function is solved once,
 * callees first; in a circle of functions that call each other, nothing is known of the one that closes it. */
#include "check/rules/gil.h"

#include <string.h>

#include "check/unit.h"

/* A state is `held` (0 or 1) + 2 * what Ensure found (0 nothing, 1 held, 2 given up). */
enum { STATES = 6, FOUND_NOTHING = 0, FOUND_HELD = 1, FOUND_FREE = 2, IN_WORK = 0xff, NESTED_MOST = 400 };

static unsigned state_of(bool free, unsigned found)
{
    return 1u << ((free ? 1u : 0u) + 2 * found);
}

static unsigned any_state(void)
{
    return (1u << STATES) - 1;
}

unsigned rs_gil_entry(unsigned held)
{
    return (held & RS_GIL_HELD ? state_of(false, FOUND_NOTHING) : 0) |
           (held & RS_GIL_FREE ? state_of(true, FOUND_NOTHING) : 0);
}

unsigned rs_gil_held(unsigned states)
{
    unsigned held = 0;

    for (unsigned i = 0; i < STATES; i++)
        held |= states >> i & 1 ? (i & 1 ? RS_GIL_FREE : RS_GIL_HELD) : 0;
    return held;
}

static bool mentions_gil(const char *name)
{
    return name != NULL && (strstr(name, "gil") != NULL || strstr(name, "GIL") != NULL || strstr(name, "Gil") != NULL);
}

static unsigned with(unsigned held, unsigned found)
{
    return (held & RS_GIL_HELD ? state_of(false, found) : 0) | (held & RS_GIL_FREE ? state_of(true, found) : 0);
}

static unsigned after_api(const struct rs_contract *row, bool free, unsigned found)
{
    bool takes = row->flags & RS_GIL_ACQUIRE, gives = row->flags & RS_GIL_RELEASE;

    if (strcmp(row->name, "PyGILState_Ensure") == 0)
        return state_of(false, free ? FOUND_FREE : FOUND_HELD);
    if (strcmp(row->name, "PyGILState_Release") == 0)
        return found == FOUND_NOTHING ? any_state() : state_of(found == FOUND_FREE, FOUND_NOTHING);
    if (strcmp(row->name, "PyThreadState_Swap") == 0 || (takes && gives))
        return any_state();
    return takes || gives ? state_of(gives, found) : state_of(free, found);
}

static void read_effect(struct rs_rules *rules, struct rs_ir_function *function, int nested);

struct targets {
    struct rs_rules *rules;
    unsigned after;
    bool free;
    int nested;
};

static void add_target(void *context, struct rs_ir_function *target)
{
    struct targets *t = context;

    if (!target->gil_read)
        read_effect(t->rules, target, t->nested - 1);
    t->after |= target->gil[0] == IN_WORK ? RS_GIL_BOTH : target->gil[t->free];
}

static unsigned after_one(struct rs_rules *rules, LLVMValueRef call, bool free, unsigned found, int nested)
{
    struct targets targets = {.rules = rules, .free = free, .nested = nested};
    const char *name;
    const struct rs_contract *row = rs_rules_api(rules, call, &name);
    struct rs_ir_function *own = rs_rules_own(rules, call);
    uint8_t elsewhere[2];
    bool needs;

    if (row != NULL)
        return after_api(row, free, found);
    if (own != NULL) {
        if (!own->gil_read)
            read_effect(rules, own, nested - 1);
        return own->gil[0] == IN_WORK ? any_state() : with(own->gil[free], found);
    }
    if (name == NULL && rs_gil_targets(rules, call, add_target, &targets) && targets.after != 0)
        return with(targets.after, found);
    if (name == NULL) /* an indirect call: it may hand the GIL over only where it is not held */
        return free && !LLVMIsAInlineAsm(LLVMGetCalledValue(call)) ? any_state() : state_of(free, found);
    if (rs_summaries_gil(rules->others, name, elsewhere, &needs))
        return with(elsewhere[free], found);
    return mentions_gil(name) ? any_state() : state_of(free, found);
}

static unsigned after_call(struct rs_rules *rules, LLVMValueRef call, unsigned states, int nested)
{
    unsigned after = 0;

    for (unsigned i = 0; i < STATES; i++)
        if (states >> i & 1)
            after |= after_one(rules, call, i & 1, i / 2, nested);
    return after;
}

unsigned rs_gil_after(struct rs_rules *rules, LLVMValueRef instruction, unsigned states)
{
    return rs_rules_is_call(instruction) ? after_call(rules, instruction, states, NESTED_MOST) : states;
}

struct solving {
    struct rs_map *heads;
    RS_VEC(LLVMBasicBlockRef) open;
};

static void reach(struct solving *s, LLVMBasicBlockRef block, unsigned states)
{
    uint64_t *known = rs_map_at(s->heads, (uintptr_t)block);

    if ((*known | states) == *known)
        return;
    *known |= states;
    *RS_PUSH(&s->open) = block;
}

static unsigned solve(struct rs_rules *rules, LLVMValueRef function, unsigned entry, struct rs_map *heads, int nested)
{
    struct solving s = {.heads = heads};
    unsigned exits = 0;

    reach(&s, LLVMGetEntryBasicBlock(function), entry);
    while (s.open.count > 0) {
        LLVMBasicBlockRef block = s.open.items[--s.open.count];
        unsigned states = (unsigned)*rs_map_at(heads, (uintptr_t)block);
        LLVMValueRef end = LLVMGetBasicBlockTerminator(block);

        for (LLVMValueRef i = LLVMGetFirstInstruction(block); i != NULL; i = LLVMGetNextInstruction(i))
            states = rs_rules_is_call(i) ? after_call(rules, i, states, nested) : states;
        if (LLVMIsAReturnInst(end))
            exits |= states;
        for (unsigned i = 0; states != 0 && i < LLVMGetNumSuccessors(end); i++)
            reach(&s, LLVMGetSuccessor(end, i), states);
    }
    RS_VEC_CLOSE(&s.open);
    return rs_gil_held(exits);
}

unsigned rs_gil_solve(struct rs_rules *rules, LLVMValueRef function, unsigned held, struct rs_map *heads)
{
    return solve(rules, function, rs_gil_entry(held), heads, NESTED_MOST);
}

/* Whether a call in it may change the state at all: most functions have none. */
static bool may_change(struct rs_rules *rules, LLVMValueRef function, int nested)
{
    RS_EACH_INSTRUCTION(function, i)
    {
        bool call = rs_rules_is_call(i);

        if (call && (after_one(rules, i, false, FOUND_NOTHING, nested) != state_of(false, FOUND_NOTHING) ||
                     after_one(rules, i, true, FOUND_NOTHING, nested) != state_of(true, FOUND_NOTHING)))
            return true;
    }
    return false;
}

bool rs_gil_needed(struct rs_rules *rules, LLVMValueRef call)
{
    const char *name = NULL;
    const struct rs_contract *row = rs_rules_api(rules, call, &name);
    const struct rs_ir_function *own = rs_rules_own(rules, call);
    uint8_t after[2];
    bool needs = false;

    if (row != NULL)
        return rs_contract_needs_gil(row);
    if (own != NULL)
        return own->needs_gil;
    return name != NULL && rs_summaries_gil(rules->others, name, after, &needs) && needs;
}

/* Whether the block's instructions touch what the GIL guards while it is not held. */
static bool block_needs(struct rs_rules *rules, LLVMBasicBlockRef block, unsigned states, int nested)
{
    for (LLVMValueRef i = LLVMGetFirstInstruction(block); i != NULL; i = LLVMGetNextInstruction(i)) {
        if (!rs_rules_is_call(i))
            continue;
        if (rs_gil_held(states) == RS_GIL_FREE && rs_gil_needed(rules, i))
            return true;
        states = after_call(rules, i, states, nested);
    }
    return false;
}

/* Whether a function that is entered without the GIL touches what it guards on each way to a return. */
static bool always_needs(struct rs_rules *rules, LLVMValueRef function, int nested)
{
    RS_VEC(LLVMBasicBlockRef) open = {0};
    struct rs_map heads = {0}, seen = {0};
    bool used = false, returns = false;

    solve(rules, function, state_of(true, FOUND_NOTHING), &heads, nested);
    *RS_PUSH(&open) = LLVMGetEntryBasicBlock(function);
    while (open.count > 0 && !returns) {
        LLVMBasicBlockRef block = open.items[--open.count];
        const uint64_t *states = rs_map_find(&heads, (uintptr_t)block);
        LLVMValueRef end = LLVMGetBasicBlockTerminator(block);

        if (states == NULL || *rs_map_at(&seen, (uintptr_t)block) != 0)
            continue;
        *rs_map_at(&seen, (uintptr_t)block) = 1;
        if (block_needs(rules, block, (unsigned)*states, nested)) {
            used = true;
            continue;
        }
        returns = LLVMIsAReturnInst(end) != NULL;
        for (unsigned i = 0; i < LLVMGetNumSuccessors(end); i++)
            *RS_PUSH(&open) = LLVMGetSuccessor(end, i);
    }
    rs_map_close(&heads);
    rs_map_close(&seen);
    RS_VEC_CLOSE(&open);
    return used && !returns;
}

static void read_effect(struct rs_rules *rules, struct rs_ir_function *function, int nested)
{
    unsigned after[2] = {RS_GIL_HELD, RS_GIL_FREE};

    function->gil_read = true;
    function->gil[0] = function->gil[1] = nested > 0 ? IN_WORK : RS_GIL_BOTH;
    if (nested <= 0)
        return;
    for (int free = 0; free < 2 && may_change(rules, function->value, nested); free++) {
        struct rs_map heads = {0};

        after[free] = solve(rules, function->value, state_of(free, FOUND_NOTHING), &heads, nested);
        rs_map_close(&heads);
    }
    function->gil[0] = (uint8_t)after[0];
    function->gil[1] = (uint8_t)after[1];
    function->needs_gil = (!function->library || strncmp(function->symbol, "_ZN", 3) == 0) &&
                          always_needs(rules, function->value, nested);
}

void rs_rules_read_gil(struct rs_rules *rules)
{
    for (size_t i = 0; i < rules->ir->functions.count; i++)
        if (!rules->ir->functions.items[i].gil_read)
            read_effect(rules, &rules->ir->functions.items[i], NESTED_MOST);
}
