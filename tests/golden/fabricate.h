/* Reports that never happened, for the golden tests: each name stands for one, the same bytes every time. */
#pragma once
#include "finding/finding.h"

/* The i-th name, NULL behind the last. */
const char *fabricate_name(size_t index);
/* Fills a zeroed report, finished; false if there is none of that name. */
bool fabricate(struct rs_report *report, const char *name);
/* The source files that the fabricated places point into; a rs_terminal_options.line. */
const char *fabricate_line(void *ctx, const char *file, int line);
