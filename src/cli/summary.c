/* See summary.h. */
#include "cli/summary.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "cli/launch.h"

static const char *signal_name(int signal)
{
    static char other[16];
    /* clang-format off */
    static const struct {
        int number;
        const char *name;
    } names[] = {{SIGSEGV, "SIGSEGV"}, {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGILL,
                 "SIGILL"},   {SIGKILL, "SIGKILL"},
                 {SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"},   {SIGPIPE, "SIGPIPE"}, {SIGHUP, "SIGHUP"},   {SIGQUIT,
                     "SIGQUIT"}, {SIGALRM, "SIGALRM"},
                 {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"}, {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"}, {SIGTRAP,
                     "SIGTRAP"}, {SIGSYS, "SIGSYS"}};
    /* clang-format on */

    for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (names[i].number == signal)
            return names[i].name;
    snprintf(other, sizeof(other), "signal %d", signal);
    return other;
}

static void add_gap(struct rs_report *report, const char *what, uint64_t count, bool unobserved)
{
    for (size_t i = 0; i < report->uncovered.count; i++) {
        if (strcmp(report->uncovered.items[i].what, what) == 0) {
            report->uncovered.items[i].count += count;
            return;
        }
    }
    *RS_PUSH(&report->uncovered) = (struct rs_uncovered){rs_arena_strdup(&report->arena, what), count, unobserved};
}

static void uncovered(struct rs_report *report, const char *what, uint64_t count)
{
    if (count > 0)
        add_gap(report, what, count, false);
}

/* A program or process that ran without refsan. */
static void unobserved(struct rs_report *report, const char *sentence)
{
    add_gap(report, sentence, 1, true);
}

static const char *hex(struct rs_arena *arena, const uint8_t *bytes, size_t size)
{
    char *text = rs_arena_alloc(arena, 2 * size + 1);

    for (size_t i = 0; i < size; i++)
        sprintf(text + 2 * i, "%02x", bytes[i]);
    return size > 0 ? text : NULL;
}

static bool listed(const struct rs_report *report, const char *path)
{
    for (size_t i = 0; i < report->modules.count; i++)
        if (strcmp(report->modules.items[i].path, path) == 0)
            return true;
    return false;
}

static void add_module(struct rs_host *host, struct rs_naming *naming, const struct rs_module *module,
                       struct rs_report *report)
{
    struct rs_image *image = rs_host_image(host, module->path);
    const struct rs_plan_figures *figures = image->analysis != NULL ? rs_plan_figures(image->analysis) : NULL;
    struct rs_module_info info = {0};
    char stem[256];

    if (figures == NULL || listed(report, module->path))
        return;
    info.name = rs_arena_strdup(&report->arena, rs_host_stem(module->path, stem, sizeof(stem)));
    info.path = rs_arena_strdup(&report->arena, module->path);
    info.build_id = hex(&report->arena, figures->build_id, figures->build_id_size);
    info.abi = rs_plan_flavour_name(figures->flavour);
    info.debug_info = rs_symbol_has_lines(naming->symbols, module->path);
    info.sites = figures->sites;
    info.patched =
        module->patches_refused < figures->sites_patched ? figures->sites_patched - module->patches_refused : 0;
    info.unpatched = info.sites - info.patched;
    *RS_PUSH(&report->modules) = info;
    report->stats.sites_found += info.sites;
    report->stats.sites_patched += info.patched;
    report->unpatched_sites += info.unpatched;
    uncovered(report, "patches left out because memory differs from the file", module->patches_refused);
    uncovered(report, "functions that could not be decoded", module->functions_skipped);
    uncovered(report, "functions that the interpreter calls and whose entries cannot be patched",
              figures->entries_unpatched);
    uncovered(report, "indirect calls that no patch fits", figures->calls_unpatched);
}

static void add_process(struct rs_host *host, struct rs_naming *naming, const struct rs_books *books,
                        struct rs_report *report)
{
    for (size_t i = 0; i < books->modules.count; i++)
        add_module(host, naming, &books->modules.items[i], report);
    for (size_t i = 0; i < books->limits.count; i++) {
        if (books->limits.items[i].number == 0) /* wire/recording.h: a sentence about the process */
            unobserved(report, books->limits.items[i].what);
        uncovered(report, books->limits.items[i].what, books->limits.items[i].number);
        if (strncmp(books->limits.items[i].what, "events lost", 11) == 0)
            report->dropped_events += books->limits.items[i].number;
    }
    if (books->python != 0 && !books->finalized &&
        books->events > 0) /* a forked child that becomes another program at once has nothing to lose */
        uncovered(report, "processes that ended without the exit census (leaks were not looked for)", 1);
    report->stats.events += books->events;
    report->stats.objects += books->object_count;
    report->stats.processes += books->python != 0;
}

