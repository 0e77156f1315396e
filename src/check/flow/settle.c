/* Settling: makes equal states equal bytes, and finds what was lost. */
#include <string.h>

#include <xxhash.h>

#include "check/flow/flow.h"

/* So many members are followed from what the function has at hand: a list that a loop builds or takes apart would be
 * longer each time around. */
enum { DEEPEST = 6 };

struct settling {
    struct rs_flow *flow;
    struct rs_state *state;
    const uint64_t *live;
    struct rs_sym *syms; /* room for all, in their new order */
    int32_t *number;     /* old symbol -> new, or RS_NONE */
    int32_t *order;      /* new -> old */
    uint8_t *depth;      /* old symbol: members on the way to it */
    size_t count;
    bool coarse, coarsest;
    bool *keep;  /* cells */
    bool *cut;   /* cells whose content lies too deep */
    bool *leads; /* symbols from which a chain of members leads to an owned object */
};

static struct rs_av simplified(const struct rs_state *state, struct rs_av value)
{
    const struct rs_sym *sym =
        value.kind == RS_AV_SYM || value.kind == RS_AV_COND ? &state->syms.items[value.sym] : NULL;
    int known;

    if (sym == NULL)
        return value;
    if (value.kind == RS_AV_COND) {
        known = rs_refine_known(state, value);
        return known < 0 ? value : rs_av_int(known);
    }
    if (sym->kind == RS_SYM_INT && sym->low == sym->high)
        return rs_av_int(sym->low);
    return sym->null == RS_NULL && value.number == 0 ? rs_av_int(0) : value;
}

static void reach(struct settling *s, int32_t sym)
{
    if (s->number[sym] != RS_NONE)
        return;
    s->number[sym] = (int32_t)s->count;
    s->order[s->count++] = sym;
}

/* From another symbol, by one of its members or as its parent; false: that would be too deep. */
static bool reach_from(struct settling *s, int32_t from, int32_t sym)
{
    if (s->number[sym] != RS_NONE)
        return true;
    if (s->depth[from] >= DEEPEST)
        return false;
    s->depth[sym] = (uint8_t)(s->depth[from] + 1);
    reach(s, sym);
    return true;
}

/* What is known of an object's type, where it will be asked for; by callers, of an argument. */
static uint64_t kinds_kept(const struct settling *s, const struct rs_sym *sym)
{
    bool callers = sym - s->state->syms.items < s->flow->nargs && !s->flow->uncalled && !s->flow->function->library;

    if (sym->excluded == 0 || (s->coarse && !(sym->kind == RS_SYM_NEW && sym->owned > 0)))
        return 0;
    return callers ? sym->excluded : rs_kinds_kept(sym->excluded, s->flow->blocks.items[s->state->block].kinds);
}

static bool informative(const struct settling *s, const struct rs_sym *sym)
{
    const uint32_t ordinary = RS_F_HELD | RS_F_OWNED_FIELD | RS_F_MUTABLE | RS_F_FOREVER | RS_F_VISIBLE | RS_F_TYPE |
                              RS_F_SHARED | RS_F_MADE | RS_F_NO_CONSTANT | RS_F_ANOTHER | RS_F_ALONE;

    if (sym->owned != 0)
        return true;
    if (s->coarse)
        return false;
    if (sym->kind == RS_SYM_INT)
        return sym->low != INT64_MIN || sym->high != INT64_MAX || sym->null != RS_MAYBE;
    return (sym->kind == RS_SYM_LOADED && sym->null != RS_MAYBE) || (sym->flags & ~ordinary) != 0 ||
           kinds_kept(s, sym) != 0;
}

/* The symbol that a cell's content names, or RS_NONE. */
static int32_t content_of(const struct rs_cell *cell)
{
    return cell->value.kind == RS_AV_SYM || cell->value.kind == RS_AV_COND ? cell->value.sym : RS_NONE;
}

/* Whether a condition was answered about it. */
static bool is_answered(const struct rs_sym *sym)
{
    if (sym->kind == RS_SYM_INT)
        return sym->low != INT64_MIN || sym->high != INT64_MAX || sym->null != RS_MAYBE;
    return sym->kind == RS_SYM_GLOBAL ||
           (sym->kind == RS_SYM_LOADED && (sym->null != RS_MAYBE || sym->flags & RS_F_ASKED));
}

