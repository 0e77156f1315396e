/* Builds a shared object from source text at test time, plans it, loads it, and applies the plan with
 * counting hooks. */
#pragma once
#include <stdbool.h>

#include "plan/plan.h"
#include "wire/plan.h"

struct fixture {
    char path[64];
    struct rs_analysis *analysis;
    void *handle; /* of dlopen, once loaded */
    uint64_t base;
    uint8_t *blob, *area;
    size_t blob_size;
    const struct rs_plan_header *plan; /* the blob */
};

/* Compiles `text` (C, or assembly when `language` is "assembler") with gcc and `flags`; ends the test if that
 * fails. */
void fixture_build(struct fixture *fixture, const char *language, const char *text, const char *flags);
/* The same of a C file in fixtures/. */
void fixture_build_file(struct fixture *fixture, const char *name, const char *flags);
/* dlopen, not patched yet. */
void fixture_load(struct fixture *fixture);
/* Analyses, emits with every Py import picked (identity as `identity` says of a name; NULL: none), and writes
 * the patches into the loaded module as the runtime does. All patches must fit the bytes in memory. */
void fixture_patch(struct fixture *fixture, bool (*identity)(const char *name));
void fixture_close(struct fixture *fixture);
void *fixture_symbol(const struct fixture *fixture, const char *name);

/* The arrays of the blob. */
const struct rs_patch *fixture_patches(const struct fixture *fixture);
const struct rs_entry *fixture_entries(const struct fixture *fixture);
const struct rs_call *fixture_calls(const struct fixture *fixture);
const struct rs_import *fixture_imports(const struct fixture *fixture);
/* How often the hook of a desc was entered. */
uint64_t fixture_count(const struct fixture *fixture, uint32_t desc_off, enum rs_hook_slot slot);

/* Told of every store of a patched module: address, delta (sign-extended) or new low 32 bits, site, whether
 * it is a SET. */
extern void (*fixture_on_store)(uint64_t address, uint32_t value, uint32_t site, bool set);
