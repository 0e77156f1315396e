/* Sources to bitcode, by the system's clang: as check/unit.h wants it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <llvm-c/Core.h>

#include "base/pages.h"
#include "check/driver/driver.h"
#include "check/driver/headers.h"
#include "check/driver/made.h"
#include "check/driver/pool.h"
#include "check/driver/progress.h"
#include "check/driver/run.h"

enum { OLDEST_CLANG = 16, ERRORS_SHOWN = 3, ERRORS_MOST = 16 << 20, SECONDS_MOST = 600 };

/* Behind the source's own flags. What gcc takes for a warning and clang for an error must not cost the unit. Classes of
 * C++ are described in full where they are used, not only beside their constructors. */
/* clang-format off */
static const char *const lowering[] = {"-O0", "-g", "-w", "-Wno-implicit-function-declaration", "-Wno-implicit-int",
                                       "-Wno-int-conversion",
                                       "-Wno-incompatible-function-pointer-types", "-Wno-return-type",
                                       "-Wno-c++11-narrowing",
                                       "-Wno-reserved-user-defined-literal", "-Wno-register", "-Qunused-arguments",
                                       "-fno-discard-value-names", "-fno-color-diagnostics",
                                       "-fno-caret-diagnostics", "-Xclang", "-disable-llvm-passes", "-Xclang",
                                       "-disable-O0-optnone", "-Xclang", "-disable-llvm-verifier",
                                       "-Xclang", "-debug-info-kind=limited",
                                       "-emit-llvm", "-c"};
/* clang-format on */

unsigned rs_lower_llvm(void)
{
    unsigned major, minor, patch;

    LLVMGetVersion(&major, &minor, &patch);
    return major;
}

/* The major version that `clang --version` tells, 0 if it is no clang. */
static unsigned version_of(struct rs_arena *arena, const char *clang)
{
    char *command[] = {(char *)clang, "--version", NULL};
    const char *text = rs_run_output(arena, command), *at = text != NULL ? strstr(text, "clang version ") : NULL;

    return at != NULL ? (unsigned)strtoul(at + strlen("clang version "), NULL, 10) : 0;
}

/* Which program is the clang, not started yet: --clang's, clang-N whose N says its version, or one that has to be asked
 * for it. */
static bool locate(struct rs_session *session, struct rs_error *err)
{
    const char *path = session->clang != NULL ? rs_run_find(&session->arena, session->clang, NULL) : NULL;

    if (session->clang_path != NULL)
        return true;
    if (session->clang != NULL && path == NULL)
        return rs_fail(err, "option '--clang': '%s' is no clang that can be run", session->clang);
    for (unsigned major = rs_lower_llvm(); path == NULL && major >= OLDEST_CLANG; major--) {
        path = rs_run_find(&session->arena, rs_arena_printf(&session->arena, "clang-%u", major), NULL);
        session->clang_known = path != NULL;
    }
    if (path == NULL)
        path = rs_run_find(&session->arena, "clang", NULL);
    if (path == NULL)
        return rs_fail(err, "no clang is installed: the package clang-%u brings it", rs_lower_llvm());
    session->clang_path = rs_driver_join(&session->arena, rs_driver_here(&session->arena), path);
    return true;
}

bool rs_lower_find_clang(struct rs_session *session, struct rs_error *err)
{
    unsigned linked = rs_lower_llvm(), version;

    if (!locate(session, err))
        return false;
    version = session->clang_known ? linked : version_of(&session->arena, session->clang_path);
    if (version >= OLDEST_CLANG && version <= linked)
        return session->clang_known = true;
    if (session->clang != NULL && version == 0)
        return rs_fail(err, "option '--clang': '%s' is no clang that can be run", session->clang);
    if (session->clang != NULL)
        return rs_fail(err, "option '--clang': '%s' is clang %u; this refsan reads the code of %d to %u",
                       session->clang, version, OLDEST_CLANG, linked);
    if (version != 0)
        return rs_fail(err, "'%s' is clang %u; this refsan reads the code of %d to %u: install the package clang-%u",
                       session->clang_path, version, OLDEST_CLANG, linked, linked);
    return rs_fail(err, "no clang is installed: the package clang-%u brings it", linked);
}

char **rs_lower_command(struct rs_arena *arena, const char *clang, const struct rs_words *flags, const char *file,
                        const char *bitcode, const char *rule)
{
    size_t count = sizeof(lowering) / sizeof(*lowering), at = 0;
    char **command = rs_arena_alloc(arena, (count + flags->count + 9) * sizeof(*command));

    command[at++] = (char *)clang;
    for (size_t i = 0; i < flags->count; i++)
        command[at++] = (char *)flags->items[i];
    for (size_t i = 0; i < count; i++)
        command[at++] = (char *)lowering[i];
    if (rule != NULL) {
        command[at++] = "-MD";
        command[at++] = "-MF";
        command[at++] = (char *)rule;
    }
    command[at++] = (char *)file;
    command[at++] = "-o";
    command[at++] = (char *)bitcode;
    command[at] = NULL;
    return command;
}

struct lowering {
    struct rs_source *source;
    struct rs_recipe recipe;
    char **plain;   /* the command that makes it without shared headers */
    char **command; /* that runs */
};

/* In the child: becomes clang. */
static int become_clang(void *context)
{
    const struct lowering *job = context;

    if (job->recipe.folder != NULL && chdir(job->recipe.folder) != 0) {
        printf("error: cannot enter '%s': %s\n", job->recipe.folder, strerror(errno));
        return 1;
    }
    rs_pages_ask();
    execv(job->command[0], job->command);
    printf("error: cannot start '%s': %s\n", job->command[0], strerror(errno));
    return 1;
}

