/* Where a function returns what may be an object: a backward data flow over its instructions, from each that
 * leaves it to those that set the result register. Only what is certain leaves a place out: a constant, a
 * register that was tested for zero on the way, a callee that always fails. */
#include "plan/analysis.h"

#include <string.h>

#include "base/search.h"
#include "contract/contract.h"

enum {
    OUTSIDE = UINT32_MAX, /* as a definition: set before the function began, or where no path is known */
    SMALL = 4096,         /* what lies closer to zero is no object's address: NULL, -1, a flag */
    MOST_PARTS = 8,
    MOST_CALLEES = 2, /* how deep functions of the module itself are looked into */
    MOST_MOVES = 4,   /* how many moves of a value are followed */
    MOST_LINES = 64,  /* how many lines of code without statement in a row */
    TEST_BACK = 4,    /* instructions between a test and its jump */
    GUARD_AHEAD = 3,
    MOST_STEPS = 1 << 22,
    FIRST_VERSION = 0x0308, /* of the contract table */
    LAST_VERSION = 0x030f,
};
enum { IF_ZERO = 4, IF_NOT_ZERO = 5 }; /* condition codes */

/* A way from one instruction to another. */
struct edge {
    uint32_t from;
    bool taken; /* by a jump, not by running on */
};

/* Where a value is: in a general register, or (SLOT) at rbp + disp; NOWHERE: not followed. */
enum { SLOT = 16, NOWHERE = RS_REG_NONE };
struct location {
    uint8_t reg;
    int32_t disp;
};

struct indices {
    RS_VEC(uint32_t) list;
};

/* A function with the parts of it that the compiler put elsewhere. */
struct flow {
    const struct rs_analysis *analysis;
    const struct rs_function *parts[MOST_PARTS]; /* ascending */
    unsigned part_count, depth;
    uint32_t start;
    struct rs_insns insns;
    uint32_t *first; /* edges[first[i] .. first[i + 1]) lead to insns[i] */
    struct edge *edges;
    uint32_t *seen; /* the search that came by last */
    uint32_t search;
    uint32_t *steps; /* over all searches of this and the functions that it calls */
    bool has_tables; /* then a place that another part jumps to may be a table's as well */
};

static const uint8_t *bytes_of(const struct flow *flow, const struct rs_insn *insn)
{
    return rs_elf_at(&flow->analysis->elf, insn->at, insn->length);
}

static const struct rs_contract *contract_of(const struct flow *flow, const struct rs_insn *call)
{
    const char *name = rs_plan_callee(flow->analysis, call);
    const struct rs_contract *row = NULL;
    for (unsigned version = FIRST_VERSION; name && !row && version <= LAST_VERSION; version++)
        row = rs_contract_find(name, version);
    return row;
}

/* --- The function and its parts --- */

static bool holds(const struct flow *flow, uint32_t at)
{
    for (unsigned i = 0; i < flow->part_count; i++)
        if (at >= flow->parts[i]->start && at < flow->parts[i]->end)
            return true;
    return false;
}

/* False if it cannot be followed. */
static bool add_part(struct flow *flow, uint32_t at)
{
    const struct rs_function *part = rs_survey_function(&flow->analysis->survey, at);
    if (!part || flow->part_count == MOST_PARTS || part->flags & (RS_FUNCTION_LOST | RS_FUNCTION_UNRESOLVED))
        return false;
    unsigned i = flow->part_count++;
    for (; i > 0 && flow->parts[i - 1]->start > part->start; i--)
        flow->parts[i] = flow->parts[i - 1];
    flow->parts[i] = part;
    return true;
}

/* All stubs of the PLT share one record of .eh_frame: jumps there are tail calls. */
static bool is_stub(const struct flow *flow, uint32_t at)
{
    const struct rs_insn jump = {.flow = RS_FLOW_JUMP, .target = at};
    return rs_plan_callee(flow->analysis, &jump) != NULL;
}

/* What jumps into the inside of a part, or is jumped into by one, is a part as well. */
static bool gather_parts(struct flow *flow)
{
    const struct rs_survey *survey = &flow->analysis->survey;
    for (unsigned before = 0; before != flow->part_count;) {
        before = flow->part_count;
        for (size_t i = 0; i < survey->crossings.count; i++) {
            const struct rs_crossing *crossing = &survey->crossings.items[i];
            bool from = holds(flow, crossing->at), to = holds(flow, crossing->target);
            if (from != to && !is_stub(flow, crossing->target) &&
                !add_part(flow, from ? crossing->target : crossing->at))
                return false;
        }
    }
    return true;
}

