/* See spawn.h. A call may come from a vfork child, which shares the program's memory: only its own stack is written. */
#include "runtime/spawn/spawn.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/spawn/environment.h"
#include "runtime/spawn/target.h"
#include "runtime/sys/sys.h"

#define EXPORT __attribute__((visibility("default")))

enum { ARGUMENTS_MAX = 4096 };

typedef int spawning(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                     char *const argv[], char *const envp[]);

static struct {
    int (*execve)(const char *path, char *const argv[], char *const envp[]);
    int (*execvpe)(const char *file, char *const argv[], char *const envp[]);
    int (*fexecve)(int fd, char *const argv[], char *const envp[]);
    spawning *spawn, *spawnp;
    int (*system)(const char *line);
    FILE *(*popen)(const char *line, const char *mode);
} real;

static void find_real(void)
{
    real.execve = (int (*)(const char *, char *const *, char *const *))dlsym(RTLD_NEXT, "execve");
    real.execvpe = (int (*)(const char *, char *const *, char *const *))dlsym(RTLD_NEXT, "execvpe");
    real.fexecve = (int (*)(int, char *const *, char *const *))dlsym(RTLD_NEXT, "fexecve");
    real.spawn = (spawning *)dlsym(RTLD_NEXT, "posix_spawn");
    real.spawnp = (spawning *)dlsym(RTLD_NEXT, "posix_spawnp");
    real.system = (int (*)(const char *))dlsym(RTLD_NEXT, "system");
    real.popen = (FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, "popen");
}

bool rt_spawn_open(void)
{
    find_real();
    return rt_environment_open();
}

/* Somebody's constructor starts a child before ours ran. */
static void be_ready(void)
{
    if (real.execve == NULL)
        find_real();
}

static struct rt_environment_room room_for(enum rs_target target, char *const *envp)
{
    struct rt_environment_room none = {0};

    return target == RS_TARGET_FITS ? rt_environment_measure(envp) : none;
}

/* ---------------------------------------------------------------- the exec family */

EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
    struct rt_environment_room room;

    be_ready();
    room = room_for(rt_target_judge(path), envp);
    if (room.entries == 0)
        return real.execve(path, argv, envp);
    char *list[room.entries], text[room.text];

    rt_environment_fill(envp, list, text);
    return real.execve(path, argv, list);
}

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
    struct rt_environment_room room;

    be_ready();
    room = room_for(rt_target_judge_by_name(file), envp);
    if (room.entries == 0)
        return real.execvpe(file, argv, envp);
    char *list[room.entries], text[room.text];

    rt_environment_fill(envp, list, text);
    return real.execvpe(file, argv, list);
}

EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
    struct rt_environment_room room;

    be_ready();
    room = room_for(rt_target_judge_open(fd), envp);
    if (room.entries == 0)
        return real.fexecve(fd, argv, envp);
    char *list[room.entries], text[room.text];

    rt_environment_fill(envp, list, text);
    return real.fexecve(fd, argv, list);
}

EXPORT int execv(const char *path, char *const argv[])
{
    return execve(path, argv, environ);
}

EXPORT int execvp(const char *file, char *const argv[])
{
    return execvpe(file, argv, environ);
}

/* The arguments of execl and its like as an array; their number, NULL included, 0: too many. */
static size_t count_arguments(va_list list)
{
    size_t n = 1; /* the first one is named */

    while (va_arg(list, char *) != NULL)
        n++;
    return n < ARGUMENTS_MAX ? n + 1 : 0;
}

/* Fills argv and returns what stands behind its NULL (execle's environment). */
static void take_arguments(char **argv, const char *first, va_list list)
{
    size_t n = 0;

    argv[n++] = (char *)first;
    while ((argv[n] = va_arg(list, char *)) != NULL)
        n++;
}

static int too_many(void)
{
    errno = E2BIG;
    return -1;
}

EXPORT int execl(const char *path, const char *first, ...)
{
    va_list list;
    size_t n;

    va_start(list, first);
    n = count_arguments(list);
    va_end(list);
    if (n == 0)
        return too_many();
    char *argv[n];

    va_start(list, first);
    take_arguments(argv, first, list);
    va_end(list);
    return execve(path, argv, environ);
}

