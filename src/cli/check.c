/* refsan check: reads the options, has refsan-check (src/check) analyse what they name, and renders what it found. */
#include "cli/cli.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/pages.h"
#include "cli/cython.h"
#include "cli/launch.h"
#include "cli/output.h"
#include "cli/rules.h"
#include "cli/suppressions.h"
#include "finding/baseline.h"
#include "symbol/source.h"

enum { FOUND = 1, NOT_STARTED = 127, FILES_AT_ONCE = 16 };

struct check_options {
    struct rs_output output;
    struct rs_choice choice;
    struct rs_strings only, skip, contracts;
    struct rs_baseline *known;
    const char *severity, *suppressions, *baseline, *write_baseline, *python, *clang, *database;
    long jobs;
    bool no_cache;
};

/* What the words say is to be checked. */
struct target {
    const char *what; /* refsan-check's word for it */
    char **words;
    int count;
    char **rest; /* behind "--" */
    int rest_count;
};

static const char usage[] =
    "refsan check [OPTIONS] FILE... [-- COMPILER FLAGS] | -p FOLDER | NAME==VERSION | -- BUILD COMMAND";

static int read_some(int argc, char **argv, struct check_options *o)
{
    /* clang-format off */
    const struct rs_option options[] = {
        {"--database", "-p", "FOLDER", "check what FOLDER/compile_commands.json (or this file) names", RS_OPTION_TEXT,
            &o->database},
        {"--python", NULL, "3.X", "whose headers and rules hold; else those of the flags, else of python3",
            RS_OPTION_TEXT, &o->python},
        {"--jobs", "-j", "N", "units at a time (one a core)", RS_OPTION_NUMBER, &o->jobs},
        {"--output", "-o", "FILE", "keep the report in FILE, for refsan report", RS_OPTION_TEXT, &o->output.keep},
        {"--json", NULL, "FILE", "write the report as JSON, too", RS_OPTION_TEXT, &o->output.json},
        {"--sarif", NULL, "FILE", "write the report as SARIF 2.1.0, too", RS_OPTION_TEXT, &o->output.sarif},
        {"--only", NULL, "RULE", "report this rule alone, by id or name (may be repeated)", RS_OPTION_LIST, &o->only},
        {"--skip", NULL, "RULE", "do not report this rule (may be repeated)", RS_OPTION_LIST, &o->skip},
        {"--severity", NULL, "LEVEL", "report only what is at least error, warning or note (note)", RS_OPTION_TEXT,
            &o->severity},
        {"--suppressions", NULL, "FILE", "do not report what FILE says", RS_OPTION_TEXT, &o->suppressions},
        {"--contracts", NULL, "FILE", "obey this table of a library's functions, too (may be repeated)",
            RS_OPTION_LIST, &o->contracts},
        {"--baseline", NULL, "FILE", "do not report what FILE lists", RS_OPTION_TEXT, &o->baseline},
        {"--write-baseline", NULL, "FILE", "write a list of what is found now", RS_OPTION_TEXT, &o->write_baseline},
        {"--clang", NULL, "PROGRAM", "the clang that compiles", RS_OPTION_TEXT, &o->clang},
        {"--no-cache", NULL, NULL, "neither use nor keep the results of unchanged units", RS_OPTION_FLAG, &o->no_cache},
        {"--verbose", "-v", NULL, "findings in full", RS_OPTION_FLAG, &o->output.verbose},
        {"--quiet", "-q", NULL, "no closing line where nothing is found", RS_OPTION_FLAG, &o->output.quiet},
    };
    /* clang-format on */

    return rs_cli_options(argc, argv, usage, options, sizeof(options) / sizeof(*options));
}

static bool is_requirement(const char *word)
{
    return word[0] != '-' && strstr(word, "==") != NULL && strchr(word, '/') == NULL && access(word, F_OK) != 0;
}

/* Options and words, in any order, up to "--". 0, -1 after a line, -2 after the usage. */
static int read_words(int argc, char **argv, struct check_options *o, struct target *target)
{
    for (int at = 0; at < argc;) {
        int more = read_some(argc - at, argv + at, o);

        if (more < 0)
            return more;
        at += more;
        if (more > 1 && strcmp(argv[at - 1], "--") == 0) {
            target->rest = argv + at;
            target->rest_count = argc - at;
            break;
        }
        if (at < argc)
            target->words[target->count++] = argv[at];
    }
    return 0;
}

