/* Names of CPython's type slots: by place in the type object and its suites, and by the numbers of
 * typeslots.h. */
#pragma once
#include <stdint.h>

struct rs_slot_name {
    uint32_t key; /* offset in the struct */
    const char *name;
};

/* Each ends with a NULL name. Layouts of CPython 3.8 to 3.14 with the GIL (cpython/object.h). */
extern const struct rs_slot_name rs_slots_of_type[], rs_slots_of_number[], rs_slots_of_sequence[],
    rs_slots_of_mapping[];

/* The name of slot number `id` of PyType_Slot, or NULL. */
const char *rs_slot_by_id(uint64_t id);
