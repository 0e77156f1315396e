/* Calls between an instrumented module and the rest: imports, indirect calls, entries. The functions that the shims call are
 * declared in runtime/arch.h; what is here sets them up. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct rs_contract;
struct rt_frame;
struct rt_module;

void rt_api_open(void);
/* rt_patch_import of patch/apply.h. */
void rt_api_import(uint64_t *words, uint32_t contract, uint64_t real, struct rt_module *module, const char *name);

/* Books a call out of `module` by its contract; shared by imports and indirect calls. */
uint64_t rt_call_book(struct rt_frame *frame, const struct rs_contract *contract, const struct rt_module *module);
void rt_call_settle(struct rt_frame *frame);
/* The contract of an exported API function by its address, or NULL. */
const struct rs_contract *rt_call_exported(uint64_t address);

/* Whether this thread holds the GIL, remembered in rt_gil. */
bool rt_call_gil(void);

/* Entry hooks of the interpreter's own functions. */
enum rt_action { RT_ACTION_NONE, RT_ACTION_FINALIZE, RT_ACTION_DEATH };
extern void (*rt_entry_finalize)(void);
extern void (*rt_entry_dying)(uint64_t object); /* an armed object dies */
extern void (*rt_entry_clearing)(uint64_t object); /* the collector is about to call its tp_clear */
extern uint64_t rt_entry_elsewhere; /* calls that were seen in subinterpreters and not followed */
unsigned rt_entry_depth(void); /* how many module functions are in progress on this thread */
/* Called when the outermost module function of a thread is left, with the GIL. */
extern void (*rt_entry_outermost)(void);
