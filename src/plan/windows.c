/* Windows: which bytes of a function become a jump, and the code that they become.
 *
 * Promise: no window covers a place that control can come to, except its own first byte or a place that only
 * a branch inside the same window leads to; a call, jump or return is the last instruction of its window, so
 * nothing that a return address or an unwinder points to moves. */
#include "plan/job.h"

#include <string.h>

enum { MAX_PIECES = RS_PATCH_MAX, MAX_BACK = 8, MAX_FORWARD = 6, CALL_COST = 100 };

bool rs_job_goes_on(const struct rs_insn *insn)
{
    return insn->flow != RS_FLOW_JUMP && insn->flow != RS_FLOW_JUMP_INDIRECT && insn->flow != RS_FLOW_RETURN;
}

bool rs_job_is_target(const struct rs_job *job, size_t index)
{
    return rs_survey_is_target(&job->analysis->survey, job->insns[index].at);
}

static bool comes_from_inside(const struct rs_job *job, size_t first, size_t end, uint32_t at)
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

/* Dead padding behind the last instruction is taken along as far as a jump needs it. */
struct rs_span rs_job_span(const struct rs_job *job, size_t first, size_t end)
{
    const struct rs_insn *last = &job->insns[end - 1];
    uint32_t begin = job->insns[first].at, stop = last->at + last->length;
    struct rs_span span = {.first = first, .end = end, .reach = end};
    if (!rs_job_goes_on(last)) {
        while (span.reach < job->count && stop - begin < RS_JUMP_SIZE && job->insns[span.reach].op == RS_OP_NOP &&
               !rs_job_is_target(job, span.reach))
            stop += job->insns[span.reach++].length;
        if (span.reach == job->count && stop - begin < RS_JUMP_SIZE &&
            stop - begin + job->function->room >= RS_JUMP_SIZE)
            stop = begin + RS_JUMP_SIZE;
    }
    span.length = stop - begin;
    return span;
}

bool rs_job_is_window(const struct rs_job *job, size_t first, size_t end, enum rs_site_way *way)
{
    for (size_t i = first; i < end; i++) {
        bool last;
        bool unknown_call = job->insns[i].flow == RS_FLOW_CALL_INDIRECT && job->actions.items[i] == RS_MOVE;
        if (!rs_arch_movable(&job->insns[i], &last) || (last && i + 1 < end) || unknown_call) {
            *way = RS_WAY_NONE_UNMOVABLE;
            return false;
        }
        if (i > first && rs_job_is_target(job, i) && !comes_from_inside(job, first, end, job->insns[i].at)) {
            *way = RS_WAY_NONE_TARGET;
            return false;
        }
    }
    if (end - first > 1 && job->function->flags & RS_FUNCTION_UNRESOLVED) {
        *way = RS_WAY_NONE_UNRESOLVED;
        return false;
    }
    if (rs_job_span(job, first, end).length > RS_PATCH_MAX) {
        *way = RS_WAY_NONE_CROWDED;
        return false;
    }
    return true;
}

static unsigned span_cost(const struct rs_job *job, size_t first, size_t end, size_t at)
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
static bool grow(const struct rs_job *job, size_t first, size_t at, size_t *end, enum rs_site_way *way)
{
    bool last_needed = job->actions.items[at] == RS_HOOK_TARGET;
    size_t limit = last_needed ? at + 1 : at + 1 + MAX_FORWARD;
    for (*end = at + 1; *end <= limit && *end <= job->count; ++*end) {
        enum rs_site_way cause = RS_WAY_NONE_TARGET;
        if (!rs_job_is_window(job, first, *end, &cause)) {
            *way = cause;
            return false;
        }
        if (rs_job_span(job, first, *end).length >= RS_JUMP_SIZE)
            return true;
    }
    return false;
}

static bool best_span(const struct rs_job *job, size_t at, struct rs_span *best, enum rs_site_way *way)
{
    size_t floor = job->spans.count ? job->spans.items[job->spans.count - 1].reach : 0;
    unsigned lowest = ~0u;
    *way = RS_WAY_NONE_TARGET;
    for (size_t first = at + 1; first-- > floor && at - first <= MAX_BACK;) {
        enum rs_site_way cause = *way;
        size_t end;
        if (grow(job, first, at, &end, &cause)) {
            unsigned cost = span_cost(job, first, end, at);
            if (cost < lowest) {
                lowest = cost;
                *best = rs_job_span(job, first, end);
            }
        } else if (first == at) {
            *way = cause;
        }
    }
    return lowest != ~0u;
}

