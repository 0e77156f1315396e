/* The inside of struct rs_analysis: shared by the files of this room only. */
#pragma once
#include "arch/x86_64/emit.h"
#include "base/arena.h"
#include "plan/plan.h"
#include "plan/survey.h"
#include "plan/tables.h"
#include "wire/plan.h"

/* A window of the module that becomes a jump to `code_off`. */
struct rs_window {
    uint32_t at, code_off;
    uint8_t length, kind; /* kind: enum rs_patch_kind */
};

struct rs_entry_point { /* also of a stand-in: the code that stands in for the instructions at `at` */
    uint32_t at, displaced_off;
};

struct rs_call_point {
    uint32_t at, return_at;
};

/* Code of the area from `code_off` on stands for the instruction at `at`. */
struct rs_origin {
    uint32_t code_off, at;
};

struct rs_analysis {
    struct rs_elf elf;
    struct rs_survey survey;
    struct rs_arena arena;
    const uint32_t *only; /* these functions' entries and nothing else; NULL: everything */
    unsigned only_count;
    struct rs_code code;                     /* position-independent; lies at the area's start */
    RS_VEC(struct rs_window) windows;        /* ascending */
    RS_VEC(struct rs_entry_point) entries;   /* ascending */
    RS_VEC(struct rs_entry_point) stand_ins; /* ascending */
    RS_VEC(struct rs_call_point) calls;
    RS_VEC(struct rs_site) sites, unpatched;
    RS_VEC(struct rs_origin) origins; /* ascending */
    RS_VEC(struct rs_direct) directs; /* calls and jumps to an entry point, outside windows */
    RS_VEC(struct rs_plan_import) imports;
    RS_VEC(struct rs_method) methods;
    struct rs_plan_figures figures;
};

/* Where a branch of the module's own code to `at` is to go instead, in the area: past an entry's hook to its
 * displaced prologue, or to a stand-in; NULL: it stays. */
const struct rs_entry_point *rs_analysis_detour(const struct rs_analysis *analysis, uint32_t at);
/* The window that covers `at`, or NULL. */
const struct rs_window *rs_analysis_window(const struct rs_analysis *analysis, uint32_t at);

/* Plans and emits the windows of one function (windows.c). */
void rs_plan_function(struct rs_analysis *analysis, const struct rs_function *function, const struct rs_insns *insns);
/* Candidate stores (sites.c): whether insns[at] is one; fills form, width, delta, mark. */
bool rs_plan_candidate(const struct rs_analysis *analysis, const struct rs_function *function,
                       const struct rs_insns *insns, size_t at, struct rs_site *site);
/* Fills imports (imports.c) and methods (names.c). */
void rs_plan_find_imports(struct rs_analysis *analysis);
void rs_plan_find_methods(struct rs_analysis *analysis);
/* The name of what a call of `at` (a PLT stub, or not) leads to, or NULL. */
const char *rs_plan_callee(const struct rs_analysis *analysis, const struct rs_insn *call);
