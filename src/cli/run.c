/* refsan run: starts the program, follows it, judges the books, reports. */
#include "cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/host.h"
#include "cli/launch.h"
#include "cli/names.h"
#include "cli/output.h"
#include "cli/summary.h"
#include "cli/suppressions.h"
#include "contract/contract.h"
#include "contract/load.h"
#include "symbol/source.h"

enum { POLL_MS = 5 };

struct run_options {
    struct rs_output output;
    const char *suppressions, *dump_sites;
    struct rs_strings only, skip, contracts;
    bool stdlib, stop_at_first;
    long error_status;
    unsigned long long quarantine, region, ring;
};

static const char usage[] = "refsan run [OPTIONS] [--] PROGRAM [ARGUMENTS...]";

static int read_options(int argc, char **argv, struct run_options *o)
{
    const struct rs_option options[] = {
        {"--output", "-o", "FILE", "keep the books in FILE, for refsan report", RS_OPTION_TEXT, &o->output.keep},
        {"--json", NULL, "FILE", "write the report as JSON, too", RS_OPTION_TEXT, &o->output.json},
        {"--only", NULL, "MODULE", "observe only this module (may be repeated)", RS_OPTION_LIST, &o->only},
        {"--skip", NULL, "MODULE", "leave this module alone (may be repeated)", RS_OPTION_LIST, &o->skip},
        {"--stdlib", NULL, NULL, "observe the standard library's modules, too", RS_OPTION_FLAG, &o->stdlib},
        {"--stop-at-first", NULL, NULL, "end the program at the first proven finding", RS_OPTION_FLAG,
         &o->stop_at_first},
        {"--error-exitcode", NULL, "N", "exit status for a proven finding instead of 66; 0: the program's own",
         RS_OPTION_NUMBER, &o->error_status},
        {"--suppressions", NULL, "FILE", "do not report what FILE says", RS_OPTION_TEXT, &o->suppressions},
        {"--contracts", NULL, "FILE", "obey this table of a library's functions, too (may be repeated)", RS_OPTION_LIST,
         &o->contracts},
        {"--quarantine", NULL, "SIZE", "bytes of freed objects kept from reuse (1m)", RS_OPTION_SIZE, &o->quarantine},
        {"--dump-sites", NULL, "FILE", "write the events counted at each place", RS_OPTION_TEXT, &o->dump_sites},
        {"--verbose", "-v", NULL, "findings in full", RS_OPTION_FLAG, &o->output.verbose},
        {"--quiet", "-q", NULL, "no closing line", RS_OPTION_FLAG, &o->output.quiet},
    };

    return rs_cli_options(argc, argv, usage, options, sizeof(options) / sizeof(*options));
}

static double seconds_since(const struct timespec *start)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

/* One run: what the options say, and what comes of it. */
struct running {
    const struct run_options *o;
    struct rs_host host;
    struct rs_naming naming;
    struct rs_suppressions *suppressions;
    struct rs_report report;
    bool stopped; /* by --stop-at-first */
};

static void judge(struct running *run, struct rs_report *report, bool aloud)
{
    for (size_t i = 0; i < run->host.processes.count; i++) {
        struct rs_names names = rs_cli_names(&run->naming);

        rs_verdict_judge(run->host.processes.items[i]->books, &names, report);
    }
    rs_cli_suppress(run->suppressions, run->naming.symbols, report, aloud);
}

/* How the first program ended; of its children only their recordings tell. */
static struct rs_end end_of(const struct running *run, size_t number, pid_t first, int status)
{
    const struct rs_host *host = &run->host;

    for (size_t i = number + 1; i < host->processes.count; i++)
        if (host->processes.items[i]->pid == host->processes.items[number]->pid)
            return (struct rs_end){.known = true}; /* it became another program */
    if (host->processes.items[number]->pid != first)
        return (struct rs_end){.known = false};
    return (struct rs_end){.known = true, .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0};
}

static void judge_crashes(struct running *run, pid_t first, int status)
{
    struct rs_names names = rs_cli_names(&run->naming);

    for (size_t i = 0; i < run->host.processes.count; i++)
        rs_verdict_crash(run->host.processes.items[i]->books, end_of(run, i, first, status), &names, &run->report);
}

static bool is_proven(const struct rs_report *report)
{
    for (size_t i = 0; i < report->findings.count; i++)
        if (report->findings.items[i].confidence == RS_PROVEN)
            return true;
    return false;
}

static bool something_proven(struct running *run)
{
    struct rs_report report = {0};
    bool proven;

    judge(run, &report, false);
    proven = is_proven(&report);
    rs_report_close(&report);
    return proven;
}

/* Serves until the program has ended; its wait status. */
static int follow(struct running *run, pid_t pid)
{
    struct rs_host *host = &run->host;
    size_t facts = 0;
    int status;

    while (!rs_launch_ended(pid, &status)) {
        size_t now = 0;

        if (rs_host_serve(host))
            continue;
        for (size_t i = 0; run->o->stop_at_first && i < host->processes.count; i++)
            now += host->processes.items[i]->books->facts.count;
        if (now != facts && something_proven(run)) {
            kill(pid, SIGTERM);
            run->stopped = true;
        }
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
        fprintf(out, "%s %s %s +1 %llu\n", place.module, place.address, place.function,
                (unsigned long long)(*counts >> 32));
        fprintf(out, "%s %s %s -1 %llu\n", place.module, place.address, place.function,
                (unsigned long long)(*counts & 0xffffffff));
    }
    if (out == NULL || fclose(out) != 0)
        rs_cli_usage_error("cannot write '%s'", path);
    rs_arena_close(&arena);
}

