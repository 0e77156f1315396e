/* refsan-check: started by `refsan check`, which reads the options and renders the report, with words of this form:
 *
 *     refsan-check --work=DIR --report=FILE [--python=3.X] [--jobs=N] [--clang=PROGRAM] [--contracts=FILE]...
 * [--no-cache] WHAT WORDS...
 *
 * WHAT is files (sources, then "--" and flags), database (a folder or file), build (a command), package
 * (NAME==VERSION). The report goes to FILE as kept books. Exit status: 0 when there is one, 2 after a line when there
 * is none.
 *
 * Under the name of a compiler it stands in for that (driver/record.h). */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/pages.h"
#include "check/driver/cache.h"
#include "check/driver/driver.h"
#include "check/driver/record.h"
#include "contract/load.h"
#include "report/report.h"

enum { NOTHING_ANALYSED = 2 };

/* The value of "--name=value", or NULL. */
static const char *value_of(const char *word, const char *name)
{
    size_t length = strlen(name);

    return strncmp(word, name, length) == 0 && word[length] == '=' ? word + length + 1 : NULL;
}

static bool read_option(struct rs_session *session, const char **report, const char *word)
{
    const char *value;

    if ((value = value_of(word, "--work")) != NULL)
        session->work = value;
    else if ((value = value_of(word, "--report")) != NULL)
        *report = value;
    else if ((value = value_of(word, "--python")) != NULL)
        session->chosen = value;
    else if ((value = value_of(word, "--clang")) != NULL)
        session->clang = value;
    else if ((value = value_of(word, "--contracts")) != NULL)
        *RS_PUSH(&session->contracts) = value;
    else if ((value = value_of(word, "--jobs")) != NULL)
        session->jobs = (unsigned)strtoul(value, NULL, 10);
    else if (strcmp(word, "--no-cache") == 0)
        session->cache = false;
    else
        return rs_fail(NULL, "unknown");
    return true;
}

static bool read_files(struct rs_session *session, char **words, struct rs_error *err)
{
    size_t files = 0, flags = 0;

    while (words[files] != NULL && strcmp(words[files], "--") != 0)
        files++;
    while (words[files] != NULL && words[files + 1 + flags] != NULL)
        flags++;
    return rs_inputs_files(session, words, files, words + files + 1, flags, err);
}

static bool read_inputs(struct rs_session *session, const char *what, char **words, struct rs_error *err)
{
    int status = 0;

    if (strcmp(what, "files") == 0)
        return read_files(session, words, err);
    if (strcmp(what, "database") == 0)
        return rs_inputs_database(session, words[0], err);
    if (strcmp(what, "package") == 0)
        return rs_inputs_package(session, words[0], err);
    if (strcmp(what, "build") == 0) {
        bool good = rs_inputs_build(session, words, &status, err);

        session->report.has_status = true;
        session->report.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        return good;
    }
    return rs_fail(err, "refsan-check is started by refsan check; '%s' is nothing that it knows", what);
}

/* The version that all units were judged by, where it is one. */
static void note_python(struct rs_session *session)
{
    unsigned version = session->sources.count > 0 ? session->sources.items[0].python : 0;

    for (size_t i = 1; i < session->sources.count; i++)
        if (session->sources.items[i].python != version)
            return;
    session->report.python.version = rs_arena_printf(&session->arena, "%u.%u", version >> 8, version & 0xff);
}

/* What was not seen, in words. */
static void add_gaps(struct rs_session *session)
{
    const struct rs_uncovered gaps[] = {{session->rejected == 1 ? "unit that could not be compiled or read"
                                                                : "units that could not be compiled or read",
                                         session->rejected, false},
                                        {session->crashed == 1 ? "unit whose analysis did not end"
                                                               : "units whose analysis did not end",
                                         session->crashed, false}};

    for (size_t i = 0; i < 2; i++)
        if (gaps[i].count > 0)
            *RS_PUSH(&session->report.uncovered) = gaps[i];
}

static int work(struct rs_session *session, const char *report, const char *what, char **words)
{
    struct rs_error err;
    struct timespec start, end;
    bool good;

    clock_gettime(CLOCK_MONOTONIC, &start);
    if (session->contracts.count > 0 && !rs_contract_load(session->contracts.items, session->contracts.count, &err)) {
        rs_driver_say("%s", err.text);
        return NOTHING_ANALYSED;
    }
    if (!rs_python_find(session, &err)) {
        rs_driver_say("%s", err.text);
        return NOTHING_ANALYSED;
    }
    rs_cache_open(session);
    good = read_inputs(session, what, words, &err);
    /* a file that grows too large is an error like any other; the user's own build had the signal as it was */
    signal(SIGXFSZ, SIG_IGN);
    if (!good || !rs_lower_all(session, &err)) {
        rs_driver_say("%s", err.text);
        return NOTHING_ANALYSED;
    }
    rs_passes_run(session);
    add_gaps(session);
    note_python(session);
    clock_gettime(CLOCK_MONOTONIC, &end);
    session->report.stats.seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    if (session->report.command.count == 0) {
        rs_driver_say("nothing could be analysed");
        return NOTHING_ANALYSED;
    }
    if (rs_report_keep(&session->report, NULL, NULL, report, &err))
        return 0;
    rs_driver_say("%s", err.text);
    return NOTHING_ANALYSED;
}

int main(int argc, char **argv)
{
    struct rs_session session = {.cache = true,
                                 .jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN),
                                 .report = {.tool_mode = "check"}};
    const char *report = NULL;
    int at = 1;

    rs_pages_restore(); /* what is started from here has its own environment */
    if (argc > 0 && rs_record_is_stand_in(argv[0]))
        return rs_record_stand_in(argv);
    while (at < argc && read_option(&session, &report, argv[at]))
        at++;
    if (session.work == NULL || report == NULL || argc - at < 2) {
        rs_driver_say("refsan-check is started by refsan check");
        return NOTHING_ANALYSED;
    }
    return work(&session, report, argv[at], argv + at + 1);
}
