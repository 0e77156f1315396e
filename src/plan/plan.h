/* The patch plan of one module: analysed once from its file, emitted for each place that it is loaded at.
 *
 * Promise: the file is read, never a process; a function that cannot be decoded, or whose jumps cannot be
 * known, is left alone or gets only patches that no jump can miss; what is not patched is counted with its
 * reason. It refuses modules that are no x86-64 shared object, free-threaded ones, those with text
 * relocations and those without .eh_frame. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct rs_analysis;

/* NULL with one line why the module is refused. The analysis is constant: any thread may read it. */
struct rs_analysis *rs_plan_analyse(const char *path, struct rs_error *err);
/* The same of a file in memory, which is used during the call and as long as the analysis lives. */
struct rs_analysis *rs_plan_analyse_bytes(const uint8_t *data, size_t size, const char *name, struct rs_error *err);
/* Only the entries of `functions` (base-relative starts) of a shared object or program: for
 * RS_REQUEST_ENTRIES. Those that cannot be patched are missing in the blob. */
struct rs_analysis *rs_plan_analyse_entries(const char *path, const uint32_t *functions, unsigned count,
                                            struct rs_error *err);
void rs_plan_close(struct rs_analysis *analysis);

/* --- Emission --- */

/* What the host decides about an imported function. */
struct rs_plan_choice {
    uint32_t contract; /* rs_contract_index, or RS_IMPORT_UNKNOWN */
    bool identity;     /* RS_IDENTITY: a slot that is also read as data keeps its value */
};

struct rs_plan_target {
    uint64_t base; /* load base */
    uint64_t area; /* address of the reservation, within 2 GB of the whole module; 0 if there is none yet */
    uint64_t area_size;
    uint32_t first_site, family;
    /* Whether calls of this Py function have to be seen; a name without a contract row is RS_IMPORT_UNKNOWN.
     */
    bool (*pick)(void *ctx, const char *name, struct rs_plan_choice *choice);
    void *ctx;
};

/* The blob of wire/plan.h, from malloc. Without area or with too small a one it is a header of status
 * RS_PLAN_AREA_TOO_SMALL whose area_size says what is needed. False if the area is out of reach of the
 * module. */
bool rs_plan_emit(const struct rs_analysis *analysis, const struct rs_plan_target *target, void **blob, size_t *size,
                  struct rs_error *err);
/* A blob of nothing but a header that says why: status RS_PLAN_REFUSED or RS_PLAN_SKIPPED. */
void *rs_plan_refusal(uint32_t status, const char *text, size_t *size);

/* --- What was found --- */

enum rs_site_form {
    RS_SITE_ADD, /* add, sub, inc, dec of memory */
    RS_SITE_SET, /* mov of a register to memory */
};

enum rs_site_mark {
    RS_MARK_IMMORTAL = 1 << 0, /* the 3.12+ test of an immortal count comes before the store */
    RS_MARK_DEALLOC = 1 << 1,  /* _Py_Dealloc follows where the count is zero */
    RS_MARK_LOADED = 1 << 2,   /* (RS_SITE_SET) the same place was loaded shortly before */
    RS_MARK_GLOBAL = 1 << 3,   /* the address is fixed (RIP-relative): an object or counter of the module's own data */
    RS_MARK_3_14 = 1 << 4,     /* the immortal test is that of 3.14 (count above 0xbfffffff, 32-bit decrement) */
};

enum rs_site_way {
    RS_WAY_IN_PLACE,        /* the instruction is long enough for a jump */
    RS_WAY_FORWARD,         /* window of the store and what follows */
    RS_WAY_BACKWARD,        /* window that begins before the store */
    RS_WAY_AROUND,          /* every way to the store leads to a copy of it */
    RS_WAY_NONE_TARGET,     /* unpatched: a branch target lies in every window */
    RS_WAY_NONE_UNMOVABLE,  /* unpatched: an instruction that cannot be moved */
    RS_WAY_NONE_CROWDED,    /* unpatched: no room between neighbours */
    RS_WAY_NONE_UNRESOLVED, /* unpatched: where the function jumps to is not known */
    RS_WAYS
};

struct rs_site {
    uint32_t at;                    /* the store */
    uint32_t function;              /* start of its function */
    int32_t delta;                  /* for RS_SITE_ADD */
    uint8_t form, width, mark, way; /* width in bits: 32 or 64 */
};

/* Patched sites in the order of their numbers (first_site + index); NULL behind the last. */
const struct rs_site *rs_plan_site(const struct rs_analysis *analysis, unsigned index);
/* Sites that no patch fits; NULL behind the last. */
const struct rs_site *rs_plan_unpatched(const struct rs_analysis *analysis, unsigned index);