static bool decode_parts(struct flow *flow)
{
    struct rs_insns part = {0};
    bool decoded = true;
    for (unsigned i = 0; i < flow->part_count && decoded; i++) {
        decoded = rs_survey_decode(&flow->analysis->survey, flow->parts[i], &part);
        for (size_t k = 0; k < part.list.count && decoded; k++)
            *RS_PUSH(&flow->insns.list) = part.list.items[k];
    }
    RS_VEC_CLOSE(&part.list);
    return decoded && flow->insns.list.count < OUTSIDE;
}

static bool is_table_jump(const struct flow *flow, uint32_t at)
{
    const struct rs_survey *survey = &flow->analysis->survey;
    size_t low = rs_search(survey->table_jumps.items, survey->table_jumps.count, sizeof at, 0, at);

    return low < survey->table_jumps.count && survey->table_jumps.items[low] == at;
}

/* Whether the callee never returns: by its contract, or one of the C and C++ runtime's that compilers call.
 */
static bool never_returns(const struct flow *flow, const struct rs_insn *call)
{
    static const char *const names[] = {"__stack_chk_fail", "__assert_fail", "abort",         "exit",
                                        "_Unwind_Resume",   "__cxa_throw",   "__cxa_rethrow", "_ZSt9terminatev"};
    const struct rs_contract *row = contract_of(flow, call);
    const char *name = rs_plan_callee(flow->analysis, call);
    for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return row && row->flags & RS_NO_RETURN;
}

/* Whether the instruction behind runs next. */
static bool runs_on(const struct flow *flow, const struct rs_insn *insn)
{
    switch ((enum rs_flow)insn->flow) {
    case RS_FLOW_JUMP:
    case RS_FLOW_JUMP_INDIRECT:
    case RS_FLOW_RETURN:
    case RS_FLOW_STOP:
        return false;
    case RS_FLOW_CALL:
    case RS_FLOW_CALL_INDIRECT:
        return !never_returns(flow, insn);
    default:
        return true;
    }
}

static bool jumps(const struct rs_insn *insn)
{
    return (insn->flow == RS_FLOW_JCC || insn->flow == RS_FLOW_JUMP || insn->flow == RS_FLOW_FIXED) && !insn->outside;
}

static void look_for_tables(struct flow *flow)
{
    for (unsigned i = 0; i < flow->part_count; i++)
        flow->has_tables |= (flow->parts[i]->flags & RS_FUNCTION_LABELS) != 0;
    for (size_t i = 0; i < flow->insns.list.count && !flow->has_tables; i++)
        flow->has_tables = is_table_jump(flow, flow->insns.list.items[i].at);
}

/* Calls `note` for each direct edge. */
static void walk_edges(struct flow *flow, void (*note)(struct flow *flow, size_t from, size_t to, bool taken))
{
    const struct rs_insn *insns = flow->insns.list.items;
    size_t count = flow->insns.list.count;
    for (size_t i = 0; i < count; i++) {
        size_t target = jumps(&insns[i]) ? rs_arch_find(insns, count, insns[i].target) : count;
        if (target < count)
            note(flow, i, target, true);
        if (i + 1 < count && insns[i + 1].at == insns[i].at + insns[i].length && runs_on(flow, &insns[i]))
            note(flow, i, i + 1, false);
    }
}

static void count_edge(struct flow *flow, size_t from, size_t to, bool taken)
{
    flow->first[to]++;
}

static void put_edge(struct flow *flow, size_t from, size_t to, bool taken)
{
    flow->edges[--flow->first[to]] = (struct edge){(uint32_t)from, taken};
}

static void *zeroed(size_t size)
{
    return memset(rs_alloc(size), 0, size);
}

static void link_edges(struct flow *flow)
{
    size_t count = flow->insns.list.count;
    uint32_t all = 0;
    flow->first = zeroed((count + 1) * sizeof *flow->first);
    flow->seen = zeroed(count * sizeof *flow->seen);
    walk_edges(flow, count_edge);
    for (size_t i = 0; i <= count; i++)
        flow->first[i] = all += flow->first[i]; /* the end of each for now: put_edge fills from behind */
    flow->edges = rs_alloc((all + 1) * sizeof *flow->edges);
    walk_edges(flow, put_edge);
}