static int judge_words(const struct check_options *o, struct target *target)
{
    static char *database[1];

    if (o->database != NULL && (target->count > 0 || target->rest_count > 0))
        return rs_cli_usage_error(
            "option '-p' and '%s' exclude each other: the compile database says what is checked and how",
            target->count > 0 ? target->words[0] : target->rest[0]);
    if (o->database == NULL && target->count == 0 && target->rest_count == 0)
        return rs_cli_usage_error("nothing to check is named; usage: %s", usage);
    if (o->database != NULL) {
        database[0] = (char *)o->database;
        target->words = database;
        target->count = 1;
    }
    target->what = o->database != NULL ? "database" : target->count == 0 ? "build" : "files";
    for (int i = 0; target->what[0] == 'f' && i < target->count; i++) {
        if (!is_requirement(target->words[i]))
            continue;
        if (target->count > 1 || target->rest_count > 0)
            return rs_cli_usage_error("'%s' is a package; it is checked alone, without other words", target->words[i]);
        target->what = "package";
    }
    return 0;
}

/* refsan-check's words; the list and what it points to live as long as the program. */
static char **command_line(const char *program, const char *work, const char *report, const struct check_options *o,
                           const struct target *target)
{
    char **words =
             rs_alloc((size_t)(target->count + target->rest_count + 16 + (int)o->contracts.count) * sizeof(*words)),
         **at = words;
    struct rs_arena *arena = rs_alloc(sizeof(*arena));

    *at++ = (char *)program;
    *at++ = rs_arena_printf(arena, "--work=%s", work);
    *at++ = rs_arena_printf(arena, "--report=%s", report);
    if (o->python != NULL)
        *at++ = rs_arena_printf(arena, "--python=%s", o->python);
    if (o->clang != NULL)
        *at++ = rs_arena_printf(arena, "--clang=%s", o->clang);
    for (size_t i = 0; i < o->contracts.count; i++)
        *at++ = rs_arena_printf(arena, "--contracts=%s", o->contracts.items[i]);
    if (o->jobs > 0)
        *at++ = rs_arena_printf(arena, "--jobs=%ld", o->jobs);
    if (o->no_cache)
        *at++ = "--no-cache";
    *at++ = (char *)target->what;
    for (int i = 0; i < target->count; i++)
        *at++ = target->words[i];
    if (target->count > 0 && target->rest_count > 0)
        *at++ = "--";
    for (int i = 0; i < target->rest_count; i++)
        *at++ = target->rest[i];
    return words;
}

static pid_t checker;

static void pass_on(int signal)
{
    if (checker > 0)
        kill(checker, signal);
}

/* Runs refsan-check; 0 when there is a report, else RS_EXIT_USAGE after a line, or what a shell says of a signal that
 * ended it. */
static int run(char **words)
{
    int status = 0;

    checker = fork();
    if (checker == 0) {
        rs_pages_ask();
        execv(words[0], words);
        _exit(NOT_STARTED);
    }
    if (checker < 0)
        return rs_cli_usage_error("cannot start '%s': %s", words[0], strerror(errno));
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    signal(SIGTERM, pass_on);
    signal(SIGHUP, pass_on);
    while (waitpid(checker, &status, 0) != checker && errno == EINTR)
        ;
    if (WIFSIGNALED(status) &&
        (WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGTERM || WTERMSIG(status) == SIGHUP))
        return 128 + WTERMSIG(status);
    if (WIFSIGNALED(status))
        return rs_cli_usage_error("refsan-check was ended by signal %d (%s)", WTERMSIG(status),
                                  strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) == NOT_STARTED)
        return rs_cli_usage_error(
            "'%s' cannot be started: the library of LLVM that it was built with is missing (package libllvm%s)",
            words[0], RS_LLVM_MAJOR);
    return WEXITSTATUS(status) == 0 ? 0 : RS_EXIT_USAGE;
}

static const char *source_line(void *context, const char *file, int line)
{
    return rs_source_line(context, file, line);
}

/* What is left of the findings after all that takes some out. */
static int sift(const struct check_options *o, struct rs_suppressions *suppressions, struct rs_symbols *symbols,
                struct rs_report *report)
{
    struct rs_error err;

