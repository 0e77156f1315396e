/* See court.h. */
#include "court.h"

static const struct {
    uint64_t at;
    const char *name;
} functions[] = {
    {GET, "get"}, {PUT, "put"}, {DEALLOC, "thing_dealloc"}, {TRAVERSE, "thing_traverse"}, {HELPER, "Py_DECREF"}, {INIT, "PyInit_one"}, {FOREIGN, "foreign"},
};

static bool place(void *context, const struct rs_books *books, uint64_t pc, uint64_t via, bool is_entry, struct rs_arena *arena, struct rs_place *to)
{
    const struct rs_module *module = rs_ledger_module_of(books, pc);

    *to = (struct rs_place){.function = "unknown", .module = module != NULL ? module->path : NULL};
    to->address = rs_arena_printf(arena, "0x%llx", (unsigned long long)pc);
    for (unsigned i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
        if (pc < functions[i].at || pc >= functions[i].at + 0x100)
            continue;
        to->function = functions[i].name;
        to->file = "/src/case.c";
        to->line = (int)(pc & 0xff);
    }
    return pc < HELPER || pc >= HELPER + 0x100;
}

static void python(void *context, const struct rs_books *books, uint32_t code, uint32_t instr, struct rs_arena *arena, struct rs_line *line)
{
    *line = (struct rs_line){.language = "python", .function = books->codes.items[code].name, .file = books->codes.items[code].file, .line = (int)instr};
}

static size_t stack(void *context, const struct rs_books *books, struct rs_arena *arena, struct rs_line *lines, size_t max)
{
    const struct court *court = context;

    for (size_t i = 0; court->lines != NULL && i < 2; i++)
        lines[i] = court->lines[i];
    if (court->lines != NULL)
        return 2;
    if (!court->stack || max < 2)
        return 0;
    lines[0] = (struct rs_line){.language = "c", .function = "list_dealloc"};
    lines[1] = (struct rs_line){.language = "c", .function = "foreign"};
    return 2;
}

static size_t returns(void *context, const struct rs_books *books, uint64_t function, struct rs_arena *arena, struct rs_place *places, size_t max)
{
    const struct court *court = context;
    size_t count = 0;

    assert_int_equal(function, GET);
    for (; court->returns != NULL && court->returns[count] != 0; count++)
        if (count < max)
            places[count] = (struct rs_place){.file = "/src/case.c", .line = court->returns[count]};
    return count;
}

void court_open(struct court *court, unsigned python_version)
{
    memset(court, 0, sizeof(*court));
    court->j = journal_open(python_version);
    put_text(court->j, RS_REC_CODE, CODE, 10, (uint64_t[]){4, 7, 0}, 3, "mainmain.py");
}

void court_close(struct court *court)
{
    rs_report_close(&court->report);
    journal_close(court->j);
}

void judge(struct court *court)
{
    const struct rs_names names = {.context = court, .place = place, .python = python, .stack = stack, .returns = returns};

    rs_verdict_judge(court->j->books, &names, &court->report);
}

void judge_crash(struct court *court, struct rs_end end)
{
    const struct rs_names names = {.context = court, .place = place, .python = python, .stack = stack, .returns = returns};

    rs_verdict_crash(court->j->books, end, &names, &court->report);
}

const struct rs_finding *verdict(struct court *court)
{
    judge(court);
    for (size_t i = 0; court->report.findings.count != 1 && i < court->report.findings.count; i++)
        print_message("%s\n", court->report.findings.items[i].message);
    if (court->report.findings.count != 1)
        fail_msg("%zu findings", court->report.findings.count);
    return &court->report.findings.items[0];
}

const struct rs_finding *verdict_of(struct court *court, enum rs_rule rule)
{
    if (court->report.findings.count == 0)
        judge(court);
    for (size_t i = 0; i < court->report.findings.count; i++)
        if (court->report.findings.items[i].rule == rule)
            return &court->report.findings.items[i];
    fail_msg("no finding of %s", rs_rule_info(rule)->id);
    return NULL;
}

void assert_verdict_is(const struct rs_finding *f, const char *rule, enum rs_confidence confidence, const char *function)
{
    assert_string_equal(rs_rule_info(f->rule)->id, rule);
    assert_int_equal(f->confidence, confidence);
    assert_string_equal(f->culprit.function, function);
    assert_non_null(f->message);
    assert_non_null(f->fix);
    assert_true(f->proof != NULL || f->confidence == RS_SUSPECT);
}

void assert_belief(const struct rs_finding *f, const char *api, const char *function)
{
    assert_true(f->has_belief);
    assert_string_equal(f->belief.api, api);
    assert_string_equal(f->belief.function, function);
}