static bool open_flow(struct flow *flow, const struct rs_analysis *analysis, uint32_t function, unsigned depth,
                      uint32_t *steps)
{
    *flow = (struct flow){.analysis = analysis, .depth = depth, .start = function, .steps = steps};
    const struct rs_function *known = rs_survey_function(&analysis->survey, function);
    if (!known || known->start != function || !add_part(flow, function) || !gather_parts(flow) || !decode_parts(flow))
        return false;
    look_for_tables(flow);
    link_edges(flow);
    return true;
}

static void close_flow(struct flow *flow)
{
    RS_VEC_CLOSE(&flow->insns.list);
    free(flow->first);
    free(flow->edges);
    free(flow->seen);
}

/* --- What is in a register --- */

/* Whether control comes to the instruction on ways that are no edges: at the function's start, through data,
 * from a landing pad's thrower. Jumps between parts are edges. */
static bool comes_from_outside(const struct flow *flow, const struct rs_insn *insn)
{
    const struct rs_survey *survey = &flow->analysis->survey;
    if (insn->at == flow->start)
        return true;
    if (!rs_survey_is_data_target(survey, insn->at))
        return false;
    for (size_t i = 0; i < survey->crossings.count && !flow->has_tables; i++)
        if (survey->crossings.items[i].target == insn->at)
            return false;
    return true;
}

static bool is_call(const struct rs_insn *insn)
{
    return insn->flow == RS_FLOW_CALL || insn->flow == RS_FLOW_CALL_INDIRECT;
}

/* System V ABI, AMD64 supplement, 3.2.1: what a callee keeps. */
static bool is_kept_by_callees(unsigned reg)
{
    return reg == RS_RBX || reg == RS_RSP || reg == RS_RBP || reg > RS_R11;
}

static bool is_slot(const struct rs_insn *insn, int32_t disp)
{
    return insn->operand == RS_OPERAND_MEM && insn->base == RS_RBP && insn->index == RS_REG_NONE &&
           insn->disp == disp && insn->op != RS_OP_LEA;
}

static bool sets(const struct flow *flow, const struct rs_insn *insn, struct location where)
{
    const uint8_t *bytes = bytes_of(flow, insn);
    if (where.reg == SLOT)
        return is_slot(insn, where.disp) && insn->op != RS_OP_LOAD && insn->op != RS_OP_CMP_IMM;
    if (is_call(insn) && !is_kept_by_callees(where.reg))
        return true;
    return !bytes || rs_arch_writes(bytes, insn->length, where.reg);
}

/* Where what the instruction puts there was before, if it only moves it. Slots are followed only where the
 * caller takes them for such that nothing else changes. */
static struct location moved_from(const struct rs_insn *insn, struct location where, bool slots)
{
    struct location nowhere = {NOWHERE, 0};
    if (insn->width < 4 || (insn->op != RS_OP_LOAD && insn->op != RS_OP_STORE))
        return nowhere;
    if (where.reg == SLOT)
        return insn->op == RS_OP_STORE && insn->width == 8 ? (struct location){insn->reg, 0} : nowhere;
    if (insn->operand == RS_OPERAND_REG)
        return (struct location){insn->op == RS_OP_LOAD ? insn->base : insn->reg, 0};
    return slots && insn->op == RS_OP_LOAD && is_slot(insn, insn->disp) ? (struct location){SLOT, insn->disp} : nowhere;
}

static bool has_nonzero_returns(const struct flow *caller, uint32_t function);

/* Whether what the call or tail jump leads to always returns NULL or a constant. */
static bool always_fails(const struct flow *flow, const struct rs_insn *call)
{
    const struct rs_contract *row = contract_of(flow, call);
    if (row)
        return row->failure == RS_ALWAYS_FAILS || row->flags & RS_NO_RETURN;
    if ((call->flow != RS_FLOW_CALL && !jumps(call)) || call->outside || flow->depth >= MOST_CALLEES)
        return false;
    const struct rs_function *callee = rs_survey_function(&flow->analysis->survey, call->target);
    return callee && callee->start == call->target && callee->start != flow->start &&
           !has_nonzero_returns(flow, call->target);
}

