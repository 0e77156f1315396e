/* Entries and exits of a module's functions that the interpreter calls, and the entry hooks of the interpreter's own.
 */
#include "runtime/api/calls.h"

#include "contract/contract.h"
#include "runtime/api/filling.h"
#include "runtime/api/roles.h"
#include "runtime/api/words.h"
#include "runtime/arch.h"
#include "runtime/heap/object.h"
#include "runtime/log.h"
#include "runtime/modules.h"
#include "runtime/pyabi/pyabi.h"
#include "runtime/stack/python.h"

enum { DEALLOCS = 1024 };

void (*rt_entry_finalize)(void);
void (*rt_entry_dying)(uint64_t object);
void (*rt_entry_outermost)(uint64_t function);
void (*rt_entry_clearing)(uint64_t object);
uint64_t rt_entry_elsewhere;

static __thread unsigned depth __attribute__((tls_model("initial-exec")));
static __thread uint64_t innermost
    __attribute__((tls_model("initial-exec"))); /* where the stack of the function that was entered last begins */

static void act(uint64_t action, uint64_t argument)
{
    uint8_t *side;

    if (action == RT_ACTION_FINALIZE) {
        if (rt_entry_finalize != NULL)
            rt_entry_finalize();
        return;
    }
    side = rt_object_side(argument);
    if (side == NULL || !(*side & RT_SIDE_OBJECT))
        return;
    if (rt_filling_count > 0)
        rt_filling_dies(argument);
    rt_log_put(RS_REC_DEATH, argument, rt_object_count(argument), NULL, 0);
    if (*side & RT_SIDE_ARMED) {
        rt_entry_dying(argument);
    } else {
        uint64_t words[2] = {rt_stack_innermost_holds(argument), 1};

        if (words[0] != 0)
            rt_log_put(RS_REC_WITNESS, argument, 0, words, 2);
    }
    *side = (uint8_t)((*side & ~(RT_SIDE_OBJECT | RT_SIDE_ARMED)) | RT_SIDE_SHUT);
}

unsigned rt_entry_depth(void)
{
    return depth;
}

uint64_t rt_entry_stack(void)
{
    return innermost;
}

/* Whether the caller belongs to the module's family: then the call is an inner one and not booked. */
static bool from_family(const struct rt_module *module, uint64_t return_address)
{
    const struct rt_module *caller;

    if (return_address - module->text_lo < module->text_hi - module->text_lo)
        return true;
    if (return_address - rt_python.text_lo < rt_python.text_hi - rt_python.text_lo)
        return false;
    caller = rt_module_of(return_address);
    return caller != NULL && caller->family == module->family;
}

/* The first deaths that a tp_dealloc brings about tell what it leaves behind: all do the same. */
static void tell_body(uint64_t function, uint64_t self)
{
    static uint8_t deaths[DEALLOCS];
    uint8_t *seen = &deaths[(function >> 4) % DEALLOCS];
    struct rt_words words;

    if (*seen == RS_TOLD_DEATHS)
        return;
    ++*seen;
    rt_words_clear(&words);
    rt_words_body(&words, self);
    if (words.count > 0)
        rt_log_put(RS_REC_BODY, self, 0, words.word, words.count);
}

