/* The parts of a run's report that are no findings: program, Python, modules, what was not covered, figures. */
#pragma once
#include "cli/names.h"
#include "wire/target.h"

/* How the program ended. */
struct rs_outcome {
    enum rs_target target;    /* whether it could be observed at all */
    const char *no_recording; /* why there is none, or NULL */
    int pid, status;          /* as of waitpid */
    double seconds;
};

void rs_cli_summary(struct rs_host *host, struct rs_naming *naming, char **argv, const struct rs_outcome *outcome,
                    struct rs_report *report);