/* The window before is stretched to cover insns[at] too. */
static bool stretch_last(struct rs_job *job, size_t at)
{
    if (!job->spans.count)
        return false;
    struct rs_span *span = &job->spans.items[job->spans.count - 1];
    enum rs_site_way way;
    size_t end = at + 1;
    bool entry = span->entry;
    if (!rs_job_is_window(job, span->first, end, &way))
        return false;
    *span = rs_job_span(job, span->first, end);
    span->entry = entry;
    return true;
}

static bool is_covered(const struct rs_job *job, size_t at)
{
    return job->spans.count && at < job->spans.items[job->spans.count - 1].end &&
           at >= job->spans.items[job->spans.count - 1].first;
}

/* Finds a place for insns[at] and says which; RS_WAY_NONE_* if there is none. */
static enum rs_site_way place(struct rs_job *job, size_t at)
{
    struct rs_span best;
    enum rs_site_way way;
    if (!is_covered(job, at)) {
        if (best_span(job, at, &best, &way))
            *RS_PUSH(&job->spans) = best;
        else if (!stretch_last(job, at))
            return job->spans.count && job->spans.items[job->spans.count - 1].end + MAX_BACK > at &&
                           way == RS_WAY_NONE_TARGET && !rs_job_is_target(job, at)
                       ? RS_WAY_NONE_CROWDED
                       : way;
    }
    const struct rs_span *span = &job->spans.items[job->spans.count - 1];
    if (span->first < at)
        return RS_WAY_BACKWARD;
    return span->end - span->first == 1 ? RS_WAY_IN_PLACE : RS_WAY_FORWARD;
}

/* A call or jump through a slot that the loader fills for good: of an import (which has its thunk), or of a
 * function of the module itself. */
static bool reads_slot(const struct rs_analysis *analysis, const struct rs_insn *insn)
{
    if (insn->operand != RS_OPERAND_RIP || insn->outside)
        return false;
    const struct rs_reloc *reloc = rs_elf_reloc(&analysis->elf, insn->target);
    return reloc && (reloc->kind == RS_RELOC_SLOT || reloc->kind == RS_RELOC_LAZY ||
                     rs_elf_is_constant(&analysis->elf, insn->target));
}

