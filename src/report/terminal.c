/* The findings as text, for somebody whose program has just died: the verdict first, then where, why and what
 * to do.
 *
 * Promise: at most MOST_LINES lines a finding unless verbose; the order of importance decides what gives way,
 * and what was left out is counted. One closing line, always. Refuses to let names from the program steer the
 * terminal. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/report.h"
#include "report/text.h"

enum {
    MOST_LINES = 25,
    MOST_SUSPECT_LINES = 8,
    MOST_SUSPECTS = 20, /* shown unless verbose */
    MOST_UNCOVERED = 6, /* in the closing line unless verbose */
    INDENT = 3,
    LABEL = 8,
    TEXT = INDENT + LABEL, /* the column where texts start */
    LEAST_NAME = 24        /* columns that a name keeps on a narrow terminal */
};

enum style { PLAIN, BAD, DOUBTFUL, LOUD, FAINT };

/* One line of a finding; label NULL: a continuation. */
struct row {
    const char *label, *text;
    enum style style;
};

/* The parts of a finding in the order of reading. */
enum part {
    VERDICT,
    AT,
    BELIEF,
    VICTIM,
    PATH,
    PYTHON,
    PROOF,
    USED,
    FREED,
    MADE,
    HISTORY,
    SEEN,
    FIX,
    TRIED,
    MORE,
    PARTS
};

struct block {
    RS_VEC(struct row) rows;
    size_t least; /* rows that are shown in any case */
    size_t shown;
    const char *things; /* what is left out: "event", "frame"; NULL: nothing ever is */
};

struct view {
    struct rs_arena arena; /* of the finding at hand */
    const struct rs_terminal_options *options;
    FILE *out;
    const struct rs_finding *finding;
    char folder[PATH_MAX];
    struct block blocks[PARTS];
};

/* Lines of a wrapped text unless verbose. With these, and the least of the other parts, MOST_LINES always
 * suffice. */
static const size_t most_wrapped[PARTS] = {[PROOF] = 3, [SEEN] = 1, [FIX] = 4, [TRIED] = 2};

/* Who gets the rows that the least ones leave over: first to last, each up to so many. */
static const struct {
    enum part part;
    size_t upto;
} claims[] = {
    {HISTORY, 6}, {PATH, 12}, {PYTHON, 3},   {FREED, 2}, {USED, 4},    {MADE, 2},   {HISTORY, 12}, {FREED, 4},
    {PYTHON, 6},  {USED, 99}, {HISTORY, 99}, {PATH, 99}, {PYTHON, 99}, {FREED, 99}, {MADE, 99},
};

static const char *clean(struct view *view, const char *text)
{
    return rs_text_printable(&view->arena, text);
}

/* Columns from `used` to the right margin; no limit where the width is unknown. */
static size_t columns_left(const struct view *view, size_t used)
{
    size_t width = (size_t)view->options->width;

    if (view->options->width <= 0)
        return SIZE_MAX / 2;
    return width > used ? width - used : 0;
}

static void put(struct view *view, enum part part, const char *label, const char *text, enum style style)
{
    struct block *block = &view->blocks[part];

    *RS_PUSH(&block->rows) = (struct row){label, text, style};
}

/* "case.c:58", the folder's name giving way on the left where the terminal is narrow. */
static const char *file_line(struct view *view, const char *file, int line)
{
    const char *name = clean(view, rs_text_relative(file, view->folder));
    size_t most = columns_left(view, TEXT) / 2, columns = rs_text_columns(name);

    most = most < LEAST_NAME ? LEAST_NAME : most;
    if (columns > most) {
        const char *tail = strchr(name + (columns - most), '/');

        tail = tail != NULL ? tail : strrchr(name, '/');
        name = tail != NULL ? rs_arena_printf(&view->arena, "...%s", tail)
                            : rs_text_cut(&view->arena, name, most);
    }
    return line > 0 ? rs_arena_printf(&view->arena, "%s:%d", name, line) : name;
}

