/* Stores that no window fits, because they are branch targets and shorter than a jump, and so is what
 * follows. Such a store is never executed in its place any more: every branch to it, and the code that falls
 * into it, is led to a copy.
 *
 * Promise: all or nothing. All ways to the store must be known (direct branches of this function, which is
 * resolved, and the instruction before) and each must be patchable: a 32-bit branch by its displacement,
 * everything else by a window. */
#include "plan/job.h"

enum { MAX_BACK = 8, MAX_FORWARD = 6, MAX_BLOCK = 6, MAX_WAYS = 32 };

/* What one attempt adds. */
struct detour {
    struct rs_stand_in block;
    struct rs_span spans[MAX_WAYS];
    struct rs_direct directs[MAX_WAYS];
    size_t nspans, ndirects;
};

static bool overlaps(const struct rs_span *span, size_t first, size_t end)
{
    return first < span->reach && end > span->first;
}

/* Whether insns[first .. end) are in no window, old or new, and in no block that has a stand-in. */
static bool is_free(const struct rs_job *job, const struct detour *detour, size_t first, size_t end)
{
    for (size_t i = 0; i < job->spans.count; i++)
        if (overlaps(&job->spans.items[i], first, end))
            return false;
    for (size_t i = 0; i < detour->nspans; i++)
        if (overlaps(&detour->spans[i], first, end))
            return false;
    for (size_t i = 0; i < job->stand_ins.count; i++)
        if (first < job->stand_ins.items[i].end && end > job->stand_ins.items[i].first)
            return false;
    return end <= detour->block.first || first >= detour->block.end;
}

static const struct rs_span *span_at(const struct rs_job *job, const struct detour *detour, size_t at)
{
    for (size_t i = 0; i < job->spans.count; i++)
        if (at >= job->spans.items[i].first && at < job->spans.items[i].end)
            return &job->spans.items[i];
    for (size_t i = 0; i < detour->nspans; i++)
        if (at >= detour->spans[i].first && at < detour->spans[i].end)
            return &detour->spans[i];
    return NULL;
}

/* Whether insns[at] runs only in a copy, whose branches are led on when the copy is linked; *end: of its
 * block. */
static bool is_copied(const struct rs_job *job, const struct detour *detour, size_t at, size_t *end)
{
    for (size_t i = 0; i < job->stand_ins.count; i++) {
        *end = job->stand_ins.items[i].end;
        if (at >= job->stand_ins.items[i].first && at < *end)
            return true;
    }
    *end = detour->block.end;
    return at >= detour->block.first && at < *end;
}

/* Adds a window that contains insns[at] and ends in front of insns[limit] at the latest. */
static bool add_window(const struct rs_job *job, struct detour *detour, size_t at, size_t limit)
{
    enum rs_site_way way;
    for (size_t first = at + 1; first-- > 0 && at - first <= MAX_BACK && detour->nspans < MAX_WAYS;) {
        for (size_t end = at + 1; end <= limit && end <= job->count; end++) {
            struct rs_span span;
            if (!rs_job_is_window(job, first, end, &way) || !is_free(job, detour, first, end))
                break;
            span = rs_job_span(job, first, end);
            if (span.length < RS_JUMP_SIZE || !is_free(job, detour, first, span.reach))
                continue;
            detour->spans[detour->nspans++] = span;
            return true;
        }
    }
    return false;
}

/* The window that begins behind insns[at] begins with it from now on. It stays a good window if the attempt fails. */
static bool widen_next(struct rs_job *job, const struct detour *detour, size_t at)
{
    enum rs_site_way way;
    for (size_t i = 0; i < job->spans.count; i++) {
        struct rs_span *span = &job->spans.items[i];
        if (span->first != at + 1 || span->entry || !is_free(job, detour, at, at + 1) ||
            !rs_job_is_window(job, at, span->end, &way))
            continue;
        *span = rs_job_span(job, at, span->end);
        return true;
    }
    return false;
}

static bool lead_branch(struct rs_job *job, struct detour *detour, size_t at)
{
    const struct rs_insn *branch = &job->insns[at];
    if (branch->flow != RS_FLOW_JCC && branch->flow != RS_FLOW_JUMP)
        return false;
    size_t end;
    if (span_at(job, detour, at) || is_copied(job, detour, at, &end))
        return true;
    if (branch->length < RS_JUMP_SIZE)
        return add_window(job, detour, at, at + MAX_FORWARD) || widen_next(job, detour, at);
    if (detour->ndirects == MAX_WAYS)
        return false;
    detour->directs[detour->ndirects++] = (struct rs_direct){branch->at, branch->target, branch->length};
    return true;
}

/* What falls into the block. A call in front of it would return there. */
static bool lead_fall(const struct rs_job *job, struct detour *detour)
{
    size_t first = detour->block.first;
    const struct rs_insn *before = &job->insns[first - 1];
    if (!rs_job_goes_on(before) || before->flow == RS_FLOW_STOP)
        return true;
    if (before->flow == RS_FLOW_CALL || before->flow == RS_FLOW_CALL_INDIRECT)
        return false;
    const struct rs_span *span = span_at(job, detour, first - 1);
    size_t end;
    if (!span && is_copied(job, detour, first - 1, &end))
        return end == first;
    return span ? span->end == first : add_window(job, detour, first - 1, first);
}

/* The store and what is in front of it, back to the branch target that its block begins with. */
static bool find_block(const struct rs_job *job, size_t store, struct rs_stand_in *block)
{
    enum rs_site_way way;
    *block = (struct rs_stand_in){store, store + 1};
    while (!rs_job_is_target(job, block->first)) {
        if (block->first == 0 || store - block->first == MAX_BLOCK)
            return false;
        block->first--;
    }
    const struct rs_survey *survey = &job->analysis->survey;
    return block->first > 0 && rs_job_is_window(job, block->first, block->end, &way) &&
           !rs_survey_is_data_target(survey, job->insns[block->first].at);
}

static void insert_span(struct rs_job *job, struct rs_span span)
{
    size_t at = job->spans.count;
    RS_PUSH(&job->spans);
    for (; at > 0 && job->spans.items[at - 1].first > span.first; at--)
        job->spans.items[at] = job->spans.items[at - 1];
    job->spans.items[at] = span;
}

bool rs_job_go_around(struct rs_job *job, size_t store)
{
    struct detour detour = {0};
    if (job->function->flags & RS_FUNCTION_UNRESOLVED || !find_block(job, store, &detour.block) ||
        !is_free(job, &(struct detour){0}, detour.block.first, detour.block.end) || !lead_fall(job, &detour))
        return false;
    uint32_t target = job->insns[detour.block.first].at;
    for (size_t i = 0; i < job->count; i++) {
        const struct rs_insn *insn = &job->insns[i];
        bool branches = insn->flow == RS_FLOW_JCC || insn->flow == RS_FLOW_JUMP || insn->flow == RS_FLOW_CALL ||
                        insn->flow == RS_FLOW_FIXED;
        if (branches && !insn->outside && insn->target == target && !lead_branch(job, &detour, i))
            return false;
    }
    for (size_t i = 0; i < detour.nspans; i++)
        insert_span(job, detour.spans[i]);
    for (size_t i = 0; i < detour.ndirects; i++)
        *RS_PUSH(&job->analysis->survey.directs) = detour.directs[i];
    *RS_PUSH(&job->stand_ins) = detour.block;
    return true;
}