/* Whether a cell tells more than a load from it would. */
static bool is_kept(const struct settling *s, const struct rs_cell *cell)
{
    int32_t content = content_of(cell);
    bool local = s->state->syms.items[cell->base].kind == RS_SYM_LOCAL,
         asked = !s->coarsest && rs_asked_again(s->flow, cell->key);

    if (content != RS_NONE)
        return cell->stored || s->leads[content] || informative(s, &s->state->syms.items[content]) ||
               (asked && is_answered(&s->state->syms.items[content]));
    return (local && cell->stored) || !s->coarse || asked;
}

static bool is_before(const struct rs_cell *a, const struct rs_cell *b)
{
    return a->base != b->base ? a->base < b->base : a->offset < b->offset;
}

/* Few are out of order: those made since the last time. */
static void sort_cells(struct rs_state *state)
{
    for (size_t i = 1; i < state->mem.count; i++) {
        struct rs_cell cell = state->mem.items[i];
        size_t at = i;

        for (; at > 0 && is_before(&cell, &state->mem.items[at - 1]); at--)
            state->mem.items[at] = state->mem.items[at - 1];
        state->mem.items[at] = cell;
    }
}

/* Cells of one base that bring something, in the order of offsets. */
static void reach_cells(struct settling *s, int32_t base)
{
    size_t low = 0, high = s->state->mem.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->state->mem.items[middle].base < base)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < s->state->mem.count && s->state->mem.items[low].base == base; low++) {
        const struct rs_cell *cell = &s->state->mem.items[low];

        s->keep[low] = is_kept(s, cell);
        if (!s->keep[low] || content_of(cell) == RS_NONE || reach_from(s, base, content_of(cell)))
            continue;
        s->cut[low] = cell->stored;
        s->keep[low] = cell->stored;
    }
}

static bool is_named_before(const struct rs_sym *a, const struct rs_sym *b)
{
    size_t length;

    return strcmp(LLVMGetValueName2(a->identity, &length), LLVMGetValueName2(b->identity, &length)) < 0;
}

/* Globals that have cells or references, in the order of their names. */
static void reach_globals(struct settling *s)
{
    enum { GLOBALS_MOST = 512 };
    int32_t globals[GLOBALS_MOST];
    size_t count = 0;

    for (size_t i = 0; i < s->state->syms.count && count < GLOBALS_MOST; i++) {
        const struct rs_sym *sym = &s->state->syms.items[i];
        bool needed = sym->kind == RS_SYM_GLOBAL && sym->owned != 0;
        size_t at = count;

        for (size_t k = 0; k < s->state->mem.count && sym->kind == RS_SYM_GLOBAL && !needed; k++)
            needed = s->state->mem.items[k].base == (int32_t)i;
        if (!needed)
            continue;
        for (; at > 0 && is_named_before(sym, &s->state->syms.items[globals[at - 1]]); at--)
            globals[at] = globals[at - 1];
        globals[at] = (int32_t)i;
        count++;
    }
    for (size_t i = 0; i < count; i++)
        reach(s, globals[i]);
}

/* Memory that holds what it may have no reference to: judged at the end, when it is known whether one was taken. */
static void reach_doubtful(struct settling *s)
{
    for (size_t i = 0; i < s->state->mem.count && !s->coarse; i++) {
        const struct rs_cell *cell = &s->state->mem.items[i];
        const struct rs_sym *content = content_of(cell) == RS_NONE ? NULL : &s->state->syms.items[content_of(cell)];

        if (cell->stored && cell->key != 0 && content != NULL &&
            s->state->syms.items[cell->base].kind == RS_SYM_MEMORY &&
            rs_fields_is_doubtful(s->flow, cell->key, content))
            reach(s, cell->base);
    }
}

static void drop_dead_values(struct settling *s)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->state->env.count; i++) {
        struct rs_bind bind = s->state->env.items[i];

        if (!(s->live[bind.index / 64] >> (bind.index % 64) & 1))
            continue;
        bind.value = simplified(s->state, bind.value);
        s->state->env.items[kept++] = bind;
    }
    s->state->env.count = kept;
    for (size_t i = 0; i < s->state->mem.count; i++) {
        struct rs_cell *cell = &s->state->mem.items[i];
        const struct rs_sym *content = content_of(cell) == RS_NONE ? NULL : &s->state->syms.items[content_of(cell)];

        /* that a place was NULL at entry is a condition of this way, which the caller may refute */
        if (content == NULL || s->flow->uncalled || !rs_is_nameable(s->flow, s->state, content))
            cell->value = simplified(s->state, cell->value);
        /* a place that is NULL and one that was set to NULL are alike to the interpreter */
        if (s->flow->uncalled)
            cell->stored = cell->stored || (cell->value.kind == RS_AV_INT && cell->value.number == 0);
    }
}

