/* Suppressions: files, their errors, comments in sources, what is counted. argv[1]: the shipped file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "finding/suppress.h"

static const char *shipped;
static char path[] = "/tmp/refsan-supp-XXXXXX";

static void write_file(const char *text, size_t length)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static struct rs_suppressions *load(const char *text, struct rs_error *err)
{
    write_file(text, strlen(text));
    return rs_suppress_load(path, err);
}

static struct rs_finding finding_in(const char *module, const char *function, const char *type)
{
    struct rs_finding finding = {.rule = RS_RULE_RS102};

    finding.culprit.module = module;
    finding.culprit.function = function;
    finding.object.type = type;
    return finding;
}

/* Whether a block with this one line besides rule and reason takes the finding. */
static bool takes(const char *line, struct rs_finding finding)
{
    struct rs_error err;
    char text[512];
    struct rs_suppressions *set;
    bool taken;

    snprintf(text, sizeof(text), "{\nrule RS102\n%s\nreason because\n}\n", line);
    set = load(text, &err);
    assert_non_null(set);
    taken = rs_suppress_match(set, &finding);
    rs_suppress_close(set);
    return taken;
}

static void test_globs(void **state)
{
    const char *long_name = "/x/_m.cpython-311-x86_64-linux-gnu.so";

    assert_true(takes("module _m", finding_in(long_name, NULL, NULL)));
    assert_true(takes("module /x/*", finding_in(long_name, NULL, NULL)));
    assert_false(takes("module _m2", finding_in(long_name, NULL, NULL)));
    assert_false(takes("module _m", finding_in(NULL, "f", NULL)));
    assert_true(takes("module pkg.*._m", finding_in("pkg.a.b._m", NULL, NULL)));
    assert_true(takes("function table_*", finding_in("m", "table_get.part.0", NULL)));
    assert_true(takes("function table_get", finding_in("m", "table_get.part.0 + 0x12", NULL)));
    assert_false(takes("function table_ge", finding_in("m", "table_get", NULL)));
    assert_false(takes("function table_get?", finding_in("m", "table_get", NULL)));
    assert_true(takes("function t?ble_*t", finding_in("m", "table_gett", NULL)));
    assert_true(takes("function std::vector<int>::operator[](*)",
                      finding_in("m", "std::vector<int>::operator[](unsigned long)", NULL)));
    assert_true(takes("function f(int\\*)", finding_in("m", "f(int*)", NULL)));
    assert_false(takes("function f(int\\*)", finding_in("m", "f(int**)", NULL)));
    assert_true(takes("function *a*b", finding_in("m", "aab_ab", NULL)));
    assert_false(takes("function *a*b", finding_in("m", "aab_aba", NULL)));
    assert_true(takes("object str", finding_in("m", "f", "str")));
    assert_false(takes("object str", finding_in("m", "f", NULL)));
}

static void test_rules(void **state)
{
    struct rs_error err;
    struct rs_finding finding = finding_in("m", "f", "str");
    struct rs_suppressions *set =
        load("# two\n{\n  rule RS101, borrowed-return\n  name both\n  reason r  \n}\n"
             "{ \n\trule *\n\tmodule other*\n\treason r\n}",
             &err);

    assert_non_null(set);
    assert_true(rs_suppress_match(set, &finding));
    finding.rule = RS_RULE_RS101;
    assert_true(rs_suppress_match(set, &finding));
    finding.rule = RS_RULE_RS201;
    assert_false(rs_suppress_match(set, &finding));
    assert_int_equal(rs_suppress_at(set, 0)->used, 2);
    assert_string_equal(rs_suppress_at(set, 0)->name, "both");
    assert_string_equal(rs_suppress_at(set, 0)->reason, "r");
    assert_int_equal(rs_suppress_at(set, 1)->used, 0);
    assert_int_equal(rs_suppress_at(set, 1)->line, 7);
    assert_non_null(strchr(rs_suppress_at(set, 1)->name, ':'));
    assert_null(rs_suppress_at(set, 2));
    rs_suppress_close(set);
}

