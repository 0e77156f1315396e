/* See launch.h. */
#include "cli/launch.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire/recording.h"

static pid_t program;

const char *rs_launch_library(struct rs_error *err)
{
    static char path[4096 + 64];
    static const char *const places[] = {"librefsan.so", RS_LIBRARY_FROM_BINDIR};
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    char *slash;

    if (length <= 0) {
        rs_fail(err, "cannot tell where the command itself lies: %s", strerror(errno));
        return NULL;
    }
    self[length] = 0;
    slash = strrchr(self, '/');
    *slash = 0;
    for (unsigned i = 0; i < sizeof(places) / sizeof(*places); i++) {
        snprintf(path, sizeof(path), "%s/%s", self, places[i]);
        if (access(path, R_OK) == 0)
            return path;
    }
    rs_fail(err, "the runtime library librefsan.so is not beside '%s'", self);
    return NULL;
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

    if (before != NULL && before[0] != 0 && asprintf(&list, "%s:%s", library, before) > 0)
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
        set_environment(library, recording);
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

const char *rs_launch_obstacle(const char *name)
{
    char path[4096];
    Elf64_Ehdr header;
    struct stat status;
    bool interpreter = false;
    int fd;

    if (!find_program(name, path, sizeof(path)) || (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        return NULL;
    if (fstat(fd, &status) == 0 && (status.st_mode & (S_ISUID | S_ISGID)) && status.st_uid != geteuid()) {
        close(fd);
        return "is setuid: the loader ignores preloaded libraries there";
    }
    if (read(fd, &header, sizeof(header)) != sizeof(header) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
        close(fd);
        return NULL; /* a script: its interpreter will tell */
    }
    for (unsigned i = 0; header.e_ident[EI_CLASS] == ELFCLASS64 && i < header.e_phnum && i < 64; i++) {
        Elf64_Phdr segment;

        if (pread(fd, &segment, sizeof(segment), (off_t)(header.e_phoff + i * sizeof(segment))) == sizeof(segment))
            interpreter |= segment.p_type == PT_INTERP;
    }
    close(fd);
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_X86_64)
        return "is no x86-64 program";
    return interpreter ? NULL : "is statically linked: no library can be preloaded";
}
