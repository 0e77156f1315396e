/* See output.h. */
#include "cli/output.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

static int terminal_width(int fd)
{
    struct winsize size;

    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool rs_output_possible(const struct rs_output *output)
{
    struct rs_error err;

    if ((output->keep == NULL || rs_report_writable(output->keep, &err)) &&
        (output->json == NULL || rs_report_writable(output->json, &err)) &&
        (output->sarif == NULL || rs_report_writable(output->sarif, &err)))
        return true;
    rs_cli_usage_error("%s", err.text);
    return false;
}

int rs_output_render(const struct rs_output *output, const struct rs_report *report, FILE *to,
                     const char *(*line)(void *context, const char *file, int line), void *context)
{
    struct rs_terminal_options terminal = {
        .verbose = output->verbose, .width = terminal_width(fileno(to)), .line = line, .ctx = context};
    struct rs_error err;
    int status = 0;

    terminal.colour = isatty(fileno(to)) && getenv("NO_COLOR") == NULL;
    if (!output->quiet || report->findings.count > 0)
        rs_report_terminal(report, to, &terminal);
    if (output->json != NULL && !rs_report_json(report, output->json, &err))
        status = rs_cli_usage_error("%s", err.text);
    if (output->sarif != NULL && !rs_report_sarif(report, line, context, output->sarif, &err))
        status = rs_cli_usage_error("%s", err.text);
    if (output->keep != NULL && !rs_report_keep(report, line, context, output->keep, &err))
        status = rs_cli_usage_error("%s", err.text);
    return status;
}