static void test_errors(void **state)
{
    static const struct {
        const char *text, *wanted; /* behind the path */
    } bad[] = {
        {"rule RS102\n", ":1: 'rule RS102' outside a block; expected {, a comment or an empty line"},
        {"{\nrul RS102\n",
         ":2: unknown key 'rul'; expected name, rule, module, function, object, reason or }"},
        {"\n{\nrule RS1O2\n", ":3: unknown rule 'RS1O2'; expected an id, a name or *, for instance RS102"},
        {"{\nrule borowed-return\n",
         ":2: unknown rule 'borowed-return'; expected an id, a name or *, for instance borrowed-return"},
        {"{\nrule\n",
         ":2: no rule is named; expected an id such as RS102, a name such as borrowed-return, or *"},
        {"{\nrule RS102\nrule RS103\n", ":3: 'rule' twice in one block; expected all rules on one line"},
        {"{\nmodule a\nmodule b\n", ":3: 'module' twice in one block"},
        {"{\nname\n", ":2: 'name' without a text behind it"},
        {"{\nreason x\n}\n", ":3: the block ends without 'rule'; expected a line such as: rule RS102"},
        {"{\nrule RS102\n}\n",
         ":3: the block ends without 'reason'; expected a line that says why the finding is right to ignore"},
        {"{\nrule *\nmodule **\nreason x\n}\n",
         ":5: the block would hide every finding; expected a rule, a module, a function or an object"},
        {"{\n{\n", ":2: '{' inside the block of line 1; expected } first"},
        {"}\n", ":1: '}' without a block; expected {"},
        {"{\nrule RS102\nreason x\n", ":3: the file ends inside the block of line 1; expected }"},
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct rs_error err = {.text = ""};

        assert_null(load(bad[i].text, &err));
        assert_memory_equal(err.text, path, strlen(path));
        assert_string_equal(err.text + strlen(path), bad[i].wanted);
    }
}

static void test_unreadable(void **state)
{
    struct rs_error err = {.text = ""};
    char wanted[200];

    assert_null(rs_suppress_load("/nonexistent/x.supp", &err));
    assert_string_equal(err.text,
                        "cannot open the suppressions '/nonexistent/x.supp': No such file or directory");
    assert_null(rs_suppress_load("/", &err));
    assert_string_equal(err.text, "cannot read the suppressions '/': Is a directory");
    write_file("{\nrule\0RS102\n", 13);
    assert_null(rs_suppress_load(path, &err));
    snprintf(wanted, sizeof(wanted), "%s:2: a zero byte; expected text", path);
    assert_string_equal(err.text, wanted);
}

static void test_append_is_whole_or_nothing(void **state)
{
    struct rs_error err;
    struct rs_suppressions *set = load("{\nrule RS101\nreason r\n}\n", &err);
    struct rs_finding finding = finding_in("m", "f", "str");

    assert_non_null(set);
    write_file("{\nrule RS102\nreason r\n}\n{\n", 27);
    assert_false(rs_suppress_append(set, path, &err));
    assert_null(rs_suppress_at(set, 1));
    assert_false(rs_suppress_match(set, &finding));
    write_file("{\nrule RS102\nreason r\n}\n", 24);
    assert_true(rs_suppress_append(set, path, &err));
    assert_true(rs_suppress_match(set, &finding));
    rs_suppress_close(set);
}

static void test_shipped_file(void **state)
{
    struct rs_error err = {.text = ""};
    struct rs_suppressions *set = rs_suppress_load(shipped, &err);
    struct rs_finding finding =
        finding_in("_cffi_backend.cpython-311-x86_64-linux-gnu.so", NULL, "_cffi_backend.CType");

    assert_string_equal(err.text, "");
    assert_true(rs_suppress_match(set, &finding));
    finding.object.type = "str";
    assert_false(rs_suppress_match(set, &finding));
    rs_suppress_close(set);
}

