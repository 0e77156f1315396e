#include "arch/x86_64/flags.h"

#include "base/search.h"

enum { MAX_PATHS = 16, MAX_STEPS = 96 };

struct path {
    size_t at;
    unsigned open; /* flags that nobody has written yet */
};

struct scan {
    const struct rs_insn *insns;
    size_t count;
    struct path paths[MAX_PATHS];
    unsigned pending, steps, live;
};

size_t rs_arch_find(const struct rs_insn *insns, size_t count, uint32_t at)
{
    size_t low = RS_SEARCH(insns, count, at, at);

    return low < count && insns[low].at == at ? low : count;
}

static void branch(struct scan *scan, const struct rs_insn *insn, unsigned open)
{
    size_t target = insn->outside ? scan->count : rs_arch_find(scan->insns, scan->count, insn->target);
    if (target == scan->count || scan->pending == MAX_PATHS)
        scan->live |= open;
    else
        scan->paths[scan->pending++] = (struct path){target, open};
}

/* One step along a path; false at its end. */
static bool step(struct scan *scan, struct path *path)
{
    if (path->at >= scan->count || ++scan->steps > MAX_STEPS) {
        scan->live |= path->open;
        return false;
    }
    const struct rs_insn *insn = &scan->insns[path->at];
    scan->live |= insn->flags_read & path->open;
    path->open &= ~(insn->flags_killed | scan->live);
    if (!path->open)
        return false;
    switch ((enum rs_flow)insn->flow) {
    case RS_FLOW_NEXT:
        path->at++;
        return true;
    case RS_FLOW_JCC:
    case RS_FLOW_FIXED:
        branch(scan, insn, path->open);
        path->at++;
        return true;
    case RS_FLOW_JUMP:
        branch(scan, insn, path->open);
        return false;
    case RS_FLOW_JUMP_INDIRECT: /* a jump table's targets are code of this function */
        scan->live |= path->open;
        return false;
    case RS_FLOW_CALL:
    case RS_FLOW_CALL_INDIRECT:
    case RS_FLOW_RETURN:
    case RS_FLOW_STOP:
        return false;
    }
    return false;
}

unsigned rs_arch_flags_live(const struct rs_insn *insns, size_t count, size_t first)
{
    struct scan scan = {.insns = insns, .count = count, .pending = 1, .paths = {{first, RS_FLAGS}}};
    while (scan.pending && scan.live != RS_FLAGS) {
        struct path path = scan.paths[--scan.pending];
        while (step(&scan, &path))
            ;
    }
    return scan.live;
}
