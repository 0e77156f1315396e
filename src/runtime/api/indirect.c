/* Indirect calls of a module: type slots, API functions called through a pointer. Everything else passes untouched. */
#include "runtime/api/calls.h"

#include "contract/contract.h"
#include "runtime/api/roles.h"
#include "runtime/arch.h"
#include "runtime/log.h"
#include "runtime/modules.h"
#include "runtime/pyabi/pyabi.h"

enum { CACHE = 4096 };

static struct {
    uint64_t target;
    const struct rs_contract *contract;
} cache[CACHE];

static const struct rs_contract *classify(uint64_t target, uint64_t arg0)
{
    unsigned place = (unsigned)(target >> 4) & (CACHE - 1);
    const struct rs_contract *contract;

    if (cache[place].target == target)
        return cache[place].contract;
    contract = rt_call_exported(target);
    if (contract == NULL)
        contract = rt_roles_slot_of(target, arg0);
    /* a target that nobody knows yet may be known by another first argument later on: only what is known is kept */
    if (contract != NULL) {
        cache[place].target = target;
        cache[place].contract = contract;
    }
    return contract;
}

/* A function of another family, by the role in which the interpreter knows it. */
static const struct rs_contract *role_of(uint64_t target)
{
    const struct rs_entry_desc *entry = rt_module_entry(target);

    return entry != NULL ? (const struct rs_contract *)entry->runtime[RT_ENTRY_ROLE] : NULL;
}

static bool in_interpreter(uint64_t target)
{
    return target - rt_python.text_lo < rt_python.text_hi - rt_python.text_lo;
}

uint64_t rt_call_enter(struct rt_frame *frame)
{
    const struct rs_call_desc *desc = frame->desc;
    const struct rt_module *module = (const struct rt_module *)desc->runtime[RT_CALL_MODULE], *other;
    const struct rs_contract *contract;

    if (!rt_log_on() || frame->target - module->text_lo < module->text_hi - module->text_lo || !rt_call_gil())
        return RT_SHIM_PASS;
    other = in_interpreter(frame->target) ? NULL : rt_module_of(frame->target);
    if (other != NULL && other->family == module->family)
        return RT_SHIM_PASS;
    contract = other != NULL ? role_of(frame->target) : NULL;
    if (contract == NULL)
        contract = classify(frame->target, frame->args[0]);
    if (contract != NULL)
        return rs_contract_matters(contract) ? rt_call_book(frame, contract, module) : RT_SHIM_PASS;
    /* a function of another family or of the interpreter that no table names: what it returns may come with a reference
     */
    if (other != NULL || in_interpreter(frame->target))
        return rt_call_book(frame, NULL, module);
    return RT_SHIM_PASS;
}

void rt_call_leave(struct rt_frame *frame)
{
    if (!rt_log_on())
        return;
    rt_gil = 1;
    rt_call_settle(frame);
}