/* Whether a file is the culprit's, whose folder has been told once. */
static bool told(const struct view *view, const char *file)
{
    const struct rs_place *culprit = &view->finding->culprit;

    return (culprit->file != NULL && strcmp(file, culprit->file) == 0) ||
           (culprit->pyx_file != NULL && strcmp(file, culprit->pyx_file) == 0);
}

static const char *short_file_line(struct view *view, const char *file, int line)
{
    const char *slash = strrchr(file, '/');

    return file_line(view, slash != NULL && told(view, file) ? slash + 1 : file, line);
}

/* "table_get  case.c:58   (lookup.so+0x11f0)"; the name is shortened to what the rest leaves. */
static const char *name_and_rest(struct view *view, const char *name, const char *rest, size_t used)
{
    size_t left = columns_left(view, used + rs_text_columns(rest));

    return rs_arena_printf(&view->arena, "%s%s",
                           rs_text_name(&view->arena, name, left < LEAST_NAME ? LEAST_NAME : left), rest);
}

static const char *function_name(struct view *view, const char *function)
{
    return function != NULL ? clean(view, function) : "(no name known)";
}

/* "  case.c:58", or what names a place for which there is no line. */
static const char *where(struct view *view, const struct rs_place *place)
{
    if (place->pyx_file != NULL)
        return rs_arena_printf(&view->arena, "  %s", short_file_line(view, place->pyx_file, place->pyx_line));
    if (place->file != NULL)
        return rs_arena_printf(&view->arena, "  %s", short_file_line(view, place->file, place->line));
    if (place->address != NULL)
        return rs_arena_printf(&view->arena, "  %s", clean(view, place->address));
    return place->module != NULL ? rs_arena_printf(&view->arena, "  in %s", clean(view, place->module)) : "";
}

/* The culprit's: with the folder, with the C line behind a .pyx line, and with the address where there is
 * room for it. */
static const char *exactly_where(struct view *view, const struct rs_place *place)
{
    const char *line, *more = "", *address = place->address != NULL ? clean(view, place->address) : "";
    size_t name = rs_text_columns(function_name(view, place->function));
    size_t room = columns_left(view, TEXT + (name < LEAST_NAME ? name : LEAST_NAME));

    if (place->file == NULL && place->pyx_file == NULL)
        return where(view, place);
    if (place->pyx_file != NULL && place->file != NULL && strcmp(place->pyx_file, place->file) != 0)
        more = rs_arena_printf(&view->arena, "%s%s", short_file_line(view, place->file, place->line),
                               *address ? ", " : "");
    line = place->pyx_file != NULL ? file_line(view, place->pyx_file, place->pyx_line)
                                   : file_line(view, place->file, place->line);
    line = rs_arena_printf(&view->arena, "  %s", line);
    if (*address == '\0' && *more == '\0')
        return line;
    more = rs_arena_printf(&view->arena, "%s   (%s%s)", line, more, address);
    return rs_text_columns(more) <= room || view->options->verbose ? more : line;
}

/* "> 58 | return value;" where the line can be read. */
static void put_excerpt(struct view *view, enum part part, const struct rs_place *place)
{
    const char *file = place->pyx_file != NULL ? place->pyx_file : place->file;
    int line = place->pyx_file != NULL ? place->pyx_line : place->line;
    const char *text = NULL;
    char *trimmed;
    size_t length;

    if (view->options->line != NULL && file != NULL && line > 0)
        text = view->options->line(view->options->ctx, file, line);
    if (text == NULL)
        return;
    text += strspn(text, " \t");
    length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL)
        length--;
    trimmed = rs_arena_strndup(&view->arena, text, length);
    trimmed = rs_arena_printf(&view->arena, "> %d | %s", line, clean(view, trimmed));
    put(view, part, NULL, rs_text_cut(&view->arena, trimmed, columns_left(view, TEXT)), LOUD);
}

/* Breaks a text at blanks to the width. A word that is wider than the terminal stays whole: it may be a path
 * to copy. */
