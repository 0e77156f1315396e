/* Baselines: what they take out, what they keep of an earlier list, what is none; and the folding of findings of `check`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "finding/baseline.h"

static void add(struct rs_report *report, enum rs_rule rule, const char *file, int line, int belief)
{
    struct rs_finding *finding = rs_report_add(report, rule);

    finding->culprit = (struct rs_place){.module = "m", .function = "f", .file = file, .line = line};
    finding->has_belief = belief != 0;
    finding->belief = (struct rs_place){.function = belief ? "f" : NULL, .file = belief ? file : NULL, .line = belief, .api = belief ? "PyList_New" : NULL};
}

static void fill(struct rs_report *report)
{
    *report = (struct rs_report){.tool_mode = "check"};
    add(report, RS_RULE_RS201, "/a/x.c", 20, 10); /* one list, lost at two exits */
    add(report, RS_RULE_RS201, "/a/x.c", 24, 10);
    add(report, RS_RULE_RS201, "/a/x.c", 40, 30); /* another one of the same function */
    add(report, RS_RULE_RS104, "/a/x.h", 5, 4);   /* a header's function in two units */
    add(report, RS_RULE_RS104, "/a/x.h", 5, 4);
    add(report, RS_RULE_RS104, "/a/x.h", 6, 4);   /* the same belief, another culprit */
    add(report, RS_RULE_RS302, "/a/x.c", 50, 0);
    add(report, RS_RULE_RS302, "/a/y.c", 50, 0);
    rs_report_finish(report);
}

static void test_fold_by_lines(void **state)
{
    struct rs_report report;

    fill(&report);
    assert_int_equal(report.findings.count, 6);
    for (size_t i = 0; i < report.findings.count; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(report.findings.items[i].fingerprint, report.findings.items[k].fingerprint);
    assert_int_equal(report.findings.items[0].count, 2);
    rs_report_close(&report);
}

static void test_fingerprints_survive_edits(void **state)
{
    struct rs_report first, second = {.tool_mode = "check"};

    fill(&first);
    add(&second, RS_RULE_RS201, "/b/x.c", 140, 130); /* in another order, elsewhere, 100 lines further down */
    add(&second, RS_RULE_RS201, "/b/x.c", 120, 110);
    rs_report_finish(&second);
    for (int i = 0; i < 2; i++) {
        bool found = false;

        for (size_t k = 0; k < first.findings.count; k++)
            if (first.findings.items[k].belief.line == second.findings.items[i].belief.line - 100)
                found = strcmp(first.findings.items[k].fingerprint, second.findings.items[i].fingerprint) == 0;
        assert_true(found);
    }
    rs_report_close(&first);
    rs_report_close(&second);
}

static char *slurp(const char *path)
{
    static char text[8192];
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = 0;
    fclose(file);
    return text;
}

static void test_round_trip(void **state)
{
    char path[] = "/tmp/refsan-baseline-XXXXXX", *text, *line;
    struct rs_report report;
    struct rs_baseline *baseline;
    struct rs_error err;
    FILE *file;

    close(mkstemp(path));
    fill(&report);
    assert_true(rs_baseline_write(&report, path, &err));
    text = slurp(path);
    line = strstr(text, " RS302 f x.c");
    assert_non_null(line);
    file = fopen(path, "w");
    fprintf(file, "%.*s  # a reason\n%s", (int)(line + 12 - text), text, line + 13);
    fclose(file);
    assert_true(rs_baseline_write(&report, path, &err));
    assert_non_null(strstr(slurp(path), " RS302 f x.c  # a reason\n"));
    baseline = rs_baseline_load(path, &err);
    assert_non_null(baseline);
    rs_baseline_apply(baseline, &report);
    assert_int_equal(report.findings.count, 0);
    assert_int_equal(report.suppressed, 6);
    rs_baseline_close(baseline);
    rs_report_close(&report);
    unlink(path);
}

/* Another file is not overwritten. */
static void test_other_file(void **state)
{
    char path[] = "/tmp/refsan-baseline-XXXXXX";
    struct rs_report report;
    struct rs_error err;
    FILE *file;

    close(mkstemp(path));
    file = fopen(path, "w");
    fputs("int main;\n", file);
    fclose(file);
    fill(&report);
    assert_false(rs_baseline_write(&report, path, &err));
    assert_string_equal(slurp(path), "int main;\n");
    rs_report_close(&report);
    unlink(path);
}

static void test_two_lines_for_two(void **state)
{
    static const char *const wrong[] = {"xyz", "0123456789abcdef", "0123456789abcdef RS999 f", "0123456789ABCDEF RS201 f", "0123456789abcdefRS201"};
    struct rs_baseline *baseline;
    struct rs_report report;
    struct rs_error err;
    char text[64];

    fill(&report);
    snprintf(text, sizeof(text), "\n# known\n%s RS201 f x.c\n", report.findings.items[5].fingerprint);
    baseline = rs_baseline_read("list", text, strlen(text), &err);
    assert_non_null(baseline);
    memcpy(report.findings.items[4].fingerprint, report.findings.items[5].fingerprint, sizeof(report.findings.items[5].fingerprint));
    rs_baseline_apply(baseline, &report);
    assert_int_equal(report.findings.count, 5);
    rs_baseline_close(baseline);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        assert_null(rs_baseline_read("list", wrong[i], strlen(wrong[i]), &err));
        assert_int_equal(strncmp(err.text, "list:1: ", 8), 0);
    }
    rs_report_close(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fold_by_lines), cmocka_unit_test(test_fingerprints_survive_edits), cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_other_file),    cmocka_unit_test(test_two_lines_for_two),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
