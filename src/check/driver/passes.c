/* The two passes over all units, in worker processes, and the merging of what they found. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "check/driver/cache.h"
#include "check/driver/driver.h"
#include "check/driver/pool.h"
#include "check/driver/progress.h"
#include "check/driver/pyx.h"
#include "check/unit.h"
#include "report/report.h"

enum { UNIT_SECONDS = 300, BITCODE_MOST = 1 << 30, WORKER_FAILED = 3, REASON_MOST = 4096 };
static const unsigned long long unit_bytes = 4ull << 30;

/* One unit's way through both passes. */
struct work {
    struct rs_session *session;
    struct rs_source *source;
    struct rs_key key;
    const char *summaries; /* file; NULL: the unit is alone in its group */
    const struct rs_summaries *others;
    const char *report, *elsewhere; /* the report's file; where it goes when that cannot be written */
    const char *log;                /* what its worker said */
    const char *library;            /* file of summaries of its generator's functions; NULL: none */
    bool known;                     /* the cache had the report */
};

/* In the worker: a message for the parent, and the status that announces it. */
static int fail(const char *text)
{
    printf("%s\n", text);
    return WORKER_FAILED;
}

static int summarise(void *context)
{
    struct work *work = context;
    const char *temporary = rs_arena_printf(&work->session->arena, "%s.%ld", work->summaries, (long)getpid());
    struct rs_unit_options options = {.python = work->source->python,
                                      .summaries = fopen(temporary, "wxe"),
                                      .library = work->library,
                                      .verify = work->source->foreign,
                                      .process_ends = true};
    struct rs_report report = {.tool_mode = "check"};
    struct rs_error err;
    bool good;

    if (options.summaries == NULL) {
        rs_fail(&err, "cannot write '%s': %s", temporary, strerror(errno));
        return fail(err.text);
    }
    good = rs_check_unit(work->source->bitcode, &options, &report, &err);
    if (fclose(options.summaries) != 0 && good)
        good = rs_fail(&err, "cannot write '%s': %s", temporary, strerror(errno));
    if (good && rename(temporary, work->summaries) != 0)
        good = rs_fail(&err, "cannot write '%s': %s", work->summaries, strerror(errno));
    if (!good)
        unlink(temporary);
    return good ? 0 : fail(err.text);
}

static int check(void *context)
{
    struct work *work = context;
    struct rs_unit_options options = {.python = work->source->python,
                                      .others = work->others,
                                      .library = work->library,
                                      .verify = work->source->foreign,
                                      .process_ends = true};
    struct rs_report report = {.tool_mode = "check"};
    struct rs_error err;

    if (!rs_check_unit(work->source->bitcode, &options, &report, &err))
        return fail(err.text);
    rs_pyx_read(&work->session->arena, work->source, &report);
    if (rs_report_keep(&report, NULL, NULL, work->report, &err) ||
        rs_report_keep(&report, NULL, NULL, work->elsewhere, &err))
        return 0;
    return fail(err.text);
}

/* The first line that a worker left. */
static const char *reason(struct rs_session *session, const char *log)
{
    FILE *file = fopen(log, "re");
    char line[REASON_MOST] = "";

    if (file != NULL && fgets(line, sizeof(line), file) == NULL)
        line[0] = 0;
    if (file != NULL)
        fclose(file);
    line[strcspn(line, "\n")] = 0;
    return rs_arena_strdup(&session->arena, line);
}

/* The reason without the "PATH: " that it begins with. */
static const char *without_path(const char *why, const char *path)
{
    size_t length = strlen(path);

    return strncmp(why, path, length) == 0 && strncmp(why + length, ": ", 2) == 0 ? why + length + 2 : why;
}

/* Whether the job did its work; else its unit is lost, which is said. */
static bool did(struct work *work, const struct rs_job *job)
{
    struct rs_session *session = work->session;
    const char *file = rs_driver_shown(work->source->file), *why;

    if (job->peak_bytes > session->report.stats.peak_bytes)
        session->report.stats.peak_bytes = job->peak_bytes;
    if (job->end == RS_JOB_EXITED && job->status == 0)
        return true;
    work->source->lost = true;
    why = reason(session, work->log);
    if (job->end == RS_JOB_EXITED && job->status == WORKER_FAILED) {
        rs_driver_say("'%s': not analysed: %s", file, without_path(why, work->source->bitcode));
        session->rejected++;
        return false;
    }
    session->crashed++;
    if (job->end == RS_JOB_TOO_LONG)
        rs_driver_say("'%s': not analysed: it took more than %d s", file, UNIT_SECONDS);
    else if (job->end == RS_JOB_NOT_STARTED)
        rs_driver_say("'%s': not analysed: no process: %s", file, strerror(job->status));
    else if (strstr(why, "memory") != NULL)
        rs_driver_say("'%s': not analysed: it needs more than %llu GB of memory", file, unit_bytes >> 30);
    else if (job->end == RS_JOB_CRASHED && work->source->foreign)
        rs_driver_say("'%s': not analysed: ended by signal %d (%s): the file may be damaged", file, job->status,
                      strsignal(job->status));
    else if (job->end == RS_JOB_CRASHED)
        rs_driver_say("'%s': not analysed: refsan bug: the analysis was ended by signal %d (%s)", file, job->status,
                      strsignal(job->status));
    else
        rs_driver_say("'%s': not analysed: refsan bug: the analysis ended with status %d: %s", file, job->status, why);
    return false;
}