/* The index of the only instruction that comes before insns[at], by running on; `at` if there is none. */
static uint32_t before(const struct flow *flow, uint32_t at)
{
    bool single = flow->first[at + 1] - flow->first[at] == 1 && !flow->edges[flow->first[at]].taken;
    return single && !comes_from_outside(flow, &flow->insns.list.items[at]) ? at - 1 : at;
}

/* Whether the values of two registers are the same before insns[at]: one was just copied to the other. */
static bool are_equal(const struct flow *flow, uint32_t at, struct location one, struct location other)
{
    for (unsigned steps = 0; steps < TEST_BACK && before(flow, at) != at; steps++) {
        const struct rs_insn *insn = &flow->insns.list.items[--at];
        bool copy = insn->operand == RS_OPERAND_REG && insn->width == 8;
        if (sets(flow, insn, one))
            return copy && moved_from(insn, one, false).reg == other.reg;
        if (sets(flow, insn, other))
            return copy && moved_from(insn, other, false).reg == one.reg;
    }
    return false;
}

/* The register that the instruction compares with zero, or NOWHERE. */
static unsigned tested(const struct rs_insn *insn)
{
    bool zero = insn->op == RS_OP_CMP_IMM ? insn->imm == 0 : insn->op == RS_OP_TEST && insn->base == insn->reg;
    return zero && insn->width == 8 && insn->operand == RS_OPERAND_REG ? insn->base : NOWHERE;
}

/* Whether on this way the register was tested and is zero. */
static bool tested_zero(const struct flow *flow, struct edge edge, struct location where)
{
    const struct rs_insn *insns = flow->insns.list.items, *jcc = &insns[edge.from];
    const uint8_t *bytes = bytes_of(flow, jcc);
    if (jcc->flow != RS_FLOW_JCC || !bytes || where.reg >= SLOT)
        return false;
    unsigned code = bytes[jcc->length >= 6 ? jcc->length - 5 : jcc->length - 2] & 15;
    if (code != (edge.taken ? IF_ZERO : IF_NOT_ZERO))
        return false;
    uint32_t at = edge.from;
    for (unsigned steps = 0; steps < TEST_BACK && before(flow, at) != at; steps++) {
        const struct rs_insn *test = &insns[--at];
        if (tested(test) != NOWHERE)
            return tested(test) == where.reg || are_equal(flow, at, where, (struct location){tested(test), 0});
        if (test->flags_killed & RS_ZF || is_call(test) || sets(flow, test, where))
            return false;
    }
    return false;
}

/* Looks at the ways to insns[at] for definitions of the location; what goes on further back is pushed. */
static void step_back(struct flow *flow, uint32_t at, struct location where, struct indices *found,
                      struct indices *todo)
{
    const struct rs_insn *insns = flow->insns.list.items;
    if (comes_from_outside(flow, &insns[at]))
        *RS_PUSH(&found->list) = OUTSIDE;
    for (uint32_t i = flow->first[at]; i < flow->first[at + 1]; i++) {
        struct edge edge = flow->edges[i];
        if (tested_zero(flow, edge, where) || flow->seen[edge.from] == flow->search)
            continue;
        flow->seen[edge.from] = flow->search;
        *RS_PUSH(sets(flow, &insns[edge.from], where) ? &found->list : &todo->list) = edge.from;
    }
}

/* The instructions that may have set what is in the location before insns[at], without those of ways on which
 * it was tested and is zero. */
static void find_definitions(struct flow *flow, uint32_t at, struct location where, struct indices *found)
{
    struct indices todo = {0};
    flow->search++;
    *RS_PUSH(&todo.list) = at;
    while (todo.list.count) {
        if (++*flow->steps > MOST_STEPS) {
            *RS_PUSH(&found->list) = OUTSIDE;
            break;
        }
        step_back(flow, todo.list.items[--todo.list.count], where, found, &todo);
    }
    RS_VEC_CLOSE(&todo.list);
}

static bool is_small_before(struct flow *flow, uint32_t at, struct location where, unsigned moves);