/* state: [0] contract, [1] whether an exception was set at entry, [2] depth before, [3] innermost before */
uint64_t rt_entry_enter(struct rt_frame *frame)
{
    struct rs_entry_desc *desc = frame->desc;
    const struct rt_module *module = (const struct rt_module *)desc->runtime[RT_ENTRY_MODULE];
    const struct rs_contract *role = (const struct rs_contract *)desc->runtime[RT_ENTRY_ROLE];
    struct rt_words words;
    struct rt_place place;
    struct rs_slot *head;
    unsigned slots;

    frame->target = desc->displaced;
    if (!rt_log_on())
        return RT_SHIM_PASS;
    if (desc->runtime[RT_ENTRY_ACTION] != 0) {
        act(desc->runtime[RT_ENTRY_ACTION], frame->args[0]);
        return RT_SHIM_PASS;
    }
    /* to 3.8 Py_DECREF calls tp_dealloc itself: there even a call from the family is the object's death */
    if (role == NULL || (from_family(module, frame->return_address) && !rt_roles_is_dealloc(role)))
        return RT_SHIM_PASS;
    if (rt_gil && rt_python.immortal && rt_python_gil() == RT_GIL_OTHER) {
        rt_gil = 0; /* the same thread, in a subinterpreter now */
        rt_entry_elsewhere++;
    }
    if (!rt_call_gil())
        return RT_SHIM_PASS;
    if (rt_filling_count > 0)
        rt_filling_enter(depth);
    rt_words_clear(&words);
    rt_words_before(&words, role, frame);
    if (rt_roles_is_dealloc(role)) {
        uint64_t type = rt_object_type_of(frame->args[0]);

        if (*(uint32_t *)(type + TP_FLAGS) & FLAG_HEAPTYPE)
            rt_words_add(&words, type, RS_ARG_SELF_TYPE, 0);
    }
    if (rt_roles_is_clear(role) || rt_roles_is_dealloc(role))
        rt_words_members(&words, frame->args[0]);
    if (rt_roles_is_clear(role) && rt_entry_clearing != NULL)
        rt_entry_clearing(frame->args[0]);
    place = rt_stack_place();
    frame->state[0] = (uint64_t)role;
    frame->state[1] = rt_python_error_set();
    frame->state[2] = depth++;
    frame->state[3] = innermost;
    innermost = rt_frame_sp(frame);
    slots = 2 + (words.count + 1) / 2;
    head = rt_log_begin(slots);
    if (head != NULL) {
        uint64_t *to = (uint64_t *)(head + 1);

        *head = (struct rs_slot){desc->function, RS_TAG_OF(RS_REC_ENTRY, slots), (uint32_t)rt_frame_sp(frame)};
        to[0] = rs_contract_index(role) | (uint64_t)place.instr << 32;
        to[1] = place.code;
        for (unsigned i = 0; i < words.count; i++)
            to[2 + i] = words.word[i];
        if (words.count & 1)
            to[2 + words.count] = 0;
        rt_log_commit(slots);
    }
    if (rt_roles_is_dealloc(role))
        tell_body(desc->function, frame->args[0]);
    return RT_SHIM_CALL;
}

static unsigned error_flags(const struct rt_frame *frame, const struct rs_contract *role)
{
    unsigned flags = 0;

    if (frame->state[1])
        flags |= RS_EXIT_ERROR_BEFORE;
    if (rt_python_error_set())
        flags |= RS_EXIT_ERROR_SET;
    if (role->result != RS_RESULT_VALUE ? frame->result == 0
                                        : role->failure != RS_NEVER_FAILS && (int32_t)frame->result == role->failure)
        flags |= RS_EXIT_RESULT_NULL;
    return flags;
}

void rt_entry_leave(struct rt_frame *frame)
{
    const struct rs_entry_desc *desc = frame->desc;
    const struct rs_contract *role = (const struct rs_contract *)frame->state[0];
    struct rt_words words;
    struct rs_slot *head;
    unsigned slots;

    depth = (unsigned)frame->state[2];
    innermost = frame->state[3];
    if (!rt_log_on())
        return;
    rt_gil = 1;
    if (rt_filling_count > 0)
        rt_filling_leave(depth, desc->function);
    rt_words_clear(&words);
    if (rt_roles_is_init(role)) {
        if (frame->result != 0 && rt_object_see(frame->result) == RT_OBJECT_LIVE &&
            rt_object_type_of(frame->result) != rt_python.module_def_type)
            rt_words_add(&words, frame->result, RS_ARG_RESULT, RS_WORD_NEW);
    } else {
        rt_words_after(&words, role, frame);
    }
    if (rt_hot.ring->armed_functions[(desc->function >> 4) & 0x7fff])
        for (unsigned i = 0; i < words.count; i++)
            rt_object_arm(RS_WORD_ADDRESS(words.word[i]));
    slots = 1 + (words.count + 2) / 2;
    head = rt_log_begin(slots);
    if (head != NULL) {
        uint64_t *to = (uint64_t *)(head + 1);

        *head = (struct rs_slot){frame->result, RS_TAG_OF(RS_REC_EXIT, slots), (uint32_t)rt_frame_sp(frame)};
        to[0] = rs_contract_index(role) | (uint64_t)error_flags(frame, role) << 32;
        for (unsigned i = 0; i < words.count; i++)
            to[1 + i] = words.word[i];
        if (!(words.count & 1))
            to[1 + words.count] = 0;
        rt_log_commit(slots);
    }
    if (depth == 0 && rt_entry_outermost != NULL)
        rt_entry_outermost(desc->function);
}