/* The first errors of a source that clang rejects, and what is missing where that is plain. */
static void tell_errors(struct rs_session *session, const struct rs_source *source)
{
    struct rs_error err;
    size_t size, shown = 0;
    char *text = rs_driver_read(source->errors, ERRORS_MOST, &size, &err), *rest = NULL;
    unsigned version = source->python;

    if (text != NULL && strstr(text, "'Python.h' file not found") != NULL) {
        rs_driver_say(
            "'%s': not analysed: the headers of Python %u.%u are not there: the package python%u.%u-dev brings them",
            rs_driver_shown(source->file), version >> 8, version & 0xff, version >> 8, version & 0xff);
        free(text);
        return;
    }
    rs_driver_say("'%s': not analysed: clang rejects it", rs_driver_shown(source->file));
    for (char *line = text != NULL ? strtok_r(text, "\n", &rest) : NULL; line != NULL && shown < ERRORS_SHOWN;
         line = strtok_r(NULL, "\n", &rest))
        if (strstr(line, "error:") != NULL && ++shown)
            fprintf(stderr, "    %s\n", line);
    free(text);
}

/* What became of one source. */
static void settle(struct rs_session *session, const struct lowering *work, const struct rs_job *job)
{
    struct rs_source *source = work->source;

    if (job->end == RS_JOB_EXITED && job->status == 0) {
        rs_made_keep(session, &work->recipe, source->bitcode);
        return;
    }
    source->lost = true;
    session->rejected++;
    if (job->end == RS_JOB_TOO_LONG)
        rs_driver_say("'%s': not analysed: clang did not end within %d s", rs_driver_shown(source->file), SECONDS_MOST);
    else if (job->end == RS_JOB_CRASHED)
        rs_driver_say("'%s': not analysed: clang was ended by signal %d", rs_driver_shown(source->file), job->status);
    else if (job->end == RS_JOB_NOT_STARTED)
        rs_driver_say("'%s': not analysed: no process for clang: %s", rs_driver_shown(source->file),
                      strerror(job->status));
    else
        tell_errors(session, source);
}

/* Sources that the recorder lowered while they were built, and failed. */
static void settle_recorded(struct rs_session *session)
{
    for (size_t i = 0; i < session->sources.count; i++) {
        struct rs_source *source = &session->sources.items[i];

        if (source->lost || source->bitcode == NULL || source->errors == NULL || access(source->bitcode, R_OK) == 0)
            continue;
        source->lost = true;
        session->rejected++;
        tell_errors(session, source);
    }
}

/* The sources that clang has to be started for: whose bitcode neither the build nor an earlier run has left. */
static size_t plan(struct rs_session *session, struct lowering *work)
{
    size_t jobs = 0;

    for (size_t i = 0; i < session->sources.count; i++) {
        struct rs_source *source = &session->sources.items[i];
        struct lowering *job = &work[jobs];

        if (source->lost || source->bitcode != NULL)
            continue;
        source->bitcode = rs_arena_printf(&session->arena, "%s/%zu.bc", session->work, i);
        source->errors = rs_arena_printf(&session->arena, "%s/%zu.err", session->work, i);
        job->source = source;
        rs_made_of_clang(session, source->folder, &source->flags, source->input, source->bitcode, &job->recipe);
        if (rs_made_take(session, &job->recipe, source->bitcode))
            continue;
        job->plain = rs_lower_command(&session->arena, session->clang_path, &source->flags, source->input,
                                      source->bitcode, job->recipe.rule);
        jobs++;
    }
    return jobs;
}

static bool is_wanted(const struct rs_session *session)
{
    for (size_t i = 0; i < session->sources.count; i++)
        if (!session->sources.items[i].lost && session->sources.items[i].bitcode == NULL)
            return true;
    return false;
}

/* Starts the commands, and says what became of them; those that went wrong with shared headers run once more without.
 */
static void compile(struct rs_session *session, struct lowering *work, size_t count)
{
    struct rs_pool_limits limits = {.at_once = session->jobs, .seconds = SECONDS_MOST};
    struct rs_headers *headers = rs_alloc((count + 1) * sizeof(*headers));
    struct rs_job *jobs = rs_alloc((count + 1) * sizeof(*jobs)), again;

    for (size_t i = 0; i < count; i++)
        headers[i] = (struct rs_headers){.source = work[i].source};
    rs_headers_share(session, headers, count);
    for (size_t i = 0; i < count; i++) {
        work[i].command =
            headers[i].file != NULL ? rs_headers_command(&session->arena, work[i].plain, &headers[i]) : work[i].plain;
        jobs[i] = (struct rs_job){.run = become_clang, .context = &work[i], .output = work[i].source->errors};
    }
    rs_pool_run(jobs, count, &limits, rs_progress_show, "compiled");
    for (size_t i = 0; i < count; i++) {
        if (headers[i].file != NULL && (jobs[i].end != RS_JOB_EXITED || jobs[i].status != 0)) {
            again = (struct rs_job){.run = become_clang, .context = &work[i], .output = work[i].source->errors};
            work[i].command = work[i].plain;
            rs_pool_run(&again, 1, &limits, NULL, NULL);
            jobs[i] = again;
        }
        settle(session, &work[i], &jobs[i]);
    }
    free(headers);
    free(jobs);
}

bool rs_lower_all(struct rs_session *session, struct rs_error *err)
{
    struct lowering *work = rs_alloc(session->sources.count * sizeof(*work));
    size_t count = 0;
    bool good;

    settle_recorded(session);
    good = !is_wanted(session) || locate(session, err);
    if (good)
        count = plan(session, work);
    good = good && (count == 0 || rs_lower_find_clang(session, err));
    if (good && count > 0)
        compile(session, work, count);
    free(work);
    return good;
}
