/* A unit from bitcode to findings: read, summarise, judge. */
#include "check/unit.h"

#include "check/flow/flow.h"
#include "check/rules/rules.h"

struct rs_summaries {
    struct rs_arena arena;
};

struct rs_summaries *rs_summaries_open(void)
{
    struct rs_summaries *set = rs_alloc(sizeof(*set));

    *set = (struct rs_summaries){0};
    return set;
}

bool rs_summaries_append(struct rs_summaries *set, const char *path, struct rs_error *err)
{
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return rs_fail(err, "%s: cannot be read", path);
    fclose(file);
    return true;
}

void rs_summaries_close(struct rs_summaries *set)
{
    rs_arena_close(&set->arena);
    free(set);
}

bool rs_check_unit(const char *bitcode, const struct rs_unit_options *options, struct rs_report *report, struct rs_error *err)
{
    struct rs_ir *ir = rs_ir_open(bitcode, options->python, err);

    if (ir == NULL)
        return false;
    rs_flow_run(ir, options->others, report);
    rs_rules_judge(ir, report);
    rs_ir_close(ir);
    return true;
}