/* Whether insns[by], which sets the location, puts there what is no object, whatever the way. */
static bool is_set_small(struct flow *flow, uint32_t by, struct location where, unsigned moves)
{
    const struct rs_insn *insn = &flow->insns.list.items[by];
    const uint8_t *bytes = bytes_of(flow, insn);
    struct location from = moved_from(insn, where, false);
    int64_t value;
    if (is_call(insn))
        return where.reg == RS_RAX && always_fails(flow, insn);
    if (bytes && rs_arch_constant(bytes, insn->length, where.reg == SLOT ? RS_REG_NONE : where.reg, &value))
        return value > -SMALL && value < SMALL;
    return from.reg != NOWHERE && moves < MOST_MOVES && is_small_before(flow, by, from, moves + 1);
}

static bool is_small_before(struct flow *flow, uint32_t at, struct location where, unsigned moves)
{
    struct indices found = {0};
    bool small = true;
    find_definitions(flow, at, where, &found);
    for (size_t i = 0; i < found.list.count && small; i++)
        small = found.list.items[i] != OUTSIDE && is_set_small(flow, found.list.items[i], where, moves);
    RS_VEC_CLOSE(&found.list);
    return small;
}

/* --- Places --- */

/* The ways that lead to a return are followed backward, one straight line of code after the other, until one
 * belongs to a statement. */
struct trace {
    struct flow *flow;
    bool (*statement)(void *ctx, uint32_t from, uint32_t at);
    void *ctx;
    uint32_t *seen; /* by index: the leaving instruction from which it was come to last */
    uint32_t leaver;
    bool complete;
};

/* The index where the straight line that leads to insns[at] begins. */
static uint32_t line_start(const struct flow *flow, uint32_t at)
{
    while (before(flow, at) != at)
        at--;
    return at;
}

/* Where what is there behind insns[at] was before insns[start]; NOWHERE if it was set between. */
static struct location location_before(const struct flow *flow, uint32_t start, uint32_t at, struct location where,
                                       bool slots)
{
    for (uint32_t i = at + 1; i-- > start && where.reg != NOWHERE;)
        if (sets(flow, &flow->insns.list.items[i], where))
            where = moved_from(&flow->insns.list.items[i], where, slots);
    return where;
}

static bool is_small_behind(struct flow *flow, uint32_t at, struct location where)
{
    if (where.reg == NOWHERE)
        return false;
    return sets(flow, &flow->insns.list.items[at], where) ? is_set_small(flow, at, where, 0)
                                                          : is_small_before(flow, at, where, 0);
}

/* Whether the conditional jump only leads away from where the program goes on: the check of a stack
 * protector. */
static bool is_guard(const struct flow *flow, const struct rs_insn *jcc)
{
    const struct rs_insn *insns = flow->insns.list.items;
    size_t count = flow->insns.list.count, at = jumps(jcc) ? rs_arch_find(insns, count, jcc->target) : count;
    for (unsigned steps = 0; at < count && steps < GUARD_AHEAD; at++, steps++)
        if (insns[at].flow != RS_FLOW_NEXT)
            return is_call(&insns[at]) && never_returns(flow, &insns[at]);
    return false;
}

/* Compilers merge equal ends of returns, and the code that is left belongs to the statement of one of them.
 * Whether insns[start .. at] may be such an end: it only moves values. */
static bool may_be_merged(const struct flow *flow, uint32_t start, uint32_t at)
{
    for (uint32_t i = start; i < at; i++) {
        const struct rs_insn *insn = &flow->insns.list.items[i];
        if (insn->flow != RS_FLOW_NEXT && (insn->flow != RS_FLOW_JCC || !is_guard(flow, insn)))
            return false;
    }
    return true;
}

static bool is_possible(struct flow *flow, struct edge edge, struct location where)
{
    return !tested_zero(flow, edge, where) && !is_small_behind(flow, edge.from, where);
}

/* Whether what comes to insns[start] by jumps may differ from what comes by running on. */
static bool differ(struct flow *flow, uint32_t start, struct location where)
{
    struct indices found = {0};
    bool runs_on = false, several;
    if (flow->first[start + 1] - flow->first[start] < 2)
        return false;
    for (uint32_t i = flow->first[start]; i < flow->first[start + 1]; i++)
        runs_on |= !flow->edges[i].taken && is_possible(flow, flow->edges[i], where);
    find_definitions(flow, start, where, &found);
    several = found.list.count > 1;
    RS_VEC_CLOSE(&found.list);
    return several || !runs_on;
}