static void put_text(struct view *view, enum part part, const char *label, const char *text)
{
    size_t most = columns_left(view, TEXT);
    const char *rest;

    if (text == NULL)
        return;
    most = most < LEAST_NAME ? LEAST_NAME : most;
    text = clean(view, text);
    for (rest = text + strspn(text, " "); *rest != '\0'; rest += strspn(rest, " ")) {
        size_t end = strcspn(rest, " "), next = end;
        bool last = !view->options->verbose && view->blocks[part].rows.count + 1 == most_wrapped[part];

        while (rest[next] != '\0') {
            next += strspn(rest + next, " ");
            next += strcspn(rest + next, " ");
            if (rs_text_columns(rs_arena_strndup(&view->arena, rest, next)) > most)
                break;
            end = next;
        }
        if (last && rest[end] != '\0')
            put(view, part, label, rs_text_cut(&view->arena, rest, most), PLAIN);
        else
            put(view, part, label, rs_arena_strndup(&view->arena, rest, end), PLAIN);
        if (last)
            break;
        label = NULL;
        rest += end;
    }
    view->blocks[part].least = view->blocks[part].rows.count;
}

static bool is_check(const struct rs_report *report)
{
    return report->tool_mode != NULL && strcmp(report->tool_mode, "check") == 0;
}

/* "proven, seen 3 times"; of source code, where nothing was seen happening: "error, 3 places". */
static const char *certainty(struct view *view, const struct rs_report *report, const struct rs_finding *finding)
{
    static const char *const severities[] = {"error", "warning", "note"};
    const char *proven = finding->confidence == RS_PROVEN ? "proven" : "suspect", *latent = finding->latent ? ", latent" : "", *seen = "seen once";

    if (is_check(report)) {
        seen = finding->count > 1 ? rs_arena_printf(&view->arena, ", %s places", rs_text_number(&view->arena, finding->count)) : "";
        return rs_arena_printf(&view->arena, "%s%s%s%s", severities[finding->severity], finding->confidence == RS_PROVEN ? ", proven" : "", latent, seen);
    }
    if (finding->count > 1)
        seen = rs_arena_printf(&view->arena, "seen %s times", rs_text_number(&view->arena, finding->count));
    return rs_arena_printf(&view->arena, "%s%s, %s%s%s", proven, latent, finding->severity != RS_ERROR ? severities[finding->severity] : "",
                           finding->severity != RS_ERROR ? ", " : "", seen);
}

/* The verdict of a finding, shown as one line whatever the width, so that it can be searched for. */
static void put_verdict(struct view *view, const struct rs_report *report, const struct rs_finding *finding)
{
    const struct rs_rule_info *rule = rs_rule_info(finding->rule);
    const char *message = finding->message != NULL ? finding->message : rule->title;
    bool proven = finding->confidence == RS_PROVEN;
    const char *line;

    line = rs_arena_printf(&view->arena, "refsan: %s %s: %s (%s)", rule->id, rule->name, clean(view, message), certainty(view, report, finding));
    line = rs_text_shorten_in(&view->arena, line, finding->culprit.function, columns_left(view, 0));
    if (finding->has_belief)
        line = rs_text_shorten_in(&view->arena, line, finding->belief.function, columns_left(view, 0));
    if (finding->has_victim)
        line = rs_text_shorten_in(&view->arena, line, finding->victim.function, columns_left(view, 0));
    put(view, VERDICT, NULL, line, proven || (is_check(report) && finding->severity == RS_ERROR) ? BAD : DOUBTFUL);
}

static void put_place(struct view *view, enum part part, const char *label, const struct rs_place *place)
{
    const char *rest = part == AT ? exactly_where(view, place) : where(view, place);

    put(view, part, label, name_and_rest(view, function_name(view, place->function), rest, TEXT), PLAIN);
}

