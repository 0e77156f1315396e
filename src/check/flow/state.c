/* States: their memory, copies, values and symbols. */
#include <string.h>

#include "check/flow/flow.h"

enum { SPARE_MOST = 1024, ROOM_LEAST = 16 };

/* Into memory that may have been another state's; a little more than is needed, since most states grow. */
#define COPY(to, from)                                                                                                 \
    do {                                                                                                               \
        if ((to)->room < (from)->count) {                                                                              \
            free((to)->items);                                                                                         \
            (to)->room = (from)->count + (from)->count / 2 + ROOM_LEAST;                                               \
            (to)->items = rs_realloc(NULL, (to)->room * sizeof(*(to)->items));                                         \
        }                                                                                                              \
        (to)->count = (from)->count;                                                                                   \
        if ((from)->count > 0)                                                                                         \
            memcpy((to)->items, (from)->items, (from)->count * sizeof(*(from)->items));                                \
    } while (0)

static struct rs_state *spare(struct rs_state_pool *pool)
{
    struct rs_state *state =
        pool->spare.count > 0 ? pool->spare.items[--pool->spare.count] : rs_alloc(sizeof(struct rs_state));

    state->pool = pool;
    return state;
}

/* All of a state but its arrays, whose memory stays. */
static void set_plain(struct rs_state *to, const struct rs_state *from)
{
    struct rs_state kept = *to;

    *to = *from;
    to->pool = kept.pool;
    memcpy(&to->syms, &kept.syms, sizeof(kept.syms));
    memcpy(&to->env, &kept.env, sizeof(kept.env));
    memcpy(&to->mem, &kept.mem, sizeof(kept.mem));
    memcpy(&to->memos, &kept.memos, sizeof(kept.memos));
}

struct rs_state *rs_state_new(struct rs_state_pool *pool)
{
    struct rs_state *state = spare(pool);

    set_plain(state, &(struct rs_state){.pool = pool});
    state->syms.count = state->env.count = state->mem.count = state->memos.count = 0;
    return state;
}

struct rs_state *rs_state_copy(const struct rs_state *state)
{
    struct rs_state *copy = spare(state->pool);

    set_plain(copy, state);
    COPY(&copy->syms, &state->syms);
    COPY(&copy->env, &state->env);
    COPY(&copy->mem, &state->mem);
    COPY(&copy->memos, &state->memos);
    return copy;
}

static void discard(struct rs_state *state)
{
    RS_VEC_CLOSE(&state->syms);
    RS_VEC_CLOSE(&state->env);
    RS_VEC_CLOSE(&state->mem);
    RS_VEC_CLOSE(&state->memos);
    free(state);
}

void rs_state_close(struct rs_state *state)
{
    if (state->pool->spare.count < SPARE_MOST)
        *RS_PUSH(&state->pool->spare) = state;
    else
        discard(state);
}

void rs_state_pool_close(struct rs_state_pool *pool)
{
    for (size_t i = 0; i < pool->spare.count; i++)
        discard(pool->spare.items[i]);
    RS_VEC_CLOSE(&pool->spare);
}

/* Where the index stands, or would stand. */
static size_t place_of(const struct rs_state *state, uint32_t index)
{
    size_t low = 0, high = state->env.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (state->env.items[middle].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct rs_av rs_state_get(const struct rs_state *state, uint32_t index)
{
    size_t at = place_of(state, index);

    return at < state->env.count && state->env.items[at].index == index ? state->env.items[at].value : rs_av_unknown();
}

void rs_state_set(struct rs_state *state, uint32_t index, struct rs_av value)
{
    size_t at = place_of(state, index);
    bool there = at < state->env.count && state->env.items[at].index == index;

    if (there && value.kind != RS_AV_UNKNOWN) {
        state->env.items[at].value = value;
    } else if (there) {
        memmove(&state->env.items[at], &state->env.items[at + 1],
                (state->env.count - at - 1) * sizeof(*state->env.items));
        state->env.count--;
    } else if (value.kind != RS_AV_UNKNOWN) {
        RS_PUSH(&state->env);
        memmove(&state->env.items[at + 1], &state->env.items[at],
                (state->env.count - at - 1) * sizeof(*state->env.items));
        state->env.items[at] = (struct rs_bind){index, value};
    }
}

int32_t rs_state_sym(struct rs_state *state, enum rs_sym_kind kind, LLVMValueRef how)
{
    *RS_PUSH(&state->syms) = (struct rs_sym){.kind = kind,
                                             .parent = RS_NONE,
                                             .kept = RS_NONE,
                                             .low = INT64_MIN,
                                             .high = INT64_MAX,
                                             .born = ++state->births,
                                             .how = how};
    return (int32_t)state->syms.count - 1;
}

int32_t rs_state_global(struct rs_state *state, LLVMValueRef global)
{
    int32_t sym;

    for (size_t i = 0; i < state->syms.count; i++)
        if (state->syms.items[i].kind == RS_SYM_GLOBAL && state->syms.items[i].identity == global)
            return (int32_t)i;
    sym = rs_state_sym(state, RS_SYM_GLOBAL, NULL);
    state->syms.items[sym].identity = global;
    state->syms.items[sym].null = RS_NONNULL;
    return sym;
}

int32_t rs_state_answer(struct rs_state *state, int32_t object, int32_t global, LLVMValueRef how)
{
    int64_t code = (int64_t)(uintptr_t)state->syms.items[global].identity;
    int32_t answer;

    state->syms.items[object].flags |= RS_F_ASKED;
    for (size_t i = 0; i < state->syms.count; i++)
        if (state->syms.items[i].kind == RS_SYM_INT && state->syms.items[i].parent == object &&
            state->syms.items[i].offset == code)
            return (int32_t)i;
    answer = rs_state_sym(state, RS_SYM_INT, how);
    state->syms.items[answer].parent = object;
    state->syms.items[answer].offset = code;
    state->syms.items[answer].low = 0;
    state->syms.items[answer].high = 1;
    return answer;
}

struct rs_sym *rs_state_twin(struct rs_state *state, const struct rs_sym *sym)
{
    int32_t index = (int32_t)(sym - state->syms.items);

    for (size_t i = 0; i < state->syms.count; i++) {
        const struct rs_sym *answer = &state->syms.items[i];
        struct rs_sym *object =
            answer->kind != RS_SYM_INT || answer->parent == RS_NONE ? NULL : &state->syms.items[answer->parent];

        if (object == NULL || !(object->flags & RS_F_ASKED) || answer->low != 1)
            continue;
        if (sym->kind == RS_SYM_GLOBAL && answer->offset == (int64_t)(uintptr_t)sym->identity)
            return object;
        for (size_t k = 0; k < state->syms.count && answer->parent == index; k++)
            if (state->syms.items[k].kind == RS_SYM_GLOBAL &&
                answer->offset == (int64_t)(uintptr_t)state->syms.items[k].identity)
                return &state->syms.items[k];
    }
    return NULL;
}

struct rs_sym *rs_state_object(struct rs_state *state, struct rs_av value)
{
    return value.kind == RS_AV_SYM && value.number == 0 ? &state->syms.items[value.sym] : NULL;
}
