/* Calls between an instrumented module and the rest: imports, indirect calls, entries. The functions that the shims
 * call are declared in runtime/arch.h; what is here sets them up. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct rs_contract;
struct rt_frame;
struct rt_module;

void rt_api_open(void);
/* rt_patch_row and rt_patch_import of patch/apply.h. */
struct rs_plan_row;
void rt_api_row(const struct rs_plan_row *row);
void rt_api_import(uint64_t *words, uint32_t contract, uint64_t real, struct rt_module *module, const char *name);

/* Books a call out of `module` by its contract; shared by imports and indirect calls. */
uint64_t rt_call_book(struct rt_frame *frame, const struct rs_contract *contract, const struct rt_module *module);
void rt_call_settle(struct rt_frame *frame);
/* The contract of an exported API function by its address, or NULL. */
const struct rs_contract *rt_call_exported(uint64_t address);
/* Makes a function known by its address; one that two different rows claim is not covered. */
void rt_call_export(uint64_t address, const struct rs_contract *row);

/* tables.c: what a module does to get at a table of functions. The attribute's name is a C string or an object. */
void rt_tables_attribute(uint64_t name, bool is_object, uint64_t result);
void rt_tables_pointer(uint64_t capsule, uint64_t pointer);
void rt_tables_import(uint64_t name, uint64_t pointer);

/* Whether this thread holds the GIL, remembered in rt_gil. */
bool rt_call_gil(void);

/* Entry hooks of the interpreter's own functions. */
enum rt_action { RT_ACTION_NONE, RT_ACTION_FINALIZE, RT_ACTION_DEATH };
extern void (*rt_entry_finalize)(void);
extern void (*rt_entry_dying)(uint64_t object);    /* an armed object dies */
extern void (*rt_entry_clearing)(uint64_t object); /* the collector is about to call its tp_clear */
extern uint64_t rt_entry_elsewhere;                /* calls that were seen in subinterpreters and not followed */
unsigned rt_entry_depth(void);                     /* how many module functions are in progress on this thread */
uint64_t rt_entry_stack(
    void); /* where the stack of the innermost of them begins; stale where an exception has left it */
/* Called when the outermost module function of a thread, this one, is left, with the GIL. */
extern void (*rt_entry_outermost)(uint64_t function);
