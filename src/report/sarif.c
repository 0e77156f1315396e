/* SARIF 2.1.0: what code scanning reads. Sections named below are those of the OASIS standard of 27 March 2020.
 *
 * Promise: valid against the standard's schema; URIs are relative to the working directory where files lie below it, so
 * that a scanner finds them in its checkout. Refuses: to write what is not known (a result without a line has a file
 * alone). */
#include <ctype.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/file.h"
#include "report/report.h"
#include "report/text.h"

struct sarif {
    struct rs_arena arena;
    char folder[PATH_MAX];
    const char *(*line)(void *ctx, const char *file, int line);
    void *ctx;
    int index[RS_RULES]; /* of the rule in the document, -1: not there */
};

static json_t *text(struct sarif *sarif, const char *string)
{
    return json_string(rs_text_utf8(&sarif->arena, string != NULL ? string : ""));
}

/* 3.11: a message. */
static json_t *message(struct sarif *sarif, const char *string)
{
    return json_pack("{s:o}", "text", text(sarif, string));
}

/* RFC 3986 of a path: what is no unreserved character, slash or the like becomes %XX. */
static const char *encoded(struct sarif *sarif, const char *from)
{
    static const char plain[] = "-._~/!$&'()*+,;=@";
    char *to = rs_arena_alloc(&sarif->arena, 3 * strlen(from) + 1), *out = to;

    for (; *from != 0; from++) {
        unsigned char byte = (unsigned char)*from;

        if ((byte < 0x80 && isalnum(byte)) || (byte != 0 && strchr(plain, byte) != NULL))
            *out++ = (char)byte;
        else
            out += sprintf(out, "%%%02X", byte);
    }
    *out = 0;
    return to;
}

static const char *uri(struct sarif *sarif, const char *path)
{
    const char *name = encoded(sarif, rs_text_relative(path, sarif->folder[0] != 0 ? sarif->folder : NULL));

    return name[0] == '/' ? rs_arena_printf(&sarif->arena, "file://%s", name) : name;
}

/* 3.4: where a file is; base SRCROOT is the working directory. */
static json_t *artifact(struct sarif *sarif, const char *file)
{
    const char *where = uri(sarif, file);
    json_t *object = json_pack("{s:o}", "uri", text(sarif, where));

    if (strncmp(where, "file://", 7) != 0)
        json_object_set_new(object, "uriBaseId", json_string("SRCROOT"));
    return object;
}

/* 3.28: a location with what is said of it (may be NULL). */
static json_t *location(struct sarif *sarif, const char *file, int line, const char *function, const char *note)
{
    json_t *object = json_object(), *physical, *region;
    const char *source = file != NULL && line > 0 && sarif->line != NULL ? sarif->line(sarif->ctx, file, line) : NULL;

    if (file != NULL) {
        physical = json_pack("{s:o}", "artifactLocation", artifact(sarif, file));
        if (line > 0) {
            region = json_pack("{s:i}", "startLine", line);
            if (source != NULL)
                json_object_set_new(region, "snippet", json_pack("{s:o}", "text", text(sarif, source)));
            json_object_set_new(physical, "region", region);
        }
        json_object_set_new(object, "physicalLocation", physical);
    }
    if (function != NULL)
        json_object_set_new(object, "logicalLocations",
                            json_pack("[{s:o, s:s}]", "fullyQualifiedName", text(sarif, function), "kind", "function"));
    if (note != NULL)
        json_object_set_new(object, "message", message(sarif, note));
    return object;
}

static json_t *place(struct sarif *sarif, const struct rs_place *at, const char *note)
{
    if (at->pyx_file != NULL)
        return location(sarif, at->pyx_file, at->pyx_line, at->function, note);
    return location(sarif, at->file, at->line, at->function, note);
}

static const char *level(enum rs_severity severity)
{
    static const char *const levels[] = {"error", "warning", "note"};

    return levels[severity];
}

