/* See view.h. The order of importance decides what gives way, and what was left out is counted. */
#include "report/view.h"

#include <stdlib.h>
#include <string.h>

/* Lines of a wrapped text unless verbose. With these, and the least of the other parts, RS_VIEW_MOST always
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

const char *rs_view_clean(struct view *view, const char *text)
{
    return rs_text_printable(&view->arena, text);
}

/* Columns from `used` to the right margin; no limit where the width is unknown. */
size_t rs_view_left(const struct view *view, size_t used)
{
    size_t width = (size_t)view->options->width;

    if (view->options->width <= 0)
        return SIZE_MAX / 2;
    return width > used ? width - used : 0;
}

void rs_view_put(struct view *view, enum part part, const char *label, const char *text, enum style style)
{
    struct block *block = &view->blocks[part];

    *RS_PUSH(&block->rows) = (struct row){label, text, style};
}

/* "case.c:58", the folder's name giving way on the left where the terminal is narrow. */
static const char *file_line(struct view *view, const char *file, int line)
{
    const char *name = rs_view_clean(view, rs_text_relative(file, view->folder));
    size_t most = rs_view_left(view, RS_VIEW_TEXT) / 2, columns = rs_text_columns(name);

    most = most < RS_VIEW_LEAST_NAME ? RS_VIEW_LEAST_NAME : most;
    if (columns > most) {
        const char *tail = strchr(name + (columns - most), '/');

        tail = tail != NULL ? tail : strrchr(name, '/');
        name = tail != NULL ? rs_arena_printf(&view->arena, "...%s", tail) : rs_text_cut(&view->arena, name, most);
    }
    return line > 0 ? rs_arena_printf(&view->arena, "%s:%d", name, line) : name;
}

/* Whether a file is the culprit's, whose folder has been told once. */
static bool told(const struct view *view, const char *file)
{
    const struct rs_place *culprit = view->culprit;

    if (culprit == NULL)
        return false;
    return (culprit->file != NULL && strcmp(file, culprit->file) == 0) ||
           (culprit->pyx_file != NULL && strcmp(file, culprit->pyx_file) == 0);
}

const char *rs_view_file_line(struct view *view, const char *file, int line)
{
    const char *slash = strrchr(file, '/');

    return file_line(view, slash != NULL && told(view, file) ? slash + 1 : file, line);
}

/* "table_get  case.c:58   (lookup.so+0x11f0)"; the name is shortened to what the rest leaves. */
const char *rs_view_name(struct view *view, const char *name, const char *rest, size_t used)
{
    size_t left = rs_view_left(view, used + rs_text_columns(rest));

    return rs_arena_printf(&view->arena, "%s%s",
                           rs_text_name(&view->arena, name, left < RS_VIEW_LEAST_NAME ? RS_VIEW_LEAST_NAME : left),
                           rest);
}

const char *rs_view_function(struct view *view, const char *function)
{
    return function != NULL ? rs_view_clean(view, function) : "(no name known)";
}

/* "  case.c:58", or what names a place for which there is no line. */
const char *rs_view_where(struct view *view, const struct rs_place *place)
{
    if (place->pyx_file != NULL)
        return rs_arena_printf(&view->arena, "  %s", rs_view_file_line(view, place->pyx_file, place->pyx_line));
    if (place->file != NULL)
        return rs_arena_printf(&view->arena, "  %s", rs_view_file_line(view, place->file, place->line));
    if (place->address != NULL)
        return rs_arena_printf(&view->arena, "  %s", rs_view_clean(view, place->address));
    return place->module != NULL ? rs_arena_printf(&view->arena, "  in %s", rs_view_clean(view, place->module)) : "";
}

/* The culprit's: with the folder, with the C line behind a .pyx line, and with the address where there is
 * room for it. */
static const char *exactly_where(struct view *view, const struct rs_place *place)
{
    const char *line, *more = "", *address = place->address != NULL ? rs_view_clean(view, place->address) : "";
    size_t name = rs_text_columns(rs_view_function(view, place->function));
    size_t room = rs_view_left(view, RS_VIEW_TEXT + (name < RS_VIEW_LEAST_NAME ? name : RS_VIEW_LEAST_NAME));

    if (place->file == NULL && place->pyx_file == NULL)
        return rs_view_where(view, place);
    if (place->pyx_file != NULL && place->file != NULL && strcmp(place->pyx_file, place->file) != 0)
        more = rs_arena_printf(&view->arena, "%s%s", rs_view_file_line(view, place->file, place->line),
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
void rs_view_excerpt(struct view *view, enum part part, const struct rs_place *place)
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
    trimmed = rs_arena_printf(&view->arena, "> %d | %s", line, rs_view_clean(view, trimmed));
    rs_view_put(view, part, NULL, rs_text_cut(&view->arena, trimmed, rs_view_left(view, RS_VIEW_TEXT)), LOUD);
}

/* Breaks a text at blanks to the width. A word that is wider than the terminal stays whole: it may be a path
 * to copy. */
void rs_view_text(struct view *view, enum part part, const char *label, const char *text)
{
    size_t most = rs_view_left(view, RS_VIEW_TEXT);
    const char *rest;

    if (text == NULL)
        return;
    most = most < RS_VIEW_LEAST_NAME ? RS_VIEW_LEAST_NAME : most;
    text = rs_view_clean(view, text);
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
            rs_view_put(view, part, label, rs_text_cut(&view->arena, rest, most), PLAIN);
        else
            rs_view_put(view, part, label, rs_arena_strndup(&view->arena, rest, end), PLAIN);
        if (last)
            break;
        label = NULL;
        rest += end;
    }
    view->blocks[part].least = view->blocks[part].rows.count;
}

