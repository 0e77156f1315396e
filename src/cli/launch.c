/* See launch.h. */
#include "cli/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire/recording.h"

enum { SCRIPTS_MAX = 4 };

static pid_t program;
static void (*file_size_signal)(int) = SIG_DFL; /* as refsan itself got it */

const char *rs_launch_beside(const char *const *places)
{
    static char path[4096 + 64];
    char self[4096], *slash;
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (length <= 0)
        return NULL;
    self[length] = 0;
    slash = strrchr(self, '/');
    *slash = 0;
    for (; *places != NULL; places++) {
        snprintf(path, sizeof(path), "%s/%s", self, *places);
        if (access(path, R_OK) == 0)
            return path;
    }
    return NULL;
}

const char *rs_launch_library(struct rs_error *err)
{
    static const char *const places[] = {"librefsan.so", RS_LIBRARY_FROM_BINDIR, NULL};
    static char path[PATH_MAX];
    const char *found = rs_launch_beside(places);

    /* the path must mean the same in every folder, and the loader takes blanks and colons for separators */
    if (found == NULL || realpath(found, path) == NULL) {
        rs_fail(err, "the runtime library librefsan.so is neither beside the command nor installed with it");
        return NULL;
    }
    if (strpbrk(path, ": ") != NULL) {
        rs_fail(err,
                "the runtime library '%s' cannot be preloaded: the loader takes its blank or colon for a separator",
                path);
        return NULL;
    }
    return path;
}

void rs_launch_prepare(void)
{
    file_size_signal = signal(SIGXFSZ, SIG_IGN);
}

static void pass_on(int signal)
{
    if (program > 0)
        kill(program, signal);
}

static void leave_signals_to_program(void)
{
    static const int passed[] = {SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};

    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    for (unsigned i = 0; i < sizeof(passed) / sizeof(*passed); i++)
        signal(passed[i], pass_on);
}

static void set_environment(const char *library, const char *recording)
{
    const char *before = getenv("LD_PRELOAD");
    char *list;

    /* with a colon behind it: the user's variable was there, be it empty (runtime/spawn/environment.c puts it back) */
    if (before != NULL && asprintf(&list, "%s:%s", library, before) > 0)
        setenv("LD_PRELOAD", list, 1);
    else
        setenv("LD_PRELOAD", library, 1);
    setenv(RS_RECORDING_VARIABLE, recording, 1);
}

pid_t rs_launch_start(char **argv, const char *library, const char *recording, struct rs_error *err)
{
    int report[2], reason = 0;
    pid_t pid;

    if (pipe2(report, O_CLOEXEC) != 0 || (pid = fork()) < 0) {
        rs_fail(err, "cannot start '%s': %s", argv[0], strerror(errno));
        return -1;
    }
    if (pid == 0) {
        if (recording != NULL)
            set_environment(library, recording);
        signal(SIGXFSZ, file_size_signal);
        execvp(argv[0], argv);
        reason = errno;
        if (write(report[1], &reason, sizeof(reason)) != sizeof(reason))
            _exit(126);
        _exit(127);
    }
    close(report[1]);
    if (read(report[0], &reason, sizeof(reason)) == sizeof(reason)) {
        close(report[0]);
        waitpid(pid, NULL, 0);
        rs_fail(err, "cannot start '%s': %s", argv[0], strerror(reason));
        return -1;
    }
    close(report[0]);
    program = pid;
    leave_signals_to_program();
    return pid;
}

bool rs_launch_ended(pid_t pid, int *status)
{
    return waitpid(pid, status, WNOHANG) == pid;
}

static bool find_program(const char *name, char *path, size_t room)
{
    const char *list = getenv("PATH");

    if (strchr(name, '/') != NULL) {
        snprintf(path, room, "%s", name);
        return true;
    }
    for (const char *p = list != NULL ? list : "/usr/bin:/bin"; *p != 0; p += strcspn(p, ":"), p += *p == ':') {
        snprintf(path, room, "%.*s/%s", (int)strcspn(p, ":"), p, name);
        if (access(path, X_OK) == 0)
            return true;
    }
    return false;
}

static long read_file(void *context, void *to, size_t size, uint64_t offset)
{
    return pread(*(int *)context, to, size, (off_t)offset);
}

static enum rs_target judge_file(const char *path, char *script)
{
    enum rs_target target;
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return RS_TARGET_UNREADABLE;
    target = rs_target_of(read_file, &fd, script);
    if (target == RS_TARGET_FITS && fstat(fd, &status) == 0 && (status.st_mode & (S_ISUID | S_ISGID)) &&
        status.st_uid != geteuid())
        target = RS_TARGET_SETUID;
    close(fd);
    return target;
}

enum rs_target rs_launch_judge(const char *name)
{
    char path[4096], script[RS_TARGET_LINE];
    enum rs_target target = find_program(name, path, sizeof(path)) ? judge_file(path, script) : RS_TARGET_UNREADABLE;

    for (unsigned i = 0; target == RS_TARGET_SCRIPT && i < SCRIPTS_MAX; i++) {
        snprintf(path, sizeof(path), "%s", script);
        target = judge_file(path, script);
    }
    return target;
}

const char *rs_launch_obstacle(enum rs_target target)
{
    switch (target) {
    case RS_TARGET_STATIC:
        return "is statically linked";
    case RS_TARGET_32_BIT:
        return "is a 32-bit program";
    case RS_TARGET_MACHINE:
        return "is no x86-64 program";
    case RS_TARGET_OTHER_LIBC:
        return "does not use glibc";
    case RS_TARGET_SETUID:
        return "is setuid";
    case RS_TARGET_POPEN:
        return "was started by popen()";
    default:
        return NULL;
    }
}