EXPORT int execlp(const char *file, const char *first, ...)
{
    va_list list;
    size_t n;

    va_start(list, first);
    n = count_arguments(list);
    va_end(list);
    if (n == 0)
        return too_many();
    char *argv[n];

    va_start(list, first);
    take_arguments(argv, first, list);
    va_end(list);
    return execvpe(file, argv, environ);
}

EXPORT int execle(const char *path, const char *first, ...)
{
    char *const *envp;
    va_list list;
    size_t n;

    va_start(list, first);
    n = count_arguments(list);
    va_end(list);
    if (n == 0)
        return too_many();
    char *argv[n];

    va_start(list, first);
    take_arguments(argv, first, list);
    envp = va_arg(list, char *const *);
    va_end(list);
    return execve(path, argv, envp);
}

/* ---------------------------------------------------------------- posix_spawn */

EXPORT int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                       char *const argv[], char *const envp[])
{
    struct rt_environment_room room;

    be_ready();
    room = room_for(rt_target_judge(path), envp);
    if (room.entries == 0)
        return real.spawn(pid, path, actions, attributes, argv, envp);
    char *list[room.entries], text[room.text];

    rt_environment_fill(envp, list, text);
    return real.spawn(pid, path, actions, attributes, argv, list);
}

EXPORT int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                        char *const argv[], char *const envp[])
{
    struct rt_environment_room room;

    be_ready();
    room = room_for(rt_target_judge_by_name(file), envp);
    if (room.entries == 0)
        return real.spawnp(pid, file, actions, attributes, argv, envp);
    char *list[room.entries], text[room.text];

    rt_environment_fill(envp, list, text);
    return real.spawnp(pid, file, actions, attributes, argv, list);
}

/* ---------------------------------------------------------------- system, popen */

/* While at least one shell runs, the two keys of the terminal are the child's business (POSIX, system()). */
static struct {
    pthread_mutex_t lock;
    unsigned running;
    struct sigaction interrupt, quit;
} shells = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void shell_begins(sigset_t *to_default)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigemptyset(to_default);
    pthread_mutex_lock(&shells.lock);
    if (shells.running++ == 0) {
        sigaction(SIGINT, &ignore, &shells.interrupt);
        sigaction(SIGQUIT, &ignore, &shells.quit);
    }
    if (shells.interrupt.sa_handler != SIG_IGN)
        sigaddset(to_default, SIGINT);
    if (shells.quit.sa_handler != SIG_IGN)
        sigaddset(to_default, SIGQUIT);
    pthread_mutex_unlock(&shells.lock);
}

static void shell_ended(void)
{
    pthread_mutex_lock(&shells.lock);
    if (--shells.running == 0) {
        sigaction(SIGINT, &shells.interrupt, NULL);
        sigaction(SIGQUIT, &shells.quit, NULL);
    }
    pthread_mutex_unlock(&shells.lock);
}

/* libc's own does not come by here: it starts the shell with what stands in `environ`. */
EXPORT int system(const char *line)
{
    char *argv[] = {"sh", "-c", (char *)line, NULL};
    posix_spawnattr_t attributes;
    sigset_t child, before, to_default;
    int status = -1, failed;
    pid_t pid;

    be_ready();
    if (line == NULL || !rt_environment_ready())
        return real.system(line);
    shell_begins(&to_default);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    pthread_sigmask(SIG_BLOCK, &child, &before);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &before);
    posix_spawnattr_setsigdefault(&attributes, &to_default);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    failed = posix_spawn(&pid, "/bin/sh", NULL, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    while (failed == 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (failed != 0)
        status = 127 << 8; /* as if the shell could not be executed */
    shell_ended();
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed != 0)
        errno = failed;
    return status;
}

/* Its child is started inside libc, with `environ`, which another thread may be reading. */
EXPORT FILE *popen(const char *line, const char *mode)
{
    be_ready();
    if (rt_environment_ready())
        rt_target_note(RS_TARGET_POPEN, line);
    return real.popen(line, mode);
}
