/* Making summaries: what a function's ways do to its arguments, members and result. */
#include <string.h>

#include "check/flow/flow.h"

struct making {
    struct rs_flow *flow;
    const struct rs_state *state;
    struct rs_case way;
    int32_t fresh[RS_CASE_REFS]; /* new objects by number */
    int nfresh;
    bool full;
};

static const char *global_name(LLVMValueRef global)
{
    size_t length;

    return LLVMGetValueName2(global, &length);
}

/* Number of a new object, or -1. */
static int number_of(struct making *m, int32_t sym)
{
    for (int i = 0; i < m->nfresh; i++)
        if (m->fresh[i] == sym)
            return i;
    if (m->nfresh == RS_CASE_REFS)
        return -1;
    m->fresh[m->nfresh] = sym;
    return m->nfresh++;
}

static bool is_argument(const struct making *m, int32_t sym)
{
    return sym >= 0 && (uint32_t)sym < m->flow->nargs && sym < RS_SUMMARY_ARGS;
}

/* To the caller a reference that was taken to something borrowed is as new as that of a new object. */
static bool is_new(const struct making *m, const struct rs_sym *sym)
{
    bool taken = (sym->kind == RS_SYM_BORROWED || sym->kind == RS_SYM_LOADED) && sym->owned > 0 &&
                 !rs_is_nameable(m->flow, m->state, sym);

    return (sym->kind == RS_SYM_NEW || taken) && !(sym->flags & RS_F_UNCERTAIN);
}

static struct rs_subject subject_of_sym(struct making *m, int32_t index)
{
    const struct rs_sym *sym = &m->state->syms.items[index];
    const struct rs_sym *parent = sym->parent == RS_NONE ? NULL : &m->state->syms.items[sym->parent];
    struct rs_subject subject = {.kind = RS_SUBJECT_NONE, .null = sym->null, .arg = -1};

    if (is_argument(m, index)) {
        subject.kind = RS_SUBJECT_ARG;
        subject.arg = (int16_t)index;
    } else if (sym->kind == RS_SYM_GLOBAL) {
        subject.kind = RS_SUBJECT_STATIC;
        subject.global = global_name(sym->identity);
    } else if (is_new(m, sym)) {
        subject.arg = (int16_t)number_of(m, index);
        subject.kind = subject.arg < 0 ? RS_SUBJECT_NONE : RS_SUBJECT_NEW;
        subject.offset =
            sym->kind == RS_SYM_NEW
                ? sym->flags & (RS_F_NO_CONSTANT | RS_F_ANOTHER | (sym->flags & RS_F_VISIBLE ? 0 : RS_F_ALONE))
                : 0;
    } else if (sym->kind == RS_SYM_LOADED && sym->offset > RS_OFFSET_INDEX && is_argument(m, sym->parent)) {
        subject.kind = RS_SUBJECT_FIELD;
        subject.arg = (int16_t)sym->parent;
        subject.offset = sym->offset;
    } else if (sym->kind == RS_SYM_LOADED && sym->offset > RS_OFFSET_INDEX && parent != NULL &&
               parent->kind == RS_SYM_GLOBAL) {
        subject.kind = RS_SUBJECT_GLOBAL;
        subject.global = global_name(parent->identity);
        subject.offset = sym->offset;
    } else if ((sym->kind == RS_SYM_BORROWED || sym->kind == RS_SYM_LOADED) && !(sym->flags & RS_F_UNCERTAIN)) {
        subject.kind = RS_SUBJECT_BORROWED;
        subject.arg = is_argument(m, sym->parent) ? (int16_t)sym->parent : -1;
    } else if (sym->kind == RS_SYM_MEMORY && sym->flags & RS_F_FOREVER && !(sym->flags & RS_F_UNCERTAIN)) {
        subject.kind = RS_SUBJECT_MEMORY;
    }
    return subject;
}

/* The address of a member: of an argument the caller can name it. */
static struct rs_subject subject_of_member(const struct making *m, struct rs_av address)
{
    struct rs_subject subject = {.kind = RS_SUBJECT_NONE, .null = RS_NONNULL, .arg = -1};

