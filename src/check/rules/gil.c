/* RS301: the C API used where this thread has given up the GIL.
 *
 * For each function the state (held, given up) is followed through its blocks; a use is told of only where all ways agree.
 * A function that is called in no other way than without the GIL begins without it. */
#include "check/rules/rules.h"

#include <string.h>

enum { HELD = 1, RELEASED = 2, ROUNDS = 4, DEPTH = 4 };

struct gil {
    struct rs_rules *rules;
    struct rs_map entry; /* function -> HELD, RELEASED or both: as it is called, by what the last round knew */
    struct rs_map next;  /* ... by what this round sees */
    struct rs_map told;  /* calls */
};

static bool mentions_gil(const char *name)
{
    return name != NULL && (strstr(name, "gil") != NULL || strstr(name, "GIL") != NULL || strstr(name, "Gil") != NULL);
}

static unsigned exit_state(struct gil *gil, LLVMValueRef function, unsigned entry, int depth);

static unsigned after_call(struct gil *gil, LLVMValueRef call, unsigned state, int depth)
{
    const char *name;
    const struct rs_contract *row = rs_rules_api(gil->rules, call, &name);
    struct rs_ir_function *own = rs_rules_own(gil->rules, call);

    if (row != NULL) {
        if ((row->flags & RS_GIL_RELEASE) && (row->flags & RS_GIL_ACQUIRE))
            return HELD | RELEASED;
        if (strcmp(row->name, "PyGILState_Release") == 0 || strcmp(row->name, "PyThreadState_Swap") == 0) /* back to what was before Ensure */
            return HELD | RELEASED;
        return row->flags & RS_GIL_RELEASE ? RELEASED : row->flags & RS_GIL_ACQUIRE ? HELD : state;
    }
    if (own != NULL)
        return depth == 0 ? HELD | RELEASED : exit_state(gil, own->value, state, depth - 1);
    if (name == NULL) /* an indirect call: it may hand the GIL over only where it is not held */
        return state == RELEASED && !LLVMIsAInlineAsm(LLVMGetCalledValue(call)) ? HELD | RELEASED : state;
    return mentions_gil(name) ? HELD | RELEASED : state;
}

struct blocks {
    struct rs_map entry; /* block -> state at its head */
    RS_VEC(LLVMBasicBlockRef) open;
};

static void reach(struct blocks *blocks, LLVMBasicBlockRef block, unsigned state)
{
    uint64_t *known = rs_map_at(&blocks->entry, (uintptr_t)block);

    if ((*known | state) == *known)
        return;
    *known |= state;
    *RS_PUSH(&blocks->open) = block;
}

/* Follows one block; the state at its end. `visit` may be NULL. */
static unsigned through(struct gil *gil, LLVMBasicBlockRef block, unsigned state, int depth, void (*visit)(struct gil *gil, LLVMValueRef call, unsigned state))
{
    for (LLVMValueRef i = LLVMGetFirstInstruction(block); i != NULL; i = LLVMGetNextInstruction(i)) {
        if (!rs_rules_is_call(i))
            continue;
        if (visit != NULL)
            visit(gil, i, state);
        state = after_call(gil, i, state, depth);
    }
    return state;
}

/* The states at the heads of a function's blocks; the caller closes them. Returns the state at its returns. */
static unsigned solve(struct gil *gil, LLVMValueRef function, unsigned entry, int depth, struct blocks *blocks)
{
    unsigned exits = 0;

    reach(blocks, LLVMGetEntryBasicBlock(function), entry);
    while (blocks->open.count > 0) {
        LLVMBasicBlockRef block = blocks->open.items[--blocks->open.count];
        unsigned state = through(gil, block, (unsigned)*rs_map_at(&blocks->entry, (uintptr_t)block), depth, NULL);
        LLVMValueRef end = LLVMGetBasicBlockTerminator(block);

        if (LLVMIsAReturnInst(end))
            exits |= state;
        for (unsigned i = 0; i < LLVMGetNumSuccessors(end); i++)
            reach(blocks, LLVMGetSuccessor(end, i), state);
    }
    return exits;
}

static bool changes_gil(struct rs_rules *rules, LLVMValueRef instruction, void *data)
{
    const char *name;
    const struct rs_contract *row;

    (void)data;
    if (!rs_rules_is_call(instruction))
        return false;
    row = rs_rules_api(rules, instruction, &name);
    return row != NULL ? (row->flags & (RS_GIL_RELEASE | RS_GIL_ACQUIRE)) != 0 : name == NULL || mentions_gil(name);
}

static unsigned exit_state(struct gil *gil, LLVMValueRef function, unsigned entry, int depth)
{
    struct blocks blocks = {0};
    unsigned exits;

    if (!rs_rules_reaches(gil->rules, function, changes_gil, NULL, 1))
        return entry;
    exits = solve(gil, function, entry, depth, &blocks);
    rs_map_close(&blocks.entry);
    RS_VEC_CLOSE(&blocks.open);
    return exits == 0 ? entry : exits;
}

/* Whether a call touches objects, the error indicator or Python's memory. Reading a size is left alone: it is done on
 * purpose, and no count changes. */
static bool needs_gil(const struct rs_contract *row)
{
    if (row == NULL || (row->flags & (RS_NO_GIL | RS_GIL_RELEASE | RS_GIL_ACQUIRE | RS_NO_RETURN)))
        return false;
    return rs_rules_ref_act(row) != RS_REF_NONE || row->result == RS_RESULT_NEW || (row->flags & (RS_MAY_RUN | RS_MAY_RELEASE | RS_SETS_ERROR)) ||
           row->failure == RS_ALWAYS_FAILS || strncmp(row->name, "PyErr_", 6) == 0;
}

