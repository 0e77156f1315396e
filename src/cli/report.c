/* refsan report: renders kept books again. */
#include "cli/cli.h"

int rs_cli_report(int argc, char **argv)
{
    int first = rs_cli_options(argc, argv, "refsan report FILE", NULL, 0);

    if (first < 0)
        return first == -2 ? 0 : RS_EXIT_USAGE;
    return rs_cli_usage_error("report: no books in this build");
}
