/* What `run` and `report` say in the end: the terminal's text, the JSON report, the kept books. */
#pragma once
#include <stdbool.h>
#include <stdio.h>

#include "report/report.h"

struct rs_output {
    const char *json, *sarif, *keep; /* paths, or NULL */
    bool verbose, quiet;             /* quiet: no closing line where there is no finding */
};

/* Whether the files can be written, before anything is run; else a line has been printed. */
bool rs_output_possible(const struct rs_output *output);
/* Renders a finished report; `line` hands out source lines for excerpts. 0, or RS_EXIT_USAGE after a line that says
 * which file could not be written. */
int rs_output_render(const struct rs_output *output, const struct rs_report *report, FILE *to,
                     const char *(*line)(void *context, const char *file, int line), void *context);
