/* Which Python: whose headers a source is compiled with, and so whose contract rows hold. */
#include "check/driver/driver.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/driver/command.h"
#include "check/driver/run.h"

enum { OLDEST = 0x0308, PATCHLEVEL_MOST = 1 << 20 };

/* Without site.py, whose .pth files may take longer than all the rest: where headers are does not depend on it. */
static const char probe[] = "import sys, sysconfig\n"
                            "print('%d.%d' % sys.version_info[:2])\n"
                            "print(sysconfig.get_path('include'))\n"
                            "print(sysconfig.get_path('platinclude'))\n";

/* "3.11" -> 0x030b; 0 where it is something else. */
static unsigned version_of(const char *text)
{
    unsigned major, minor;
    char more;

    if (sscanf(text, "%2u.%3u%c", &major, &minor, &more) != 2 || major > 9 || minor > 255)
        return 0;
    return major << 8 | minor;
}

static bool ask(struct rs_session *session, const char *executable, struct rs_python *python)
{
    char *command[] = {(char *)executable, "-I", "-S", "-c", (char *)probe, NULL};
    const char *text = rs_run_output(&session->arena, command);
    char *line = text != NULL ? rs_arena_strdup(&session->arena, text) : NULL, *rest = NULL;

    line = line != NULL ? strtok_r(line, "\n", &rest) : NULL;
    if (line == NULL)
        return false;
    *python = (struct rs_python){.version = version_of(line), .executable = executable};
    python->include[0] = strtok_r(NULL, "\n", &rest);
    python->include[1] = strtok_r(NULL, "\n", &rest);
    if (python->include[0] != NULL && python->include[1] != NULL && strcmp(python->include[0], python->include[1]) == 0)
        python->include[1] = NULL;
    return python->version != 0;
}

/* The newest ~/.pyenv/versions/3.X.*, or NULL. */
static const char *of_pyenv(struct rs_session *session, const char *chosen)
{
    const char *root = getenv("PYENV_ROOT"), *home = getenv("HOME"), *best = NULL, *folder;
    size_t length = strlen(chosen);
    struct dirent *entry;
    long newest = -1;
    DIR *versions;

    folder = root != NULL ? rs_arena_printf(&session->arena, "%s/versions", root)
                          : rs_arena_printf(&session->arena, "%s/.pyenv/versions", home ? home : "");
    versions = opendir(folder);
    while (versions != NULL && (entry = readdir(versions)) != NULL) {
        const char *path = rs_arena_printf(&session->arena, "%s/%s/bin/python3", folder, entry->d_name);
        long micro = strncmp(entry->d_name, chosen, length) == 0 && entry->d_name[length] == '.'
                         ? strtol(entry->d_name + length + 1, NULL, 10)
                         : -1;

        if (micro > newest && access(path, X_OK) == 0) {
            newest = micro;
            best = path;
        }
    }
    if (versions != NULL)
        closedir(versions);
    return best;
}

static bool find_chosen(struct rs_session *session, struct rs_error *err)
{
    unsigned version = version_of(session->chosen);
    const char *in_path =
        rs_run_find(&session->arena, rs_arena_printf(&session->arena, "python%s", session->chosen), NULL);
    const char *places[] = {in_path, of_pyenv(session, session->chosen)};
    bool any = false;

    if (version < OLDEST)
        return rs_fail(
            err, "option '--python': '%s' is no version that refsan knows; expected 3.8 or newer, for instance 3.11",
            session->chosen);
    for (size_t i = 0; i < 2; i++) {
        struct rs_python python;
        bool fits = places[i] != NULL && ask(session, places[i], &python) && python.version == version;
        const char *header =
            fits && python.include[0] != NULL ? rs_driver_join(&session->arena, python.include[0], "Python.h") : NULL;

        /* one whose headers are there before one whose are not */
        if (fits && (!any || (header != NULL && access(header, R_OK) == 0)))
            session->python = python;
        any |= fits;
        if (header != NULL && access(header, R_OK) == 0)
            return true;
    }
    return any || rs_fail(err, "option '--python': no Python %s found, neither python%s in PATH nor a version of pyenv",
                          session->chosen, session->chosen);
}

bool rs_python_find(struct rs_session *session, struct rs_error *err)
{
    const char *executable;

    if (session->chosen != NULL)
        return find_chosen(session, err);
    executable = rs_run_find(&session->arena, "python3", NULL);
    if (executable == NULL || !ask(session, executable, &session->python))
        session->python = (struct rs_python){0};
    return true;
}

/* The version that a folder's patchlevel.h defines, 0 without one. */
static unsigned version_of_folder(const char *folder)
{
    struct rs_error err;
    char path[4096], *text;
    unsigned version[2] = {0, 0};
    static const char *const names[] = {"#define PY_MAJOR_VERSION", "#define PY_MINOR_VERSION"};
    size_t size;

    snprintf(path, sizeof(path), "%s/patchlevel.h", folder);
    text = rs_driver_read(path, PATCHLEVEL_MOST, &size, &err);
    for (int i = 0; i < 2 && text != NULL; i++) {
        const char *at = strstr(text, names[i]);

        version[i] = at != NULL ? (unsigned)strtoul(at + strlen(names[i]), NULL, 10) & 0xff : 0;
    }
    free(text);
    return version[0] << 8 | version[1];
}

unsigned rs_python_of_flags(struct rs_arena *arena, const char *folder, const struct rs_words *flags)
{
    for (size_t i = 0; i < flags->count; i++) {
        const char *include = rs_command_include(flags, &i);
        unsigned version = include != NULL ? version_of_folder(rs_driver_join(arena, folder, include)) : 0;

        if (version != 0)
            return version;
    }
    return 0;
}

void rs_python_headers(struct rs_session *session, const char *folder, struct rs_words *flags)
{
    struct rs_words kept = {0};

    for (size_t i = 0; i < flags->count; i++) {
        size_t first = i;
        const char *include = session->chosen != NULL ? rs_command_include(flags, &i) : NULL;
        unsigned version = include != NULL ? version_of_folder(rs_driver_join(&session->arena, folder, include)) : 0;

        for (size_t k = first; k <= i && (version == 0 || version == session->python.version); k++)
            *RS_PUSH(&kept) = flags->items[k];
    }
    for (int i = 0; i < 2 && session->python.include[i] != NULL; i++) {
        *RS_PUSH(&kept) = "-I";
        *RS_PUSH(&kept) = session->python.include[i];
    }
    RS_VEC_CLOSE(flags);
    *flags = kept;
}