static void find_chains(struct settling *s)
{
    for (size_t i = 0; i < s->state->syms.count; i++) {
        const struct rs_sym *sym = &s->state->syms.items[i];

        for (int32_t at = sym->kind == RS_SYM_LOADED && sym->owned != 0 ? sym->parent : RS_NONE;
             at != RS_NONE && !s->leads[at]; at = s->state->syms.items[at].parent)
            s->leads[at] = true;
    }
}

/* An item of which a reference was taken is named by its place in a container that is at hand. */
static void reach_owned_items(struct settling *s)
{
    for (size_t i = 0; i < s->state->mem.count; i++) {
        const struct rs_cell *cell = &s->state->mem.items[i];
        const struct rs_sym *base = &s->state->syms.items[cell->base];
        int32_t content = content_of(cell);

        if (base->kind == RS_SYM_ITEMS && base->parent != RS_NONE && s->number[base->parent] != RS_NONE &&
            content != RS_NONE && s->state->syms.items[content].owned > 0)
            reach(s, cell->base);
    }
}

/* Whether an integer is known that tells of another symbol, which is at hand: of a flag in it, of its type. */
static bool is_learned(const struct settling *s, const struct rs_sym *sym)
{
    bool ordered = sym->flags & RS_F_ORDER && rs_eval_order_is_live(sym, s->live),
         of_parent = sym->parent != RS_NONE && s->number[sym->parent] != RS_NONE,
         asked = !s->coarsest && of_parent && s->state->syms.items[sym->parent].flags & RS_F_ASKED && is_answered(sym);

    if (sym->flags & RS_F_KIND ||
        !(sym->flags & RS_F_ORDER ? ordered && (of_parent || sym->parent == RS_NONE) : of_parent))
        return false;
    if (rs_question_is_answer(sym))
        return rs_question_is_kept(s->flow, sym, s->coarse);
    return informative(s, sym) || asked;
}

static void find_reachable(struct settling *s)
{
    size_t done = 0;

    find_chains(s);
    for (size_t i = 0; i < s->flow->nargs; i++)
        reach(s, (int32_t)i);
    for (size_t i = 0; i < s->state->env.count; i++)
        if (s->state->env.items[i].value.kind == RS_AV_SYM || s->state->env.items[i].value.kind == RS_AV_COND)
            reach(s, s->state->env.items[i].value.sym);
    reach_globals(s);
    reach_doubtful(s);
    do {
        while (done < s->count)
            reach_cells(s, s->order[done++]);
        reach_owned_items(s);
    } while (done < s->count);
    for (size_t i = 0; i < s->state->syms.count; i++)
        if (s->state->syms.items[i].kind == RS_SYM_INT && is_learned(s, &s->state->syms.items[i]))
            reach(s, (int32_t)i);
}

/* A reference of what lies there goes with the place, if there is one; without one it may be that the place's is taken
 * later. */
static void lodge(struct settling *s, const struct rs_cell *cell, struct rs_sym *object)
{
    if (object->owned > 0) {
        object->owned--;
        rs_fields_owns(s->flow->unit, cell->key);
    }
    object->flags |= RS_F_VISIBLE | (rs_fields_is_owner(s->flow->unit, cell->key) ? 0u : RS_F_LODGED);
}

/* What was stored behind an address that nobody here knows any more is that memory's from now on. */
static void hand_over(struct settling *s)
{
    for (size_t i = 0; i < s->state->mem.count; i++) {
        struct rs_cell *cell = &s->state->mem.items[i];
        int32_t content = content_of(cell);
        bool known = s->number[cell->base] != RS_NONE && !s->cut[i];

        if (s->cut[i])
            cell->value = rs_av_unknown();
        if (known || content == RS_NONE || !cell->stored || !rs_memory_outlives(s->state, cell->base))
            continue;
        if (s->state->syms.items[cell->base].kind == RS_SYM_ITEMS)
            continue; /* was taken over when it was stored */
        lodge(s, cell, &s->state->syms.items[content]);
    }
}

/* What a place held that the caller knows better: whether it owned is the caller's to say. */
static bool is_callers(const struct settling *s, const struct rs_sym *sym)
{
    return !s->flow->role && sym->flags & RS_F_MOVED && !(sym->flags & RS_F_OWNED_FIELD) &&
           rs_is_nameable(s->flow, s->state, sym);
}

