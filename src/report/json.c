/* The JSON document, schema 1: docs/report-schema.md names every field, and a test compares.
 *
 * Promise: every field is always there, null where it is unknown. Refuses: to shorten, to sort, to write
 * floats (but for the seconds). */
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/file.h"
#include "report/report.h"
#include "report/text.h"

enum { SCHEMA = 1 };

/* What the document's parts need: memory for repaired strings, and the folder that paths are made relative
 * to. */
struct making {
    struct rs_arena arena;
    char folder[PATH_MAX];
};

static json_t *string(struct making *making, const char *text)
{
    return text != NULL ? json_string(rs_text_utf8(&making->arena, text)) : json_null();
}

static json_t *path_string(struct making *making, const char *path)
{
    return string(making, rs_text_relative(path, making->folder));
}

/* JSON's readers have signed 64 bits at best. */
static json_t *number(uint64_t value)
{
    return json_integer(value < INT64_MAX ? (json_int_t)value : INT64_MAX);
}

static json_t *number_or_null(uint64_t value)
{
    return value != 0 ? number(value) : json_null();
}

static json_t *line_number(int line)
{
    return line > 0 ? json_integer(line) : json_null();
}

static json_t *pyx(struct making *making, const struct rs_place *place)
{
    if (place->pyx_file == NULL)
        return json_null();
    return json_pack("{s:o, s:o}", "file", path_string(making, place->pyx_file), "line", line_number(place->pyx_line));
}

static json_t *place_object(struct making *making, const struct rs_place *place)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "module", string(making, place->module), "function",
                     string(making, place->function), "file", path_string(making, place->file), "line",
                     line_number(place->line), "address", string(making, place->address), "pyx", pyx(making, place));
}

static json_t *belief_object(struct making *making, const struct rs_finding *finding)
{
    json_t *belief;

    if (!finding->has_belief)
        return json_null();
    belief = place_object(making, &finding->belief);
    json_object_set_new(belief, "api", string(making, finding->belief.api));
    return belief;
}

static json_t *address_string(uint64_t address, bool known)
{
    return known ? json_sprintf("0x%llx", (unsigned long long)address) : json_null();
}

static json_t *tracked_object(struct making *making, const struct rs_finding *finding)
{
    json_t *address = address_string(finding->object.address, finding->object.address != 0), *refcount = json_null();

    if (finding->object.refcount >= 0)
        refcount = json_integer(finding->object.refcount);
    return json_pack("{s:o, s:o, s:o, s:o}", "type", string(making, finding->object.type), "name",
                     string(making, finding->object.name), "address", address, "refcount", refcount);
}

static json_t *python_frames(struct making *making, const struct rs_finding *finding)
{
    json_t *list = json_array();

    for (size_t i = 0; i < finding->python.count; i++) {
        const struct rs_line *frame = &finding->python.items[i];

        json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "function", string(making, frame->function), "file",
                                              path_string(making, frame->file), "line", line_number(frame->line)));
    }
    return list;
}

static json_t *mixed_frames(struct making *making, const struct rs_line *frames, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:o, s:o, s:o}", "language", string(making, frames[i].language),
                                        "function", string(making, frames[i].function), "file",
                                        path_string(making, frames[i].file), "line", line_number(frames[i].line),
                                        "module", string(making, frames[i].module)));
    return list;
}

static json_t *step_object(struct making *making, const struct rs_step *step)
{
    json_t *row = json_object();

    json_object_set_new(row, "seq", number(step->seq));
    json_object_set_new(row, "event", json_string(rs_step_name(step->kind)));
    json_object_set_new(row, "api", string(making, step->api));
    json_object_set_new(row, "delta", json_integer(step->delta));
    json_object_set_new(row, "refcount", step->refcount >= 0 ? json_integer(step->refcount) : json_null());
    json_object_set_new(row, "balance", json_integer(step->balance));
    json_object_set_new(row, "module", string(making, step->place.module));
    json_object_set_new(row, "function", string(making, step->place.function));
    json_object_set_new(row, "file", path_string(making, step->place.file));
    json_object_set_new(row, "line", line_number(step->place.line));
    json_object_set_new(row, "paired_with", number_or_null(step->paired_with));
    json_object_set_new(row, "times", number(step->times > 0 ? step->times : 1));
    return row;
}

static json_t *history_list(struct making *making, const struct rs_step *steps, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, step_object(making, &steps[i]));
    return list;
}

static json_t *stacks_object(struct making *making, const struct rs_finding *finding)
{
    return json_pack("{s:o, s:o, s:o}", "use", mixed_frames(making, finding->use.items, finding->use.count), "free",
                     mixed_frames(making, finding->freed.items, finding->freed.count), "alloc",
                     mixed_frames(making, finding->alloc.items, finding->alloc.count));
}

static json_t *path_list(struct making *making, const struct rs_finding *finding)
{
    json_t *list = json_array();

    for (size_t i = 0; i < finding->path.count; i++) {
        const struct rs_note *note = &finding->path.items[i];

        json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "file", path_string(making, note->file), "line",
                                              line_number(note->line), "note", string(making, note->note)));
    }
    return list;
}

