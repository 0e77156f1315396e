/* The list of findings: catalogue, fingerprints, folding, order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "finding/finding.h"

static struct rs_finding *add(struct rs_report *report, const char *function, enum rs_confidence confidence,
                              uint64_t count)
{
    struct rs_finding *finding = rs_report_add(report, RS_RULE_RS102);

    finding->confidence = confidence;
    finding->count = count;
    finding->culprit.module = "lookup";
    finding->culprit.function = function;
    return finding;
}

static struct rs_finding sample(void)
{
    struct rs_finding finding = {.rule = RS_RULE_RS102, .has_belief = true};

    finding.culprit = (struct rs_place){"lookup", "table_get", "/a/case.c", 58, "lookup.so+0x11f0"};
    finding.belief = (struct rs_place){"lookup", "table_get", "/a/case.c", 47, "lookup.so+0x11a4"};
    finding.belief.api = "PyDict_GetItemWithError";
    finding.object.type = "str";
    return finding;
}

static bool same_fingerprint(struct rs_finding a, struct rs_finding b)
{
    rs_finding_fingerprint(&a);
    rs_finding_fingerprint(&b);
    return strcmp(a.fingerprint, b.fingerprint) == 0;
}

static void test_catalogue(void **state)
{
    for (int i = 0; i < RS_RULES; i++) {
        const struct rs_rule_info *info = rs_rule_info((enum rs_rule)i);

        assert_int_equal(rs_rule_find(info->id), i);
        assert_int_equal(rs_rule_find(info->name), i);
        assert_int_equal(strlen(info->id), 5);
    }
    assert_int_equal(rs_rule_find("rs102"), RS_RULE_RS102);
    assert_int_equal(rs_rule_find("RS999"), RS_RULES);
    assert_int_equal(rs_rule_find(""), RS_RULES);
    assert_string_equal(rs_step_name(RS_STEP_CREATE), "create");
    assert_string_equal(rs_step_name(RS_STEP_TOUCH), "touch");
}

static void test_add_takes_the_rule(void **state)
{
    struct rs_report report = {0};
    struct rs_finding *finding = rs_report_add(&report, RS_RULE_RS206);

    assert_int_equal(finding->kind, RS_SURPLUS);
    assert_int_equal(finding->severity, RS_ERROR);
    assert_int_equal(finding->confidence, RS_SUSPECT);
    assert_int_equal(finding->count, 1);
    assert_int_equal(finding->object.refcount, -1);
    assert_null(finding->message);
    rs_report_close(&report);
}

static void test_fingerprint_survives(void **state)
{
    struct rs_finding a = sample(), b = sample();

    rs_finding_fingerprint(&a);
    assert_int_equal(strlen(a.fingerprint), 16);
    assert_int_equal(strspn(a.fingerprint, "0123456789abcdef"), 16);
    b.culprit.line = 99;
    b.belief.line = 98;
    b.culprit.address = "lookup.so+0x4000";
    b.belief.address = NULL;
    b.culprit.file = "/somewhere/else/case.c";
    b.culprit.module = "/venv/lib/lookup.cpython-311-x86_64-linux-gnu.so";
    b.count = 12;
    b.object.type = "list";
    b.confidence = RS_PROVEN;
    assert_true(same_fingerprint(a, b));
    b.culprit.function = "table_get.part.0.cold";
    b.belief.function = "table_get.isra.3 + 0x1f";
    assert_true(same_fingerprint(a, b));
}

/* A value of this release, kept: baselines that people have stored depend on it. */
static void test_fingerprint_is_what_it_was(void **state)
{
    struct rs_finding a = sample();

    rs_finding_fingerprint(&a);
    assert_string_equal(a.fingerprint, "8c6b81479e032c00");
}

static void test_fingerprint_tells_apart(void **state)
{
    struct rs_finding a = sample(), b;

    b = sample();
    b.culprit.function = "table_pop";
    assert_false(same_fingerprint(a, b));
    b = sample();
    b.culprit.module = "lookup2";
    assert_false(same_fingerprint(a, b));
    b = sample();
    b.rule = RS_RULE_RS103;
    assert_false(same_fingerprint(a, b));
    b = sample();
    b.belief.api = "PyDict_GetItem";
    assert_false(same_fingerprint(a, b));
    b = sample();
    b.has_belief = false;
    assert_false(same_fingerprint(a, b));
    b = sample();
    b.culprit.module = "lookupt";
    b.culprit.function = "able_get";
    assert_false(same_fingerprint(a, b));
}

