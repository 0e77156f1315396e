/* refsan inspect: the plan of a module's file. */
#include "cli/cli.h"

#include <stdio.h>

#include "plan/plan.h"

int rs_cli_inspect(int argc, char **argv)
{
    bool verbose = false;
    const struct rs_option options[] = {{"--verbose", "-v", NULL, "each site", RS_OPTION_FLAG, &verbose}};
    const char *path;
    int status = rs_cli_one_word(argc, argv, "refsan inspect FILE [-v]", "one file", options, 1, &path);

    if (status != 0)
        return status == -2 ? 0 : RS_EXIT_USAGE;
    return rs_plan_inspect(stdout, stderr, path, verbose);
}