static json_t *finding_object(struct making *making, const struct rs_finding *finding, size_t id)
{
    static const char *const kinds[] = {"deficit", "surplus", "protocol", "memory"};
    static const char *const severities[] = {"error", "warning", "note"};
    const char *message = finding->message != NULL ? finding->message : rs_rule_info(finding->rule)->title;
    json_t *object = json_object();

    json_object_set_new(object, "id", number(id));
    json_object_set_new(object, "rule", json_string(rs_rule_info(finding->rule)->id));
    json_object_set_new(object, "name", json_string(rs_rule_info(finding->rule)->name));
    json_object_set_new(object, "kind", json_string(kinds[finding->kind]));
    json_object_set_new(object, "confidence", json_string(finding->confidence == RS_PROVEN ? "proven" : "suspect"));
    json_object_set_new(object, "severity", json_string(severities[finding->severity]));
    json_object_set_new(object, "message", string(making, message));
    json_object_set_new(object, "count", number(finding->count));
    json_object_set_new(object, "fingerprint", string(making, finding->fingerprint));
    json_object_set_new(object, "culprit", place_object(making, &finding->culprit));
    json_object_set_new(object, "belief", belief_object(making, finding));
    json_object_set_new(object, "victim", finding->has_victim ? place_object(making, &finding->victim) : json_null());
    json_object_set_new(object, "object", tracked_object(making, finding));
    json_object_set_new(object, "proof", string(making, finding->proof));
    json_object_set_new(object, "fix", string(making, finding->fix));
    json_object_set_new(object, "latent", json_boolean(finding->latent));
    json_object_set_new(object, "python", python_frames(making, finding));
    json_object_set_new(object, "history", history_list(making, finding->history.items, finding->history.count));
    json_object_set_new(object, "stacks", stacks_object(making, finding));
    json_object_set_new(object, "path", path_list(making, finding));
    json_object_set_new(object, "test", string(making, finding->test));
    json_object_set_new(object, "process", finding->process > 0 ? json_integer(finding->process) : json_null());
    json_object_set_new(object, "checkpoint", string(making, finding->checkpoint));
    json_object_set_new(object, "confirmation", string(making, finding->confirmation));
    json_object_set_new(object, "verified_fix", string(making, finding->verified_fix));
    return object;
}

/* A place with the call that was made there, or null. */
static json_t *call_object(struct making *making, const struct rs_place *place, bool known)
{
    json_t *call = known ? place_object(making, place) : json_null();

    if (known)
        json_object_set_new(call, "api", string(making, place->api));
    return call;
}

static json_t *dead_object(struct making *making, const struct rs_crash *crash)
{
    if (crash->object.address == 0)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "type", string(making, crash->object.type),
                     "name", string(making, crash->object.name), "address", address_string(crash->object.address, true),
                     "refcount", crash->object.refcount >= 0 ? json_integer(crash->object.refcount) : json_null(),
                     "found_in", string(making, crash->object.found_in), "even", crash->object.even, "made",
                     call_object(making, &crash->made, crash->has_made), "released",
                     call_object(making, &crash->released, crash->has_released), "history",
                     history_list(making, crash->history.items, crash->history.count));
}

static json_t *crash_object(struct making *making, const struct rs_crash *crash)
{
    json_t *object = json_object();

    json_object_set_new(object, "signal", string(making, crash->signal));
    json_object_set_new(object, "cause", json_string(rs_crash_cause_name(crash->cause)));
    json_object_set_new(object, "message", string(making, crash->message));
    json_object_set_new(object, "advice", string(making, crash->advice));
    json_object_set_new(object, "finding", number_or_null(crash->finding));
    json_object_set_new(object, "process", crash->process > 0 ? json_integer(crash->process) : json_null());
    json_object_set_new(object, "count", number(crash->count));
    json_object_set_new(object, "address", address_string(crash->address, crash->has_address));
    json_object_set_new(object, "access", string(making, crash->access));
    json_object_set_new(object, "place", crash->has_place ? place_object(making, &crash->place) : json_null());
    json_object_set_new(object, "call", call_object(making, &crash->call, crash->has_call));
    json_object_set_new(object, "object", dead_object(making, crash));
    json_object_set_new(object, "native", mixed_frames(making, crash->native.items, crash->native.count));
    json_object_set_new(object, "python", mixed_frames(making, crash->python.items, crash->python.count));
    return object;
}

static json_t *strings(struct making *making, const char *const *items, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, string(making, items[i]));
    return list;
}