    if (address.number > 0 && is_argument(m, address.sym)) {
        subject.kind = RS_SUBJECT_ARG;
        subject.arg = (int16_t)address.sym;
        subject.offset = address.number;
    }
    return subject;
}

static struct rs_subject subject_of(struct making *m, struct rs_av value)
{
    struct rs_subject subject = {.kind = RS_SUBJECT_NONE, .arg = -1};

    if (value.kind == RS_AV_INT)
        return (struct rs_subject){.kind = RS_SUBJECT_INT, .arg = -1, .offset = value.number, .high = value.number};
    if (value.kind == RS_AV_COND) {
        int known = rs_refine_known(m->state, value);

        return (struct rs_subject){.kind = RS_SUBJECT_INT, .arg = -1, .offset = known == 1, .high = known != 0};
    }
    if (value.kind != RS_AV_SYM)
        return subject;
    if (value.number != 0 && m->state->syms.items[value.sym].kind != RS_SYM_INT)
        return subject_of_member(m, value);
    if (m->state->syms.items[value.sym].kind == RS_SYM_INT && !is_argument(m, value.sym))
        return (struct rs_subject){.kind = RS_SUBJECT_INT,
                                   .null = m->state->syms.items[value.sym].null,
                                   .arg = -1,
                                   .offset = m->state->syms.items[value.sym].low,
                                   .high = m->state->syms.items[value.sym].high};
    if (m->state->syms.items[value.sym].null == RS_NULL)
        return (struct rs_subject){.kind = RS_SUBJECT_INT, .arg = -1};
    return subject_of_sym(m, value.sym);
}

static void add_ref(struct making *m, struct rs_subject who, int owned, bool uncertain)
{
    if (who.kind != RS_SUBJECT_FIELD && who.kind != RS_SUBJECT_GLOBAL)
        who.null = RS_MAYBE;
    if (m->way.nrefs == RS_CASE_REFS) {
        m->full = true;
        return;
    }
    m->way.refs[m->way.nrefs++] = (struct rs_ref_change){.who = who, .owned = owned, .uncertain = uncertain};
}

static void add_stores(struct making *m)
{
    for (size_t i = 0; i < m->state->mem.count; i++) {
        const struct rs_cell *cell = &m->state->mem.items[i];
        const struct rs_sym *base = &m->state->syms.items[cell->base];
        struct rs_subject where = {.arg = -1, .offset = cell->offset};

        if (!cell->stored || cell->offset <= RS_OFFSET_INDEX)
            continue;
        if (is_argument(m, cell->base))
            where.kind = RS_SUBJECT_FIELD, where.arg = (int16_t)cell->base;
        else if (base->kind == RS_SYM_GLOBAL)
            where.kind = RS_SUBJECT_GLOBAL, where.global = global_name(base->identity);
        else
            continue;
        if (m->way.nstores == RS_CASE_STORES) {
            m->full = true;
            return;
        }
        m->way.stores[m->way.nstores++] = (struct rs_store_change){where, subject_of(m, cell->value), cell->key};
    }
}

/* References that lie in memory of which the caller knows nothing. */
static int hidden_holders(const struct making *m, int32_t sym)
{
    int count = 0;

    for (size_t i = 0; i < m->state->mem.count; i++) {
        const struct rs_cell *cell = &m->state->mem.items[i];
        const struct rs_sym *base = &m->state->syms.items[cell->base];
        bool seen = is_argument(m, cell->base) || base->kind == RS_SYM_GLOBAL || base->kind == RS_SYM_LOCAL;

        count += !seen && rs_memory_holds(m->flow, m->state, cell, sym);
    }
    return count;
}

/* Places that hold it of which the caller is told. */
static int named_holders(const struct making *m, int32_t sym)
{
    int count = 0;

    for (size_t i = 0; i < m->state->mem.count; i++) {
        const struct rs_cell *cell = &m->state->mem.items[i];
        bool named = is_argument(m, cell->base) || m->state->syms.items[cell->base].kind == RS_SYM_GLOBAL;

        count += named && cell->stored && cell->value.kind == RS_AV_SYM && cell->value.sym == sym;
    }
    return count;
}

