/* Finding list -> something to read: the terminal's text and the JSON document (docs/report-schema.md).
 *
 * And the file of kept books, from which `refsan report` renders the same again (docs/internals/kept-books.md).
 *
 * Promise: a reporter renders the record and nothing else, so that fabricated reports test it byte by byte;
 * what it asks the system for is the working directory, to which paths are made relative. Order, counts and
 * folds are as rs_report_finish left them. Refuses to decide: what a finding is, and which source line may be
 * read, are others' matters. */
#pragma once
#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "finding/finding.h"

/* Writes the document to `path`: to a temporary name in the same folder, then renamed, so that a reader sees
 * the old file or the whole new one; a path that is no regular file (a pipe, /dev/stdout) is written
 * directly; "-" is standard output. On failure the temporary file is gone and what was at `path` is as
 * before. Whatever bytes the strings hold, the document is valid UTF-8 and valid JSON. */
bool rs_report_json(const struct rs_report *report, const char *path, struct rs_error *err);

/* The same as SARIF 2.1.0 (OASIS, March 2020), for code scanning: a result a finding, with the path as code flow;
 * `line` hands out source lines as in the terminal's options, and may be NULL. */
bool rs_report_sarif(const struct rs_report *report, const char *(*line)(void *ctx, const char *file, int line),
                     void *ctx, const char *path, struct rs_error *err);

/* Whether a report can be written to `path` later, as far as can be told without leaving a trace: asked before
 * a program runs for hours. */
bool rs_report_writable(const char *path, struct rs_error *err);

struct rs_terminal_options {
    bool colour;
    bool verbose; /* every event, frame and suspect; else at most 25 lines a finding */
    int width;    /* columns; 0: unknown, nothing is wrapped or shortened */
    const char *(*line)(void *ctx, const char *file, int line); /* a source line or NULL; may itself be NULL */
    void *ctx;
};

/* The findings, proven ones first, then one closing line, always. Errors of writing stay with `out` (ferror).
 */
void rs_report_terminal(const struct rs_report *report, FILE *out, const struct rs_terminal_options *options);

/* A source line that the report shows, so that it can be shown where the source is not. */
struct rs_kept_line {
    const char *file, *text;
    int line;
};

/* What a file of kept books holds. Strings belong to the report's arena. */
struct rs_kept {
    struct rs_report report; /* finished, suppressed: as it was rendered */
    RS_VEC(struct rs_kept_line) lines;
};

/* Writes the report and the source lines that it shows (`line` as in the terminal's options, may be NULL) to
 * `path`, as rs_report_json does. */
bool rs_report_keep(const struct rs_report *report, const char *(*line)(void *ctx, const char *file, int line),
                    void *ctx, const char *path, struct rs_error *err);
/* Reads such a file into a zeroed `kept`; to be closed in either case. Any bytes give books or one line that
 * says what is wrong with them. */
bool rs_report_load(const char *path, struct rs_kept *kept, struct rs_error *err);
void rs_report_kept_close(struct rs_kept *kept);
/* The kept source line, or NULL; ctx is the struct rs_kept: a rs_terminal_options.line. */
const char *rs_report_kept_line(void *ctx, const char *file, int line);