    rs_cli_cython(symbols, report);
    rs_choice_apply(&o->choice, report);
    rs_cli_suppress(suppressions, symbols, report, true);
    rs_report_finish(report);
    if (o->write_baseline != NULL && !rs_baseline_write(report, o->write_baseline, &err))
        return rs_cli_usage_error("%s", err.text);
    if (o->known != NULL)
        rs_baseline_apply(o->known, report);
    return 0;
}

static int render(const struct check_options *o, struct rs_suppressions *suppressions, const char *path)
{
    struct rs_symbols *symbols = rs_symbol_open();
    bool taken = o->output.json != NULL && strcmp(o->output.json, "-") == 0;
    struct rs_kept kept = {0};
    struct rs_error err;
    int status;

    taken |= o->output.sarif != NULL && strcmp(o->output.sarif, "-") == 0;
    if (!rs_report_load(path, &kept, &err))
        status = rs_cli_usage_error("%s", err.text);
    else
        status = sift(o, suppressions, symbols, &kept.report);
    if (status == 0)
        status = rs_output_render(&o->output, &kept.report, taken ? stderr : stdout, source_line, symbols);
    if (status == 0 && o->suppressions != NULL && o->output.verbose)
        rs_cli_unused_suppressions(suppressions, o->suppressions);
    if (status == 0 && kept.report.has_status && kept.report.status != 0)
        status = kept.report.status;
    else if (status == 0 && kept.report.findings.count > 0)
        status = FOUND;
    rs_report_kept_close(&kept);
    rs_symbol_close(symbols);
    return status;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    remove(path);
    return 0;
}

/* A folder that nobody else can guess or enter. */
static char *make_work(void)
{
    const char *base = getenv("TMPDIR");
    char *path;

    if (asprintf(&path, "%s/refsan-check-XXXXXX", base != NULL && base[0] == '/' ? base : "/tmp") < 0)
        return NULL;
    if (mkdtemp(path) != NULL)
        return path;
    rs_cli_usage_error("cannot make a folder '%s': %s", path, strerror(errno));
    free(path);
    return NULL;
}

static int perform(const struct check_options *o, const struct target *target, struct rs_suppressions *suppressions)
{
    static const char *const places[] = {"refsan-check", RS_CHECK_FROM_BINDIR, NULL};
    const char *program = rs_launch_beside(places);
    char *work, report[4096];
    int status;

    if (program == NULL)
        return rs_cli_usage_error("this refsan was built without its static half: install the packages clang-19 and "
                                  "llvm-19-dev, then run make again");
    program = rs_strdup(program);
    work = make_work();
    if (work == NULL)
        return RS_EXIT_USAGE;
    snprintf(report, sizeof(report), "%s/report", work);
    status = run(command_line(program, work, report, o, target));
    if (status == 0)
        status = render(o, suppressions, report);
    nftw(work, remove_entry, FILES_AT_ONCE, FTW_DEPTH | FTW_PHYS);
    free(work);
    return status;
}

int rs_cli_check(int argc, char **argv)
{
    struct check_options o = {0};
    char **words = rs_alloc((size_t)argc * sizeof(*words));
    struct target target = {.words = words};
    struct rs_suppressions *suppressions;
    struct rs_error err;
    int status = read_words(argc, argv, &o, &target);

    if (status != 0)
        return status == -2 ? 0 : RS_EXIT_USAGE;
    if ((status = judge_words(&o, &target)) != 0)
        return status;
    if (!rs_choice_read(&o.only, &o.skip, o.severity, &o.choice) || !rs_output_possible(&o.output))
        return RS_EXIT_USAGE;
    if (o.write_baseline != NULL && !rs_report_writable(o.write_baseline, &err))
        return rs_cli_usage_error("%s", err.text);
    if (o.baseline != NULL && (o.known = rs_baseline_load(o.baseline, &err)) == NULL)
        return rs_cli_usage_error("%s", err.text);
    suppressions = rs_cli_suppressions(o.suppressions);
    if (suppressions == NULL)
        return RS_EXIT_USAGE;
    status = perform(&o, &target, suppressions);
    rs_suppress_close(suppressions);
    rs_baseline_close(o.known);
    free(words);
    return status;
}
