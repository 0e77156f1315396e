/* The findings as text, for somebody whose program has just died: the verdict first, then where, why and what
 * to do.
 *
 * Promise: at most RS_VIEW_MOST lines a finding or crash unless verbose. One closing line, always. Refuses to let names
 * from the program steer the terminal. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/view.h"

enum {
    MOST_SUSPECTS = 20, /* shown unless verbose */
    MOST_UNCOVERED = 6, /* in the closing line unless verbose */
    MOST_CRASHES = 3,   /* shown unless verbose */
};

static bool is_check(const struct rs_report *report)
{
    return report->tool_mode != NULL && strcmp(report->tool_mode, "check") == 0;
}

/* "proven, seen 3 times"; of source code, where nothing was seen happening: "error, 3 places". */
static const char *certainty(struct view *view, const struct rs_report *report, const struct rs_finding *finding)
{
    static const char *const severities[] = {"error", "warning", "note"};
    const char *proven = finding->confidence == RS_PROVEN ? "proven" : "suspect",
               *latent = finding->latent ? ", latent" : "", *seen = "seen once";

    if (is_check(report)) {
        seen = finding->count > 1
                   ? rs_arena_printf(&view->arena, ", %s places", rs_text_number(&view->arena, finding->count))
                   : "";
        return rs_arena_printf(&view->arena, "%s%s%s%s", severities[finding->severity],
                               finding->confidence == RS_PROVEN ? ", proven" : "", latent, seen);
    }
    if (finding->count > 1)
        seen = rs_arena_printf(&view->arena, "seen %s times", rs_text_number(&view->arena, finding->count));
    return rs_arena_printf(&view->arena, "%s%s, %s%s%s", proven, latent,
                           finding->severity != RS_ERROR ? severities[finding->severity] : "",
                           finding->severity != RS_ERROR ? ", " : "", seen);
}

/* The verdict of a finding, shown as one line whatever the width, so that it can be searched for. */
static void put_verdict(struct view *view, const struct rs_report *report, const struct rs_finding *finding)
{
    const struct rs_rule_info *rule = rs_rule_info(finding->rule);
    const char *message = finding->message != NULL ? finding->message : rule->title;
    bool proven = finding->confidence == RS_PROVEN;
    const char *line;

    line = rs_arena_printf(&view->arena, "refsan: %s %s: %s (%s)", rule->id, rule->name, rs_view_clean(view, message),
                           certainty(view, report, finding));
    line = rs_text_shorten_in(&view->arena, line, finding->culprit.function, rs_view_left(view, 0));
    if (finding->has_belief)
        line = rs_text_shorten_in(&view->arena, line, finding->belief.function, rs_view_left(view, 0));
    if (finding->has_victim)
        line = rs_text_shorten_in(&view->arena, line, finding->victim.function, rs_view_left(view, 0));
    rs_view_put(view, VERDICT, NULL, line,
                proven || (is_check(report) && finding->severity == RS_ERROR) ? BAD : DOUBTFUL);
}

/* What the call of the belief did, from the history; where that does not hold it, by what the rule is about.
 */
static const char *believed(const struct rs_finding *finding)
{
    static const char *const words[] = {
        [RS_STEP_CREATE] = "returned a new reference", [RS_STEP_ACQUIRE] = "returned a new reference",
        [RS_STEP_RELEASE] = "gave the reference back", [RS_STEP_BORROW] = "returned a borrowed reference",
        [RS_STEP_STEAL] = "took the reference over",   [RS_STEP_ARGUMENT] = "passed a borrowed reference",
        [RS_STEP_RETURN] = "was handed the reference", [RS_STEP_FREE] = "freed the object",
        [RS_STEP_TOUCH] = "used the object",
    };

    for (size_t i = 0; i < finding->history.count; i++) {
        const struct rs_step *step = &finding->history.items[i];

        if (step->api != NULL && strcmp(step->api, finding->belief.api) == 0 &&
            rs_view_is_step_at(step, &finding->belief))
            return words[step->kind];
    }
    if (finding->kind == RS_SURPLUS && finding->rule != RS_RULE_RS206 && finding->rule != RS_RULE_RS404)
        return "returned a new reference";
    switch (finding->rule) {
    case RS_RULE_RS104:
        return "took the reference over";
    case RS_RULE_RS105:
        return "returned the object";
    case RS_RULE_RS206:
        return "filled the buffer";
    case RS_RULE_RS301:
        return "gave the GIL up";
    case RS_RULE_RS302:
        return "may have failed";
    case RS_RULE_RS403:
        return "may return NULL";
    case RS_RULE_RS404:
        return "handed out memory";
    default:
        return "returned a borrowed reference";
    }
}

