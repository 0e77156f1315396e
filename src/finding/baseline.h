/* Baselines: the findings that were there when somebody began to look, so that only new ones are reported. A text file,
 * a line a finding, made by refsan, kept beside the source, and edited by people:
 *
 *     FINGERPRINT RULE WHERE  # why it may stay
 *
 * WHERE (function and file) is for the reader; lines that begin with # and empty ones are for the reader, too.
 *
 * Promise: a file is taken whole or not at all; what it takes out is counted as suppressed; two findings of one
 * fingerprint need two lines. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "finding/finding.h"

struct rs_baseline;

/* NULL with err, which reads "FILE:LINE: ...". To be closed. */
struct rs_baseline *rs_baseline_load(const char *path, struct rs_error *err);
/* Any bytes give a baseline or one line; `path` is for the line. */
struct rs_baseline *rs_baseline_read(const char *path, const char *bytes, size_t size, struct rs_error *err);
void rs_baseline_close(struct rs_baseline *baseline);
/* Takes what the baseline lists out of a finished report. */
void rs_baseline_apply(const struct rs_baseline *baseline, struct rs_report *report);
/* Writes the findings of a finished report, sorted. A baseline that is there is replaced as a whole, its reasons are
 * kept; any other file stays as it is, and err says so. */
bool rs_baseline_write(const struct rs_report *report, const char *path, struct rs_error *err);
