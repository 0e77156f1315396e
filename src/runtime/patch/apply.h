/* Writes plans into loaded modules: asks the host for the plan of each new extension module, compares the bytes,
 * copies.
 *
 * Called from the interpreter's own look-up of PyInit_*: the module is loaded and relocated, its init has not run.
 * Where the bytes in memory are not those that the host saw in the file, the patch is left out and counted. Pages are
 * never writable and executable at once. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct rt_module;

/* Instruments every image that was loaded since the last call. Returns how many. */
unsigned rt_patch_new_images(void);
/* Called for each module whose plan was applied (before its init runs), with its data relocated. */
extern void (*rt_patch_loaded)(struct rt_module *module);
/* Resolves and claims an import's desc (api's part). `real`: the function that the slot led to. */
/* Called with each row of a user's table that a plan brings, before the imports that have it. */
struct rs_plan_row;
extern void (*rt_patch_row)(const struct rs_plan_row *row);
extern void (*rt_patch_import)(uint64_t *desc_words, uint32_t contract, uint64_t real, struct rt_module *module,
                               const char *name);

/* In a forked child: tells its own recording what the parent's holds. */
void rt_patch_record_again(const struct rt_module *module);

/* Hooks functions of the interpreter's own: entries get `action` (a number for entry hooks) as RT_ENTRY_ACTION. */
unsigned rt_patch_interpreter(const uint64_t *functions, const uint64_t *actions, unsigned count);
/* Replaces the slot of an imported function in the interpreter's image; returns what it held, 0 if there is no such
 * slot. */
uint64_t rt_patch_slot(const char *name, uint64_t replacement);
