/* See pool.h. */
#include "check/driver/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"

struct running {
    pid_t pid;
    struct rs_job *job;
    double begun;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void limit(int resource, unsigned long long most)
{
    struct rlimit to = {most, most}, had;

    if (most != 0 && getrlimit(resource, &had) == 0 && (had.rlim_max == RLIM_INFINITY || had.rlim_max > most))
        setrlimit(resource, &to);
}

/* The child: no terminal to read from, no output but into its file, no core file, an end with its parent's. */
static void become(const struct rs_job *job, const struct rs_pool_limits *limits, pid_t parent)
{
    struct rlimit none = {0, 0};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), out = null;
    sigset_t nothing;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    if (job->output != NULL)
        out = open(job->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (null < 0 || out < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
        _exit(127);
    setrlimit(RLIMIT_CORE, &none);
    sigemptyset(&nothing);
    sigprocmask(SIG_SETMASK, &nothing, NULL);
    limit(RLIMIT_DATA, limits->bytes);
    exit(job->run(job->context));
}

static bool start(struct running *place, struct rs_job *job, const struct rs_pool_limits *limits)
{
    pid_t parent = getpid(), pid;

    fflush(NULL);
    pid = fork();
    if (pid == 0)
        become(job, limits, parent);
    if (pid < 0) {
        job->end = RS_JOB_NOT_STARTED;
        job->status = errno;
        return false;
    }
    *place = (struct running){pid, job, now()};
    return true;
}

static void note_end(struct rs_job *job, int status, const struct rusage *use)
{
    if (job->end == RS_JOB_NONE)
        job->end = WIFSIGNALED(status) ? RS_JOB_CRASHED : RS_JOB_EXITED;
    job->status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    job->peak_bytes = (uint64_t)use->ru_maxrss * 1024;
}

/* Whether the process of this place has ended; one that runs too long is ended. */
static bool ended(struct running *place, const struct rs_pool_limits *limits)
{
    struct rusage use;
    int status;

    if (limits->seconds != 0 && place->job->end == RS_JOB_NONE && now() - place->begun > limits->seconds) {
        place->job->end = RS_JOB_TOO_LONG;
        kill(place->pid, SIGKILL);
    }
    if (wait4(place->pid, &status, WNOHANG, &use) != place->pid)
        return false;
    note_end(place->job, status, &use);
    return true;
}

/* Waits for a child's end or a fifth of a second, without work. SIGCHLD is blocked by the caller. */
static void nap(const sigset_t *child)
{
    struct timespec most = {.tv_nsec = 200000000};

    sigtimedwait(child, NULL, &most);
}

void rs_pool_run(struct rs_job *jobs, size_t count, const struct rs_pool_limits *limits,
                 void (*progress)(void *context, size_t done, size_t count), void *context)
{
    unsigned at_once = limits->at_once > 0 ? limits->at_once : 1, busy = 0;
    struct running *places = rs_alloc(at_once * sizeof(*places));
    size_t next = 0, done = 0;
    sigset_t child, before;

    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &before);
    while (done < count) {
        size_t then = done;

        while (busy < at_once && next < count) {
            jobs[next].end = RS_JOB_NONE;
            if (start(&places[busy], &jobs[next++], limits))
                busy++;
            else
                done++;
        }
        for (unsigned i = 0; i < busy;) {
            if (!ended(&places[i], limits)) {
                i++;
                continue;
            }
            places[i] = places[--busy];
            done++;
        }
        if (progress != NULL && done != then)
            progress(context, done, count);
        if (done == then)
            nap(&child);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    free(places);
}
