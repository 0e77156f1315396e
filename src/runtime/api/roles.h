/* Which functions of a module the interpreter calls, and as what: method tables, type slots, getset, module slots,
 * init.
 *
 * A function gets its role when a table that names it reaches the interpreter (PyType_Ready, PyModule_Create2, ...) or
 * is found in the module's relocated data; from then on its entries and exits are booked by the role's contract. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct rs_contract;
struct rt_module;

void rt_roles_open(void);                       /* resolves the slot contracts for this Python */
void rt_roles_module(struct rt_module *module); /* scans the module's data for PyMethodDef entries; PyInit_* */
void rt_roles_init(uint64_t function, const char *name);
void rt_roles_type(uint64_t type);
void rt_roles_methods(uint64_t table, uint64_t owner); /* PyMethodDef[], ends with a NULL name */
void rt_roles_method(uint64_t def, uint64_t owner);
void rt_roles_getset(uint64_t def, uint64_t owner);
void rt_roles_definition(uint64_t def); /* PyModuleDef */
void rt_roles_function(uint64_t function, const char *slot, uint64_t owner, const char *name);

/* The rows of these roles, set by rt_roles_open. */
extern const struct rs_contract *rt_roles_dealloc, *rt_roles_clear, *rt_roles_init_function;
static inline bool rt_roles_is_dealloc(const struct rs_contract *role)
{
    return role == rt_roles_dealloc;
}
static inline bool rt_roles_is_clear(const struct rs_contract *role)
{
    return role == rt_roles_clear;
}
static inline bool rt_roles_is_init(const struct rs_contract *role)
{
    return role == rt_roles_init_function;
}

/* The slot contract of an indirect call's target, judged by the slots of Py_TYPE(arg0), of arg0 itself if it is a type,
 * and of their bases; NULL if the target is none of them. */
const struct rs_contract *rt_roles_slot_of(uint64_t target, uint64_t arg0);
