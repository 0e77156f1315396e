/* All functions of a unit, callees before callers. */
#include <string.h>

#include "check/flow/flow.h"

static void analyse(struct rs_flow_unit *unit, uint32_t index, bool judge)
{
    struct rs_summary fresh = {0};

    rs_walk(unit, &unit->ir->functions.items[index], &fresh, judge);
    rs_summary_close(&unit->summaries[index]);
    unit->summaries[index] = fresh;
}

/* Functions that call each other are looked at twice: the second time with what the first has learned. */
static void analyse_all(struct rs_flow_unit *unit, const uint32_t *order, const uint32_t *group)
{
    size_t count = unit->ir->functions.count, end;

    for (size_t i = 0; i < count; i = end) {
        for (end = i + 1; end < count && group[order[end]] == group[order[i]]; end++)
            ;
        for (size_t k = i; k < end && end - i > 1; k++)
            analyse(unit, order[k], false);
        for (size_t k = i; k < end; k++)
            analyse(unit, order[k], true);
    }
}

void rs_flow_run(struct rs_ir *ir, const struct rs_summaries *others, FILE *summaries, struct rs_report *report)
{
    struct rs_flow_unit unit = {.ir = ir, .report = report, .others = others};
    size_t count = ir->functions.count;
    uint32_t *order = rs_alloc((count + 1) * sizeof(*order)), *group = rs_alloc((count + 1) * sizeof(*group));

    unit.summaries = rs_alloc((count + 1) * sizeof(*unit.summaries));
    memset(unit.summaries, 0, (count + 1) * sizeof(*unit.summaries));
    rs_graph_order(ir, order, group);
    unit.only_init = rs_init_only(ir, order, others);
    rs_fields_read(&unit);
    rs_stands_read(&unit);
    rs_belief_read(&unit, order);
    analyse_all(&unit, order, group);
    rs_fields_judge(&unit);
    rs_tell_all(&unit);
    if (summaries != NULL)
        rs_share_write(&unit, summaries);
    report->analysed += unit.analysed;
    report->cut_paths += unit.cut;
    for (size_t i = 0; i < count; i++) {
        ir->functions.items[i].answers = unit.summaries[i].answers;
        report->functions += !ir->functions.items[i].library;
        rs_summary_close(&unit.summaries[i]);
    }
    free(unit.summaries);
    free(unit.only_init);
    free(order);
    free(group);
    rs_map_close(&unit.fields);
    rs_map_close(&unit.stands);
    rs_map_close(&unit.absent);
    rs_map_close(&unit.origins);
    rs_map_close(&unit.unknown);
    RS_VEC_CLOSE(&unit.field);
    RS_VEC_CLOSE(&unit.candidates);
    RS_VEC_CLOSE(&unit.doubts);
    rs_arena_close(&unit.trails);
}