/* `where` is the result's place behind insns[at]. */
static void trace_line(struct trace *trace, uint32_t at, struct location where, unsigned lines)
{
    struct flow *flow = trace->flow;
    const struct rs_insn *insns = flow->insns.list.items;
    uint32_t start = line_start(flow, at);
    if (trace->seen[at] == trace->leaver)
        return;
    trace->seen[at] = trace->leaver;
    bool known = trace->statement(trace->ctx, insns[start].at, insns[at].at);
    /* What a line without statement loads from the frame is the slot in which unoptimised code keeps the
     * results of all its returns. */
    where = location_before(flow, start, at, where, !known);
    if (known && (where.reg == NOWHERE || !may_be_merged(flow, start, at) || !differ(flow, start, where)))
        return;
    trace->complete &= known || (!comes_from_outside(flow, &insns[start]) && lines < MOST_LINES);
    for (uint32_t i = flow->first[start]; i < flow->first[start + 1] && trace->complete; i++)
        if ((flow->edges[i].taken || !known) && is_possible(flow, flow->edges[i], where))
            trace_line(trace, flow->edges[i].from, where, lines + 1);
}

/* Whether the instruction leaves the function by a jump: a tail call. */
static bool is_tail_call(const struct flow *flow, const struct rs_insn *insn)
{
    if (insn->flow == RS_FLOW_JUMP_INDIRECT)
        return !is_table_jump(flow, insn->at);
    return (insn->flow == RS_FLOW_JCC || insn->flow == RS_FLOW_JUMP) && (insn->outside || !holds(flow, insn->target));
}

/* Whether the function may be left by this instruction with an object; *where: what is behind it. */
static bool leaves(struct flow *flow, uint32_t at, struct location *where)
{
    const struct rs_insn *insn = &flow->insns.list.items[at];
    bool returns = insn->flow == RS_FLOW_RETURN;
    *where = (struct location){returns ? RS_RAX : NOWHERE, 0};
    if (returns)
        return !is_small_before(flow, at, *where, 0);
    return is_tail_call(flow, insn) && !always_fails(flow, insn);
}

static bool has_nonzero_returns(const struct flow *caller, uint32_t function)
{
    struct flow flow;
    struct location where;
    bool found = !open_flow(&flow, caller->analysis, function, caller->depth + 1, caller->steps);
    for (uint32_t i = 0; i < flow.insns.list.count && !found; i++)
        found = leaves(&flow, i, &where);
    close_flow(&flow);
    return found;
}

bool rs_plan_returns(const struct rs_analysis *analysis, uint32_t function,
                     bool (*statement)(void *ctx, uint32_t from, uint32_t at), void *ctx)
{
    struct flow flow;
    struct location where;
    uint32_t steps = 0;
    struct trace trace = {.flow = &flow, .statement = statement, .ctx = ctx};
    trace.complete = open_flow(&flow, analysis, function, 0, &steps);
    trace.seen = zeroed((flow.insns.list.count + 1) * sizeof *trace.seen);
    for (uint32_t i = 0; i < flow.insns.list.count && trace.complete; i++) {
        trace.leaver++;
        if (leaves(&flow, i, &where))
            trace_line(&trace, i, where, 0);
    }
    free(trace.seen);
    close_flow(&flow);
    return trace.complete;
}

/* --- What becomes of a call's result --- */

/* Whether what is in the location before insns[at] may be what insns[call] returned. */
static bool comes_from_call(struct flow *flow, uint32_t at, struct location where, uint32_t call, unsigned moves)
{
    struct indices found = {0};
    bool comes = false;
    find_definitions(flow, at, where, &found);
    for (size_t i = 0; i < found.list.count && !comes; i++) {
        uint32_t by = found.list.items[i];
        if (by == OUTSIDE)
            continue;
        struct location from = moved_from(&flow->insns.list.items[by], where, true);
        comes = by == call
                    ? where.reg == RS_RAX
                    : from.reg != NOWHERE && moves < MOST_MOVES && comes_from_call(flow, by, from, call, moves + 1);
    }
    RS_VEC_CLOSE(&found.list);
    return comes;
}

