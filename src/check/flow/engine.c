/* All functions of a unit, callees before callers. */
#include <string.h>

#include "check/flow/store.h"

struct run {
    struct rs_flow_unit *unit;
    struct rs_store *store; /* NULL: none */
    struct rs_bodies bodies;
};

static void analyse(struct rs_flow_unit *unit, uint32_t index, bool judge)
{
    struct rs_summary fresh = {0};

    rs_walk(unit, &unit->ir->functions.items[index], &fresh, judge);
    if (unit->summaries[index].cases != NULL)
        *RS_PUSH(&unit->past) = unit->summaries[index].cases;
    unit->summaries[index] = fresh;
}

/* A function that calls none which has not been seen to before. */
static void analyse_alone(struct run *run, uint32_t index)
{
    struct rs_flow_unit *unit = run->unit;
    struct rs_premises premises = {0};
    uint64_t key = run->store == NULL ? 0 : rs_body_key(&run->bodies, index), before = unit->cut;

    if (key == 0) {
        analyse(unit, index, true);
        return;
    }
    if (rs_store_take(run->store, unit, key, &unit->summaries[index]))
        return;
    unit->premises = &premises;
    analyse(unit, index, true);
    unit->premises = NULL;
    rs_store_put(run->store, unit, key, &unit->summaries[index], &premises, unit->cut - before);
    RS_VEC_CLOSE(&premises.items);
}

/* Functions that call each other are looked at twice: the second time with what the first has learned. */
static void analyse_circle(struct rs_flow_unit *unit, const uint32_t *order, size_t count, const bool *wanted)
{
    for (int judge = 0; judge < 2; judge++)
        for (size_t i = 0; i < count; i++)
            if (wanted[order[i]])
                analyse(unit, order[i], judge == 1);
}

static void analyse_all(struct run *run, const uint32_t *order, const uint32_t *group)
{
    bool *wanted = rs_wanted_read(run->unit, order);
    size_t count = run->unit->ir->functions.count, end;

    for (size_t i = 0; i < count; i = end) {
        for (end = i + 1; end < count && group[order[end]] == group[order[i]]; end++)
            ;
        if (end - i > 1)
            analyse_circle(run->unit, order + i, end - i, wanted);
        else if (wanted[order[i]])
            analyse_alone(run, order[i]);
    }
    free(wanted);
}

void rs_flow_run(struct rs_ir *ir, const struct rs_unit_options *options, struct rs_report *report)
{
    struct rs_flow_unit unit = {.ir = ir, .report = report, .others = options->others};
    struct run run = {.unit = &unit};
    size_t count = ir->functions.count;
    uint32_t *order = rs_alloc((count + 1) * sizeof(*order)), *group = rs_alloc((count + 1) * sizeof(*group));

    unit.summaries = rs_alloc((count + 1) * sizeof(*unit.summaries));
    memset(unit.summaries, 0, (count + 1) * sizeof(*unit.summaries));
    rs_graph_order(ir, order, group);
    unit.only_init = rs_init_only(ir, order, options->others);
    unit.only_new = rs_init_new(ir, order);
    rs_fields_read(&unit);
    rs_stands_read(&unit);
    rs_belief_read(&unit, order);
    rs_filled_read(&unit, order);
    rs_bodies_open(&run.bodies, &unit);
    run.store = options->library == NULL ? NULL : rs_store_open(options->library);
    analyse_all(&run, order, group);
    if (run.store != NULL)
        rs_store_close(run.store);
    rs_bodies_close(&run.bodies);
    rs_fields_judge(&unit);
    rs_handed_judge(&unit);
    rs_tell_all(&unit);
    if (options->summaries != NULL)
        rs_share_write(&unit, options->summaries);
    report->analysed += unit.analysed;
    report->cut_paths += unit.cut;
    for (size_t i = 0; i < count; i++) {
        if (unit.summaries[i].known)
            ir->functions.items[i].answers = unit.summaries[i].answers;
        report->functions += !ir->functions.items[i].library;
        rs_summary_close(&unit.summaries[i]);
    }
    free(unit.summaries);
    free(unit.only_init);
    free(unit.only_new);
    free(order);
    free(group);
    rs_map_close(&unit.fields);
    rs_map_close(&unit.stands);
    rs_map_close(&unit.absent);
    rs_map_close(&unit.filled);
    rs_map_close(&unit.imported);
    rs_map_close(&unit.origins);
    rs_map_close(&unit.mixed);
    rs_map_close(&unit.unknown);
    RS_VEC_CLOSE(&unit.field);
    RS_VEC_CLOSE(&unit.candidates);
    RS_VEC_CLOSE(&unit.doubts);
    for (size_t i = 0; i < unit.past.count; i++)
        free(unit.past.items[i]);
    RS_VEC_CLOSE(&unit.past);
    RS_VEC_CLOSE(&unit.handed);
    rs_arena_close(&unit.trails);
    rs_state_pool_close(&unit.states);
    rs_map_close(&unit.writes);
}
