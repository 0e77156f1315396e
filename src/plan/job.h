/* The planning of one function: shared by windows.c and around.c. */
#pragma once
#include "plan/analysis.h"

/* A window: insns[first .. end), and the bytes from the first on; padding up to insns[reach] is used up by
 * it. */
struct rs_span {
    size_t first, end, reach;
    uint32_t length;
    bool entry;
};

/* insns[first .. end), of which a copy stands in: every way to the first leads to the copy. */
struct rs_stand_in {
    size_t first, end;
};

struct rs_job {
    struct rs_analysis *analysis;
    const struct rs_function *function;
    const struct rs_insn *insns;
    size_t count;
    RS_VEC(struct rs_span) spans;         /* ascending, disjoint */
    RS_VEC(struct rs_stand_in) stand_ins; /* ascending, disjoint */
    RS_VEC(uint8_t) actions;              /* enum rs_action of each instruction */
    RS_VEC(struct rs_site) stores;        /* ascending */
};

/* Whether control can come behind the instruction. */
bool rs_job_goes_on(const struct rs_insn *insn);
bool rs_job_is_target(const struct rs_job *job, size_t index);
/* Whether insns[first .. end) may be moved as one window; else the reason in *way. */
bool rs_job_is_window(const struct rs_job *job, size_t first, size_t end, enum rs_site_way *way);
/* The span of such a window. */
struct rs_span rs_job_span(const struct rs_job *job, size_t first, size_t end);

/* A store that no window can cover, since it is a short branch target (compilers merge the tails of
 * branches): lets a copy stand in for it, to which all its predecessors are led. Adds the spans and directs
 * that this needs. False, and nothing is changed, if some way to the store cannot be led there. (around.c) */
bool rs_job_go_around(struct rs_job *job, size_t store);
