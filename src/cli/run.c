/* refsan run: starts the program, follows it, judges the books, reports. */
#include "cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/host.h"
#include "cli/launch.h"
#include "cli/names.h"
#include "cli/summary.h"
#include "finding/suppress.h"
#include "report/report.h"
#include "symbol/source.h"

enum { POLL_MS = 5 };

struct run_options {
    const char *keep, *json, *suppressions, *dump_sites;
    struct rs_strings only, skip;
    bool stdlib, stop_at_first, verbose, quiet;
    long error_status;
    unsigned long long quarantine, region, ring;
};

static const char usage[] = "refsan run [OPTIONS] [--] PROGRAM [ARGUMENTS...]";

static int read_options(int argc, char **argv, struct run_options *o)
{
    const struct rs_option options[] = {
        {"--output", "-o", "FILE", "keep the books in FILE, for refsan report", RS_OPTION_TEXT, &o->keep},
        {"--json", NULL, "FILE", "write the report as JSON, too", RS_OPTION_TEXT, &o->json},
        {"--only", NULL, "MODULE", "observe only this module (may be repeated)", RS_OPTION_LIST, &o->only},
        {"--skip", NULL, "MODULE", "leave this module alone (may be repeated)", RS_OPTION_LIST, &o->skip},
        {"--stdlib", NULL, NULL, "observe the standard library's modules, too", RS_OPTION_FLAG, &o->stdlib},
        {"--stop-at-first", NULL, NULL, "end the program at the first proven finding", RS_OPTION_FLAG, &o->stop_at_first},
        {"--error-exitcode", NULL, "N", "exit status for a proven finding instead of 66; 0: the program's own", RS_OPTION_NUMBER, &o->error_status},
        {"--suppressions", NULL, "FILE", "do not report what FILE says", RS_OPTION_TEXT, &o->suppressions},
        {"--quarantine", NULL, "SIZE", "bytes of freed objects kept from reuse (1m)", RS_OPTION_SIZE, &o->quarantine},
        {"--dump-sites", NULL, "FILE", "write the events counted at each place", RS_OPTION_TEXT, &o->dump_sites},
        {"--verbose", "-v", NULL, "findings in full", RS_OPTION_FLAG, &o->verbose},
        {"--quiet", "-q", NULL, "no closing line", RS_OPTION_FLAG, &o->quiet},
    };

    return rs_cli_options(argc, argv, usage, options, sizeof(options) / sizeof(*options));
}

static double seconds_since(const struct timespec *start)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static bool something_proven(const struct rs_host *host, struct rs_naming *naming)
{
    struct rs_report report = {0};
    bool proven = false;

    for (size_t i = 0; i < host->processes.count; i++) {
        struct rs_names names = rs_cli_names(naming);

        if (host->processes.items[i]->books->facts.count > 0)
            rs_verdict_judge(host->processes.items[i]->books, &names, &report);
    }
    for (size_t i = 0; i < report.findings.count; i++)
        proven |= report.findings.items[i].confidence == RS_PROVEN;
    rs_report_close(&report);
    return proven;
}

/* Serves until the program has ended; its wait status. */
static int follow(struct rs_host *host, pid_t pid, const struct run_options *o, struct rs_naming *naming)
{
    size_t facts = 0;
    int status;

    while (!rs_launch_ended(pid, &status)) {
        size_t now = 0;

        if (rs_host_serve(host))
            continue;
        for (size_t i = 0; o->stop_at_first && i < host->processes.count; i++)
            now += host->processes.items[i]->books->facts.count;
        if (now != facts && something_proven(host, naming))
            kill(pid, SIGTERM);
        facts = now;
        rs_recording_wait(host->recording, POLL_MS);
    }
    rs_host_serve(host);
    rs_host_drain(host);
    return status;
}

static void dump_sites(const struct rs_host *host, struct rs_naming *naming, const char *path)
{
    FILE *out = fopen(path, "w");
    struct rs_names names = rs_cli_names(naming);
    struct rs_arena arena = {0};

    for (size_t i = 0; out != NULL && i < host->sites.count; i++) {
        const struct rs_books *books = host->processes.count > 0 ? host->processes.items[0]->books : NULL;
        uint64_t *counts = rs_map_find(&host->site_counts, i + 1);
        struct rs_place place;

        if (books == NULL || counts == NULL)
            continue;
        names.place(names.context, books, host->sites.items[i].pc, 0, false, &arena, &place);
        fprintf(out, "%s %s %s +1 %llu\n", place.module, place.address, place.function, (unsigned long long)(*counts >> 32));
        fprintf(out, "%s %s %s -1 %llu\n", place.module, place.address, place.function, (unsigned long long)(*counts & 0xffffffff));
    }
    if (out == NULL || fclose(out) != 0)
        rs_cli_usage_error("cannot write '%s'", path);
    rs_arena_close(&arena);
}

