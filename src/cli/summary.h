/* The parts of a run's report that are no findings: program, Python, modules, what was not covered, figures. */
#pragma once
#include "cli/names.h"

void rs_cli_summary(struct rs_host *host, struct rs_naming *naming, char **argv, int status, const char *obstacle, struct rs_report *report);