/* What is to be done with each instruction; with `only`, nothing inside the functions is watched. */
static void find_actions(struct rs_job *job, const struct rs_insns *insns)
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
static void place_entry(struct rs_job *job)
{
    enum rs_site_way way;
    size_t first = job->insns[0].op == RS_OP_ENDBR, end;
    if (!(job->function->flags & RS_FUNCTION_TAKEN))
        return;
    bool jumped_to =
        first ? job->count < 2 || rs_job_is_target(job, first) : (job->function->flags & RS_FUNCTION_LOOPS) != 0;
    if (!jumped_to && grow(job, first, first, &end, &way)) {
        struct rs_span *span = RS_PUSH(&job->spans);
        *span = rs_job_span(job, first, end);
        span->entry = true;
    } else
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
static void adopt(const struct rs_job *job, struct rs_site *site)
{
    for (size_t i = 0; i < job->spans.count; i++) {
        const struct rs_span *span = &job->spans.items[i];
        if (site->at > job->insns[span->first].at && site->at <= job->insns[span->end - 1].at)
            site->way = RS_WAY_BACKWARD;
        else if (site->at == job->insns[span->first].at)
            site->way = RS_WAY_FORWARD;
    }
}

static void place_all(struct rs_job *job)
{
    size_t store = 0;
    place_entry(job);
    for (size_t i = 0; i < job->count; i++) {
        if (job->actions.items[i] == RS_HOOK_STORE)
            job->stores.items[store++].way = place(job, i);
        if (job->actions.items[i] == RS_HOOK_TARGET && place(job, i) >= RS_WAY_NONE_TARGET)
            job->analysis->figures.calls_unpatched++;
    }
    for (size_t i = 0; i < job->stores.count; i++)
        if (job->stores.items[i].way >= RS_WAY_NONE_TARGET)
            adopt(job, &job->stores.items[i]);
}

static bool has_stand_in(const struct rs_job *job, uint32_t at)
{
    for (size_t i = 0; i < job->stand_ins.count; i++)
        if (at >= job->insns[job->stand_ins.items[i].first].at && at <= job->insns[job->stand_ins.items[i].end - 1].at)
            return true;
    return false;
}

/* The second road, for what is left. */
static void go_around(struct rs_job *job)
{
    for (size_t i = 0; i < job->stores.count; i++) {
        struct rs_site *site = &job->stores.items[i];
        if (site->way >= RS_WAY_NONE_TARGET &&
            (has_stand_in(job, site->at) || rs_job_go_around(job, rs_arch_find(job->insns, job->count, site->at))))
            site->way = RS_WAY_AROUND;
    }
    for (size_t i = 0; i < job->stores.count; i++) {
        if (job->stores.items[i].way >= RS_WAY_NONE_TARGET)
            adopt(job, &job->stores.items[i]); /* new windows may cover neighbours */
        count_site(job->analysis, &job->stores.items[i]);
    }
}

/* The number of what the piece's hook tells the runtime about. */
static void number_piece(struct rs_job *job, struct rs_piece *piece)
{
    struct rs_analysis *analysis = job->analysis;
    const struct rs_insn *insn = piece->insn;
    if (piece->action == RS_HOOK_STORE) {
        size_t at = (size_t)(insn - job->insns), store = 0;
        while (job->stores.items[store].at != insn->at)
            store++;
        piece->number = (uint32_t)analysis->sites.count;
        piece->keep = rs_arch_keep(job->insns, job->count, at, rs_job_is_target(job, at));
        *RS_PUSH(&analysis->sites) = job->stores.items[store];
    } else if (piece->action == RS_HOOK_TARGET) {
        piece->number = (uint32_t)analysis->calls.count;
        *RS_PUSH(&analysis->calls) =
            (struct rs_call_point){insn->at, insn->flow == RS_FLOW_CALL_INDIRECT ? insn->at + insn->length : 0};
    }
}

/* Emits insns[first .. end) with their hooks; returns the kind of patch that they make. */
static uint8_t emit_pieces(struct rs_job *job, size_t first, size_t end)
{
    struct rs_analysis *analysis = job->analysis;
    struct rs_piece pieces[MAX_PIECES] = {0};
    size_t count = end - first;
    uint8_t kind = RS_PATCH_CALL;
    for (size_t i = 0; i < count; i++) {
        const struct rs_insn *insn = &job->insns[first + i];
        pieces[i] = (struct rs_piece){.insn = insn,
                                      .bytes = rs_elf_at(&analysis->elf, insn->at, insn->length),
                                      .action = job->actions.items[first + i]};
        number_piece(job, &pieces[i]);
        if (pieces[i].action == RS_HOOK_STORE)
            kind = RS_PATCH_STORE;
    }
    const struct rs_insn *last = pieces[count - 1].insn;
    rs_arch_emit_window(&analysis->code, pieces, count, last->at + last->length);
    for (size_t i = 0; i < count; i++)
        *RS_PUSH(&analysis->origins) = (struct rs_origin){pieces[i].code_at, pieces[i].insn->at};
    return kind;
}

static void emit_span(struct rs_job *job, const struct rs_span *span)
{
    struct rs_analysis *analysis = job->analysis;
    uint32_t begin = rs_code_here(&analysis->code);
    if (span->entry) {
        rs_arch_emit_entry(&analysis->code, (uint32_t)analysis->entries.count);
        *RS_PUSH(&analysis->entries) = (struct rs_entry_point){job->function->start, rs_code_here(&analysis->code)};
        *RS_PUSH(&analysis->origins) = (struct rs_origin){begin, job->function->start};
    }
    uint8_t kind = emit_pieces(job, span->first, span->end);
    *RS_PUSH(&analysis->windows) = (struct rs_window){job->insns[span->first].at, begin, (uint8_t)span->length,
                                                      span->entry ? RS_PATCH_ENTRY : kind};
}

static void emit_stand_in(struct rs_job *job, const struct rs_stand_in *block)
{
    struct rs_analysis *analysis = job->analysis;
    *RS_PUSH(&analysis->stand_ins) =
        (struct rs_entry_point){job->insns[block->first].at, rs_code_here(&analysis->code)};
    emit_pieces(job, block->first, block->end);
}

void rs_plan_function(struct rs_analysis *analysis, const struct rs_function *function, const struct rs_insns *insns)
{
    struct rs_job job = {
        .analysis = analysis, .function = function, .insns = insns->list.items, .count = insns->list.count};
    find_actions(&job, insns);
    place_all(&job);
    go_around(&job);
    for (size_t i = 0; i < job.spans.count; i++)
        emit_span(&job, &job.spans.items[i]);
    for (size_t i = 0; i < job.stand_ins.count; i++)
        emit_stand_in(&job, &job.stand_ins.items[i]);
    RS_VEC_CLOSE(&job.spans);
    RS_VEC_CLOSE(&job.stand_ins);
    RS_VEC_CLOSE(&job.actions);
    RS_VEC_CLOSE(&job.stores);
}