/* The instruction of the module that code at area + offset stands for (for a pc in a trampoline); 0 if there
 * is none: import thunks belong to no place. */
uint32_t rs_plan_origin(const struct rs_analysis *analysis, uint64_t offset);
/* How many bytes more than at that instruction are on the stack there. */
unsigned rs_plan_depth(const struct rs_analysis *analysis, uint64_t offset);

enum rs_method_kind { RS_METHOD_FUNCTION, RS_METHOD_GETTER, RS_METHOD_SETTER, RS_METHOD_SLOT, RS_METHOD_INIT };

/* A function that a table of the module's data names (PyMethodDef, PyGetSetDef, a static type's slots,
 * PyInit_*). */
struct rs_method {
    uint32_t code;
    uint32_t flags;    /* METH_* of RS_METHOD_FUNCTION */
    const char *owner; /* the static type's name, or NULL */
    const char *name;  /* "update", "tp_dealloc", "PyInit__multidict" */
    uint8_t kind;      /* enum rs_method_kind */
};
/* Ascending by code; NULL behind the last. Strings live as long as the analysis. */
const struct rs_method *rs_plan_method(const struct rs_analysis *analysis, unsigned index);
/* The name of the function that begins at `code`, or NULL. */
const struct rs_method *rs_plan_method_at(const struct rs_analysis *analysis, uint32_t code);

/* Start of the function that holds the offset; 0 if none is known. */
uint32_t rs_plan_function_at(const struct rs_analysis *analysis, uint32_t at);

/* Where the function that begins there returns what may be an object. Follows the code that leads to each
 * `ret` or tail call backward and asks `statement` whether the instructions of [from, at], a straight line,
 * belong to one: then it is what returns, else the ways that lead to `from` are followed; an end of functions
 * has no statement of its own. Ways on which the result is NULL or a small constant are left out. False if
 * that was not all: the function or a way to it is not known. */
bool rs_plan_returns(const struct rs_analysis *analysis, uint32_t function,
                     bool (*statement)(void *ctx, uint32_t from, uint32_t at), void *ctx);

/* Whether what the call that returns to `at` returned may be what its own function returns, once and for all: the call
 * is in no loop. False if it cannot be followed. */
bool rs_plan_hands_on(const struct rs_analysis *analysis, uint32_t at);
/* Start of the function that the direct call which returns to `at` leads to; 0 if there is no such call. */
uint32_t rs_plan_called(const struct rs_analysis *analysis, uint32_t at);

/* The instruction in [from, to) of one function that stores item `item` of a tuple by its offset (PyTuple_SET_ITEM); 0
 * if none does so recognisably. `to` 0: up to the function's end. */
uint32_t rs_plan_item_store(const struct rs_analysis *analysis, uint32_t from, uint32_t to, unsigned item);

/* An imported Py function, before anything is picked. */
struct rs_plan_import {
    const char *name;
    uint32_t slot;
    bool lazy;   /* JUMP_SLOT, else GLOB_DAT */
    bool called; /* some call or jump reads the slot */
    bool loaded; /* its value is read as data */
};
const struct rs_plan_import *rs_plan_import(const struct rs_analysis *analysis, unsigned index);

enum rs_flavour {
    RS_FLAVOUR_NONE,        /* no refcounts in its code */
    RS_FLAVOUR_3_8_TO_3_11, /* read-modify-write of 64 bits */
    RS_FLAVOUR_3_12_TO_3_13,
    RS_FLAVOUR_3_14,
    RS_FLAVOUR_OUT_OF_LINE, /* _Py_IncRef, _Py_DecRef */
    RS_FLAVOUR_MIXED,
    RS_FLAVOURS
};
const char *rs_plan_flavour_name(enum rs_flavour flavour);

struct rs_plan_figures {
    unsigned functions, functions_lost, functions_overlapping, functions_unresolved;
    unsigned sites, sites_patched;
    unsigned ways[RS_WAYS];                 /* sites by enum rs_site_way */
    unsigned adds, sets_loaded, sets_plain; /* candidates by form */
    unsigned windows, entries, entries_unpatched, calls, calls_unpatched, direct_calls;
    size_t instructions, text_bytes, code_bytes;
    enum rs_flavour flavour;
    uint32_t text_lo, text_hi, writes_lo, writes_hi;
    uint8_t build_id[32], build_id_size;
};
const struct rs_plan_figures *rs_plan_figures(const struct rs_analysis *analysis);

/* --- refsan inspect --- */
#include <stdio.h>

/* Prints the plan of a module file; `verbose` lists each site. 0, or 2 with a line on err if it is refused.
 */
int rs_plan_inspect(FILE *out, FILE *err, const char *path, bool verbose);
