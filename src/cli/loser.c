/* See loser.h. */
#include "cli/loser.h"

uint64_t rs_cli_loser(void *context, const struct rs_books *books, const struct rs_event *event)
{
    const struct rs_module *module = rs_ledger_module_of(books, event->pc);
    const struct rs_image *image =
        module != NULL && event->contract != NULL && !event->is_entry ? rs_host_image(context, module->path) : NULL;
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

uint64_t rs_cli_item_store(void *context, const struct rs_books *books, uint64_t from, uint64_t to, unsigned item)
{
    struct rs_host *host = context;
    uint64_t *known = rs_map_at(&host->item_stores, (from ^ to << 20 ^ (uint64_t)item << 56) | 1);
    const struct rs_module *module = *known == 0 ? rs_ledger_module_of(books, from) : NULL;
    const struct rs_image *image = module != NULL ? rs_host_image(host, module->path) : NULL;
    uint32_t found;

    if (*known != 0)
        return *known - 1;
    *known = 1;
    if (image == NULL || image->analysis == NULL || (to != 0 && rs_ledger_module_of(books, to) != module))
        return 0;
    found = rs_plan_item_store(image->analysis, (uint32_t)(from - module->base),
                               to != 0 ? (uint32_t)(to - module->base) : 0, item);
    if (found != 0)
        *known = module->base + found + 1;
    return *known - 1;
}