/* Runs the jobs of those units that need one; `wanted` says which. */
static void run(struct rs_session *session, struct work *work, size_t count, int (*job_run)(void *),
                bool (*wanted)(const struct work *), const char *progress)
{
    struct rs_pool_limits limits = {.at_once = session->jobs, .seconds = UNIT_SECONDS, .bytes = unit_bytes};
    struct rs_job *jobs = rs_alloc(count * sizeof(*jobs));
    size_t started = 0;

    for (size_t i = 0; i < count; i++)
        if (wanted(&work[i]))
            jobs[started++] = (struct rs_job){.run = job_run, .context = &work[i], .output = work[i].log};
    rs_pool_run(jobs, started, &limits, rs_progress_show, (void *)progress);
    for (size_t i = 0; i < started; i++)
        did(jobs[i].context, &jobs[i]);
    free(jobs);
}

static bool wants_summaries(const struct work *work)
{
    return !work->source->lost && work->summaries != NULL && !rs_cache_has(work->summaries);
}

static bool wants_check(const struct work *work)
{
    return !work->source->lost && !work->known;
}

/* Whether bitcode names a module's init function. The string table holds symbols as plain bytes (LLVM's Bitcode File
 * Format, STRTAB). */
static bool names_init(const char *bitcode)
{
    struct rs_error err;
    size_t size;
    char *bytes = rs_driver_read(bitcode, BITCODE_MOST, &size, &err);
    bool found = bytes != NULL && memmem(bytes, size, "PyInit_", 7) != NULL;

    free(bytes);
    return found;
}

/* The key of all that the unit's report depends on: bitcode, and the texts of Cython sources that are read beside it.
 */
static bool key_of(struct rs_session *session, const struct rs_source *source, struct rs_key *key)
{
    struct rs_words texts = {0};
    bool good = rs_cache_key(session, source, key);

    rs_pyx_list(&session->arena, source, &texts);
    if (good && texts.count > 0)
        good = rs_cache_key_more(key, texts.items, texts.count, key);
    RS_VEC_CLOSE(&texts);
    return good;
}

/* Cython's helpers, and Python's inline functions, stand in every unit of one Cython's alike. */
static const char *library_of(struct rs_session *session, const struct rs_source *source)
{
    const char *generator = rs_pyx_generator(&session->arena, source);

    return generator == NULL ? NULL : rs_cache_library(session, source->python, generator);
}

/* The units that are left, those of a group side by side. */
static size_t begin(struct rs_session *session, struct work *work)
{
    size_t count = 0;

    for (size_t i = 0; i < session->sources.count; i++) {
        struct rs_source *source = &session->sources.items[i];
        struct rs_key key;

        if (source->lost)
            continue;
        if (!key_of(session, source, &key)) {
            source->lost = true;
            session->rejected++;
            rs_driver_say("'%s': not analysed: cannot read '%s': %s", rs_driver_shown(source->file), source->bitcode,
                          strerror(errno));
            continue;
        }
        source->is_module = names_init(source->bitcode);
        work[count] = (struct work){.session = session, .source = source, .key = key};
        work[count].library = library_of(session, source);
        work[count].log = rs_arena_printf(&session->arena, "%s/%zu.log", session->work, i);
        count++;
    }
    return count;
}

static int by_group(const void *a, const void *b)
{
    const struct work *x = a, *y = b;

    if (x->source->group != y->source->group)
        return x->source->group < y->source->group ? -1 : 1;
    return x->source < y->source ? -1 : x->source > y->source;
}

/* The end of the group that begins at work[from]. */
static size_t group_end(const struct work *work, size_t count, size_t from)
{
    size_t to = from;

    while (to < count && work[to].source->group == work[from].source->group)
        to++;
    return to;
}

/* Before the first pass: units that are not alone get a place for their summaries. Of several modules in one group
 * (files named together, a compile database) none can call another's functions: what the other units say holds for each
 * of them. */
static void plan_summaries(struct rs_session *session, struct work *work, size_t count)
{
    for (size_t from = 0, to; from < count; from = to) {
        size_t modules = 0;

        to = group_end(work, count, from);
        for (size_t i = from; i < to; i++)
            modules += work[i].source->is_module;
        for (size_t i = from; to - from > 1 && i < to; i++)
            if (modules < 2 || !work[i].source->is_module)
                work[i].summaries = rs_cache_path(session, &work[i].key, "summaries");
    }
}

