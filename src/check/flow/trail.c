/* Steps of paths: see trail.h. */
#include "check/flow/flow.h"

bool rs_trail_is_memory(const struct rs_state *state)
{
    return state->trail != NULL && state->trail->memory;
}

void rs_trail_add(struct rs_flow *flow, struct rs_state *state, LLVMValueRef at, struct rs_trail step)
{
    struct rs_trail *kept;

    if (!rs_tell_is_told(flow))
        return;
    if (step.object != NULL) {
        struct rs_sym *object = rs_arena_alloc(&flow->unit->trails, sizeof(*object));

        *object = *step.object;
        step.object = object;
    }
    step.before = state->trail;
    step.at = at;
    kept = rs_arena_alloc(&flow->unit->trails, sizeof(*kept));
    *kept = step;
    state->trail = kept;
}

void rs_trail_step(struct rs_flow *flow, struct rs_state *state, struct rs_trail step)
{
    struct rs_trail *kept;

    if (!rs_tell_is_told(flow))
        return;
    kept = rs_arena_alloc(&flow->unit->trails, sizeof(*kept));
    *kept = step;
    kept->before = state->trail;
    kept->memory = rs_trail_is_memory(state);
    state->trail = kept;
}

void rs_trail_meet(const struct rs_trail *first, const struct rs_state *state)
{
    /* the steps are the analysis' own, and constant to all but this one */
    struct rs_trail *step = (struct rs_trail *)(uintptr_t)state->trail, *to = (struct rs_trail *)(uintptr_t)first;

    if (step == NULL || to == NULL || step == to)
        return;
    step->other = to->other;
    to->other = step;
}

static struct rs_trail *arrival(struct rs_arena *arena, struct rs_map *arrivals, LLVMBasicBlockRef block)
{
    uint64_t *place = rs_map_at(arrivals, (uintptr_t)block);

    if (*place == 0) {
        struct rs_trail *step = rs_arena_alloc(arena, sizeof(*step));

        *step = (struct rs_trail){0};
        *place = (uintptr_t)step;
    }
    return (struct rs_trail *)(uintptr_t)*place;
}

/* Control goes from the end of one block to another. */
static void add_arrival(struct rs_arena *arena, struct rs_map *arrivals, LLVMValueRef end, LLVMBasicBlockRef to)
{
    LLVMBasicBlockRef from = LLVMGetInstructionParent(end);
    struct rs_trail *first = arrival(arena, arrivals, to), *step = first;

    if (first->at != NULL) {
        step = rs_arena_alloc(arena, sizeof(*step));
        *step = (struct rs_trail){.other = first->other};
        first->other = step;
    }
    step->kind = RS_STEP_CAME;
    step->any = true;
    step->at = end;
    step->to = to;
    step->before = LLVMGetFirstUse(LLVMBasicBlockAsValue(from)) == NULL ? NULL : arrival(arena, arrivals, from);
}

void rs_trail_arrivals(struct rs_arena *arena, struct rs_map *arrivals, LLVMValueRef function)
{
    LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(function);

    for (LLVMBasicBlockRef block = entry; block != NULL; block = LLVMGetNextBasicBlock(block)) {
        LLVMValueRef end = LLVMGetBasicBlockTerminator(block);

        for (unsigned i = 0; i < LLVMGetNumSuccessors(end); i++)
            if (block == entry || LLVMGetFirstUse(LLVMBasicBlockAsValue(block)) != NULL)
                add_arrival(arena, arrivals, end, LLVMGetSuccessor(end, i));
    }
}