static void add_refs(struct making *m)
{
    for (size_t i = 0; i < m->state->syms.count; i++) {
        const struct rs_sym *sym = &m->state->syms.items[i];
        bool concerns = is_argument(m, (int32_t)i) || sym->kind == RS_SYM_LOADED || sym->kind == RS_SYM_GLOBAL;
        bool moved = sym->flags & RS_F_MOVED;
        int hidden, owned = sym->owned - moved;
        bool condition = sym->kind == RS_SYM_LOADED && sym->null != RS_MAYBE;

        if (!concerns || sym->kind == RS_SYM_INT)
            continue;
        hidden = hidden_holders(m, (int32_t)i);
        if (owned == 0 && hidden == 0 && !condition && !(sym->flags & RS_F_UNCERTAIN))
            continue;
        struct rs_subject who = subject_of_sym(m, (int32_t)i);
        /* what the place gave up may be what memory holds that nobody can name */
        bool lies_hidden = moved && hidden > 0 && owned <= 0;
        if (who.kind != RS_SUBJECT_NONE && who.kind != RS_SUBJECT_BORROWED)
            add_ref(m, who,
                    owned > hidden ? owned - hidden
                    : owned > 0    ? 0
                                   : owned,
                    lies_hidden || (sym->flags & RS_F_UNCERTAIN) || (sym->flags & RS_F_LODGED && owned > hidden) ||
                        hidden > (sym->owned > 0 ? sym->owned : 0));
    }
    for (int i = 0; i < m->nfresh; i++) {
        const struct rs_sym *sym = &m->state->syms.items[m->fresh[i]];
        int hidden = hidden_holders(m, m->fresh[i]);
        int known = sym->owned > hidden ? sym->owned - hidden : 0,
            most = (m->way.result.kind == RS_SUBJECT_NEW && m->way.result.arg == i) + named_holders(m, m->fresh[i]);
        /* one reference more would be lost in the function itself, see exit.c */
        add_ref(m, (struct rs_subject){.kind = RS_SUBJECT_NEW, .arg = (int16_t)i}, known < most ? known : most, false);
    }
}

static bool same_effect(const struct rs_case *a, const struct rs_case *b)
{
    return a->err == b->err && a->entry == b->entry && a->thrown == b->thrown && a->converts == b->converts &&
           a->nrefs == b->nrefs && a->nstores == b->nstores && memcmp(&a->result, &b->result, sizeof(a->result)) == 0 &&
           memcmp(a->refs, b->refs, sizeof(a->refs)) == 0 && memcmp(a->stores, b->stores, sizeof(a->stores)) == 0;
}

static bool tells(const struct rs_case *way, const struct rs_fact *fact)
{
    for (unsigned i = 0; i < way->nfacts; i++)
        if (way->facts[i].code == fact->code && way->facts[i].arg == fact->arg && way->facts[i].yes == fact->yes)
            return true;
    return false;
}

/* An argument as a way found it holds all that it is on another one. */
static bool spans(const struct rs_subject *a, const struct rs_subject *b)
{
    return (a->null == RS_MAYBE || a->null == b->null) && a->offset <= b->offset && a->high >= b->high;
}

/* Whether what led to either way is no more than what both together say of the arguments: they differ in one argument,
 * or one of them says less. "if (!a || !b) return 0;" is two ways, and is none for who passes neither NULL. */
static bool is_union_exact(const struct rs_case *way, const struct rs_case *other)
{
    unsigned differ = 0;
    bool over = true, under = true;

    for (int i = 0; i < RS_SUMMARY_ARGS; i++) {
        bool mine = spans(&way->args[i], &other->args[i]), its = spans(&other->args[i], &way->args[i]);

        differ += !mine || !its;
        over = over && mine;
        under = under && its;
    }
    return differ < 2 || over || under;
}

/* A refusal that sets no exception and does nothing. */
static bool is_silent_refusal(const struct rs_case *way)
{
    return way->err == RS_ERR_CLEAR && !way->thrown && way->nrefs == 0 && way->nstores == 0 &&
           way->result.kind == RS_SUBJECT_INT && way->result.offset == way->result.high && way->result.high <= 0;
}

