/* See crash.h. */
#include "finding/crash.h"

#include <string.h>

const char *rs_crash_cause_name(enum rs_crash_cause cause)
{
    static const char *const names[RS_CRASH_CAUSES] = {"memory",         "dead-object",  "null-pointer",
                                                       "stack-overflow", "bad-jump",     "mapping",
                                                       "arithmetic",     "instruction",  "python-fatal-error",
                                                       "heap-damage",    "check-failed", "uncaught-exception",
                                                       "abort",          "sent",         "unrecorded"};

    return cause < RS_CRASH_CAUSES ? names[cause] : "unknown";
}

struct rs_crash *rs_report_crash(struct rs_report *report)
{
    struct rs_crash *crash = RS_PUSH(&report->crashes);

    memset(crash, 0, sizeof(*crash));
    crash->count = 1;
    crash->object.refcount = -1;
    return crash;
}

void rs_crash_close(struct rs_crash *crash)
{
    RS_VEC_CLOSE(&crash->history);
    RS_VEC_CLOSE(&crash->native);
    RS_VEC_CLOSE(&crash->python);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool is_alike(const struct rs_crash *a, const struct rs_crash *b)
{
    return a->cause == b->cause && a->finding == b->finding && strcmp(a->signal, b->signal) == 0 &&
           a->place.line == b->place.line && same_text(a->place.function, b->place.function) &&
           same_text(a->place.module, b->place.module) && same_text(a->object.type, b->object.type);
}

/* The finding of whose consequence the process died: the one that says so, else a proven one about the object that the
 * fault met. */
static uint64_t explained_by(const struct rs_report *report, const struct rs_crash *crash)
{
    for (size_t i = 0; i < report->findings.count; i++) {
        const struct rs_finding *finding = &report->findings.items[i];
        bool same_process = finding->process == crash->process;
        bool same_object = crash->object.found_in != NULL && finding->object.address == crash->object.address;

        if (finding->confidence == RS_PROVEN &&
            ((finding->fatal && (same_process || finding->count > 1)) || (same_process && same_object)))
            return i + 1;
    }
    return 0;
}

void rs_crashes_finish(struct rs_report *report)
{
    size_t kept = 0;

    for (size_t i = 0; i < report->crashes.count; i++) {
        struct rs_crash *crash = &report->crashes.items[i];
        size_t same = 0;

        crash->finding = explained_by(report, crash);
        while (same < kept && !is_alike(&report->crashes.items[same], crash))
            same++;
        if (same < kept) {
            report->crashes.items[same].count += crash->count;
            rs_crash_close(crash);
        } else {
            report->crashes.items[kept++] = *crash;
        }
    }
    report->crashes.count = kept;
}