static const char *source_line(void *context, const char *file, int line)
{
    return rs_source_line(context, file, line);
}

static int terminal_width(void)
{
    struct winsize size;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static int exit_status(const struct rs_report *report, const struct run_options *o, int status)
{
    if (WIFSIGNALED(status))
        return 128 + WTERMSIG(status);
    if (WEXITSTATUS(status) == 0 && o->error_status != 0)
        for (size_t i = 0; i < report->findings.count; i++)
            if (report->findings.items[i].confidence == RS_PROVEN)
                return (int)o->error_status;
    return WEXITSTATUS(status);
}

static void suppress(struct rs_report *report, struct rs_suppressions *set)
{
    size_t kept = 0;

    for (size_t i = 0; i < report->findings.count; i++)
        if (set == NULL || !rs_suppress_match(set, &report->findings.items[i]))
            report->findings.items[kept++] = report->findings.items[i];
    report->findings.count = kept;
}

static void judge(struct rs_host *host, struct rs_naming *naming, struct rs_report *report)
{
    for (size_t i = 0; i < host->processes.count; i++) {
        struct rs_names names = rs_cli_names(naming);

        rs_verdict_judge(host->processes.items[i]->books, &names, report);
    }
}

static int render(struct rs_report *report, struct rs_naming *naming, const struct run_options *o)
{
    struct rs_terminal_options terminal = {.colour = isatty(STDERR_FILENO) && getenv("NO_COLOR") == NULL, .verbose = o->verbose,
                                           .width = terminal_width(), .line = source_line, .ctx = naming->symbols};
    struct rs_error err;
    int status = 0;

    if (!o->quiet || report->findings.count > 0)
        rs_report_terminal(report, stderr, &terminal);
    if (o->json != NULL && !rs_report_json(report, o->json, &err))
        status = rs_cli_usage_error("%s", err.text);
    if (o->keep != NULL && !rs_report_json(report, o->keep, &err))
        status = rs_cli_usage_error("%s", err.text);
    return status;
}

static int run(char **argv, const struct run_options *o, struct rs_suppressions *suppressions)
{
    struct rs_recording_options recording = {.ring_bytes = o->ring, .region_bytes = o->region, .quarantine_bytes = o->quarantine,
                                             .flags = o->stop_at_first ? RS_CONTROL_STOP_AT_FIRST : 0};
    struct rs_host host = {.only = &o->only, .skip = &o->skip, .stdlib = o->stdlib, .count_sites = o->dump_sites != NULL};
    struct rs_naming naming = {.host = &host, .symbols = rs_symbol_open()};
    struct rs_report report = {.tool_mode = "run"};
    const char *library, *obstacle = rs_launch_obstacle(argv[0]);
    struct timespec start;
    struct rs_error err;
    int status, wrong;
    pid_t pid;

    clock_gettime(CLOCK_MONOTONIC, &start);
    library = rs_launch_library(&err);
    host.recording = library != NULL ? rs_recording_open(&recording, &err) : NULL;
    if (host.recording == NULL)
        return rs_cli_usage_error("%s", err.text);
    pid = rs_launch_start(argv, library, rs_recording_address(host.recording), &err);
    if (pid < 0)
        return rs_cli_usage_error("%s", err.text);
    status = follow(&host, pid, o, &naming);
    rs_recording_end(host.recording);
    judge(&host, &naming, &report);
    report.stats.seconds = seconds_since(&start);
    rs_cli_summary(&host, &naming, argv, status, obstacle, &report);
    rs_report_finish(&report);
    suppress(&report, suppressions);
    wrong = render(&report, &naming, o);
    if (o->dump_sites != NULL)
        dump_sites(&host, &naming, o->dump_sites);
    status = wrong != 0 ? wrong : exit_status(&report, o, status);
    rs_report_close(&report);
    rs_symbol_close(naming.symbols);
    rs_recording_close(host.recording);
    rs_host_close(&host);
    return status;
}

int rs_cli_run(int argc, char **argv)
{
    struct run_options o = {.error_status = RS_EXIT_FINDINGS, .quarantine = 1 << 20, .region = 64ull << 30, .ring = 32 << 20};
    struct rs_suppressions *suppressions = NULL;
    struct rs_error err;
    int first = read_options(argc, argv, &o), status;

    if (first < 0)
        return first == -2 ? 0 : RS_EXIT_USAGE;
    if (first >= argc)
        return rs_cli_usage_error("no program named; usage: %s", usage);
    if (o.suppressions != NULL && (suppressions = rs_suppress_load(o.suppressions, &err)) == NULL)
        return rs_cli_usage_error("%s", err.text);
    status = run(argv + first, &o, suppressions);
    if (suppressions != NULL)
        rs_suppress_close(suppressions);
    return status;
}