/* 3.49: a rule, with help for who reads it in a scanner. */
static json_t *rule(struct sarif *sarif, enum rs_rule which)
{
    static const char *const tags[] = {"deficit", "surplus", "protocol", "memory"};
    const struct rs_rule_info *info = rs_rule_info(which);
    const char *help =
        rs_arena_printf(&sarif->arena,
                        "%s: %s. 'refsan explain %s' says what it means, shows the smallest wrong program and the fix.",
                        info->name, info->title, info->id);
    json_t *object = json_pack("{s:s, s:s, s:o, s:o, s:o}", "id", info->id, "name", info->name, "shortDescription",
                               message(sarif, info->title), "fullDescription", message(sarif, info->title), "help",
                               message(sarif, help));

    json_object_set_new(object, "defaultConfiguration", json_pack("{s:s}", "level", "error"));
    json_object_set_new(object, "properties", json_pack("{s:[s, s]}", "tags", "reference-counting", tags[info->kind]));
    return object;
}

static json_t *rules(struct sarif *sarif, const struct rs_report *report)
{
    json_t *list = json_array();

    memset(sarif->index, -1, sizeof(sarif->index));
    for (size_t i = 0; i < report->findings.count; i++) {
        enum rs_rule which = report->findings.items[i].rule;

        if (sarif->index[which] >= 0)
            continue;
        sarif->index[which] = (int)json_array_size(list);
        json_array_append_new(list, rule(sarif, which));
    }
    return list;
}

/* 3.36: the path from entry to fault, as one thread's. */
static json_t *code_flows(struct sarif *sarif, const struct rs_finding *finding)
{
    json_t *steps = json_array();

    for (size_t i = 0; i < finding->path.count; i++) {
        const struct rs_note *note = &finding->path.items[i];

        json_array_append_new(steps, json_pack("{s:o}", "location",
                                               location(sarif, note->file, note->line, NULL,
                                                        note->note != NULL ? note->note : "")));
    }
    return json_pack("[{s:[{s:o}]}]", "threadFlows", "locations", steps);
}

static json_t *related(struct sarif *sarif, const struct rs_finding *finding)
{
    json_t *list = json_array();

    if (finding->has_belief && (finding->belief.file != NULL || finding->belief.pyx_file != NULL)) {
        const char *api = finding->belief.api != NULL ? finding->belief.api : "the belief";

        json_array_append_new(list, place(sarif, &finding->belief,
                                          rs_arena_printf(&sarif->arena, "%s, where the reference comes from", api)));
    }
    if (finding->has_victim && (finding->victim.file != NULL || finding->victim.pyx_file != NULL))
        json_array_append_new(list, place(sarif, &finding->victim, "the other party"));
    return list;
}

/* 3.27 */
static json_t *result(struct sarif *sarif, const struct rs_finding *finding)
{
    const struct rs_rule_info *info = rs_rule_info(finding->rule);
    const char *said = finding->message != NULL ? finding->message : info->title;
    json_t *object = json_object(), *others = related(sarif, finding);

    if (finding->fix != NULL)
        said = rs_arena_printf(&sarif->arena, "%s. Fix: %s", said, finding->fix);
    json_object_set_new(object, "ruleId", json_string(info->id));
    json_object_set_new(object, "ruleIndex", json_integer(sarif->index[finding->rule]));
    json_object_set_new(object, "level", json_string(level(finding->severity)));
    json_object_set_new(object, "message", message(sarif, said));
    json_object_set_new(object, "locations", json_pack("[o]", place(sarif, &finding->culprit, NULL)));
    if (json_array_size(others) > 0)
        json_object_set(object, "relatedLocations", others);
    json_decref(others);
    if (finding->path.count > 0)
        json_object_set_new(object, "codeFlows", code_flows(sarif, finding));
    json_object_set_new(object, "partialFingerprints", json_pack("{s:s}", "refsan/v1", finding->fingerprint));
    json_object_set_new(object, "occurrenceCount",
                        json_integer(finding->count < INT_MAX ? (json_int_t)finding->count : INT_MAX));
    json_object_set_new(object, "properties",
                        json_pack("{s:s, s:b}", "confidence", finding->confidence == RS_PROVEN ? "proven" : "suspect",
                                  "latent", finding->latent));
    return object;
}

