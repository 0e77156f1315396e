/* Worker processes: how each of them may end, and that the others do not notice. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "check/driver/pool.h"

enum { JOBS = 8 };

static int answer(void *context)
{
    return *(const int *)context;
}

static int crash(void *context)
{
    raise(SIGKILL); /* cmocka handles what could be handled */
    return 0;
}

static int hang(void *context)
{
    while (pause() == -1)
        ;
    return 0;
}

/* 1 when the limit holds: more than it cannot be had. */
static int want_memory(void *context)
{
    return mmap(NULL, 256 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int speak(void *context)
{
    printf("to standard output\n");
    fprintf(stderr, "and to the other\n");
    return getchar() == EOF ? 0 : 9;
}

static size_t told;

static void progress(void *context, size_t done, size_t count)
{
    assert_int_equal(count, JOBS);
    assert_true(done > told);
    told = done;
}

static void test_ends(void **state)
{
    char path[] = "/tmp/refsan-pool-XXXXXX", text[100] = "";
    int numbers[] = {0, 7, 255};
    struct rs_pool_limits limits = {.at_once = 3, .seconds = 2, .bytes = 128 << 20};
    struct rs_job jobs[JOBS] = {
        {.run = answer, .context = &numbers[0]}, {.run = crash},      {.run = answer, .context = &numbers[1]},
        {.run = hang},                           {.run = want_memory}, {.run = speak, .output = path},
        {.run = answer, .context = &numbers[2]}, {.run = answer, .context = &numbers[0]},
    };
    FILE *file;

    close(mkstemp(path));
    told = 0;
    rs_pool_run(jobs, JOBS, &limits, progress, NULL);
    assert_int_equal(told, JOBS);
    for (int i = 0; i < JOBS; i++)
        assert_int_equal(jobs[i].end, i == 1 ? RS_JOB_CRASHED : i == 3 ? RS_JOB_TOO_LONG : RS_JOB_EXITED);
    assert_int_equal(jobs[0].status, 0);
    assert_int_equal(jobs[1].status, SIGKILL);
    assert_int_equal(jobs[2].status, 7);
    assert_int_equal(jobs[4].status, 1);
    assert_int_equal(jobs[5].status, 0);
    assert_int_equal(jobs[6].status, 255);
    assert_true(jobs[7].peak_bytes > 0);
    file = fopen(path, "r");
    assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
    fclose(file);
    unlink(path);
    assert_non_null(strstr(text, "to standard output\n"));
    assert_non_null(strstr(text, "and to the other\n"));
}

/* A folder that is not there is the job's own misfortune. */
static void test_no_output(void **state)
{
    int zero = 0;
    struct rs_pool_limits limits = {.at_once = 0};
    struct rs_job job = {.run = answer, .context = &zero, .output = "/nowhere/at/all"};

    rs_pool_run(&job, 1, &limits, NULL, NULL);
    assert_int_equal(job.end, RS_JOB_EXITED);
    assert_int_equal(job.status, 127);
    rs_pool_run(NULL, 0, &limits, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ends), cmocka_unit_test(test_no_output)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
