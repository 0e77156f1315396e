/* Functions that run when the module is imported and never again: what they lose is lost once. Those with such a role,
 * those that only these call, and those of another unit that only such functions of the extension's units call. The
 * last is known in the second pass, and one unit away only: what a unit writes about its calls it writes before it
 * knows of the others'. */
#include <string.h>

#include "check/flow/flow.h"

static bool is_init(const struct rs_ir_function *function)
{
    const char *slot = function->role == NULL ? "" : function->role->slot;

    return strcmp(slot, "init") == 0 || strcmp(slot, "mod.exec") == 0 || strcmp(slot, "mod.create") == 0;
}

bool *rs_init_only(struct rs_ir *ir, const uint32_t *order, const struct rs_summaries *others)
{
    bool *marked = rs_alloc(ir->functions.count + 1);

    for (size_t i = 0; i < ir->functions.count; i++) {
        const struct rs_ir_function *function = &ir->functions.items[i];

        marked[i] = is_init(function) ||
                    (function->role == NULL && !function->local && rs_share_is_inits(others, function->symbol));
    }
    rs_graph_spread(ir, order, marked);
    return marked;
}

bool *rs_init_new(struct rs_ir *ir, const uint32_t *order)
{
    bool *marked = rs_alloc(ir->functions.count + 1);

    for (size_t i = 0; i < ir->functions.count; i++) {
        const struct rs_ir_role *role = ir->functions.items[i].role;

        marked[i] = role != NULL && strcmp(role->slot, "tp_new") == 0;
    }
    rs_graph_spread(ir, order, marked);
    return marked;
}

enum rs_init_uses rs_init_uses(struct rs_ir *ir, LLVMValueRef function, const bool *marked)
{
    return LLVMGetFirstUse(function) == NULL        ? RS_USES_NONE
           : rs_graph_only_by(ir, function, marked) ? RS_USES_INIT
                                                    : RS_USES_OTHER;
}
