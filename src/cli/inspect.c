/* refsan inspect: the plan of a module's file. */
#include "cli/cli.h"

#include <stdio.h>

#include "plan/plan.h"

int rs_cli_inspect(int argc, char **argv)
{
    bool verbose = false;
    const struct rs_option options[] = {{"--verbose", "-v", NULL, "each site", RS_OPTION_FLAG, &verbose}};
    int first = rs_cli_options(argc, argv, "refsan inspect [-v] FILE", options, 1);

    if (first < 0)
        return first == -2 ? 0 : RS_EXIT_USAGE;
    if (first + 1 != argc)
        return rs_cli_usage_error("inspect takes one file; usage: refsan inspect [-v] FILE");
    return rs_plan_inspect(stdout, stderr, argv[first], verbose);
}