static const char *source_line(void *context, const char *file, int line)
{
    return rs_source_line(context, file, line);
}

static int exit_status(const struct running *run, int status)
{
    int failed = (int)run->o->error_status;
    bool fails = failed != 0 && is_proven(&run->report);

    if (WIFSIGNALED(status))
        return fails && run->stopped && WTERMSIG(status) == SIGTERM ? failed : 128 + WTERMSIG(status);
    return WEXITSTATUS(status) == 0 && fails ? failed : WEXITSTATUS(status);
}

/* The program without an observer: its wait status. */
static int wait_for(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) != pid)
        ;
    return status;
}

static int conclude(struct running *run, char **argv, const struct rs_outcome *outcome)
{
    struct rs_report *report = &run->report;
    int wrong;

    judge(run, report, true);
    judge_crashes(run, outcome->pid, outcome->status);
    rs_cli_summary(&run->host, &run->naming, argv, outcome, report);
    rs_report_finish(report);
    wrong = rs_output_render(&run->o->output, report, stderr, source_line, run->naming.symbols);
    if (run->o->suppressions != NULL && run->o->output.verbose)
        rs_cli_unused_suppressions(run->suppressions, run->o->suppressions);
    if (run->o->dump_sites != NULL)
        dump_sites(&run->host, &run->naming, run->o->dump_sites);
    return wrong != 0 ? wrong : exit_status(run, outcome->status);
}

static int perform(struct running *run, char **argv)
{
    const struct run_options *o = run->o;
    struct rs_recording_options recording = {.ring_bytes = o->ring,
                                             .table = rs_contract_fingerprint(),
                                             .region_bytes = o->region,
                                             .quarantine_bytes = o->quarantine,
                                             .flags = o->stop_at_first ? RS_CONTROL_STOP_AT_FIRST : 0};
    struct rs_error err, no_recording = {""};
    struct rs_outcome outcome = {.target = rs_launch_judge(argv[0])};
    const char *library = rs_launch_library(&err);
    struct timespec start;
    bool observed;
    pid_t pid;

    if (library == NULL)
        return rs_cli_usage_error("%s", err.text);
    clock_gettime(CLOCK_MONOTONIC, &start);
    rs_launch_prepare();
    run->host.recording = rs_recording_open(&recording, &no_recording);
    /* a statically linked launcher may start a Python: what makes that one observable passes through it unharmed */
    observed = run->host.recording != NULL &&
               (rs_launch_obstacle(outcome.target) == NULL || outcome.target == RS_TARGET_STATIC);
    pid = rs_launch_start(argv, library, observed ? rs_recording_address(run->host.recording) : NULL, &err);
    if (pid < 0)
        return rs_cli_usage_error("%s", err.text);
    outcome.pid = pid;
    outcome.status = observed ? follow(run, pid) : wait_for(pid);
    if (run->host.recording != NULL)
        rs_recording_end(run->host.recording);
    outcome.no_recording = no_recording.text[0] != 0 ? no_recording.text : NULL;
    outcome.seconds = seconds_since(&start);
    return conclude(run, argv, &outcome);
}

int rs_cli_run(int argc, char **argv)
{
    struct run_options o = {
        .error_status = RS_EXIT_FINDINGS, .quarantine = 1 << 20, .region = 64ull << 30, .ring = 32 << 20};
    struct running run = {.o = &o, .report = {.tool_mode = "run"}};
    struct rs_error err;
    int first = read_options(argc, argv, &o), status;

    if (first < 0)
        return first == -2 ? 0 : RS_EXIT_USAGE;
    if (first >= argc)
        return rs_cli_usage_error("no program named; usage: %s", usage);
    if (!rs_output_possible(&o.output))
        return RS_EXIT_USAGE;
    if (o.dump_sites != NULL && !rs_report_writable(o.dump_sites, &err))
        return rs_cli_usage_error("%s", err.text);
    if (o.contracts.count > 0 && !rs_contract_load(o.contracts.items, o.contracts.count, &err))
        return rs_cli_usage_error("%s", err.text);
    run.suppressions = rs_cli_suppressions(o.suppressions);
    if (run.suppressions == NULL)
        return RS_EXIT_USAGE;
    run.host.only = &o.only;
    run.host.skip = &o.skip;
    run.host.stdlib = o.stdlib;
    run.host.count_sites = o.dump_sites != NULL;
    run.naming = (struct rs_naming){.host = &run.host, .symbols = rs_symbol_open()};
    status = perform(&run, argv + first);
    rs_report_close(&run.report);
    rs_symbol_close(run.naming.symbols);
    if (run.host.recording != NULL)
        rs_recording_close(run.host.recording);
    rs_host_close(&run.host);
    rs_suppress_close(run.suppressions);
    return status;
}
