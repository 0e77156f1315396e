/* Which suppressions a run obeys: those that come with refsan, the user's file, comments in the sources. */
#pragma once
#include "finding/suppress.h"
#include "symbol/symbol.h"

/* The shipped file, where it is found, and the user's (may be NULL). NULL after a line that says what is wrong. */
struct rs_suppressions *rs_cli_suppressions(const char *file);
/* Takes what is suppressed out of an unfinished report. `aloud`: a malformed comment in a source is told. */
void rs_cli_suppress(struct rs_suppressions *set, struct rs_symbols *sources, struct rs_report *report, bool aloud);
/* One line for each suppression of the user's file that took nothing. */
void rs_cli_unused_suppressions(const struct rs_suppressions *set, const char *file);
