/* Windows: which bytes of a function become a jump, and the code that they become.
 *
 * Promise: no window covers a place that control can come to, except its own first byte or a place that only
 * a branch inside the same window leads to; a call, jump or return is the last instruction of its window, so
 * nothing that a return address or an unwinder points to moves. */
#include "plan/analysis.h"

#include <string.h>

enum { MAX_PIECES = RS_PATCH_MAX, MAX_BACK = 8, MAX_FORWARD = 6, CALL_COST = 100 };

/* insns[first .. end), and the bytes from the first on. */
struct span {
    size_t first, end;
    uint32_t length;
    bool entry;
};

struct job {
    struct rs_analysis *analysis;
    const struct rs_function *function;
    const struct rs_insn *insns;
    size_t count;
    RS_VEC(struct span) spans;     /* ascending, disjoint */
    RS_VEC(uint8_t) actions;       /* enum rs_action of each instruction */
    RS_VEC(struct rs_site) stores; /* ascending */
};

static bool goes_on(const struct rs_insn *insn)
{
    return insn->flow != RS_FLOW_JUMP && insn->flow != RS_FLOW_JUMP_INDIRECT && insn->flow != RS_FLOW_RETURN;
}

static bool is_target(const struct job *job, size_t index)
{
    return rs_survey_is_target(&job->analysis->survey, job->insns[index].at);
}

static bool comes_from_inside(const struct job *job, size_t first, size_t end, uint32_t at)
{
    if (!rs_survey_has_one_source(&job->analysis->survey, at))
        return false;
    for (size_t i = first; i < end; i++) {
        const struct rs_insn *insn = &job->insns[i];
        if ((insn->flow == RS_FLOW_JCC || insn->flow == RS_FLOW_JUMP) && !insn->outside && insn->target == at)
            return true;
    }
    return false;
}

/* Bytes of insns[first .. end) and of the dead padding behind them, as far as a jump needs it. */
static uint32_t span_length(const struct job *job, size_t first, size_t end)
{
    const struct rs_insn *last = &job->insns[end - 1];
    uint32_t begin = job->insns[first].at, stop = last->at + last->length;
    if (goes_on(last))
        return stop - begin;
    for (; end < job->count && stop - begin < RS_JUMP_SIZE; end++) {
        if (job->insns[end].op != RS_OP_NOP || is_target(job, end))
            return stop - begin;
        stop += job->insns[end].length;
    }
    if (end == job->count && stop - begin < RS_JUMP_SIZE)
        stop += job->function->room;
    return stop - begin < RS_JUMP_SIZE   ? stop - begin
           : stop - begin > RS_PATCH_MAX ? RS_PATCH_MAX
                                         : stop - begin;
}

/* Whether insns[first .. end) may be moved as one window; else the reason in *way. */
static bool is_window(const struct job *job, size_t first, size_t end, enum rs_site_way *way)
{
    for (size_t i = first; i < end; i++) {
        bool last;
        bool unknown_call = job->insns[i].flow == RS_FLOW_CALL_INDIRECT && job->actions.items[i] == RS_MOVE;
        if (!rs_arch_movable(&job->insns[i], &last) || (last && i + 1 < end) || unknown_call) {
            *way = RS_WAY_NONE_UNMOVABLE;
            return false;
        }
        if (i > first && is_target(job, i) && !comes_from_inside(job, first, end, job->insns[i].at)) {
            *way = RS_WAY_NONE_TARGET;
            return false;
        }
    }
    if (end - first > 1 && job->function->flags & RS_FUNCTION_UNRESOLVED) {
        *way = RS_WAY_NONE_UNRESOLVED;
        return false;
    }
    if (span_length(job, first, end) > RS_PATCH_MAX) {
        *way = RS_WAY_NONE_CROWDED;
        return false;
    }
    return true;
}

static unsigned span_cost(const struct job *job, size_t first, size_t end, size_t at)
{
    unsigned cost = (unsigned)(2 * (end - first)) + (first < at);
    for (size_t i = first; i < end; i++) {
        if (job->insns[i].flow == RS_FLOW_CALL || (job->insns[i].flow == RS_FLOW_CALL_INDIRECT && i != at))
            cost += CALL_COST; /* its return is mispredicted */
        else if (job->insns[i].flow == RS_FLOW_JCC)
            cost++;
    }
    return cost;
}

/* The shortest window that begins at `first`, contains insns[at] and does not reach insns[limit]. */
static bool grow(const struct job *job, size_t first, size_t at, size_t *end, enum rs_site_way *way)
{
    bool last_needed = job->actions.items[at] == RS_HOOK_TARGET;
    size_t limit = last_needed ? at + 1 : at + 1 + MAX_FORWARD;
    for (*end = at + 1; *end <= limit && *end <= job->count; ++*end) {
        enum rs_site_way cause = RS_WAY_NONE_TARGET;
        if (!is_window(job, first, *end, &cause)) {
            *way = cause;
            return false;
        }
        if (span_length(job, first, *end) >= RS_JUMP_SIZE)
            return true;
    }
    return false;
}

