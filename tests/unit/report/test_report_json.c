/* The JSON file: whole or not at all, valid whatever the strings hold. What it says is the golden tests'
 * matter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "report/report.h"

static char folder[] = "/tmp/refsan-json-XXXXXX";
static char path[64], link_path[64];

static struct rs_report small(void)
{
    struct rs_report report = {.tool_mode = "run"};

    rs_report_add(&report, RS_RULE_RS101)->message = "m";
    return report;
}

static json_t *read_back(const char *name)
{
    json_error_t problem;
    json_t *root = json_load_file(name, JSON_REJECT_DUPLICATES, &problem);

    if (root == NULL)
        fail_msg("%s:%d: %s", name, problem.line, problem.text);
    return root;
}

/* Files in the folder, the two dots not counted. */
static int files(void)
{
    DIR *dir = opendir(folder);
    int count = -2;

    assert_non_null(dir);
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count;
}

static void test_written_and_replaced(void **state)
{
    struct rs_report report = small();
    struct rs_error err;
    struct stat st;
    json_t *root;

    assert_true(rs_report_json(&report, path, &err));
    report.has_status = true;
    report.status = 66;
    assert_true(rs_report_json(&report, path, &err));
    assert_int_equal(files(), 1);
    root = read_back(path);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(root, "exit"), "status")), 66);
    json_decref(root);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
    rs_report_close(&report);
    unlink(path);
}

static void test_symbolic_link_stays(void **state)
{
    struct rs_report report = small();
    struct rs_error err;
    struct stat st;

    assert_true(rs_report_json(&report, path, &err));
    assert_int_equal(symlink("report.json", link_path), 0);
    assert_true(rs_report_json(&report, link_path, &err));
    assert_int_equal(lstat(link_path, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(files(), 2);
    unlink(link_path);
    unlink(path);
    rs_report_close(&report);
}

static void test_no_such_places(void **state)
{
    struct rs_report report = small();
    struct rs_error err;

    assert_false(rs_report_json(&report, "/nonexistent/x.json", &err));
    assert_string_equal(err.text, "cannot write the report '/nonexistent/x.json': No such file or directory");
    assert_false(rs_report_json(&report, "/tmp", &err));
    assert_string_equal(err.text,
                        "cannot write the report '/tmp': it is a folder; expected the name of a file");
    rs_report_close(&report);
}

static void test_device_is_written_directly(void **state)
{
    struct rs_report report = small();
    struct rs_error err;
    struct stat st;

    assert_true(rs_report_json(&report, "/dev/null", &err));
    assert_int_equal(stat("/dev/null", &st), 0);
    assert_true(S_ISCHR(st.st_mode));
    assert_false(rs_report_json(&report, "/dev/full", &err));
    assert_string_equal(err.text, "cannot write the report '/dev/full': No space left on device");
    rs_report_close(&report);
}

static void test_standard_output(void **state)
{
    struct rs_report report = small();
    struct rs_error err;
    int kept = dup(STDOUT_FILENO), full = open("/dev/full", O_WRONLY);
    bool good;

    fflush(stdout);
    dup2(full, STDOUT_FILENO);
    good = rs_report_json(&report, "-", &err);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(full);
    assert_false(good);
    assert_string_equal(err.text, "cannot write the report to standard output: No space left on device");
    rs_report_close(&report);
}

/* A limit on file sizes stands for the full disk: the old report stays, no half of the new one is left. */
static void test_old_file_survives(void **state)
{
    struct rs_report report = small();
    struct rlimit old, tight;
    struct rs_error err;
    bool good;

    assert_true(rs_report_json(&report, path, &err));
    for (int i = 0; i < 200; i++)
        rs_report_add(&report, RS_RULE_RS101)->message = "more";
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    tight = (struct rlimit){4096, old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &tight);
    good = rs_report_json(&report, path, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_false(good);
    assert_non_null(strstr(err.text, ": File too large"));
    assert_int_equal(files(), 1);
    json_decref(read_back(path));
    rs_report_close(&report);
    unlink(path);
}

static void test_valid_whatever_bytes(void **state)
{
    struct rs_report report = {
        .tool_mode = "run", .stats.seconds = __builtin_inf(), .stats.events = UINT64_MAX};
    struct rs_error err;
    json_t *root, *first, *stats;
    char bytes[256];

    for (int i = 0; i < 255; i++)
        bytes[i] = (char)(255 - i);
    bytes[255] = '\0';
    rs_report_add(&report, RS_RULE_RS404)->message = bytes;
    report.findings.items[0].culprit = (struct rs_place){bytes, bytes, bytes, 1, bytes, bytes, 1, bytes};
    report.signal = bytes;
    report.python.version = bytes;
    assert_true(rs_report_json(&report, path, &err));
    root = read_back(path);
    first = json_array_get(json_object_get(root, "findings"), 0);
    assert_non_null(strstr(json_string_value(json_object_get(first, "message")), "\xEF\xBF\xBD"));
    assert_non_null(strstr(json_string_value(json_object_get(first, "message")), "zyx"));
    stats = json_object_get(root, "stats");
    assert_true(json_is_null(json_object_get(stats, "seconds")));
    assert_true(json_integer_value(json_object_get(stats, "events")) == INT64_MAX);
    json_decref(root);
    rs_report_close(&report);
    unlink(path);
}

static void test_paths_below_the_working_directory(void **state)
{
    struct rs_report report = small();
    struct rs_error err;
    char inside[80], before[4096];
    json_t *root, *culprit;

    assert_non_null(getcwd(before, sizeof(before)));
    snprintf(inside, sizeof(inside), "%s/src/case.c", folder);
    report.findings.items[0].culprit.file = inside;
    assert_int_equal(chdir(folder), 0);
    assert_true(rs_report_json(&report, "report.json", &err));
    assert_int_equal(chdir(before), 0);
    root = read_back(path);
    culprit = json_object_get(json_array_get(json_object_get(root, "findings"), 0), "culprit");
    assert_string_equal(json_string_value(json_object_get(culprit, "file")), "src/case.c");
    json_decref(root);
    rs_report_close(&report);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written_and_replaced), cmocka_unit_test(test_symbolic_link_stays),
        cmocka_unit_test(test_no_such_places),       cmocka_unit_test(test_device_is_written_directly),
        cmocka_unit_test(test_standard_output),      cmocka_unit_test(test_old_file_survives),
        cmocka_unit_test(test_valid_whatever_bytes), cmocka_unit_test(test_paths_below_the_working_directory),
    };
    int failed;

    umask(022);
    if (mkdtemp(folder) == NULL)
        return 2;
    snprintf(path, sizeof(path), "%s/report.json", folder);
    snprintf(link_path, sizeof(link_path), "%s/link.json", folder);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
