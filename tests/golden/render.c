/* render NAME json | sarif | text WIDTH [colour] [verbose] : one fabricated report on standard output; without
 * arguments the names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fabricate.h"
#include "report/report.h"

static bool render_text(const struct rs_report *report, int argc, char **argv)
{
    struct rs_terminal_options options = {.width = atoi(argv[0]), .line = fabricate_line};

    for (int i = 1; i < argc; i++) {
        options.colour |= strcmp(argv[i], "colour") == 0;
        options.verbose |= strcmp(argv[i], "verbose") == 0;
    }
    rs_report_terminal(report, stdout, &options);
    return !ferror(stdout);
}

int main(int argc, char **argv)
{
    struct rs_report report = {0};
    struct rs_error err = {.text = "usage: render NAME json | sarif | text WIDTH [colour] [verbose]"};
    bool good = false;

    for (size_t i = 0; argc == 1 && fabricate_name(i) != NULL; i++)
        puts(fabricate_name(i));
    if (argc == 1)
        return 0;
    if (!fabricate(&report, argv[1]))
        rs_fail(&err, "no fabricated report '%s'", argv[1]);
    else if (argc == 3 && strcmp(argv[2], "json") == 0)
        good = rs_report_json(&report, "-", &err);
    else if (argc == 3 && strcmp(argv[2], "sarif") == 0)
        good = rs_report_sarif(&report, fabricate_line, NULL, "-", &err);
    else if (argc > 3 && strcmp(argv[2], "text") == 0)
        good = render_text(&report, argc - 3, argv + 3);
    if (!good)
        fprintf(stderr, "render: %s\n", err.text);
    rs_report_close(&report);
    return good ? 0 : 1;
}