static bool best_span(const struct job *job, size_t at, struct span *best, enum rs_site_way *way)
{
    size_t floor = job->spans.count ? job->spans.items[job->spans.count - 1].end : 0;
    unsigned lowest = ~0u;
    *way = RS_WAY_NONE_TARGET;
    for (size_t first = at + 1; first-- > floor && at - first <= MAX_BACK;) {
        enum rs_site_way cause = *way;
        size_t end;
        if (grow(job, first, at, &end, &cause)) {
            unsigned cost = span_cost(job, first, end, at);
            if (cost < lowest) {
                lowest = cost;
                *best = (struct span){first, end, span_length(job, first, end), false};
            }
        } else if (first == at) {
            *way = cause;
        }
    }
    return lowest != ~0u;
}

/* The window before is stretched to cover insns[at] too. */
static bool stretch_last(struct job *job, size_t at)
{
    if (!job->spans.count)
        return false;
    struct span *span = &job->spans.items[job->spans.count - 1];
    enum rs_site_way way;
    size_t end = at + 1;
    if (!is_window(job, span->first, end, &way))
        return false;
    span->end = end;
    span->length = span_length(job, span->first, end);
    return true;
}

static bool is_covered(const struct job *job, size_t at)
{
    return job->spans.count && at < job->spans.items[job->spans.count - 1].end &&
           at >= job->spans.items[job->spans.count - 1].first;
}

/* Finds a place for insns[at] and says which; RS_WAY_NONE_* if there is none. */
static enum rs_site_way place(struct job *job, size_t at)
{
    struct span best;
    enum rs_site_way way;
    if (!is_covered(job, at)) {
        if (best_span(job, at, &best, &way))
            *RS_PUSH(&job->spans) = best;
        else if (!stretch_last(job, at))
            return job->spans.count && job->spans.items[job->spans.count - 1].end + MAX_BACK > at &&
                           way == RS_WAY_NONE_TARGET && !is_target(job, at)
                       ? RS_WAY_NONE_CROWDED
                       : way;
    }
    const struct span *span = &job->spans.items[job->spans.count - 1];
    if (span->first < at)
        return RS_WAY_BACKWARD;
    return span->end - span->first == 1 ? RS_WAY_IN_PLACE : RS_WAY_FORWARD;
}

/* A call or jump through a slot that the loader fills for good: of an import (which has its thunk), or of a function of
 * the module itself. */
static bool reads_slot(const struct rs_analysis *analysis, const struct rs_insn *insn)
{
    if (insn->operand != RS_OPERAND_RIP || insn->outside)
        return false;
    const struct rs_reloc *reloc = rs_elf_reloc(&analysis->elf, insn->target);
    return reloc && (reloc->kind == RS_RELOC_SLOT || reloc->kind == RS_RELOC_LAZY ||
                     rs_elf_is_constant(&analysis->elf, insn->target));
}

/* What is to be done with each instruction; with `only`, nothing inside the functions is watched. */
static void find_actions(struct job *job, const struct rs_insns *insns)
{
    struct rs_analysis *analysis = job->analysis;
    for (size_t i = 0; i < job->count; i++) {
        const struct rs_insn *insn = &job->insns[i];
        uint8_t *action = RS_PUSH(&job->actions);
        struct rs_site site;
        *action = RS_MOVE;
        bool hookable = insn->plain && insn->width == 8;
        if (insn->flow == RS_FLOW_CALL_INDIRECT)
            *action = reads_slot(analysis, insn) ? RS_READ_SLOT : hookable ? RS_HOOK_TARGET : RS_MOVE;
        if (insn->flow == RS_FLOW_JUMP_INDIRECT) {
            enum rs_jump jump = rs_tables_classify(&analysis->survey, job->function, insns, i);
            if (jump == RS_JUMP_IMPORT || reads_slot(analysis, insn))
                *action = RS_READ_SLOT;
            else if (jump == RS_JUMP_TAIL && hookable)
                *action = RS_HOOK_TARGET;
        }
        if (analysis->only) {
            *action = *action == RS_HOOK_TARGET ? RS_MOVE : *action;
            continue;
        }
        if (rs_plan_candidate(analysis, job->function, insns, i, &site)) {
            *action = RS_HOOK_STORE;
            *RS_PUSH(&job->stores) = site;
        }
    }
}

/* The entry's window begins at the function's first instruction, or behind its endbr64. */
static void place_entry(struct job *job)
{
    enum rs_site_way way;
    size_t first = job->insns[0].op == RS_OP_ENDBR, end;
    if (!(job->function->flags & RS_FUNCTION_TAKEN))
        return;
    bool jumped_to =
        first ? job->count < 2 || is_target(job, first) : (job->function->flags & RS_FUNCTION_LOOPS) != 0;
    if (!jumped_to && grow(job, first, first, &end, &way))
        *RS_PUSH(&job->spans) = (struct span){first, end, span_length(job, first, end), true};
    else
        job->analysis->figures.entries_unpatched++;
}