/* "PyDict_GetItem returned a borrowed reference   table_get  case.c:47". */
static void put_belief(struct view *view, const struct rs_finding *finding)
{
    const struct rs_place *place = &finding->belief;
    const char *rest = rs_view_where(view, place), *said;

    if (!finding->has_belief)
        return;
    if (place->api == NULL) {
        rs_view_put(view, BELIEF, "belief",
                    rs_view_name(view, rs_view_function(view, place->function), rest, RS_VIEW_TEXT), PLAIN);
    } else {
        said = rs_arena_printf(&view->arena, "%s %s   ", rs_view_clean(view, place->api), believed(finding));
        rest = rs_view_name(view, rs_view_function(view, place->function), rest, RS_VIEW_TEXT + rs_text_columns(said));
        rs_view_put(view, BELIEF, "belief", rs_arena_printf(&view->arena, "%s%s", said, rest), PLAIN);
    }
    rs_view_excerpt(view, BELIEF, place);
}

static void put_path(struct view *view, const struct rs_finding *finding)
{
    for (size_t i = 0; i < finding->path.count; i++) {
        const struct rs_note *note = &finding->path.items[i];
        const char *place = note->file != NULL ? rs_view_file_line(view, note->file, note->line) : "";
        const char *text =
            rs_arena_printf(&view->arena, "%s  %s", place, note->note != NULL ? rs_view_clean(view, note->note) : "");

        rs_view_put(view, PATH, i == 0 ? "path" : NULL,
                    rs_text_cut(&view->arena, text, rs_view_left(view, RS_VIEW_TEXT)), PLAIN);
    }
    view->blocks[PATH].things = "step";
    view->blocks[PATH].least = finding->path.count < 2 ? finding->path.count : 2;
}

static void put_seen(struct view *view, const struct rs_report *report, const struct rs_finding *finding)
{
    const char *text = "";

    if (finding->test != NULL)
        text = rs_arena_printf(&view->arena, ", test %s", finding->test);
    if (finding->checkpoint != NULL)
        text = rs_arena_printf(&view->arena, "%s, checkpoint %s", text, finding->checkpoint);
    if (finding->process > 0 && report->stats.processes > 1)
        text = rs_arena_printf(&view->arena, "%s, process %d", text, finding->process);
    if (finding->confirmation != NULL)
        text = rs_arena_printf(&view->arena, "%s, %s by a run", text, finding->confirmation);
    if (*text != '\0')
        rs_view_text(view, SEEN, "seen", text + 2);
}

static void put_finding(struct view *view, const struct rs_report *report, const struct rs_finding *finding)
{
    const char *id = rs_rule_info(finding->rule)->id;
    bool whole = finding->confidence == RS_PROVEN || is_check(report) || view->options->verbose;

    put_verdict(view, report, finding);
    rs_view_place(view, AT, "at", &finding->culprit);
    rs_view_excerpt(view, AT, &finding->culprit);
    put_belief(view, finding);
    rs_view_text(view, FIX, "fix", finding->fix);
    if (!whole)
        return;
    if (finding->has_victim)
        rs_view_place(view, VICTIM, "victim", &finding->victim);
    put_path(view, finding);
    rs_view_frames(view, PYTHON, "python", finding->python.items, finding->python.count);
    rs_view_text(view, PROOF, "proof", finding->proof);
    rs_view_frames(view, USED, "used", finding->use.items, finding->use.count);
    rs_view_frames(view, FREED, "freed", finding->freed.items, finding->freed.count);
    rs_view_frames(view, MADE, "made", finding->alloc.items, finding->alloc.count);
    rs_view_history(view, &(struct rs_story){finding->history.items, finding->history.count, finding->object.name,
                                             &finding->culprit, finding->has_belief ? &finding->belief : NULL});
    put_seen(view, report, finding);
    rs_view_text(view, TRIED, "tried", finding->verified_fix);
    rs_view_put(view, MORE, "more", rs_arena_printf(&view->arena, "refsan explain %s   (docs/rules/%s.md)", id, id),
                PLAIN);
}

