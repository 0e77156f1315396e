/* Sources to bitcode, by the system's clang: as check/unit.h wants it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <llvm-c/Core.h>

#include "check/driver/driver.h"
#include "check/driver/pool.h"
#include "check/driver/progress.h"
#include "check/driver/run.h"

enum {
    OLDEST_CLANG = 16,
    ERRORS_SHOWN = 3,
    ERRORS_MOST = 16 << 20,
    SECONDS_MOST = 600
};

/* Behind the source's own flags. What gcc takes for a warning and clang for an error must not cost the unit. */
static const char *const lowering[] = {"-O0", "-g", "-w", "-Wno-implicit-function-declaration", "-Wno-implicit-int", "-Wno-int-conversion",
                                       "-Wno-incompatible-function-pointer-types", "-Wno-return-type", "-Wno-c++11-narrowing",
                                       "-Wno-reserved-user-defined-literal", "-Wno-register", "-Qunused-arguments", "-fno-discard-value-names", "-fno-color-diagnostics",
                                       "-fno-caret-diagnostics", "-Xclang", "-disable-llvm-passes", "-Xclang", "-disable-O0-optnone", "-emit-llvm", "-c"};

static unsigned linked_version(void)
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

static bool accept_given(struct rs_session *session, struct rs_error *err)
{
    const char *path = rs_run_find(&session->arena, session->clang, NULL);
    unsigned version = path != NULL ? version_of(&session->arena, path) : 0;

    if (version == 0)
        return rs_fail(err, "option '--clang': '%s' is no clang that can be run", session->clang);
    if (version < OLDEST_CLANG || version > linked_version())
        return rs_fail(err, "option '--clang': '%s' is clang %u; this refsan reads the code of %d to %u", session->clang, version, OLDEST_CLANG,
                       linked_version());
    session->clang = path;
    return session->clang_found = true;
}

bool rs_lower_find_clang(struct rs_session *session, struct rs_error *err)
{
    unsigned linked = linked_version(), version;

    if (session->clang_found)
        return true;
    if (session->clang != NULL)
        return accept_given(session, err);
    for (unsigned major = linked; session->clang == NULL && major >= OLDEST_CLANG; major--)
        session->clang = rs_run_find(&session->arena, rs_arena_printf(&session->arena, "clang-%u", major), NULL);
    if (session->clang != NULL)
        return session->clang_found = true;
    session->clang = rs_run_find(&session->arena, "clang", NULL);
    version = session->clang != NULL ? version_of(&session->arena, session->clang) : 0;
    if (version >= OLDEST_CLANG && version <= linked)
        return session->clang_found = true;
    if (version != 0)
        return rs_fail(err, "'%s' is clang %u; this refsan reads the code of %d to %u: install the package clang-%u", session->clang, version, OLDEST_CLANG,
                       linked, linked);
    return rs_fail(err, "no clang is installed: the package clang-%u brings it", linked);
}

char **rs_lower_command(struct rs_arena *arena, const char *clang, const struct rs_words *flags, const char *file, const char *bitcode)
{
    size_t count = sizeof(lowering) / sizeof(*lowering), at = 0;
    char **command = rs_arena_alloc(arena, (count + flags->count + 6) * sizeof(*command));

    command[at++] = (char *)clang;
    for (size_t i = 0; i < flags->count; i++)
        command[at++] = (char *)flags->items[i];
    for (size_t i = 0; i < count; i++)
        command[at++] = (char *)lowering[i];
    command[at++] = (char *)file;
    command[at++] = "-o";
    command[at++] = (char *)bitcode;
    command[at] = NULL;
    return command;
}

struct lowering {
    const char *folder;
    char **command;
};

/* In the child: becomes clang. */
static int become_clang(void *context)
{
    const struct lowering *job = context;

    if (job->folder != NULL && chdir(job->folder) != 0) {
        printf("error: cannot enter '%s': %s\n", job->folder, strerror(errno));
        return 1;
    }
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
        rs_driver_say("'%s': not analysed: the headers of Python %u.%u are not there: the package python%u.%u-dev brings them", rs_driver_shown(source->file), version >> 8,
                      version & 0xff, version >> 8, version & 0xff);
        free(text);
        return;
    }
    rs_driver_say("'%s': not analysed: clang rejects it", rs_driver_shown(source->file));
    for (char *line = text != NULL ? strtok_r(text, "\n", &rest) : NULL; line != NULL && shown < ERRORS_SHOWN; line = strtok_r(NULL, "\n", &rest))
        if (strstr(line, "error:") != NULL && ++shown)
            fprintf(stderr, "    %s\n", line);
    free(text);
}

/* What became of one source. */
static void settle(struct rs_session *session, struct rs_source *source, const struct rs_job *job)
{
    if (job->end == RS_JOB_EXITED && job->status == 0)
        return;
    source->lost = true;
    session->rejected++;
    if (job->end == RS_JOB_TOO_LONG)
        rs_driver_say("'%s': not analysed: clang did not end within %d s", rs_driver_shown(source->file), SECONDS_MOST);
    else if (job->end == RS_JOB_CRASHED)
        rs_driver_say("'%s': not analysed: clang was ended by signal %d", rs_driver_shown(source->file), job->status);
    else if (job->end == RS_JOB_NOT_STARTED)
        rs_driver_say("'%s': not analysed: no process for clang: %s", rs_driver_shown(source->file), strerror(job->status));
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

bool rs_lower_all(struct rs_session *session, struct rs_error *err)
{
    struct rs_pool_limits limits = {.at_once = session->jobs, .seconds = SECONDS_MOST};
    size_t count = session->sources.count, jobs = 0;
    struct rs_job *job = rs_alloc(count * sizeof(*job));
    struct lowering *work = rs_alloc(count * sizeof(*work));
    size_t *of = rs_alloc(count * sizeof(*of));

    settle_recorded(session);
    for (size_t i = 0; i < count; i++) {
        struct rs_source *source = &session->sources.items[i];

        if (source->lost || source->bitcode != NULL)
            continue;
        source->bitcode = rs_arena_printf(&session->arena, "%s/%zu.bc", session->work, i);
        source->errors = rs_arena_printf(&session->arena, "%s/%zu.err", session->work, i);
        work[jobs] = (struct lowering){source->folder, NULL};
        job[jobs] = (struct rs_job){.run = become_clang, .context = &work[jobs], .output = source->errors};
        of[jobs++] = i;
    }
    if (jobs > 0 && !rs_lower_find_clang(session, err))
        jobs = SIZE_MAX;
    for (size_t i = 0; i < jobs && jobs != SIZE_MAX; i++) {
        const struct rs_source *source = &session->sources.items[of[i]];

        work[i].command = rs_lower_command(&session->arena, session->clang, &source->flags, source->input, source->bitcode);
    }
    if (jobs != SIZE_MAX)
        rs_pool_run(job, jobs, &limits, rs_progress_show, "compiled");
    for (size_t i = 0; i < jobs && jobs != SIZE_MAX; i++)
        settle(session, &session->sources.items[of[i]], &job[i]);
    free(job);
    free(work);
    free(of);
    return jobs != SIZE_MAX;
}