/* Whether a step of the history happened at a place. */
static bool step_at(const struct rs_step *step, const struct rs_place *place)
{
    if (step->place.address != NULL && place->address != NULL)
        return strcmp(step->place.address, place->address) == 0;
    return step->place.line == place->line && step->place.function != NULL && place->function != NULL &&
           strcmp(step->place.function, place->function) == 0;
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
            step_at(step, &finding->belief))
            return words[step->kind];
    }
    if (finding->rule == RS_RULE_RS404)
        return "handed out memory";
    if (finding->kind == RS_SURPLUS)
        return "returned a new reference";
    return finding->rule == RS_RULE_RS104 ? "took the reference over" : "returned a borrowed reference";
}

/* "PyDict_GetItem returned a borrowed reference   table_get  case.c:47". */
static void put_belief(struct view *view, const struct rs_finding *finding)
{
    const struct rs_place *place = &finding->belief;
    const char *rest = where(view, place), *said;

    if (!finding->has_belief)
        return;
    if (place->api == NULL) {
        put(view, BELIEF, "belief", name_and_rest(view, function_name(view, place->function), rest, TEXT),
            PLAIN);
    } else {
        said = rs_arena_printf(&view->arena, "%s %s   ", clean(view, place->api), believed(finding));
        rest = name_and_rest(view, function_name(view, place->function), rest, TEXT + rs_text_columns(said));
        put(view, BELIEF, "belief", rs_arena_printf(&view->arena, "%s%s", said, rest), PLAIN);
    }
    put_excerpt(view, BELIEF, place);
}

static void put_frame(struct view *view, enum part part, const char *label, const struct rs_line *frame)
{
    const char *rest = "";

    if (frame->file != NULL)
        rest = rs_arena_printf(&view->arena, "  %s", short_file_line(view, frame->file, frame->line));
    else if (frame->module != NULL)
        rest = rs_arena_printf(&view->arena, "  in %s", clean(view, frame->module));
    put(view, part, label, name_and_rest(view, function_name(view, frame->function), rest, TEXT), PLAIN);
}

static void put_frames(struct view *view, enum part part, const char *label, const struct rs_line *frames,
                       size_t count)
{
    for (size_t i = 0; i < count; i++)
        put_frame(view, part, i == 0 ? label : NULL, &frames[i]);
    view->blocks[part].things = "frame";
    view->blocks[part].least = count > 0;
}

static void put_path(struct view *view, const struct rs_finding *finding)
{
    for (size_t i = 0; i < finding->path.count; i++) {
        const struct rs_note *note = &finding->path.items[i];
        const char *place = note->file != NULL ? short_file_line(view, note->file, note->line) : "";
        const char *text =
            rs_arena_printf(&view->arena, "%s  %s", place, note->note != NULL ? clean(view, note->note) : "");

        put(view, PATH, i == 0 ? "path" : NULL, rs_text_cut(&view->arena, text, columns_left(view, TEXT)),
            PLAIN);
    }
    view->blocks[PATH].things = "step";
    view->blocks[PATH].least = finding->path.count < 2 ? finding->path.count : 2;
}

/* A paired event says nothing about the fault, unless it is the very line that the verdict names. */
static bool tells_nothing(const struct rs_finding *finding, const struct rs_step *step)
{
    return step->paired_with != 0 && !step_at(step, &finding->culprit) &&
           !(finding->has_belief && step_at(step, &finding->belief));
}

static const char *count_after(struct view *view, int64_t refcount)
{
    if (refcount < 0)
        return "?";
    /* CPython 3.12+ on 64 bits: immortal is what has bit 31 set (Include/object.h, _Py_IsImmortal). */
    return refcount >= INT64_C(1) << 31 ? "immortal"
                                        : rs_arena_printf(&view->arena, "%lld", (long long)refcount);
}