/* Before the second pass: a group's summaries, read once, and what the reports depend on. */
static struct rs_summaries *plan_group(struct rs_session *session, struct work *work, size_t count)
{
    struct rs_summaries *set = rs_summaries_open();
    const char **files = rs_alloc((count + 1) * sizeof(*files));
    size_t known = 0;
    struct rs_error err;

    for (size_t i = 0; i < count; i++) {
        if (work[i].source->lost || work[i].summaries == NULL)
            continue;
        if (!rs_summaries_append(set, work[i].summaries, &err)) {
            rs_driver_say("'%s': its summaries are not used: %s", rs_driver_shown(work[i].source->file), err.text);
            unlink(work[i].summaries);
            continue;
        }
        files[known++] = work[i].summaries;
    }
    if (known == 0) {
        rs_summaries_close(set);
        set = NULL;
    }
    for (size_t i = 0; i < count; i++) {
        struct rs_key key;

        if (work[i].source->lost)
            continue;
        if (!rs_cache_key_more(&work[i].key, files, known, &key))
            key = work[i].key;
        work[i].others = set;
        work[i].report = rs_cache_path(session, &key, "report");
        work[i].elsewhere = rs_cache_path_here(session, &key, "report");
        work[i].known = session->cache_folder != NULL && rs_cache_has(work[i].report);
    }
    free(files);
    return set;
}

static void add_names(struct rs_report *to, const struct rs_report *from)
{
    for (size_t i = 0; i < from->unknown_calls.count; i++) {
        size_t k = 0;

        while (k < to->unknown_calls.count && strcmp(to->unknown_calls.items[k], from->unknown_calls.items[i]) != 0)
            k++;
        if (k == to->unknown_calls.count)
            *RS_PUSH(&to->unknown_calls) = from->unknown_calls.items[i];
    }
}

static void add_gaps(struct rs_report *to, const struct rs_report *from)
{
    for (size_t i = 0; i < from->uncovered.count; i++) {
        size_t k = 0;

        while (k < to->uncovered.count && strcmp(to->uncovered.items[k].what, from->uncovered.items[i].what) != 0)
            k++;
        if (k == to->uncovered.count)
            *RS_PUSH(&to->uncovered) = from->uncovered.items[i];
        else
            to->uncovered.items[k].count += from->uncovered.items[i].count;
    }
}

/* A unit's report into the session's. Strings stay where they are: the unit's report is never closed. */
static void merge(struct rs_session *session, const struct rs_source *source, struct rs_report *from)
{
    struct rs_report *to = &session->report;

    for (size_t i = 0; i < from->findings.count; i++) {
        struct rs_finding *finding = &from->findings.items[i];

        if (source->module != NULL) {
            finding->culprit.module = source->module;
            finding->belief.module = finding->has_belief ? source->module : NULL;
        }
        rs_moved_apply(source, finding);
        *RS_PUSH(&to->findings) = *finding;
    }
    to->functions += from->functions;
    to->analysed += from->analysed;
    to->cut_paths += from->cut_paths;
    add_names(to, from);
    add_gaps(to, from);
    *RS_PUSH(&to->command) = source->file;
}

static void collect(struct rs_session *session, struct work *work)
{
    struct rs_kept *kept = rs_arena_alloc(&session->arena, sizeof(*kept));
    struct rs_error err;

    if (work->source->lost)
        return;
    if (rs_report_load(access(work->report, R_OK) == 0 ? work->report : work->elsewhere, kept, &err)) {
        session->reused += work->known;
        merge(session, work->source, &kept->report);
        return;
    }
    work->source->lost = true;
    session->crashed++;
    rs_driver_say("'%s': not analysed: %s", rs_driver_shown(work->source->file), err.text);
}

/* A damaged entry of the cache is no report: it is made again. */
static void doubt(struct work *work)
{
    struct rs_kept kept = {0};
    struct rs_error err;

    if (work->known && !rs_report_load(work->report, &kept, &err)) {
        unlink(work->report);
        work->known = false;
    }
    rs_report_kept_close(&kept);
}

void rs_passes_run(struct rs_session *session)
{
    struct work *work = rs_alloc(session->sources.count * sizeof(*work));
    size_t count;

    count = begin(session, work);
    qsort(work, count, sizeof(*work), by_group);
    plan_summaries(session, work, count);
    run(session, work, count, summarise, wants_summaries, "read");
    for (size_t from = 0, to; from < count; from = to) {
        to = group_end(work, count, from);
        plan_group(session, work + from, to - from);
    }
    for (size_t i = 0; i < count; i++)
        if (!work[i].source->lost)
            doubt(&work[i]);
    run(session, work, count, check, wants_check, "checked");
    for (size_t i = 0; i < count; i++)
        collect(session, &work[i]);
    session->report.stats.reused = session->reused;
    free(work);
}