/* What ends by either way ends by the first from now on. */
static void join_ends(struct rs_case *way, const struct rs_case *other)
{
    struct rs_end *last = way->ends;

    if (last == NULL || other->ends == NULL || last->count + other->ends->count > RS_ENDS_MOST) {
        way->ends = NULL;
        return;
    }
    for (; last->next != NULL; last = last->next)
        last->count += other->ends->count;
    last->count += other->ends->count;
    last->next = other->ends;
}

/* Two ways that differ in what led there only. */
static void widen(struct rs_case *way, const struct rs_case *other)
{
    join_ends(way, other);
    way->result_excluded &= other->result_excluded;
    for (int i = 0; i < RS_SUMMARY_ARGS; i++) {
        struct rs_subject *mine = &way->args[i];
        const struct rs_subject *its = &other->args[i];

        way->excluded[i] &= other->excluded[i];
        if (mine->null != its->null)
            mine->null = RS_MAYBE;
        if (its->offset < mine->offset)
            mine->offset = its->offset;
        if (its->high > mine->high)
            mine->high = its->high;
    }
    for (unsigned i = 0; i < way->nfacts; i++)
        if (!tells(other, &way->facts[i]))
            way->facts[i--] = way->facts[--way->nfacts];
}

/* Where there is no room left, ways that differ in nothing but what is known of the exception are one. */
static bool unite_ways(struct rs_case *way, const struct rs_case *other)
{
    struct rs_case alike = *other;

    if (way->err == RS_ERR_SET || other->err == RS_ERR_SET)
        return false;
    alike.err = way->err;
    if (!same_effect(way, &alike))
        return false;
    way->err = RS_ERR_UNKNOWN;
    widen(way, other);
    return true;
}

/* Whether the way, or two others, could be united with another one: then there is room for it, or no need. */
static bool make_room(struct rs_summary *summary, const struct rs_case *way, bool *united)
{
    for (unsigned i = 0; i < summary->ncases; i++)
        if (unite_ways(&summary->cases[i], way))
            return *united = true;
    for (unsigned i = 0; i < summary->ncases; i++)
        for (unsigned k = i + 1; k < summary->ncases; k++)
            if (unite_ways(&summary->cases[i], &summary->cases[k])) {
                summary->cases[k] = summary->cases[--summary->ncases];
                return true;
            }
    return false;
}

static void note_arguments(struct making *m)
{
    for (uint32_t i = 0; i < m->flow->nargs && i < RS_SUMMARY_ARGS; i++) {
        const struct rs_sym *sym = &m->state->syms.items[i];
        m->way.args[i] = (struct rs_subject){.kind = sym->kind == RS_SYM_INT ? RS_SUBJECT_INT : RS_SUBJECT_ARG,
                                             .null = sym->null,
                                             .offset = sym->low,
                                             .high = sym->high};
        m->way.excluded[i] = sym->excluded;
    }
}

static void add_fact(struct making *m, int64_t code, int32_t arg, bool yes)
{
    struct rs_fact fact = {.code = code, .arg = (int16_t)arg, .yes = yes};

    if (code != 0 && m->way.nfacts < RS_CASE_FACTS && !tells(&m->way, &fact))
        m->way.facts[m->way.nfacts++] = fact;
}

static void note_facts(struct making *m)
{
    for (size_t i = 0; i < m->state->syms.count; i++) {
        const struct rs_sym *sym = &m->state->syms.items[i];

        if (!rs_question_is_answer(sym) || !is_argument(m, sym->parent) || sym->low != sym->high)
            continue;
        add_fact(m, sym->offset, sym->parent, sym->low == 1);
        if (sym->low == 1)
            add_fact(m, rs_question_implied(sym->offset), sym->parent, true);
    }
}