static void put_step(struct view *view, const struct rs_step *step)
{
    const char *change = step->delta != 0 ? rs_arena_printf(&view->arena, "%+d", step->delta) : ".";
    const char *times = "", *head, *api = "";
    bool open = step->paired_with == 0 && step->delta != 0;

    if (step->times > 1)
        times = rs_arena_printf(&view->arena, "  (%s times)", rs_text_number(&view->arena, step->times));
    if (step->api != NULL)
        api = rs_arena_printf(&view->arena, "%s in ", clean(view, step->api));
    head = rs_arena_printf(&view->arena, "%c %-8s %3s %6s %4lld   %s", open ? '!' : ' ',
                           rs_step_name(step->kind), change, count_after(view, step->refcount),
                           (long long)step->balance, api);
    if (view->options->verbose)
        head = rs_arena_printf(&view->arena, "%7llu %s", (unsigned long long)step->seq, head);
    times = rs_arena_printf(&view->arena, "%s%s", where(view, &step->place), times);
    times =
        name_and_rest(view, function_name(view, step->place.function), times, TEXT + rs_text_columns(head));
    put(view, HISTORY, NULL, rs_arena_printf(&view->arena, "%s%s", head, times), open ? LOUD : FAINT);
}

static void put_history(struct view *view, const struct rs_finding *finding)
{
    size_t hidden = 0, count = finding->history.count;
    const char *note = "",
               *name = finding->object.name != NULL ? clean(view, finding->object.name) : "the object";

    for (size_t i = 0; i < count && !view->options->verbose; i++)
        hidden += tells_nothing(finding, &finding->history.items[i]);
    if (hidden == count)
        hidden = 0;
    if (count == 0)
        return;
    if (hidden > 0)
        note = rs_arena_printf(&view->arena, "; %s not shown",
                               rs_text_count(&view->arena, hidden, "paired event"));
    put(view, HISTORY, "history",
        rs_arena_printf(&view->arena, "of %s (change, count after, balance after%s)", name, note), PLAIN);
    for (size_t i = 0; i < count; i++) {
        if (hidden == 0 || !tells_nothing(finding, &finding->history.items[i]))
            put_step(view, &finding->history.items[i]);
    }
    view->blocks[HISTORY].things = "event";
    view->blocks[HISTORY].least = 2;
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
        put_text(view, SEEN, "seen", text + 2);
}

static void put_finding(struct view *view, const struct rs_report *report, const struct rs_finding *finding)
{
    const char *id = rs_rule_info(finding->rule)->id;
    bool whole = finding->confidence == RS_PROVEN || is_check(report) || view->options->verbose;

    put_verdict(view, report, finding);
    put_place(view, AT, "at", &finding->culprit);
    put_excerpt(view, AT, &finding->culprit);
    put_belief(view, finding);
    put_text(view, FIX, "fix", finding->fix);
    if (!whole)
        return;
    if (finding->has_victim)
        put_place(view, VICTIM, "victim", &finding->victim);
    put_path(view, finding);
    put_frames(view, PYTHON, "python", finding->python.items, finding->python.count);
    put_text(view, PROOF, "proof", finding->proof);
    put_frames(view, USED, "used", finding->use.items, finding->use.count);
    put_frames(view, FREED, "freed", finding->freed.items, finding->freed.count);
    put_frames(view, MADE, "made", finding->alloc.items, finding->alloc.count);
    put_history(view, finding);
    put_seen(view, report, finding);
    put_text(view, TRIED, "tried", finding->verified_fix);
    put(view, MORE, "more", rs_arena_printf(&view->arena, "refsan explain %s   (docs/rules/%s.md)", id, id),
        PLAIN);
}

/* Decides how many rows of each part are shown. */
static void share_rows(struct view *view, size_t most)
{
    size_t used = 0;

    for (int i = 0; i < PARTS; i++) {
        struct block *block = &view->blocks[i];

        block->shown = block->things == NULL || view->options->verbose ? block->rows.count : block->least;
        used += block->shown;
    }
    for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        struct block *block = &view->blocks[claims[i].part];
        size_t wanted = block->rows.count < claims[i].upto ? block->rows.count : claims[i].upto;
        size_t more = wanted > block->shown ? wanted - block->shown : 0, left = most > used ? most - used : 0;

        more = more < left ? more : left;
        block->shown += more;
        used += more;
    }
}

