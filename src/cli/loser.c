/* See loser.h. */
#include "cli/loser.h"

uint64_t rs_cli_loser(void *context, const struct rs_books *books, const struct rs_event *event)
{
    const struct rs_module *module = rs_ledger_module_of(books, event->pc);
    const struct rs_image *image = module != NULL && event->contract != NULL && !event->is_entry ? rs_host_image(context, module->path) : NULL;
    uint64_t behind = event->pc + 1, loser = 0; /* behind: of the call in the function that has the reference now */

    if (image == NULL || image->analysis == NULL)
        return 0;
    for (unsigned i = 0; i < RS_CALLERS && event->callers[i] != 0; i++) {
        uint32_t caller = (uint32_t)(event->callers[i] - module->base), inside = (uint32_t)(behind - module->base);

        if (event->callers[i] - module->text_lo >= module->text_hi - module->text_lo ||
            rs_plan_called(image->analysis, caller) != rs_plan_function_at(image->analysis, inside - 1))
            continue; /* left on the stack by an earlier call */
        if (!event->by_variable && !rs_plan_hands_on(image->analysis, inside))
            break;
        behind = event->callers[i];
        loser = behind - 1;
    }
    return loser;
}
