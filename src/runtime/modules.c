/* See modules.h. */
#include "runtime/modules.h"

struct rt_module rt_modules[RT_MODULES];
unsigned rt_module_count;

struct rt_module *rt_module_of(uint64_t address)
{
    static unsigned last;

    if (last < rt_module_count &&
        address - rt_modules[last].text_lo < rt_modules[last].text_hi - rt_modules[last].text_lo)
        return &rt_modules[last];
    for (unsigned i = 0; i < rt_module_count; i++) {
        if (address - rt_modules[i].text_lo < rt_modules[i].text_hi - rt_modules[i].text_lo) {
            last = i;
            return &rt_modules[i];
        }
    }
    return NULL;
}

struct rs_entry_desc *rt_module_entry(uint64_t function)
{
    struct rt_module *module = rt_module_of(function);

    if (module == NULL || module->entry_hash == NULL)
        return NULL;
    for (uint64_t i = function * 0x9E3779B97F4A7C15u >> 40;; i++) {
        uint32_t index = module->entry_hash[i & module->entry_mask];

        if (index == 0)
            return NULL;
        if (module->entries[index - 1].function == function)
            return &module->entries[index - 1];
    }
}