static void find_lost(struct settling *s)
{
    for (size_t i = 0; i < s->state->syms.count; i++)
        if (s->number[i] == RS_NONE && s->state->syms.items[i].owned > 0 && !is_callers(s, &s->state->syms.items[i]))
            rs_refs_lost(s->flow, s->state, &s->state->syms.items[i], s->state->came_from);
}

/* What a member held at entry and is given up by now: the caller has to know. Where states are to be few it need not
 * know whether that was NULL: to give up NULL is nothing. */
static void reach_given_up(struct settling *s)
{
    for (size_t i = 0; i < s->state->syms.count && !s->flow->uncalled; i++) {
        struct rs_sym *sym = &s->state->syms.items[i];
        bool given_up = sym->flags & RS_F_MOVED && (sym->owned == 0 || sym->null == RS_NULL);

        if (s->number[i] != RS_NONE || !(given_up || is_callers(s, sym)) || !rs_is_nameable(s->flow, s->state, sym))
            continue;
        sym->owned = given_up ? 0 : sym->owned;
        if (s->coarse)
            sym->null = RS_MAYBE;
        reach(s, (int32_t)i);
    }
}

/* Parents are needed for what hangs on them, though nobody can reach them. */
static void reach_parents(struct settling *s)
{
    for (size_t i = 0; i < s->count; i++) {
        struct rs_sym *sym = &s->state->syms.items[s->order[i]];
        bool matters = sym->kind == RS_SYM_BORROWED || sym->kind == RS_SYM_ITEMS || sym->kind == RS_SYM_NEW ||
                       sym->kind == RS_SYM_LOADED || sym->kind == RS_SYM_MEMORY || sym->kind == RS_SYM_INT;

        if (sym->parent == RS_NONE)
            continue;
        if ((s->number[sym->parent] == RS_NONE && (s->coarse || !matters)) || !reach_from(s, s->order[i], sym->parent))
            sym->parent = RS_NONE;
    }
}

/* A cell is dropped of which conditions will ask again. */
static void remember(struct settling *s, const struct rs_cell *cell)
{
    enum { MEMOS_MOST = 16 };
    int32_t content = content_of(cell);
    const struct rs_sym *sym = content == RS_NONE ? NULL : &s->state->syms.items[content];
    bool number = cell->value.kind == RS_AV_INT;

    if (!s->coarsest || cell->stored || (uint32_t)cell->base >= s->flow->nargs || cell->offset <= RS_OFFSET_INDEX ||
        s->state->memos.count == MEMOS_MOST || !rs_asked_again(s->flow, cell->key) ||
        !(number || (sym != NULL && is_answered(sym) && cell->value.kind == RS_AV_SYM && cell->value.number == 0)))
        return;
    rs_memory_unlearn(s->state, cell->base, cell->offset);
    *RS_PUSH(&s->state->memos) = (struct rs_memo){
        .base = cell->base,
        .offset = cell->offset,
        .null = !number                   ? sym->null
                : cell->value.number == 0 ? RS_NULL
                                          : RS_NONNULL,
        .low = number ? cell->value.number : sym->low,
        .high = number ? cell->value.number : sym->high,
    };
}

static void renumber(struct settling *s)
{
    struct rs_state *state = s->state;
    struct rs_sym *syms = s->syms;
    size_t kept = 0;

    for (size_t i = 0; i < state->mem.count; i++) {
        struct rs_cell cell = state->mem.items[i];
        int32_t content = content_of(&cell);

        if (s->number[cell.base] == RS_NONE || !(s->keep[i] || (content != RS_NONE && s->number[content] != RS_NONE))) {
            remember(s, &cell);
            continue;
        }
        cell.base = s->number[cell.base];
        if (content != RS_NONE)
            cell.value.sym = s->number[content];
        state->mem.items[kept++] = cell;
    }
    state->mem.count = kept;
    sort_cells(state);
    for (size_t i = 0; i < s->count; i++) {
        syms[i] = state->syms.items[s->order[i]];
        syms[i].excluded = kinds_kept(s, &state->syms.items[s->order[i]]);
        if (syms[i].parent != RS_NONE)
            syms[i].parent = s->number[syms[i].parent];
        if (syms[i].kept != RS_NONE)
            syms[i].kept = s->number[syms[i].kept];
    }
    for (size_t i = 0; i < state->env.count; i++)
        if (state->env.items[i].value.sym != RS_NONE)
            state->env.items[i].value.sym = s->number[state->env.items[i].value.sym];
    state->err_sym = state->err_sym == RS_NONE ? RS_NONE : s->number[state->err_sym];
    if (s->count > 0)
        memcpy(state->syms.items, syms, s->count * sizeof(*syms));
    state->syms.count = s->count;
    if (state->err == RS_ERR_MAYBE && state->err_sym == RS_NONE)
        state->err = RS_ERR_UNKNOWN;
}