static void test_fingerprint_without_a_name(void **state)
{
    struct rs_finding a = sample(), b;

    a.culprit.function = NULL;
    b = a;
    b.culprit.address = "/elsewhere/lookup.so+0x11f0";
    assert_true(same_fingerprint(a, b));
    b.culprit.address = "lookup.so+0x11f4";
    assert_false(same_fingerprint(a, b));
    a.culprit.address = b.culprit.address = NULL;
    assert_true(same_fingerprint(a, b));
}

static void test_stems(void **state)
{
    size_t length;
    const char *stem;

    assert_int_equal(rs_function_stem("f.constprop.0.isra.12"), 1);
    assert_int_equal(rs_function_stem("f.cold"), 1);
    assert_int_equal(rs_function_stem("ns::f(int) [clone .cold]"), strlen("ns::f(int)"));
    assert_int_equal(rs_function_stem("MultiDict.update (method table) + 0x1a3"),
                     strlen("MultiDict.update (method table)"));
    assert_int_equal(rs_function_stem("MultiDict.cold_start"), strlen("MultiDict.cold_start"));
    assert_int_equal(rs_function_stem("a.b.7"), strlen("a.b.7"));
    assert_int_equal(rs_function_stem(".cold"), strlen(".cold"));
    assert_int_equal(rs_function_stem(""), 0);
    stem = rs_module_stem("/x/_multidict.cpython-311-x86_64-linux-gnu.so", &length);
    assert_int_equal(length, strlen("_multidict"));
    assert_memory_equal(stem, "_multidict", length);
    rs_module_stem("numpy.core._multiarray_umath", &length);
    assert_int_equal(length, strlen("numpy.core._multiarray_umath"));
    rs_module_stem("m.abi3.so", &length);
    assert_int_equal(length, 1);
    rs_module_stem(".so", &length);
    assert_int_equal(length, 3);
}

static void test_fold_adds_counts(void **state)
{
    struct rs_report report = {0};

    add(&report, "f", RS_PROVEN, 3)->message = "first";
    add(&report, "g", RS_PROVEN, 1)->message = "other";
    add(&report, "f", RS_PROVEN, 4)->message = "second";
    rs_report_finish(&report);
    assert_int_equal(report.findings.count, 2);
    assert_string_equal(report.findings.items[0].message, "first");
    assert_int_equal(report.findings.items[0].count, 7);
    rs_report_finish(&report);
    assert_int_equal(report.findings.count, 2);
    assert_int_equal(report.findings.items[0].count, 7);
    rs_report_close(&report);
}

static void test_fold_keeps_the_earliest(void **state)
{
    struct rs_report report = {0};
    struct rs_finding *finding = add(&report, "f", RS_PROVEN, 1);

    finding->message = "late";
    *RS_PUSH(&finding->history) = (struct rs_step){.seq = 500};
    finding = add(&report, "f", RS_PROVEN, 1);
    finding->message = "early";
    *RS_PUSH(&finding->history) = (struct rs_step){.seq = 20};
    rs_report_finish(&report);
    assert_int_equal(report.findings.count, 1);
    assert_string_equal(report.findings.items[0].message, "early");
    assert_int_equal(report.findings.items[0].history.items[0].seq, 20);
    rs_report_close(&report);
}

/* Orders of different processes say nothing about each other. */
static void test_fold_over_processes(void **state)
{
    struct rs_report report = {0};
    struct rs_finding *finding = add(&report, "f", RS_PROVEN, 1);

    finding->message = "parent";
    finding->process = 10;
    *RS_PUSH(&finding->history) = (struct rs_step){.seq = 500};
    finding = add(&report, "f", RS_PROVEN, 1);
    finding->process = 11;
    *RS_PUSH(&finding->history) = (struct rs_step){.seq = 20};
    rs_report_finish(&report);
    assert_string_equal(report.findings.items[0].message, "parent");
    rs_report_close(&report);
}

/* Each example may be the one that is kept. */
static void test_fold_keeps_the_stack_of_the_crash(void **state)
{
    for (int crashed = 0; crashed < 2; crashed++) {
        struct rs_report report = {0};

        for (int i = 0; i < 2; i++) {
            struct rs_finding *finding = add(&report, "f", RS_PROVEN, 1);

            *RS_PUSH(&finding->history) = (struct rs_step){.seq = 10u * (unsigned)(i + 1)};
            if (i == crashed)
                *RS_PUSH(&finding->use) = (struct rs_line){.function = "memcpy"};
        }
        rs_report_finish(&report);
        assert_int_equal(report.findings.count, 1);
        assert_int_equal(report.findings.items[0].history.items[0].seq, 10);
        assert_int_equal(report.findings.items[0].use.count, 1);
        assert_string_equal(report.findings.items[0].use.items[0].function, "memcpy");
        rs_report_close(&report);
    }
}