void rs_view_place(struct view *view, enum part part, const char *label, const struct rs_place *place)
{
    const char *rest = part == AT ? exactly_where(view, place) : rs_view_where(view, place);

    rs_view_put(view, part, label, rs_view_name(view, rs_view_function(view, place->function), rest, RS_VIEW_TEXT),
                PLAIN);
}

/* Whether a step of the history happened at a place. */
bool rs_view_is_step_at(const struct rs_step *step, const struct rs_place *place)
{
    if (step->place.address != NULL && place->address != NULL)
        return strcmp(step->place.address, place->address) == 0;
    return step->place.line == place->line && step->place.function != NULL && place->function != NULL &&
           strcmp(step->place.function, place->function) == 0;
}

static void put_frame(struct view *view, enum part part, const char *label, const struct rs_line *frame)
{
    const char *rest = "";

    if (frame->file != NULL)
        rest = rs_arena_printf(&view->arena, "  %s", rs_view_file_line(view, frame->file, frame->line));
    else if (frame->module != NULL)
        rest = rs_arena_printf(&view->arena, "  in %s", rs_view_clean(view, frame->module));
    rs_view_put(view, part, label, rs_view_name(view, rs_view_function(view, frame->function), rest, RS_VIEW_TEXT),
                PLAIN);
}

void rs_view_frames(struct view *view, enum part part, const char *label, const struct rs_line *frames, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put_frame(view, part, i == 0 ? label : NULL, &frames[i]);
    view->blocks[part].things = "frame";
    view->blocks[part].least = count > 0;
}

/* A paired event says nothing about the fault, unless it is the very line that the verdict names. */
static bool tells_nothing(const struct rs_story *story, const struct rs_step *step)
{
    return step->paired_with != 0 && !(story->culprit != NULL && rs_view_is_step_at(step, story->culprit)) &&
           !(story->belief != NULL && rs_view_is_step_at(step, story->belief));
}

static const char *count_after(struct view *view, int64_t refcount)
{
    if (refcount < 0)
        return "?";
    /* CPython 3.12+ on 64 bits: immortal is what has bit 31 set (Include/object.h, _Py_IsImmortal). */
    return refcount >= INT64_C(1) << 31 ? "immortal" : rs_arena_printf(&view->arena, "%lld", (long long)refcount);
}

static void put_step(struct view *view, const struct rs_step *step)
{
    const char *change = step->delta != 0 ? rs_arena_printf(&view->arena, "%+d", step->delta) : ".";
    const char *times = "", *head, *api = "";
    bool open = step->paired_with == 0 && step->delta != 0;

    if (step->times > 1)
        times = rs_arena_printf(&view->arena, "  (%s times)", rs_text_number(&view->arena, step->times));
    if (step->api != NULL)
        api = rs_arena_printf(&view->arena, "%s in ", rs_view_clean(view, step->api));
    head = rs_arena_printf(&view->arena, "%c %-8s %3s %6s %4lld   %s", open ? '!' : ' ', rs_step_name(step->kind),
                           change, count_after(view, step->refcount), (long long)step->balance, api);
    if (view->options->verbose)
        head = rs_arena_printf(&view->arena, "%7llu %s", (unsigned long long)step->seq, head);
    times = rs_arena_printf(&view->arena, "%s%s", rs_view_where(view, &step->place), times);
    times =
        rs_view_name(view, rs_view_function(view, step->place.function), times, RS_VIEW_TEXT + rs_text_columns(head));
    rs_view_put(view, HISTORY, NULL, rs_arena_printf(&view->arena, "%s%s", head, times), open ? LOUD : FAINT);
}

void rs_view_history(struct view *view, const struct rs_story *story)
{
    size_t hidden = 0, count = story->count;
    const char *note = "", *name = story->name != NULL ? rs_view_clean(view, story->name) : "the object";

    for (size_t i = 0; i < count && !view->options->verbose; i++)
        hidden += tells_nothing(story, &story->steps[i]);
    if (hidden == count)
        hidden = 0;
    if (count == 0)
        return;
    if (hidden > 0)
        note = rs_arena_printf(&view->arena, "; %s not shown", rs_text_count(&view->arena, hidden, "paired event"));
    rs_view_put(view, HISTORY, "history",
                rs_arena_printf(&view->arena, "of %s (change, count after, balance after%s)", name, note), PLAIN);
    for (size_t i = 0; i < count; i++) {
        if (hidden == 0 || !tells_nothing(story, &story->steps[i]))
            put_step(view, &story->steps[i]);
    }
    view->blocks[HISTORY].things = "event";
    view->blocks[HISTORY].least = 2;
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
        fprintf(view->out, "%*s\033[36m%-*s\033[0m%s%s%s\n", RS_VIEW_INDENT, "", RS_VIEW_LABEL, row->label, before,
                row->text, after);
    else
        fprintf(view->out, "%*s%-*s%s%s%s\n", RS_VIEW_INDENT, "", RS_VIEW_LABEL, row->label != NULL ? row->label : "",
                before, row->text, after);
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
        const char *count = rs_text_count(&view->arena, left, rs_arena_printf(&view->arena, "more %s", block->things));
        struct row gap = {NULL, rs_arena_printf(&view->arena, "... %s (-v)", count), FAINT};

        print_row(view, &gap, false);
    }
    for (size_t i = block->rows.count - tail; i < block->rows.count; i++)
        print_row(view, &block->rows.items[i], false);
}

void rs_view_print(struct view *view, size_t most)
{
    share_rows(view, most);
    for (int i = 0; i < PARTS; i++) {
        print_block(view, (enum part)i);
        view->blocks[i].rows.count = 0;
        view->blocks[i].least = 0;
        view->blocks[i].things = NULL;
    }
    rs_arena_close(&view->arena);
}