/* What tells states apart, as numbers side by side. */
static uint64_t *list_value(uint64_t *at, struct rs_av value)
{
    *at++ = (uint64_t)value.kind << 8 | value.predicate | (uint64_t)(uint32_t)value.sym << 32;
    *at++ = (uint64_t)value.number;
    return at;
}

static size_t words_at_most(const struct rs_state *state)
{
    return 2 + 3 * state->env.count + 4 * state->mem.count + 7 * state->syms.count;
}

static uint64_t hash_of(const struct rs_state *state, uint64_t *words)
{
    uint64_t *at = words;

    *at++ = state->err | (uint64_t)state->pending << 8 | (uint64_t)state->entry << 16 |
            (uint64_t)state->supposed << 24 | (uint64_t)state->vague << 32 | (uint64_t)state->clouded << 40;
    *at++ = (uint64_t)(uint32_t)state->err_sym | (uint64_t)state->env.count << 32 | (uint64_t)state->mem.count << 48;
    for (size_t i = 0; i < state->env.count; i++) {
        *at++ = state->env.items[i].index;
        at = list_value(at, state->env.items[i].value);
    }
    for (size_t i = 0; i < state->mem.count; i++) {
        const struct rs_cell *cell = &state->mem.items[i];

        *at++ = (uint64_t)(uint32_t)cell->base << 1 | cell->stored;
        *at++ = (uint64_t)cell->offset;
        at = list_value(at, cell->value);
    }
    for (size_t i = 0; i < state->syms.count; i++) {
        const struct rs_sym *sym = &state->syms.items[i];

        *at++ = (uint64_t)sym->kind | (uint64_t)sym->null << 8 | (uint64_t)(uint8_t)sym->owned << 16 |
                (uint64_t)(uint8_t)sym->fail << 24 | (uint64_t)sym->flags << 32;
        *at++ = (uint64_t)(uint32_t)sym->parent | (uint64_t)(uint32_t)sym->kept << 32;
        *at++ = (uint64_t)sym->low;
        *at++ = (uint64_t)sym->high;
        *at++ = (uint64_t)sym->offset;
        *at++ = (uintptr_t)sym->identity;
        *at++ = sym->excluded;
    }
    return XXH3_64bits(words, (size_t)(at - words) * sizeof(*words));
}

void rs_settle(struct rs_flow *flow, struct rs_state *state, const uint64_t *live, enum rs_grain grain)
{
    struct settling s = {.flow = flow,
                         .state = state,
                         .live = live,
                         .coarse = grain != RS_GRAIN_FINE,
                         .coarsest = grain == RS_GRAIN_COARSEST};
    size_t room = state->syms.count, order = room * sizeof(*s.syms), hashed = words_at_most(state) * sizeof(uint64_t),
           wide = order > hashed ? order : hashed,
           size = wide + room * (2 * sizeof(int32_t) + 2) + 2 * state->mem.count + 1;

    if (size > flow->scratch_room) {
        free(flow->scratch);
        flow->scratch = rs_realloc(NULL, flow->scratch_room = 2 * size);
    }
    s.syms = flow->scratch;
    s.number = (int32_t *)((char *)flow->scratch + wide);
    s.order = s.number + room;
    s.leads = (bool *)(s.order + room);
    s.keep = s.leads + room;
    s.cut = s.keep + state->mem.count;
    s.depth = (void *)(s.cut + state->mem.count);
    memset(s.number, 0xff, room * sizeof(*s.number));
    memset(s.leads, 0, 2 * room + 2 * state->mem.count);
    sort_cells(state);
    drop_dead_values(&s);
    find_reachable(&s);
    hand_over(&s);
    find_lost(&s);
    reach_given_up(&s);
    reach_parents(&s);
    renumber(&s);
    state->hash = hash_of(state, flow->scratch);
    flow->steps += s.count + state->mem.count;
}
