/* A call to which a row of the contract table is applied, and what makes its outcome certain. For contract.c and
 * certain.c. */
#pragma once
#include "check/flow/flow.h"

struct calling {
    struct rs_flow *flow;
    LLVMValueRef call;
    const struct rs_contract *row;
    unsigned count;                 /* arguments passed */
    const struct rs_contract *sure; /* the table's row where `row` says that the call cannot fail, else NULL */
};

/* What the call passes there; unknown where it passes less. */
struct rs_av rs_calling_argument(const struct calling *c, struct rs_state *state, unsigned index);
/* The first object that the call is about, the list, the tuple, the module, as a symbol; or RS_NONE. */
int32_t rs_calling_subject(const struct calling *c, struct rs_state *state);
/* Whether the call makes one of the small integers that are there already. */
bool rs_calling_makes_small_int(const struct calling *c, struct rs_state *state);
/* Whether it sets an item of a container that the function has just made: nothing was there that could be released. */
bool rs_calling_fills(const struct calling *c, struct rs_state *state);
/* ... and does so within its bounds, as far as they are known. */
bool rs_calling_sets_within(const struct calling *c, struct rs_state *state);
/* Whether the arguments are all that the row asks of them, so that the call cannot fail. */
bool rs_calling_has_needs(const struct calling *c, struct rs_state *state);
