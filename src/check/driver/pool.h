/* Work in processes of its own: a job that crashes, runs too long or wants too much memory costs itself alone. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rs_job_end {
    RS_JOB_NONE,
    RS_JOB_EXITED,  /* `status` is its exit status */
    RS_JOB_CRASHED, /* `status` is the signal */
    RS_JOB_TOO_LONG,
    RS_JOB_NOT_STARTED, /* `status` is errno */
};

struct rs_job {
    int (*run)(void *context); /* in the child, whose answer is its exit status */
    void *context;
    const char *output; /* where the child's output and errors go; NULL: nowhere */
    enum rs_job_end end;
    int status;
    uint64_t peak_bytes;
};

struct rs_pool_limits {
    unsigned at_once;
    unsigned seconds;         /* a job's longest time; 0: none */
    unsigned long long bytes; /* of a job's private memory; 0: no limit */
};

/* Runs them all, answers when the last has ended. `progress` (may be NULL) is told how many have ended. */
void rs_pool_run(struct rs_job *jobs, size_t count, const struct rs_pool_limits *limits,
                 void (*progress)(void *context, size_t done, size_t count), void *context);
