/* Summaries of library functions that units have in common: Cython's helpers and the headers' functions stand in each
 * unit anew. A file keeps them for the units that come later, in this run or another one.
 *
 * Promise: with the file and without it a unit's report is the same. A summary is taken over where the function's body
 * and those of all that it calls are the same (body.c), and where the unit answers alike what the analysis asked of it.
 * A file that is damaged or another refsan's is made anew. */
#pragma once
#include "check/flow/flow.h"

/* ---- body.c ---- */
struct rs_bodies {
    struct rs_flow_unit *unit;
    uint64_t *keys;      /* per function, 0: not known, or of this unit alone */
    struct rs_map types; /* type -> its number */
};
/* Lives as long as the unit. */
void rs_bodies_open(struct rs_bodies *bodies, struct rs_flow_unit *unit);
void rs_bodies_close(struct rs_bodies *bodies);
/* The function's number, or 0 where its summary is of this unit alone. Its callees' have been asked for before. */
uint64_t rs_body_key(struct rs_bodies *bodies, uint32_t index);

/* ---- premises: what an analysis asks of its unit ---- */
enum rs_premise_kind { RS_PREMISE_FIELD, RS_PREMISE_ABSENT };
struct rs_premise {
    uint64_t key;
    uint8_t kind;
    bool answer;
};
struct rs_premises {
    RS_VEC(struct rs_premise) items;
    bool bound; /* to this unit: something was asked that no other one can answer alike for certain */
};

/* ---- store.c ---- */
struct rs_store;
/* Reads the file; what is missing or cannot be read is an empty store. */
struct rs_store *rs_store_open(const char *path);
/* The summary by that number, and the paths that were cut for it added to the unit's; false where there is none, or
 * none for this unit. */
bool rs_store_take(struct rs_store *store, struct rs_flow_unit *unit, uint64_t key, struct rs_summary *summary);
/* Keeps a summary that was made under these premises, unless it is of this unit alone. `cut`: paths cut for it. */
void rs_store_put(struct rs_store *store, const struct rs_flow_unit *unit, uint64_t key,
                  const struct rs_summary *summary, const struct rs_premises *premises, uint64_t cut);
/* Writes the file where something has been put; in one step, or not at all. */
void rs_store_close(struct rs_store *store);