static void print_finding(struct view *view, const struct rs_report *report, const struct rs_finding *finding)
{
    view->culprit = &finding->culprit;
    put_finding(view, report, finding);
    rs_view_print(view, finding->confidence == RS_PROVEN || is_check(report) ? RS_VIEW_MOST : RS_VIEW_MOST_SUSPECT);
}

/* For a report that counts what it did not see without having put it into words. */
static void print_plain_gaps(struct view *view, const struct rs_report *report)
{
    const struct {
        uint64_t count;
        const char *noun, *rest;
    } gaps[] = {{is_check(report) ? 0 : report->unknown_calls.count, "function", "without a contract row"},
                {report->unpatched_sites, "site", "not patched"},
                {report->dropped_events, "event", "lost"}};
    const char *before = "; not covered: ";

    for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
        if (gaps[i].count == 0)
            continue;
        fprintf(view->out, "%s%s %s", before, rs_text_count(&view->arena, gaps[i].count, gaps[i].noun), gaps[i].rest);
        before = "; ";
    }
}

/* "refsan: not covered: './tool' is statically linked; it runs unobserved", one line each. */
static void print_unobserved(struct view *view, const struct rs_report *report)
{
    for (size_t i = 0; i < report->uncovered.count; i++) {
        const struct rs_uncovered *gap = &report->uncovered.items[i];

        if (!gap->unobserved)
            continue;
        fprintf(view->out, "refsan: not covered: %s", rs_view_clean(view, gap->what));
        if (gap->count > 1)
            fprintf(view->out, " (%s times)", rs_text_number(&view->arena, gap->count));
        fputc('\n', view->out);
    }
}

/* "not covered: 12 calls of PyFoo_Bar (no contract row); 3 sites that no patch fits". */
static void print_uncovered(struct view *view, const struct rs_report *report)
{
    size_t count = 0, most = view->options->verbose ? SIZE_MAX : MOST_UNCOVERED;

    if (report->uncovered.count == 0)
        print_plain_gaps(view, report);
    for (size_t i = 0; i < report->uncovered.count; i++) {
        const struct rs_uncovered *gap = &report->uncovered.items[i];

        if (gap->unobserved || ++count > most)
            continue;
        fprintf(view->out, "%s%s", count == 1 ? "; not covered: " : "; ",
                rs_text_counted(&view->arena, gap->count, rs_view_clean(view, gap->what)));
    }
    if (count > most)
        fprintf(view->out, "; %s (-v)", rs_text_count(&view->arena, count - most, "more cause"));
}

static void print_run(struct view *view, const struct rs_report *report)
{
    struct rs_arena *arena = &view->arena;

    if (report->signal != NULL)
        fprintf(view->out, ", ended by %s", rs_view_clean(view, report->signal));
    fprintf(view->out, ", %s", rs_text_count(arena, report->modules.count, "module"));
    if (report->stats.processes > 1)
        fprintf(view->out, ", %d processes", report->stats.processes);
    fprintf(view->out, ", %s of %s patched", rs_text_number(arena, report->stats.sites_patched),
            rs_text_count(arena, report->stats.sites_found, "site"));
    fprintf(view->out, ", %s", rs_text_count(arena, report->stats.events, "event"));
    fprintf(view->out, ", %s", rs_text_count(arena, report->stats.objects, "object"));
}