static json_t *modules_list(struct making *making, const struct rs_report *report)
{
    json_t *list = json_array();

    for (size_t i = 0; i < report->modules.count; i++) {
        const struct rs_module_info *module = &report->modules.items[i];
        json_t *object = json_object();

        json_object_set_new(object, "name", string(making, module->name));
        json_object_set_new(object, "path", path_string(making, module->path));
        json_object_set_new(object, "build_id", string(making, module->build_id));
        json_object_set_new(object, "debug_info", json_boolean(module->debug_info));
        json_object_set_new(object, "sites", number(module->sites));
        json_object_set_new(object, "patched", number(module->patched));
        json_object_set_new(object, "unpatched", number(module->unpatched));
        json_object_set_new(object, "abi", string(making, module->abi));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *coverage_object(struct making *making, const struct rs_report *report, bool check)
{
    json_t *object = json_object(), *uncovered = json_array();

    for (size_t i = 0; i < report->uncovered.count; i++)
        json_array_append_new(uncovered,
                              json_pack("{s:o, s:o}", "what", string(making, report->uncovered.items[i].what), "count",
                                        number(report->uncovered.items[i].count)));
    json_object_set_new(object, "unknown_calls",
                        strings(making, report->unknown_calls.items, report->unknown_calls.count));
    json_object_set_new(object, "unpatched_sites", number(report->unpatched_sites));
    json_object_set_new(object, "dropped_events", number(report->dropped_events));
    json_object_set_new(object, "functions", check ? number(report->functions) : json_null());
    json_object_set_new(object, "analysed", check ? number(report->analysed) : json_null());
    json_object_set_new(object, "cut_paths", check ? number(report->cut_paths) : json_null());
    json_object_set_new(object, "uncovered", uncovered);
    json_object_set_new(object, "suppressed", number(report->suppressed));
    return object;
}

static json_t *python_object(struct making *making, const struct rs_report *report)
{
    return json_pack("{s:o, s:o, s:o, s:b}", "version", string(making, report->python.version), "executable",
                     path_string(making, report->python.executable), "layout", string(making, report->python.layout),
                     "free_threaded", report->python.free_threaded);
}

static json_t *exit_object(struct making *making, const struct rs_report *report)
{
    return json_pack("{s:o, s:o}", "status", report->has_status ? json_integer(report->status) : json_null(), "signal",
                     string(making, report->signal));
}

static json_t *stats_object(const struct rs_report *report)
{
    double spent = report->stats.seconds;
    /* Whole milliseconds; not a number and infinity are no JSON. */
    json_t *seconds =
        spent >= 0 && spent < 1e12 ? json_real((double)(long long)(spent * 1000 + 0.5) / 1000) : json_null();

    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:o}", "events", number(report->stats.events), "objects",
                     number(report->stats.objects), "peak_bytes", number(report->stats.peak_bytes), "seconds", seconds,
                     "sites_found", number(report->stats.sites_found), "sites_patched",
                     number(report->stats.sites_patched), "processes", report->stats.processes, "reused",
                     number(report->stats.reused));
}

static json_t *document(struct making *making, const struct rs_report *report)
{
    json_t *root = json_object(), *findings = json_array(), *crashes = json_array();
    bool check = report->tool_mode != NULL && strcmp(report->tool_mode, "check") == 0;

    for (size_t i = 0; i < report->findings.count; i++)
        json_array_append_new(findings, finding_object(making, &report->findings.items[i], i + 1));
    for (size_t i = 0; i < report->crashes.count; i++)
        json_array_append_new(crashes, crash_object(making, &report->crashes.items[i]));
    json_object_set_new(root, "tool", json_string("refsan"));
    json_object_set_new(root, "version", json_string(RS_VERSION));
    json_object_set_new(root, "schema", json_integer(SCHEMA));
    json_object_set_new(root, "mode", json_string(check ? "check" : "run"));
    json_object_set_new(root, "command", strings(making, report->command.items, report->command.count));
    json_object_set_new(root, "python", check ? json_null() : python_object(making, report));
    json_object_set_new(root, "exit", check ? json_null() : exit_object(making, report));
    json_object_set_new(root, "crashes", crashes);
    json_object_set_new(root, "findings", findings);
    json_object_set_new(root, "coverage", coverage_object(making, report, check));
    json_object_set_new(root, "modules", modules_list(making, report));
    json_object_set_new(root, "stats", stats_object(report));
    return root;
}

/* The whole document as text with a newline behind it, to be freed. */
static char *rendered(const struct rs_report *report)
{
    struct making *making = rs_alloc(sizeof(*making));
    json_t *root;
    char *text;

    if (getcwd(making->folder, sizeof(making->folder)) == NULL)
        making->folder[0] = '\0';
    root = document(making, report);
    /* 15 digits: milliseconds of some thousand years without a tail of binary rounding. */
    text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    json_decref(root);
    rs_arena_close(&making->arena);
    free(making);
    if (text != NULL) {
        size_t length = strlen(text);

        text = rs_realloc(text, length + 2);
        memcpy(text + length, "\n", 2);
    }
    return text;
}

bool rs_report_json(const struct rs_report *report, const char *path, struct rs_error *err)
{
    char *text = rendered(report);
    bool good;

    if (text == NULL)
        return rs_fail(err, "cannot write the report '%s': no memory to render it", path);
    good = rs_file_write(path, text, strlen(text), err);
    free(text);
    return good;
}