/* 3.58: a crash that no finding explains is no breach of a rule; it is told all the same. */
static json_t *crash(struct sarif *sarif, const struct rs_crash *crash)
{
    const char *said = crash->message != NULL ? crash->message : crash->signal;
    json_t *object;

    if (crash->advice != NULL)
        said = rs_arena_printf(&sarif->arena, "%s. %s", said, crash->advice);
    object = json_pack("{s:s, s:o}", "level", "error", "message", message(sarif, said));
    if (crash->has_place)
        json_object_set_new(object, "locations", json_pack("[o]", place(sarif, &crash->place, NULL)));
    return object;
}

/* 3.20.21, notifications: ends by a signal, and what was not seen. */
static json_t *invocation(struct sarif *sarif, const struct rs_report *report)
{
    json_t *list = json_array();

    for (size_t i = 0; i < report->crashes.count; i++)
        if (report->crashes.items[i].finding == 0)
            json_array_append_new(list, crash(sarif, &report->crashes.items[i]));
    for (size_t i = 0; i < report->uncovered.count; i++) {
        const struct rs_uncovered *gap = &report->uncovered.items[i];
        const char *said = gap->count > 0 ? rs_arena_printf(&sarif->arena, "not covered: %llu %s",
                                                            (unsigned long long)gap->count, gap->what)
                                          : rs_arena_printf(&sarif->arena, "not covered: %s", gap->what);

        json_array_append_new(list, json_pack("{s:s, s:o}", "level", "note", "message", message(sarif, said)));
    }
    return json_pack("[{s:b, s:o}]", "executionSuccessful", 1, "toolExecutionNotifications", list);
}

static json_t *document(struct sarif *sarif, const struct rs_report *report)
{
    json_t *run = json_object(), *results = json_array(), *driver = json_object();

    json_object_set_new(driver, "name", json_string("refsan"));
    json_object_set_new(driver, "version", json_string(RS_VERSION));
    json_object_set_new(driver, "semanticVersion", json_string(RS_VERSION));
    json_object_set_new(driver, "rules", rules(sarif, report));
    for (size_t i = 0; i < report->findings.count; i++)
        json_array_append_new(results, result(sarif, &report->findings.items[i]));
    json_object_set_new(run, "tool", json_pack("{s:o}", "driver", driver));
    json_object_set_new(run, "invocations", invocation(sarif, report));
    if (sarif->folder[0] != 0)
        json_object_set_new(run, "originalUriBaseIds",
                            json_pack("{s:{s:o}}", "SRCROOT", "uri",
                                      text(sarif,
                                           rs_arena_printf(&sarif->arena, "file://%s%s", encoded(sarif, sarif->folder),
                                                           sarif->folder[1] != 0 ? "/" : ""))));
    json_object_set_new(run, "columnKind", json_string("unicodeCodePoints"));
    json_object_set_new(run, "results", results);
    return json_pack("{s:s, s:s, s:[o]}", "$schema", "https://json.schemastore.org/sarif-2.1.0.json", "version",
                     "2.1.0", "runs", run);
}

bool rs_report_sarif(const struct rs_report *report, const char *(*line)(void *ctx, const char *file, int line),
                     void *ctx, const char *path, struct rs_error *err)
{
    struct sarif *sarif = rs_alloc(sizeof(*sarif));
    bool good = false;
    json_t *root;
    char *bytes;

    sarif->line = line;
    sarif->ctx = ctx;
    if (getcwd(sarif->folder, sizeof(sarif->folder)) == NULL)
        sarif->folder[0] = 0;
    root = document(sarif, report);
    bytes = json_dumps(root, JSON_INDENT(1));
    json_decref(root);
    if (bytes != NULL)
        good = rs_file_write(path, bytes, strlen(bytes), err);
    else
        rs_fail(err, "cannot write the report '%s': no memory to render it", path);
    free(bytes);
    rs_arena_close(&sarif->arena);
    free(sarif);
    return good;
}
