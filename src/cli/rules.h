/* Which findings are wanted: --only, --skip and --severity. */
#pragma once
#include <stdbool.h>

#include "cli/cli.h"
#include "finding/finding.h"

struct rs_choice {
    bool left_out[RS_RULES];
    enum rs_severity least;
};

/* False after a line that quotes the word that is no rule or no severity. `severity` may be NULL. */
bool rs_choice_read(const struct rs_strings *only, const struct rs_strings *skip, const char *severity,
                    struct rs_choice *choice);
/* Takes what is not wanted out of the report, uncounted. */
void rs_choice_apply(const struct rs_choice *choice, struct rs_report *report);