static void count_site(struct rs_analysis *analysis, const struct rs_site *site)
{
    struct rs_plan_figures *figures = &analysis->figures;
    figures->sites++;
    figures->ways[site->way]++;
    if (site->form == RS_SITE_ADD)
        figures->adds++;
    else if (site->mark & RS_MARK_LOADED)
        figures->sets_loaded++;
    else
        figures->sets_plain++;
    if (site->way >= RS_WAY_NONE_TARGET)
        *RS_PUSH(&analysis->unpatched) = *site;
}

/* A store that found no window of its own may lie in that of a later neighbour. */
static void adopt(const struct job *job, struct rs_site *site)
{
    for (size_t i = 0; i < job->spans.count; i++) {
        const struct span *span = &job->spans.items[i];
        if (site->at > job->insns[span->first].at && site->at <= job->insns[span->end - 1].at)
            site->way = RS_WAY_BACKWARD;
        else if (site->at == job->insns[span->first].at)
            site->way = RS_WAY_FORWARD;
    }
}

static void place_all(struct job *job)
{
    size_t store = 0;
    place_entry(job);
    for (size_t i = 0; i < job->count; i++) {
        if (job->actions.items[i] == RS_HOOK_STORE)
            job->stores.items[store++].way = place(job, i);
        if (job->actions.items[i] == RS_HOOK_TARGET && place(job, i) >= RS_WAY_NONE_TARGET)
            job->analysis->figures.calls_unpatched++;
    }
    for (size_t i = 0; i < job->stores.count; i++) {
        if (job->stores.items[i].way >= RS_WAY_NONE_TARGET)
            adopt(job, &job->stores.items[i]);
        count_site(job->analysis, &job->stores.items[i]);
    }
}

/* The number of what the piece's hook tells the runtime about. */
static void number_piece(struct job *job, struct rs_piece *piece, size_t *store)
{
    struct rs_analysis *analysis = job->analysis;
    const struct rs_insn *insn = piece->insn;
    if (piece->action == RS_HOOK_STORE) {
        while (job->stores.items[*store].at != insn->at)
            ++*store;
        size_t at = (size_t)(insn - job->insns);
        piece->number = (uint32_t)analysis->sites.count;
        piece->keep = rs_arch_keep(job->insns, job->count, at, is_target(job, at));
        *RS_PUSH(&analysis->sites) = job->stores.items[*store];
    } else if (piece->action == RS_HOOK_TARGET) {
        piece->number = (uint32_t)analysis->calls.count;
        *RS_PUSH(&analysis->calls) = (struct rs_call_point){
            insn->at, insn->flow == RS_FLOW_CALL_INDIRECT ? insn->at + insn->length : 0};
    }
}

static void emit_span(struct job *job, const struct span *span, size_t *store)
{
    struct rs_analysis *analysis = job->analysis;
    struct rs_piece pieces[MAX_PIECES] = {0};
    size_t count = span->end - span->first;
    uint8_t kind = span->entry ? RS_PATCH_ENTRY : RS_PATCH_CALL;
    for (size_t i = 0; i < count; i++) {
        const struct rs_insn *insn = &job->insns[span->first + i];
        pieces[i] = (struct rs_piece){.insn = insn,
                                      .bytes = rs_elf_at(&analysis->elf, insn->at, insn->length),
                                      .action = job->actions.items[span->first + i]};
        number_piece(job, &pieces[i], store);
        if (pieces[i].action == RS_HOOK_STORE && kind == RS_PATCH_CALL)
            kind = RS_PATCH_STORE;
    }
    const struct rs_insn *last = pieces[count - 1].insn;
    uint32_t begin = rs_code_here(&analysis->code), at = pieces[0].insn->at;
    if (span->entry)
        rs_arch_emit_entry(&analysis->code, (uint32_t)analysis->entries.count);
    uint32_t displaced = rs_code_here(&analysis->code);
    rs_arch_emit_window(&analysis->code, pieces, count, last->at + last->length);
    *RS_PUSH(&analysis->windows) = (struct rs_window){at, begin, (uint8_t)span->length, kind};
    if (span->entry) {
        *RS_PUSH(&analysis->entries) = (struct rs_entry_point){job->function->start, displaced};
        *RS_PUSH(&analysis->origins) = (struct rs_origin){begin, job->function->start};
    }
    for (size_t i = 0; i < count; i++)
        *RS_PUSH(&analysis->origins) = (struct rs_origin){pieces[i].code_at, pieces[i].insn->at};
}

void rs_plan_function(struct rs_analysis *analysis, const struct rs_function *function,
                      const struct rs_insns *insns)
{
    struct job job = {
        .analysis = analysis, .function = function, .insns = insns->list.items, .count = insns->list.count};
    size_t store = 0;
    find_actions(&job, insns);
    place_all(&job);
    for (size_t i = 0; i < job.spans.count; i++)
        emit_span(&job, &job.spans.items[i], &store);
    RS_VEC_CLOSE(&job.spans);
    RS_VEC_CLOSE(&job.actions);
    RS_VEC_CLOSE(&job.stores);
}