static void print_row(const struct view *view, const struct row *row, bool verdict)
{
    static const char *const codes[] = {"", "\033[1;31m", "\033[1;33m", "\033[1m", "\033[2m"};
    bool colour = view->options->colour;
    const char *before = colour ? codes[row->style] : "", *after = *before != '\0' ? "\033[0m" : "";

    if (verdict)
        fprintf(view->out, "%s%s%s\n", before, row->text, after);
    else if (row->label != NULL && colour)
        fprintf(view->out, "%*s\033[36m%-*s\033[0m%s%s%s\n", INDENT, "", LABEL, row->label, before, row->text,
                after);
    else
        fprintf(view->out, "%*s%-*s%s%s%s\n", INDENT, "", LABEL, row->label != NULL ? row->label : "", before,
                row->text, after);
}

/* The rows of one part; of those that do not all fit the first are shown and how many were left out, of the
 * history the last ones as well, since there it went wrong. */
static void print_block(struct view *view, enum part part)
{
    const struct block *block = &view->blocks[part];
    size_t head = block->shown, tail = 0, left;

    if (block->shown < block->rows.count && block->shown > 1) {
        head = part == HISTORY || part == PATH ? (block->shown + 2) / 3 : block->shown - 1;
        tail = block->shown - head - 1;
    }
    left = block->rows.count - head - tail;
    for (size_t i = 0; i < head; i++)
        print_row(view, &block->rows.items[i], part == VERDICT);
    if (block->shown > 1 && left > 0) {
        const char *count =
            rs_text_count(&view->arena, left, rs_arena_printf(&view->arena, "more %s", block->things));
        struct row gap = {NULL, rs_arena_printf(&view->arena, "... %s (-v)", count), FAINT};

        print_row(view, &gap, false);
    }
    for (size_t i = block->rows.count - tail; i < block->rows.count; i++)
        print_row(view, &block->rows.items[i], false);
}

static void print_finding(struct view *view, const struct rs_report *report, const struct rs_finding *finding)
{
    view->finding = finding;
    put_finding(view, report, finding);
    share_rows(view, finding->confidence == RS_PROVEN || is_check(report) ? MOST_LINES : MOST_SUSPECT_LINES);
    for (int i = 0; i < PARTS; i++) {
        print_block(view, (enum part)i);
        view->blocks[i].rows.count = 0;
        view->blocks[i].least = 0;
        view->blocks[i].things = NULL;
    }
    rs_arena_close(&view->arena);
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
        fprintf(view->out, "%s%s %s", before, rs_text_count(&view->arena, gaps[i].count, gaps[i].noun),
                gaps[i].rest);
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
        fprintf(view->out, "refsan: not covered: %s", clean(view, gap->what));
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
        fprintf(view->out, "%s%s", count == 1 ? "; not covered: " : "; ", rs_text_counted(&view->arena, gap->count, clean(view, gap->what)));
    }
    if (count > most)
        fprintf(view->out, "; %s (-v)", rs_text_count(&view->arena, count - most, "more cause"));
}

static void print_run(struct view *view, const struct rs_report *report)
{
    struct rs_arena *arena = &view->arena;

    if (report->signal != NULL)
        fprintf(view->out, ", ended by %s", clean(view, report->signal));
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
        fprintf(view->out, ", Python %s", clean(view, report->python.version));
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
        if (i == proven && !is_check(report))
            fprintf(out, "refsan: suspects: do not fail the run\n");
        print_finding(view, report, &report->findings.items[i]);
        fputc('\n', out);
    }
    if (last < count)
        fprintf(out, "refsan: %s (-v)\n\n", rs_text_count(&view->arena, count - last, "more suspect"));
    print_unobserved(view, report);
    print_closing(view, report, proven);
    for (int i = 0; i < PARTS; i++)
        RS_VEC_CLOSE(&view->blocks[i].rows);
    rs_arena_close(&view->arena);
    free(view);
}
