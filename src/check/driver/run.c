/* See run.h. */
#include "check/driver/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_MOST = 64 << 10 };

static bool is_program(const char *path)
{
    struct stat status;

    return access(path, X_OK) == 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

const char *rs_run_find(struct rs_arena *arena, const char *name, const char *but)
{
    const char *list = getenv("PATH");

    if (strchr(name, '/') != NULL)
        return is_program(name) ? name : NULL;
    for (const char *p = list != NULL ? list : "/usr/bin:/bin"; *p != 0; p += strcspn(p, ":"), p += *p == ':') {
        size_t length = strcspn(p, ":");
        const char *path = rs_arena_printf(arena, "%.*s/%s", (int)length, length > 0 ? p : ".", name);

        if ((but == NULL || strlen(but) != length || strncmp(p, but, length) != 0) && is_program(path))
            return path;
    }
    return NULL;
}

static void become(char **command, const char *folder, int out, int errors)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (out >= 0 && (dup2(null, 0) < 0 || dup2(out, 1) < 0))
        _exit(126);
    if (errors >= 0 && dup2(errors, 2) < 0)
        _exit(126);
    if (folder != NULL && chdir(folder) != 0)
        _exit(126);
    execvp(command[0], command);
    _exit(errno == ENOENT ? 127 : 126);
}

static char *read_all(int fd, struct rs_arena *arena)
{
    char *text = rs_arena_alloc(arena, OUTPUT_MOST + 1);
    size_t size = 0;
    ssize_t got;

    while (size < OUTPUT_MOST && ((got = read(fd, text + size, OUTPUT_MOST - size)) > 0 || (got < 0 && errno == EINTR)))
        size += got > 0 ? (size_t)got : 0;
    while (size > 0 && text[size - 1] == '\n')
        size--;
    text[size] = 0;
    return text;
}

static int wait_for(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) != pid)
        if (errno != EINTR)
            return -1;
    return status;
}

const char *rs_run_output(struct rs_arena *arena, char **command)
{
    int ends[2], status, null = open("/dev/null", O_RDWR | O_CLOEXEC);
    const char *text = NULL;
    pid_t pid = -1;

    if (null >= 0 && pipe2(ends, O_CLOEXEC) == 0) {
        pid = fork();
        if (pid == 0)
            become(command, NULL, ends[1], null);
        close(ends[1]);
        if (pid > 0)
            text = read_all(ends[0], arena);
        close(ends[0]);
    }
    if (null >= 0)
        close(null);
    status = pid > 0 ? wait_for(pid) : -1;
    return status == 0 ? text : NULL;
}

int rs_run_to_end(char **command, const char *folder, const char *output)
{
    int out = output != NULL ? open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    pid_t pid = output == NULL || out >= 0 ? fork() : -1;

    if (pid == 0)
        become(command, folder, out, out);
    if (out >= 0)
        close(out);
    return pid > 0 ? wait_for(pid) : -1;
}