static void add_python(struct rs_host *host, struct rs_report *report)
{
    for (size_t i = 0; i < host->processes.count; i++) {
        const struct rs_books *books = host->processes.items[i]->books;

        if (books->python_text == NULL)
            continue;
        report->python.version = rs_arena_strndup(&report->arena, books->python_text, strcspn(books->python_text, " "));
        report->python.layout = books->is_executable ? "static" : "shared";
        report->python.free_threaded = strstr(books->python_text, "free-threading") != NULL;
        return;
    }
}

static bool is_any_unobserved(const struct rs_report *report)
{
    for (size_t i = 0; i < report->uncovered.count; i++)
        if (report->uncovered.items[i].unobserved)
            return true;
    return false;
}

/* Programs that were started without refsan: the first one, and children. */
static void add_left_out(struct rs_host *host, const char *program, const struct rs_outcome *outcome,
                         struct rs_report *report)
{
    const char *obstacle = rs_launch_obstacle(outcome->target);
    char name[sizeof(((struct rs_left_out *)NULL)->name)];
    unsigned refused, strangers, more;
    uint32_t why;
    int reason;

    if (obstacle != NULL)
        unobserved(report, rs_arena_printf(&report->arena, "'%s' %s; it runs unobserved", program, obstacle));
    if (outcome->no_recording != NULL)
        unobserved(report, rs_arena_printf(&report->arena, "%s; the program runs unobserved", outcome->no_recording));
    if (host->recording == NULL)
        return;
    for (unsigned i = 0; rs_recording_left_out(host->recording, i, &why, name); i++)
        if ((obstacle = rs_launch_obstacle(why < RS_TARGETS ? (enum rs_target)why : RS_TARGET_FITS)) != NULL)
            unobserved(report, rs_arena_printf(&report->arena, "'%s' %s; it runs unobserved", name, obstacle));
    more = rs_recording_left_out_more(host->recording);
    uncovered(report, "more programs that ran unobserved", more);
    uncovered(report, "processes at a time and no slot for more: further ones ran unobserved",
              rs_recording_crowded(host->recording) ? RS_PROCESSES : 0);
    strangers = rs_recording_strangers(host->recording);
    if (strangers > 0)
        add_gap(
            report,
            "librefsan.so is of another build than refsan (install both from one build): processes that ran unobserved",
            strangers, true);
    refused = rs_recording_refused(host->recording, &reason);
    if (refused > 0)
        add_gap(report,
                rs_arena_printf(&report->arena, "no shared memory for a process (%s); it runs unobserved",
                                strerror(reason)),
                refused, true);
}

void rs_cli_summary(struct rs_host *host, struct rs_naming *naming, char **argv, const struct rs_outcome *outcome,
                    struct rs_report *report)
{
    int status = outcome->status;
    struct rusage use;
    bool python = false;

    for (char **word = argv; *word != NULL; word++)
        *RS_PUSH(&report->command) = rs_arena_strdup(&report->arena, *word);
    report->has_status = WIFEXITED(status);
    report->status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    report->signal = WIFSIGNALED(status) ? signal_name(WTERMSIG(status)) : NULL;
    report->python.executable = rs_arena_strdup(&report->arena, argv[0]);
    add_left_out(host, argv[0], outcome, report);
    add_python(host, report);
    for (size_t i = 0; i < host->processes.count; i++) {
        add_process(host, naming, host->processes.items[i]->books, report);
        python |= host->processes.items[i]->books->python_text != NULL;
    }
    if (!python && !is_any_unobserved(report))
        add_gap(report,
                rs_arena_printf(&report->arena, "'%s': no CPython that refsan can observe was started", argv[0]), 0,
                false);
    for (size_t i = 0; i < host->images.count; i++)
        if (host->images.items[i]->refused != NULL)
            add_gap(report, host->images.items[i]->refused, 0, false);
    for (size_t i = 0; i < host->unknown.count; i++)
        *RS_PUSH(&report->unknown_calls) = rs_arena_strdup(&report->arena, host->unknown.items[i]);
    uncovered(report, "modules of the standard library (--stdlib observes them)", host->skipped_stdlib);
    getrusage(RUSAGE_SELF, &use);
    report->stats.seconds = outcome->seconds;
    report->stats.peak_bytes =
        (uint64_t)use.ru_maxrss * 1024 + (host->recording != NULL ? rs_recording_bytes(host->recording) : 0);
}
