/* Kept books: what was kept is rendered to the same bytes, and any other bytes are told from them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../golden/fabricate.h"
#include "report/report.h"

static char folder[] = "/tmp/refsan-kept-XXXXXX";
static char path[64], first_path[64], second_path[64];

static char *text_of(const struct rs_report *report, const char *(*line)(void *, const char *, int), void *ctx, bool verbose)
{
    struct rs_terminal_options options = {.verbose = verbose, .width = 80, .line = line, .ctx = ctx};
    size_t size;
    char *text;
    FILE *out = open_memstream(&text, &size);

    rs_report_terminal(report, out, &options);
    fclose(out);
    return text;
}

static char *bytes_of(const char *name, size_t *size)
{
    FILE *file = fopen(name, "rb");
    struct stat st;
    char *bytes;

    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &st), 0);
    *size = (size_t)st.st_size;
    bytes = calloc(1, *size + 1);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static void put_bytes(const char *name, const char *bytes, size_t size)
{
    FILE *file = fopen(name, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void keep(const char *name, struct rs_report *report)
{
    struct rs_error err;

    assert_true(fabricate(report, name));
    if (!rs_report_keep(report, fabricate_line, NULL, path, &err))
        fail_msg("%s: %s", name, err.text);
}

static void assert_same_json(const struct rs_report *report, const struct rs_report *again)
{
    struct rs_error err;
    size_t first, second;
    char *one, *two;

    assert_true(rs_report_json(report, first_path, &err));
    assert_true(rs_report_json(again, second_path, &err));
    one = bytes_of(first_path, &first);
    two = bytes_of(second_path, &second);
    assert_string_equal(one, two);
    free(one);
    free(two);
}

/* The sources are not asked again: every line that is shown was kept. */
static void test_round_trip(void **state)
{
    for (size_t i = 0; fabricate_name(i) != NULL; i++) {
        struct rs_report report = {0};
        struct rs_kept kept = {0};
        struct rs_error err;

        keep(fabricate_name(i), &report);
        if (!rs_report_load(path, &kept, &err))
            fail_msg("%s: %s", fabricate_name(i), err.text);
        for (int verbose = 0; verbose < 2; verbose++) {
            char *one = text_of(&report, fabricate_line, NULL, verbose), *two = text_of(&kept.report, rs_report_kept_line, &kept, verbose);

            assert_string_equal(one, two);
            free(one);
            free(two);
        }
        assert_same_json(&report, &kept.report);
        rs_report_kept_close(&kept);
        rs_report_close(&report);
    }
}

static void assert_refused(const char *expected)
{
    struct rs_kept kept = {0};
    struct rs_error err;
    char text[sizeof(err.text)];

    assert_false(rs_report_load(path, &kept, &err));
    snprintf(text, sizeof(text), expected, path);
    assert_string_equal(err.text, text);
    rs_report_kept_close(&kept);
}

static void test_every_truncation_is_noticed(void **state)
{
    struct rs_report report = {0};
    size_t size;
    char *bytes;

    keep("deficit", &report);
    bytes = bytes_of(path, &size);
    for (size_t cut = 1; cut < size; cut += cut < 64 ? 1 : 13) {
        put_bytes(path, bytes, cut);
        assert_refused("'%s' is truncated");
    }
    put_bytes(path, bytes, 0);
    assert_refused("'%s' is not a file of refsan's books");
    free(bytes);
    rs_report_close(&report);
}

static void test_damage_is_noticed(void **state)
{
    struct rs_report report = {0};
    size_t size;
    char *bytes;

    keep("deficit", &report);
    bytes = bytes_of(path, &size);
    bytes = realloc(bytes, size + 1);
    bytes[size] = 'x';
    put_bytes(path, bytes, size + 1);
    assert_refused("'%s' is damaged: its checksum is not that of its bytes");
    bytes[size / 2] ^= 4;
    put_bytes(path, bytes, size);
    assert_refused("'%s' is damaged: its checksum is not that of its bytes");
    free(bytes);
    rs_report_close(&report);
}

static void test_other_files(void **state)
{
    put_bytes(path, "root:x:0:0\n", 11);
    assert_refused("'%s' is not a file of refsan's books");
    put_bytes(path, "refsan books 7\nwhatever follows", 31);
    assert_refused("'%s' was written by another refsan: version 7 of the books, this one reads version 3");
    put_bytes(path, "refsan books of mine\n", 21);
    assert_refused("'%s' is not a file of refsan's books");
    unlink(path);
    assert_refused("cannot open '%s': No such file or directory");
    assert_int_equal(mkdir(path, 0700), 0);
    assert_refused("'%s' is not a file of refsan's books");
    rmdir(path);
}

static void test_asked_before(void **state)
{
    struct rs_error err;

    assert_true(rs_report_writable("-", &err));
    assert_true(rs_report_writable("/dev/null", &err));
    assert_true(rs_report_writable(path, &err));
    assert_int_equal(access(path, F_OK), -1);
    put_bytes(path, "old", 3);
    assert_true(rs_report_writable(path, &err));
    assert_false(rs_report_writable("/nonexistent/x", &err));
    assert_string_equal(err.text, "cannot write the report '/nonexistent/x': No such file or directory");
    assert_false(rs_report_writable(folder, &err));
}

static int make_folder(void **state)
{
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/kept", folder);
    snprintf(first_path, sizeof(first_path), "%s/first.json", folder);
    snprintf(second_path, sizeof(second_path), "%s/second.json", folder);
    return 0;
}

static int remove_folder(void **state)
{
    unlink(path);
    unlink(first_path);
    unlink(second_path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),     cmocka_unit_test(test_every_truncation_is_noticed), cmocka_unit_test(test_damage_is_noticed),
        cmocka_unit_test(test_other_files),    cmocka_unit_test(test_asked_before),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
