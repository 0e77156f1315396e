/* Inputs that are built: the user's own command, or a package of PyPI's. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/driver/cache.h"
#include "check/driver/driver.h"
#include "check/driver/record.h"
#include "check/driver/run.h"

enum { LOG_MOST = 64 << 20, LINES_TOLD = 12 };

static const char *in_words(struct rs_session *session, int status)
{
    if (WIFSIGNALED(status))
        return rs_arena_printf(&session->arena, "was ended by signal %d", WTERMSIG(status));
    return rs_arena_printf(&session->arena, "ended with status %d", WEXITSTATUS(status));
}

bool rs_inputs_build(struct rs_session *session, char **command, int *status, struct rs_error *err)
{
    if (rs_run_find(&session->arena, command[0], NULL) == NULL)
        return rs_fail(err, "cannot start '%s': no such program", command[0]);
    if (!rs_record_begin(session, err))
        return false;
    *status = rs_run_to_end(command, NULL, NULL);
    rs_record_end();
    if (*status < 0)
        return rs_fail(err, "cannot start '%s': %s", command[0], strerror(errno));
    rs_record_read(session);
    rs_moved_find(session, rs_driver_here(&session->arena));
    if (*status != 0)
        rs_driver_say("the build %s", in_words(session, *status));
    return session->sources.count > 0 ||
           rs_fail(err, "'%s' compiled no C or C++ source for an extension%s", command[0],
                   *status == 0
                       ? ": it was up to date, or calls its compiler by a path of its own (clean it first, or set CC)"
                       : "");
}

/* The last lines of what a tool said, indented. */
static void tell_log(const char *log)
{
    struct rs_error err;
    size_t size, lines = 0;
    char *text = rs_driver_read(log, LOG_MOST, &size, &err), *rest = NULL;
    const char *from = text != NULL ? text + size : NULL;

    while (text != NULL && from > text && (from == text + size || from[-1] != '\n' || ++lines < LINES_TOLD))
        from--;
    for (char *line = text != NULL ? strtok_r(text + (from - text), "\n", &rest) : NULL; line != NULL;
         line = strtok_r(NULL, "\n", &rest))
        fprintf(stderr, "    %s\n", line);
    free(text);
}

/* A tool's run with its words in a log; false with err and the log's last lines. */
static bool run_tool(struct rs_session *session, char **command, const char *what, struct rs_error *err)
{
    const char *log = rs_arena_printf(&session->arena, "%s/%s.log", session->work, what);
    int status = rs_run_to_end(command, NULL, log);

    if (status == 0)
        return true;
    tell_log(log);
    return status < 0 ? rs_fail(err, "cannot start '%s': %s", command[0], strerror(errno))
                      : rs_fail(err, "%s: '%s' %s", what, command[0], in_words(session, status));
}

/* The only entry that fits, or NULL. */
static const char *only(struct rs_session *session, const char *pattern)
{
    const char *found = NULL;
    glob_t entries;

    if (glob(pattern, 0, NULL, &entries) == 0) {
        if (entries.gl_pathc == 1)
            found = rs_arena_strdup(&session->arena, entries.gl_pathv[0]);
        globfree(&entries);
    }
    return found;
}

/* Where the package's sources are unpacked: where reports can point to them later on. */
static bool make_place(struct rs_session *session, const char *requirement, const char **place, struct rs_error *err)
{
    const char *folder = session->cache_folder != NULL
                             ? rs_arena_printf(&session->arena, "%s/packages", session->cache_folder)
                             : session->work;
    char *remove[] = {"rm", "-rf", "--", NULL, NULL};

    *place = rs_arena_printf(&session->arena, "%s/%.*s-%s-py%u.%u", folder, (int)strcspn(requirement, "="), requirement,
                             requirement + strcspn(requirement, "=") + 2, session->python.version >> 8,
                             session->python.version & 0xff);
    remove[3] = (char *)*place;
    if ((mkdir(folder, 0700) != 0 && errno != EEXIST) || rs_run_to_end(remove, NULL, "/dev/null") != 0 ||
        mkdir(*place, 0700) != 0)
        return rs_fail(err, "cannot make the folder '%s': %s", *place, strerror(errno));
    return true;
}