static void print_check(struct view *view, const struct rs_report *report)
{
    struct rs_arena *arena = &view->arena;

    fprintf(view->out, ", %s", rs_text_count(arena, report->command.count, "unit"));
    if (report->stats.reused > 0)
        fprintf(view->out, " (%s unchanged)", rs_text_number(arena, report->stats.reused));
    if (report->python.version != NULL)
        fprintf(view->out, ", Python %s", rs_view_clean(view, report->python.version));
    fprintf(view->out, ", %s of %s analysed", rs_text_number(arena, report->analysed),
            rs_text_count(arena, report->functions, "function"));
    fprintf(view->out, ", %s cut", rs_text_count(arena, report->cut_paths, "path"));
    fprintf(view->out, ", %s without a contract", rs_text_count(arena, report->unknown_calls.count, "API function"));
}

/* "3 findings (2 errors, 1 note)" */
static void print_severities(struct view *view, const struct rs_report *report)
{
    static const char *const nouns[] = {"error", "warning", "note"};
    uint64_t counts[3] = {0};
    const char *before = "(";

    for (size_t i = 0; i < report->findings.count; i++)
        counts[report->findings.items[i].severity]++;
    fprintf(view->out, "refsan: %s ", rs_text_count(&view->arena, report->findings.count, "finding"));
    for (int i = 0; i < 3; i++) {
        if (counts[i] == 0)
            continue;
        fprintf(view->out, "%s%s", before, rs_text_count(&view->arena, counts[i], nouns[i]));
        before = ", ";
    }
    fputc(')', view->out);
}

static void print_closing(struct view *view, const struct rs_report *report, size_t proven)
{
    struct rs_arena *arena = &view->arena;
    size_t count = report->findings.count;

    if (count == 0)
        fprintf(view->out, "refsan: no findings");
    else if (is_check(report))
        print_severities(view, report);
    else
        fprintf(view->out, "refsan: %s (%s proven)", rs_text_count(arena, count, "finding"),
                rs_text_number(arena, proven));
    if (report->suppressed > 0)
        fprintf(view->out, ", %s suppressed", rs_text_number(arena, report->suppressed));
    if (is_check(report))
        print_check(view, report);
    else
        print_run(view, report);
    fprintf(view->out, ", %s", rs_text_seconds(arena, report->stats.seconds));
    print_uncovered(view, report);
    fputc('\n', view->out);
}

/* Those that no finding explains. */
static void print_crashes(struct view *view, const struct rs_report *report, size_t proven)
{
    size_t most = view->options->verbose ? SIZE_MAX : MOST_CRASHES, count = 0;

    for (size_t i = 0; i < report->crashes.count; i++) {
        if (report->crashes.items[i].finding != 0 || ++count > most)
            continue;
        rs_view_crash(view, report, &report->crashes.items[i], proven);
        fputc('\n', view->out);
    }
    if (count > most)
        fprintf(view->out, "refsan: %s (-v)\n\n", rs_text_count(&view->arena, count - most, "more way of ending"));
}

void rs_report_terminal(const struct rs_report *report, FILE *out, const struct rs_terminal_options *options)
{
    struct view *view = rs_alloc(sizeof(*view));
    size_t proven = 0, count = report->findings.count, last = count;

    view->options = options;
    view->out = out;
    if (getcwd(view->folder, sizeof(view->folder)) == NULL)
        view->folder[0] = '\0';
    while (proven < count && report->findings.items[proven].confidence == RS_PROVEN)
        proven++;
    if (!options->verbose && !is_check(report) && last - proven > MOST_SUSPECTS)
        last = proven + MOST_SUSPECTS;
    for (size_t i = 0; i < last; i++) {
        if (i == proven)
            print_crashes(view, report, proven);
        if (i == proven && !is_check(report))
            fprintf(out, "refsan: suspects: do not fail the run\n");
        print_finding(view, report, &report->findings.items[i]);
        fputc('\n', out);
    }
    if (proven == last)
        print_crashes(view, report, proven);
    if (last < count)
        fprintf(out, "refsan: %s (-v)\n\n", rs_text_count(&view->arena, count - last, "more suspect"));
    print_unobserved(view, report);
    print_closing(view, report, proven);
    for (int i = 0; i < PARTS; i++)
        RS_VEC_CLOSE(&view->blocks[i].rows);
    rs_arena_close(&view->arena);
    free(view);
}