static void test_comments(void **state)
{
    static const struct {
        const char *line;
        enum rs_inline says;
    } lines[] = {
        {"return v;", RS_INLINE_NONE},
        {"return v; /* refsan: ignore[RS102] the table keeps it */", RS_INLINE_MATCH},
        {"return v; // refsan: ignore[RS101, borrowed-return] reason\n", RS_INLINE_MATCH},
        {"    return v  # refsan: ignore[*]: reason", RS_INLINE_MATCH},
        {" * refsan:ignore[rs102] reason */", RS_INLINE_MATCH},
        {"return v; /* refsan: ignore[RS101] reason */", RS_INLINE_OTHER},
        {"puts(\"refsan: ignore[RS102] no comment\");", RS_INLINE_NONE},
        {"puts(\"refsan: x\"); // refsan: ignore[RS102] reason", RS_INLINE_MATCH},
        {"return v; /* refsan: ignore[RS102] */", RS_INLINE_BAD},
        {"return v; // refsan: ignore[RS102]\n", RS_INLINE_BAD},
        {"return v; // refsan: ignore[RS12] reason", RS_INLINE_BAD},
        {"return v; // refsan: ignore[] reason", RS_INLINE_BAD},
        {"return v; // refsan: ignore reason", RS_INLINE_BAD},
        {"return v; // refsan: ignore[RS102 reason", RS_INLINE_BAD},
    };

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct rs_error err = {.text = ""};

        assert_int_equal(rs_suppress_inline(lines[i].line, RS_RULE_RS102, &err), lines[i].says);
        assert_int_equal(err.text[0] != '\0', lines[i].says == RS_INLINE_BAD);
    }
}

/* ctx: the lines of one file, from line 1. */
static const char *line_of(void *ctx, const char *file, int line)
{
    const char *const *lines = ctx;

    for (int i = 1; i < line && *lines != NULL; i++)
        lines++;
    return *lines;
}

static void test_in_source(void **state)
{
    const char *lines[] = {"/* refsan: ignore[RS102] one */",     "return a;",
                           "x = 1; // refsan: ignore[RS102] two", "return b;",
                           "return c; // refsan: ignore[RS102]",  NULL};
    struct rs_finding finding = finding_in("m", "f", "str");
    struct rs_error err;

    finding.culprit.file = "case.c";
    finding.culprit.line = 2;
    assert_true(rs_suppress_in_source(&finding, line_of, lines, &err));
    finding.culprit.line = 3;
    assert_true(rs_suppress_in_source(&finding, line_of, lines, &err));
    finding.culprit.line = 4;
    assert_false(rs_suppress_in_source(&finding, line_of, lines, &err));
    assert_string_equal(err.text, "");
    finding.culprit.line = 5;
    assert_false(rs_suppress_in_source(&finding, line_of, lines, &err));
    assert_string_equal(
        err.text,
        "case.c:5: 'refsan: ignore[RS102]' without a reason; expected words that say why behind the bracket");
    finding.culprit.pyx_file = "case.pyx";
    finding.culprit.pyx_line = 2;
    assert_true(rs_suppress_in_source(&finding, line_of, lines, &err));
    finding.culprit.pyx_line = 100;
    assert_false(rs_suppress_in_source(&finding, line_of, lines, &err));
}

static void test_apply(void **state)
{
    const char *lines[] = {"return a; // refsan: ignore[RS102] fine", "return b; // refsan: nothing", NULL};
    struct rs_report report = {0};
    struct rs_error err;
    struct rs_suppressions *set = load("{\nrule RS201\nfunction gone\nreason r\n}\n", &err);

    rs_report_add(&report, RS_RULE_RS201)->culprit.function = "gone";
    *RS_PUSH(&report.findings.items[0].history) = (struct rs_step){.seq = 1};
    rs_report_add(&report, RS_RULE_RS102)->culprit = (struct rs_place){"m", "a", "case.c", 1};
    rs_report_add(&report, RS_RULE_RS102)->culprit = (struct rs_place){"m", "b", "case.c", 2};
    rs_suppress_apply(set, &report, line_of, lines, &err);
    assert_int_equal(report.findings.count, 1);
    assert_string_equal(report.findings.items[0].culprit.function, "b");
    assert_int_equal(report.suppressed, 2);
    assert_int_equal(rs_suppress_at(set, 0)->used, 1);
    assert_string_equal(err.text, "case.c:2: 'refsan: nothing'; expected refsan: ignore[RS102] and a reason");
    rs_suppress_close(set);
    rs_report_close(&report);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_globs),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_append_is_whole_or_nothing),
        cmocka_unit_test(test_shipped_file),
        cmocka_unit_test(test_comments),
        cmocka_unit_test(test_in_source),
        cmocka_unit_test(test_apply),
    };
    int failed, fd = mkstemp(path);

    if (argc != 2 || fd < 0)
        return 2;
    close(fd);
    shipped = argv[1];
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
