/* refsan: the command. */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"run", rs_cli_run, "run a program and judge its extension modules"},
    {"check", rs_cli_check, "look for the same faults in source code"},
    {"report", rs_cli_report, "render kept books again"},
    {"inspect", rs_cli_inspect, "what refsan can see of a module's file"},
    {"explain", rs_cli_explain, "a rule, or what a function does to references, in plain words"},
    {"contract", rs_cli_contract, "the table of what C-API functions do to references"},
};
enum { COMMANDS = sizeof(commands) / sizeof(*commands) };

static void usage(FILE *to)
{
    fputs("usage: refsan COMMAND [OPTIONS] ...\n\n", to);
    for (unsigned i = 0; i < COMMANDS; i++)
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
    fputs("\nrefsan COMMAND --help says more; refsan run -- python3 script.py is where to begin.\n", to);
}

/* A full disk shows when the last of the output is written. */
static int close_output(int status)
{
    bool failed = ferror(stdout) != 0;

    errno = 0;
    if (fflush(stdout) == 0 && !failed)
        return status;
    rs_cli_usage_error("cannot write to standard output: %s", errno != 0 ? strerror(errno) : "an earlier write failed");
    return RS_EXIT_OUTPUT;
}

int main(int argc, char **argv)
{
    const char *names[COMMANDS + 1] = {0}, *near;

    if (argc < 2) {
        usage(stderr);
        return RS_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("refsan " RS_VERSION);
        return close_output(0);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        usage(stdout);
        return close_output(0);
    }
    for (unsigned i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return close_output(commands[i].run(argc - 1, argv + 1));
        names[i] = commands[i].name;
    }
    near = rs_cli_nearest(argv[1], names);
    return rs_cli_usage_error("unknown command '%s'%s%s%s", argv[1], near ? "; did you mean '" : "; see refsan --help",
                              near ? near : "", near ? "'?" : "");
}
