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