static void test_fold_takes_the_strongest(void **state)
{
    struct rs_report report = {0};
    struct rs_finding *finding = add(&report, "f", RS_SUSPECT, 5);

    finding->message = "doubtful";
    finding->severity = RS_ERROR;
    finding->latent = true;
    *RS_PUSH(&finding->history) = (struct rs_step){.seq = 1};
    finding = add(&report, "f", RS_PROVEN, 1);
    finding->message = "certain";
    finding->proof = "seen";
    finding->severity = RS_NOTE;
    *RS_PUSH(&finding->history) = (struct rs_step){.seq = 9};
    add(&report, "f", RS_SUSPECT, 2)->latent = true;
    rs_report_finish(&report);
    assert_int_equal(report.findings.count, 1);
    finding = &report.findings.items[0];
    assert_int_equal(finding->confidence, RS_PROVEN);
    assert_string_equal(finding->message, "certain");
    assert_string_equal(finding->proof, "seen");
    assert_int_equal(finding->severity, RS_ERROR);
    assert_false(finding->latent);
    assert_int_equal(finding->count, 8);
    rs_report_close(&report);
}

static void test_order(void **state)
{
    static const char *const wanted[] = {"often", "first", "second", "warned", "noted", "doubtful"};
    struct rs_report report = {0};

    add(&report, "doubtful", RS_SUSPECT, 1000);
    add(&report, "noted", RS_PROVEN, 50)->severity = RS_NOTE;
    add(&report, "warned", RS_PROVEN, 40)->severity = RS_WARNING;
    add(&report, "first", RS_PROVEN, 2);
    add(&report, "often", RS_PROVEN, 3);
    add(&report, "second", RS_PROVEN, 2);
    rs_report_finish(&report);
    assert_int_equal(report.findings.count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(report.findings.items[i].culprit.function, wanted[i]);
    rs_report_close(&report);
}

static void test_many(void **state)
{
    enum { MANY = 5000, CAUSES = 700 };
    struct rs_report report = {0};

    for (int i = 0; i < MANY; i++)
        add(&report, rs_arena_printf(&report.arena, "f%d", i % CAUSES), RS_PROVEN,
            (uint64_t)(i % CAUSES % 7) + 1);
    rs_report_finish(&report);
    assert_int_equal(report.findings.count, CAUSES);
    for (size_t i = 1; i < CAUSES; i++)
        assert_true(report.findings.items[i - 1].count >= report.findings.items[i].count);
    rs_report_close(&report);
}

static void test_empty(void **state)
{
    struct rs_report report = {0};

    rs_report_finish(&report);
    assert_int_equal(report.findings.count, 0);
    rs_report_close(&report);
}

/* A register of the fault holds the object of the finding, whatever address the fault was at; another process's object is another one. */
static void test_crash_of_a_findings_object(void **state)
{
    struct rs_report report = {0};
    struct rs_finding *finding = add(&report, "get", RS_PROVEN, 1);
    struct rs_crash *crash;

    finding->process = 7;
    finding->object.address = 0x1000;
    for (int process = 7; process <= 8; process++) {
        crash = rs_report_crash(&report);
        crash->process = process;
        crash->signal = "SIGSEGV";
        crash->cause = RS_CRASH_NULL;
        crash->object.address = 0x1000;
        crash->object.found_in = "rbx";
    }
    rs_report_finish(&report);
    assert_int_equal(report.crashes.items[0].finding, 1);
    assert_int_equal(report.crashes.items[1].finding, 0);
    rs_report_close(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_catalogue),
        cmocka_unit_test(test_add_takes_the_rule),
        cmocka_unit_test(test_fingerprint_survives),
        cmocka_unit_test(test_fingerprint_is_what_it_was),
        cmocka_unit_test(test_fingerprint_tells_apart),
        cmocka_unit_test(test_fingerprint_without_a_name),
        cmocka_unit_test(test_stems),
        cmocka_unit_test(test_fold_adds_counts),
        cmocka_unit_test(test_fold_keeps_the_earliest),
        cmocka_unit_test(test_fold_over_processes),
        cmocka_unit_test(test_fold_takes_the_strongest),
        cmocka_unit_test(test_fold_keeps_the_stack_of_the_crash),
        cmocka_unit_test(test_crash_of_a_findings_object),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