/* Fetches and unpacks; *sources is the folder with the package's own. */
static bool fetch(struct rs_session *session, const char *requirement, const char **sources, struct rs_error *err)
{
    static const char unpack[] = "import shutil, sys; shutil.unpack_archive(sys.argv[1], sys.argv[2])";
    const char *python = session->python.executable, *place, *archive;
    /* the package's own sources: what its build needs may come as wheels, or numpy is built just to ask for a version
     */
    char *name = rs_arena_strndup(&session->arena, requirement, strcspn(requirement, "=<>!~[; "));
    char *download[] = {(char *)python,
                        "-m",
                        "pip",
                        "download",
                        "--no-deps",
                        "--no-binary",
                        name,
                        "--disable-pip-version-check",
                        "-q",
                        "-d",
                        NULL,
                        (char *)requirement,
                        NULL};
    char *extract[] = {(char *)python, "-I", "-c", (char *)unpack, NULL, NULL, NULL};

    if (!make_place(session, requirement, &place, err))
        return false;
    download[10] = (char *)place;
    if (!run_tool(session, download, "pip download", err))
        return false;
    archive = only(session, rs_arena_printf(&session->arena, "%s/*", place));
    if (archive == NULL)
        return rs_fail(err, "pip download left no single archive in '%s'", place);
    extract[4] = (char *)archive;
    extract[5] = (char *)place;
    if (!run_tool(session, extract, "unpack", err))
        return false;
    unlink(archive);
    *sources = only(session, rs_arena_printf(&session->arena, "%s/*", place));
    return *sources != NULL || rs_fail(err, "the archive of '%s' holds no single folder", requirement);
}

/* A setup.py that pip before 23.1 runs by itself takes setuptools and wheel from the Python; where they are missing pip
 * is to build in an environment that it makes. `build` has room for one word more. */
static bool run_to_wheel(struct rs_session *session, char **build, struct rs_error *err)
{
    enum { SOURCES = 9 };
    char *alone[] = {build[0], "-I", "-c", "import setuptools, wheel", NULL};

    if (rs_run_to_end(alone, NULL, "/dev/null") != 0)
        build[SOURCES + 1] = "--use-pep517";
    return run_tool(session, build, "pip wheel", err);
}

bool rs_inputs_package(struct rs_session *session, const char *requirement, struct rs_error *err)
{
    const char *python = session->python.executable, *sources = NULL,
               *wheels = rs_arena_printf(&session->arena, "%s/wheels", session->work);
    char *asks[] = {(char *)python, "-m", "pip", "--version", NULL};
    char *build[] = {
        (char *)python, "-m",           "pip", "wheel", "--no-deps", "--no-cache-dir", "--disable-pip-version-check",
        "-w",           (char *)wheels, NULL,  NULL,    NULL};
    bool good;

    if (python == NULL)
        return rs_fail(err, "no python3 is installed to fetch '%s' with", requirement);
    if (rs_run_output(&session->arena, asks) == NULL)
        return rs_fail(err, "'%s' has no pip to fetch '%s' with: the package python3-pip brings it", python,
                       requirement);
    if (!fetch(session, requirement, &sources, err) || !rs_record_begin(session, err))
        return false;
    build[9] = (char *)sources;
    good = run_to_wheel(session, build, err);
    rs_record_end();
    rs_record_read(session);
    rs_moved_find(session, sources);
    if (session->sources.count == 0)
        return good
                   ? rs_fail(err, "'%s' has no C or C++ source of an extension: its wheel was built without a compiler",
                             requirement)
                   : false;
    if (!good)
        rs_driver_say("%s; what it compiled is checked", err->text);
    return true;
}
