/* The instrumented modules of this process: which addresses are whose.
 *
 * Written when a module is loaded (with the GIL), read by every hook. Entries are never removed: CPython does not
 * unload extension modules. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/plan.h"

enum { RT_MODULES = 2048 };

struct rt_module {
    uint64_t base;
    uint64_t text_lo, text_hi;     /* absolute */
    uint64_t writes_lo, writes_hi; /* absolute */
    uint64_t area_lo, area_hi;     /* its trampolines */
    uint32_t number, family;
    uint32_t first_site, sites, sites_found, functions_skipped, patches_refused; /* as in the plan */
    struct rs_entry_desc *entries;                                               /* in the area's data part */
    unsigned entry_count;
    uint32_t *entry_hash; /* function address -> entry index + 1; size is a power of two */
    uint32_t entry_mask;
    char path[256];
};

extern struct rt_module rt_modules[RT_MODULES];
extern unsigned rt_module_count;

/* The module whose text holds the address, or NULL. */
struct rt_module *rt_module_of(uint64_t address);
/* The hooked entry at exactly that address, in any module; NULL if there is none. */
struct rs_entry_desc *rt_module_entry(uint64_t function);

/* The runtime's words in the descs of a plan (wire/plan.h). */
enum { RT_IMPORT_REAL, RT_IMPORT_CONTRACT, RT_IMPORT_MODULE, RT_IMPORT_TABLE, RT_IMPORT_USERS };
enum { RT_ENTRY_MODULE, RT_ENTRY_ROLE, RT_ENTRY_OWNER, RT_ENTRY_ACTION };
enum { RT_CALL_MODULE };