/* The result itself says whether an exception is set: NULL, or the -1 of a conversion. */
static bool is_outcome(const struct rs_state *state, struct rs_av result)
{
    const struct rs_sym *sym = result.kind == RS_AV_SYM ? &state->syms.items[result.sym] : NULL;

    if (sym == NULL || state->err != RS_ERR_MAYBE || result.sym != state->err_sym)
        return false;
    return sym->kind == RS_SYM_INT ? sym->flags & RS_F_MISS && sym->fail == -1
                                   : sym->kind == RS_SYM_NEW && !(sym->flags & RS_F_MISS);
}

static void note_answer(struct rs_ir_answers *answers, const struct rs_subject *result)
{
    int64_t low = result->kind == RS_SUBJECT_INT ? result->offset : INT64_MIN,
            high = result->kind == RS_SUBJECT_INT ? result->high : INT64_MAX;

    answers->lowest = low < answers->lowest ? low : answers->lowest;
    answers->highest = high > answers->highest ? high : answers->highest;
}

static bool is_null(const struct rs_subject *result)
{
    return result->kind == RS_SUBJECT_INT && result->offset == 0 && result->high == 0;
}

static bool returns_pointer(const struct rs_flow *flow)
{
    return LLVMGetTypeKind(LLVMGetReturnType(LLVMGlobalGetValueType(flow->function->value))) == LLVMPointerTypeKind;
}

static void note_end(struct making *m, struct rs_av result)
{
    struct rs_end *end;

    if (!rs_tell_is_told(m->flow))
        return;
    end = rs_arena_alloc(&m->flow->unit->trails, sizeof(*end));
    *end = (struct rs_end){.trail = m->state->trail,
                           .at = m->flow->at,
                           .exact = result.kind == RS_AV_INT,
                           .number = result.number,
                           .count = 1};
    m->way.ends = end;
}

void rs_summary_add(struct rs_flow *flow, const struct rs_state *state, struct rs_av result, bool thrown,
                    LLVMValueRef at)
{
    struct rs_summary *summary = flow->summary;
    struct making m = {.flow = flow, .state = state};
    bool united = false;

    m.way.thrown = thrown;
    m.way.entry = state->entry;
    m.way.err = state->err == RS_ERR_MAYBE ? RS_ERR_UNKNOWN : state->err;
    m.way.err_at = m.way.err == RS_ERR_SET ? state->err_at : NULL;
    m.way.result = subject_of(&m, result);
    if (result.kind == RS_AV_SYM && result.number == 0)
        m.way.result_excluded = state->syms.items[result.sym].excluded;
    if (is_outcome(state, result)) {
        m.way.converts = true;
        m.way.err = RS_ERR_CLEAR;
    }
    if (!thrown)
        note_answer(&summary->answers, &m.way.result);
    if (state->entry != RS_ENTRY_SET && (m.way.err != RS_ERR_CLEAR || m.way.converts))
        summary->answers.raises = true;
    if (m.way.err == RS_ERR_CLEAR && !thrown && !m.way.converts && is_null(&m.way.result) && !flow->function->library &&
        returns_pointer(flow))
        m.way.err_at = state->lacking != NULL ? state->lacking : at;
    note_end(&m, result);
    note_arguments(&m);
    note_facts(&m);
    add_stores(&m);
    add_refs(&m);
    summary->throws = summary->throws || thrown;
    rs_closure_note(flow, state);
    if (m.full || summary->incomplete) {
        summary->incomplete = true;
        return;
    }
    for (unsigned i = 0; i < summary->ncases; i++)
        if (same_effect(&summary->cases[i], &m.way) &&
            (summary->ncases == RS_CASES || !is_silent_refusal(&m.way) || is_union_exact(&summary->cases[i], &m.way))) {
            widen(&summary->cases[i], &m.way);
            return;
        }
    if (summary->ncases == RS_CASES && !make_room(summary, &m.way, &united)) {
        summary->incomplete = true;
        return;
    }
    if (united)
        return;
    summary->cases = rs_realloc(summary->cases, (summary->ncases + 1u) * sizeof(*summary->cases));
    summary->cases[summary->ncases++] = m.way;
}

void rs_summary_close(struct rs_summary *summary)
{
    free(summary->cases);
    *summary = (struct rs_summary){0};
}
