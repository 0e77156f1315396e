/* Names of CPython's slots: by place in the type object, its suites and the tables beside it, and by the numbers of
 * PyType_Slot. The same in CPython 3.8 to 3.14 with the GIL (Include/cpython/object.h, methodobject.h, descrobject.h,
 * moduleobject.h, typeslots.h). */
#pragma once
#include <stdint.h>

struct rs_slot_suite {
    const char *structure;    /* its tag, "_typeobject", or else its name, "PyNumberMethods" */
    uint32_t head;            /* bytes of its first member; each other one but the last flags is a word */
    const char *const *slots; /* by position; "": none that is called; ends with NULL */
};

/* Ends with a structure of NULL. */
extern const struct rs_slot_suite rs_slot_suites[];

/* Where member `position` of the structure lies, in bytes. */
static inline uint32_t rs_slot_offset(const struct rs_slot_suite *suite, unsigned position)
{
    return position == 0 ? 0 : suite->head + (position - 1) * 8;
}

/* The name of slot number `id` of a PyType_Slot, of those that hold data, too ("tp_doc"), or NULL. */
const char *rs_slot_by_id(uint64_t id);
