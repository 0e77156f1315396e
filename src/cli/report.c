/* refsan report: renders kept books again. */
#include "cli/cli.h"

#include "cli/output.h"

static const char usage[] = "refsan report FILE [--json FILE] [--sarif FILE] [-v]";

int rs_cli_report(int argc, char **argv)
{
    struct rs_output output = {0};
    const struct rs_option options[] = {
        {"--json", NULL, "FILE", "write the report as JSON, too", RS_OPTION_TEXT, &output.json},
        {"--sarif", NULL, "FILE", "write the report as SARIF 2.1.0, too", RS_OPTION_TEXT, &output.sarif},
        {"--verbose", "-v", NULL, "findings in full", RS_OPTION_FLAG, &output.verbose},
    };
    struct rs_kept kept = {0};
    struct rs_error err;
    const char *path;
    int status = rs_cli_one_word(argc, argv, usage, "one file of kept books", options,
                                 sizeof(options) / sizeof(*options), &path);

    if (status != 0)
        return status == -2 ? 0 : RS_EXIT_USAGE;
    if (rs_report_load(path, &kept, &err))
        status = rs_output_render(&output, &kept.report, stdout, rs_report_kept_line, &kept);
    else
        status = rs_cli_usage_error("%s", err.text);
    rs_report_kept_close(&kept);
    return status;
}
