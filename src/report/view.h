/* What a person reads on the terminal, part by part: rows are put, then as many are printed as there is room for.
 *
 * Inside report/ only. Texts live in the view's arena, which rs_view_print empties. */
#pragma once
#include <limits.h>
#include <stdio.h>

#include "report/report.h"
#include "report/text.h"

enum {
    RS_VIEW_MOST = 25, /* rows of a finding or a crash unless verbose */
    RS_VIEW_MOST_SUSPECT = 8,
    RS_VIEW_MOST_PLAIN = 16, /* of a crash in which no object is involved: more frames would not say more */
    RS_VIEW_INDENT = 3,
    RS_VIEW_LABEL = 8,
    RS_VIEW_TEXT = RS_VIEW_INDENT + RS_VIEW_LABEL, /* the column where texts start */
    RS_VIEW_LEAST_NAME = 24                        /* columns that a name keeps on a narrow terminal */
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
    struct rs_arena arena; /* of what is at hand */
    const struct rs_terminal_options *options;
    FILE *out;
    const struct rs_place *culprit; /* whose folder has been told; NULL: nobody's */
    char folder[PATH_MAX];
    struct block blocks[PARTS];
};

/* What there is to tell of an object's history. */
struct rs_story {
    const struct rs_step *steps;
    size_t count;
    const char *name;                        /* of the object, or NULL */
    const struct rs_place *culprit, *belief; /* steps at these are told even where another makes up for them; or NULL */
};

/* Control characters made visible: nothing of the program's may steer the terminal. */
const char *rs_view_clean(struct view *view, const char *text);
/* Columns from `used` to the right margin; no limit where the width is unknown. */
size_t rs_view_left(const struct view *view, size_t used);
/* Adds a row to a part; label NULL: a continuation. */
void rs_view_put(struct view *view, enum part part, const char *label, const char *text, enum style style);
/* "table_get  case.c:58   (lookup.so+0x11f0)"; the name is shortened to what the rest leaves behind `used` columns. */
const char *rs_view_name(struct view *view, const char *name, const char *rest, size_t used);
const char *rs_view_function(struct view *view, const char *function);
/* "  case.c:58", or what names a place for which there is no line. */
const char *rs_view_where(struct view *view, const struct rs_place *place);
/* "case.c:58", without the folder where that has been told. */
const char *rs_view_file_line(struct view *view, const char *file, int line);
/* "> 58 | return value;" where the line can be read. */
void rs_view_excerpt(struct view *view, enum part part, const struct rs_place *place);
/* A text wrapped to the width; NULL: nothing. */
void rs_view_text(struct view *view, enum part part, const char *label, const char *text);
void rs_view_place(struct view *view, enum part part, const char *label, const struct rs_place *place);
void rs_view_frames(struct view *view, enum part part, const char *label, const struct rs_line *frames, size_t count);
/* Whether a step of the history happened at a place. */
bool rs_view_is_step_at(const struct rs_step *step, const struct rs_place *place);
void rs_view_history(struct view *view, const struct rs_story *story);
/* Prints what was put, at most that many rows, and makes ready for the next. */
void rs_view_print(struct view *view, size_t most);
/* A crash that no finding explains. `proven`: how many findings are proven. */
void rs_view_crash(struct view *view, const struct rs_report *report, const struct rs_crash *crash, size_t proven);
