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

typedef int spawning(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                     const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]);

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

/* A program that is to be started: `go` does it, with the list of variables that it is given. */
struct start {
    int (*go)(const struct start *start, char *const envp[]);
    const char *path;
    int fd;
    char *const *argv;
    pid_t *pid;
    const posix_spawn_file_actions_t *actions;
    const posix_spawnattr_t *attributes;
};

/* Starts it with the runtime's variables, if it can take the runtime along. */
static int begin(const struct start *start, enum rs_target target, char *const envp[])
{
    struct rt_environment_room room = room_for(target, envp);

    if (room.entries == 0)
        return start->go(start, envp);
    char *list[room.entries], text[room.text];

    rt_environment_fill(envp, list, text);
    return start->go(start, list);
}

/* ---------------------------------------------------------------- the exec family */

static int go_execve(const struct start *start, char *const envp[])
{
    return real.execve(start->path, start->argv, envp);
}

static int go_execvpe(const struct start *start, char *const envp[])
{
    return real.execvpe(start->path, start->argv, envp);
}

static int go_fexecve(const struct start *start, char *const envp[])
{
    return real.fexecve(start->fd, start->argv, envp);
}

EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
    be_ready();
    return begin(&(struct start){.go = go_execve, .path = path, .argv = argv}, rt_target_judge(path), envp);
}

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
    be_ready();
    return begin(&(struct start){.go = go_execvpe, .path = file, .argv = argv}, rt_target_judge_by_name(file), envp);
}

EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
    be_ready();
    return begin(&(struct start){.go = go_fexecve, .fd = fd, .argv = argv}, rt_target_judge_open(fd), envp);
}

EXPORT int execv(const char *path, char *const argv[])
{
    return execve(path, argv, environ);
}

EXPORT int execvp(const char *file, char *const argv[])
{
    return execvpe(file, argv, environ);
}

/* How many arguments stand in the list behind the first one, which is named: with both that one and the NULL; 0: too
 * many. */
static size_t count_arguments(va_list list)
{
    size_t n = 1;

    while (va_arg(list, char *) != NULL)
        n++;
    return n < ARGUMENTS_MAX ? n + 1 : 0;
}

/* execl and its like: the arguments as an array. `last`: the list of variables stands behind the NULL. */
static int run_list(int (*run)(const char *, char *const[], char *const[]), const char *path, const char *first,
                    va_list list, bool last)
{
    va_list again;
    size_t count;

    va_copy(again, list);
    count = count_arguments(again);
    va_end(again);
    if (count == 0) {
        errno = E2BIG;
        return -1;
    }
    char *argv[count];

    argv[0] = (char *)first;
    for (size_t n = 1; n < count; n++)
        argv[n] = va_arg(list, char *);
    return run(path, argv, last ? va_arg(list, char *const *) : environ);
}

EXPORT int execl(const char *path, const char *first, ...)
{
    va_list list;
    int result;

    va_start(list, first);
    result = run_list(execve, path, first, list, false);
    va_end(list);
    return result;
}

EXPORT int execlp(const char *file, const char *first, ...)
{
    va_list list;
    int result;

    va_start(list, first);
    result = run_list(execvpe, file, first, list, false);
    va_end(list);
    return result;
}

EXPORT int execle(const char *path, const char *first, ...)
{
    va_list list;
    int result;

    va_start(list, first);
    result = run_list(execve, path, first, list, true);
    va_end(list);
    return result;
}

/* ---------------------------------------------------------------- posix_spawn */

static int go_spawn(const struct start *start, char *const envp[])
{
    return real.spawn(start->pid, start->path, start->actions, start->attributes, start->argv, envp);
}

static int go_spawnp(const struct start *start, char *const envp[])
{
    return real.spawnp(start->pid, start->path, start->actions, start->attributes, start->argv, envp);
}

EXPORT int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
    const struct start start = {
        .go = go_spawn, .path = path, .argv = argv, .pid = pid, .actions = actions, .attributes = attributes};

    be_ready();
    return begin(&start, rt_target_judge(path), envp);
}

EXPORT int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                        const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
    const struct start start = {
        .go = go_spawnp, .path = file, .argv = argv, .pid = pid, .actions = actions, .attributes = attributes};

    be_ready();
    return begin(&start, rt_target_judge_by_name(file), envp);
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