/* Whether the call may be run again before its function ends: then an earlier result is lost in there, if it is lost.
 */
static bool is_repeated(struct flow *flow, uint32_t call)
{
    struct indices todo = {0};
    bool repeated = false;
    flow->search++;
    *RS_PUSH(&todo.list) = call;
    while (todo.list.count && !repeated) {
        uint32_t at = todo.list.items[--todo.list.count];
        for (uint32_t i = flow->first[at]; i < flow->first[at + 1]; i++) {
            uint32_t from = flow->edges[i].from;
            repeated |= from == call;
            if (flow->seen[from] == flow->search)
                continue;
            flow->seen[from] = flow->search;
            *RS_PUSH(&todo.list) = from;
        }
    }
    RS_VEC_CLOSE(&todo.list);
    return repeated;
}

static bool returns_result(struct flow *flow, uint32_t behind)
{
    const struct rs_insn *insns = flow->insns.list.items;
    size_t count = flow->insns.list.count, next = rs_arch_find(insns, count, behind);
    if (next == 0 || next >= count || !is_call(&insns[next - 1]) || is_repeated(flow, (uint32_t)next - 1))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (insns[i].flow == RS_FLOW_RETURN &&
            comes_from_call(flow, i, (struct location){RS_RAX, 0}, (uint32_t)next - 1, 0))
            return true;
    return false;
}

bool rs_plan_hands_on(const struct rs_analysis *analysis, uint32_t at)
{
    struct flow flow;
    uint32_t steps = 0;
    bool hands =
        open_flow(&flow, analysis, rs_plan_function_at(analysis, at - 1), 0, &steps) && returns_result(&flow, at);
    close_flow(&flow);
    return hands;
}

/* --- Items of tuples --- */

enum { ITEMS = 24 }; /* PyTupleObject.ob_item (Include/cpython/tupleobject.h, 3.8 to 3.13) */

static bool stores_item(const struct rs_insn *insn, unsigned item)
{
    if (insn->op != RS_OP_STORE || insn->operand != RS_OPERAND_MEM || insn->width != 8 || insn->base == RS_RSP ||
        (insn->base == RS_RBP && insn->index == RS_REG_NONE))
        return false;
    return insn->index == RS_REG_NONE ? insn->disp == ITEMS + 8 * (int32_t)item
                                      : insn->disp == ITEMS && insn->scale == 8;
}

/* Whether the instruction calls the inline function of CPython's headers, which unoptimised code has out of line: a
 * short one that stores by an index. */
static bool calls_setter(const struct rs_analysis *analysis, const struct rs_insn *call)
{
    enum { SHORT = 192 };
    const struct rs_function *callee =
        call->flow == RS_FLOW_CALL && !call->outside ? rs_survey_function(&analysis->survey, call->target) : NULL;
    struct rs_insns insns = {0};
    bool stores = false;
    if (!callee || callee->start != call->target || callee->end - callee->start > SHORT ||
        !rs_survey_decode(&analysis->survey, callee, &insns))
        return false;
    for (size_t i = 0; i < insns.list.count && !stores; i++) { /* by the index, or by the index + 2 */
        const struct rs_insn *insn = &insns.list.items[i];
        stores = insn->op == RS_OP_STORE && insn->width == 8 && insn->operand == RS_OPERAND_MEM &&
                 insn->index != RS_REG_NONE && insn->scale == 8 && (insn->disp == ITEMS || insn->disp == ITEMS - 16);
    }
    RS_VEC_CLOSE(&insns.list);
    return stores;
}

uint32_t rs_plan_item_store(const struct rs_analysis *analysis, uint32_t from, uint32_t to, unsigned item)
{
    const struct rs_function *function = rs_survey_function(&analysis->survey, from);
    struct rs_insns insns = {0};
    uint32_t found = 0;
    if (!function || (to && (to <= from || to > function->end)) ||
        !rs_survey_decode(&analysis->survey, function, &insns))
        return 0;
    for (size_t i = 0; i < insns.list.count && !found; i++) {
        const struct rs_insn *insn = &insns.list.items[i];
        if (insn->at >= from && (!to || insn->at < to) && (stores_item(insn, item) || calls_setter(analysis, insn)))
            found = insn->at;
    }
    RS_VEC_CLOSE(&insns.list);
    return found;
}
