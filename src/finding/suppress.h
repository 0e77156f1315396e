/* Suppressions: what somebody has looked at and decided to live with. One syntax for `run` and `check`: files
 * of blocks, and a comment beside the line.
 *
 * A file (data/suppressions/default.supp says this grammar again, for its readers):
 *
 *     file  = { empty line | "#" comment | block }
 *     block = "{" line  { key text line }  "}" line
 *     key   = "name"      what the list of unused suppressions calls it
 *           | "rule"      ids or names (RS102 borrowed-return), separated by blanks, or *   (required)
 *           | "module"    glob over the culprit's module, with or without folder and ABI tag
 *           | "function"  glob over the culprit's function
 *           | "object"    glob over the type of the object
 *           | "reason"    why this is right   (required)
 *
 * Each key stands at most once in a block, its text goes to the end of the line.
 * In a glob * stands for any text, ? for one character, \ takes the next character as it is; everything else,
 * brackets too, stands for itself (operator[], vector<int>). A key that is absent matches everything; a block
 * that would match every finding is an error.
 *
 * A comment, on the culprit's line or alone on the line above, in C, C++ or Cython:
 *
 *     refsan: ignore[RS102] the table keeps it alive
 *     refsan: ignore[RS102, RS201] reason         refsan: ignore[*] reason
 *
 * Promise: a file is taken whole or not at all, and nothing is hidden without a reason. Refuses to decide
 * where files come from and what is printed; that is cli's. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "finding/finding.h"

struct rs_suppressions;

struct rs_suppression {
    const char *name; /* the file's, else "FILE:LINE" */
    const char *reason;
    const char *file;
    int line;      /* of the opening brace */
    uint64_t used; /* findings that it took */
    bool rules[RS_RULES];
    const char *module, *function, *object; /* globs, or NULL */
};

/* An empty set, and one that holds a file's. Errors read "FILE:LINE: unknown key 'x'; expected ...". */
struct rs_suppressions *rs_suppress_open(void);
struct rs_suppressions *rs_suppress_load(const char *path, struct rs_error *err);
void rs_suppress_close(struct rs_suppressions *set);
/* Adds a file; the set is unchanged on failure. */
bool rs_suppress_append(struct rs_suppressions *set, const char *path, struct rs_error *err);

/* Whether some suppression takes the finding; the first that does has its `used` raised. */
bool rs_suppress_match(struct rs_suppressions *set, const struct rs_finding *finding);
/* For listing the unused: NULL behind the last. Valid until the set changes. */
const struct rs_suppression *rs_suppress_at(const struct rs_suppressions *set, size_t index);

enum rs_inline { RS_INLINE_NONE, RS_INLINE_OTHER, RS_INLINE_MATCH, RS_INLINE_BAD };
/* What a source line's comment says about the rule: nothing, another rule's, this one's, or something
 * malformed (err). */
enum rs_inline rs_suppress_inline(const char *line, enum rs_rule rule, struct rs_error *err);

/* A source line's text, or NULL; valid until the next call. */
typedef const char *rs_suppress_line(void *ctx, const char *file, int line);
/* Whether a comment at the culprit's line, or alone on the line above (the .pyx's for Cython), takes the
 * finding. A malformed comment takes nothing and is told in err, whose text is empty otherwise. */
bool rs_suppress_in_source(const struct rs_finding *finding, rs_suppress_line *line, void *ctx, struct rs_error *err);

/* Takes the suppressed findings out of the report and counts them in report->suppressed. Call it before
 * rs_report_finish: a fold keeps one example of several object types. `line` may be NULL. `bad` receives the
 * first malformed comment as "FILE:LINE: ..."; its text is empty otherwise. */
void rs_suppress_apply(struct rs_suppressions *set, struct rs_report *report, rs_suppress_line *line, void *ctx,
                       struct rs_error *bad);