/* The call that gave the GIL up: the last one above the use. */
static LLVMValueRef release_before(struct rs_rules *rules, LLVMValueRef use)
{
    LLVMValueRef function = LLVMGetBasicBlockParent(LLVMGetInstructionParent(use)), found = NULL;
    int line = rs_ir_place(rules->ir, use).line;

    RS_EACH_INSTRUCTION(function, i) {
        const struct rs_contract *row = rs_rules_is_call(i) ? rs_rules_api(rules, i, NULL) : NULL;

        if (row != NULL && (row->flags & RS_GIL_RELEASE) && rs_ir_place(rules->ir, i).line <= line)
            found = i;
    }
    return found;
}

static void tell(struct gil *gil, LLVMValueRef call, unsigned state)
{
    struct rs_rules *rules = gil->rules;
    const struct rs_contract *row = rs_rules_api(rules, call, NULL);
    struct rs_ir_function *function = rs_ir_function(rules->ir, LLVMGetBasicBlockParent(LLVMGetInstructionParent(call)));
    struct rs_finding *finding;
    LLVMValueRef release;
    uint64_t *told;

    if (state != RELEASED || !needs_gil(row))
        return;
    told = rs_map_at(&gil->told, (uintptr_t)call);
    if (*told != 0)
        return;
    *told = 1;
    release = release_before(rules, call);
    finding = rs_rules_tell(rules, RS_RULE_RS301, function, call,
                            release != NULL ? rs_rules_text(rules, "%s calls %s although the GIL was given up at line %d", function->name, row->name, rs_ir_place(rules->ir, release).line)
                                            : rs_rules_text(rules, "%s calls %s, and is only called where the GIL has been given up", function->name, row->name),
                            rs_rules_text(rules, "move the call at line %d to where the GIL is held, or take it around the call (Py_BLOCK_THREADS, PyGILState_Ensure)",
                                          rs_ir_place(rules->ir, call).line));
    if (release == NULL)
        return;
    rs_rules_belief(rules, finding, release, rs_rules_api(rules, release, NULL)->name);
    rs_rules_note(rules, finding, release, "the GIL is given up");
    rs_rules_note(rules, finding, call, rs_rules_text(rules, "%s is called without it", row->name));
}

/* How the unit's functions are called. */
static void note_callee(struct gil *gil, LLVMValueRef call, unsigned state)
{
    struct rs_ir_function *own = rs_rules_own(gil->rules, call);

    if (own != NULL)
        *rs_map_at(&gil->next, (uintptr_t)own->value) |= state;
}

static bool only_called(LLVMValueRef function)
{
    for (LLVMUseRef use = LLVMGetFirstUse(function); use != NULL; use = LLVMGetNextUse(use)) {
        LLVMValueRef user = LLVMGetUser(use);

        if (!LLVMIsAInstruction(user) || !rs_rules_is_call(user) || LLVMGetCalledValue(user) != function)
            return false;
        for (unsigned i = 0; i < LLVMGetNumArgOperands(user); i++)
            if (LLVMGetOperand(user, i) == function)
                return false;
    }
    return true;
}

static unsigned entry_of(struct gil *gil, const struct rs_ir_function *function)
{
    uint64_t *known = rs_map_find(&gil->entry, (uintptr_t)function->value);

    return known != NULL && *known == RELEASED && function->local && function->role == NULL && only_called(function->value) ? RELEASED : HELD;
}

static void each_function(struct gil *gil, void (*visit)(struct gil *gil, LLVMValueRef call, unsigned state))
{
    for (size_t i = 0; i < gil->rules->ir->functions.count; i++) {
        const struct rs_ir_function *function = &gil->rules->ir->functions.items[i];
        struct blocks blocks = {0};
        unsigned entry = entry_of(gil, function);

        if (function->library || (entry == HELD && !rs_rules_reaches(gil->rules, function->value, changes_gil, NULL, 1) && visit == tell))
            continue;
        solve(gil, function->value, entry, DEPTH, &blocks);
        for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(function->value); block != NULL; block = LLVMGetNextBasicBlock(block)) {
            uint64_t *state = rs_map_find(&blocks.entry, (uintptr_t)block);

            if (state != NULL)
                through(gil, block, (unsigned)*state, DEPTH, visit);
        }
        rs_map_close(&blocks.entry);
        RS_VEC_CLOSE(&blocks.open);
    }
}

static bool releases_gil(struct rs_rules *rules)
{
    for (LLVMValueRef function = LLVMGetFirstFunction(rules->ir->module); function != NULL; function = LLVMGetNextFunction(function)) {
        const struct rs_contract *row = rs_ir_contract(rules->ir, function);

        if (row != NULL && (row->flags & RS_GIL_RELEASE))
            return true;
    }
    return false;
}

void rs_rule_gil(struct rs_rules *rules)
{
    struct gil gil = {.rules = rules};

    if (!releases_gil(rules))
        return;
    for (int round = 0; round < ROUNDS; round++) {
        each_function(&gil, note_callee);
        rs_map_close(&gil.entry);
        gil.entry = gil.next;
        gil.next = (struct rs_map){0};
    }
    each_function(&gil, tell);
    rs_map_close(&gil.entry);
    rs_map_close(&gil.told);
}
