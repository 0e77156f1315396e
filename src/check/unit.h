/* One translation unit, from bitcode to findings: the door between the driver (which lowers sources, runs units in
 * parallel, merges and renders) and the analysis.
 *
 * Bitcode is what clang emits at -O0 with -g, -fno-discard-value-names (a variable's name stands in the messages),
 * -Xclang -disable-llvm-passes and -Xclang -disable-O0-optnone, so that Py_INCREF and its kin are still calls where the
 * headers mark them always-inline (3.12 and newer).
 *
 * Two passes: the first writes the unit's summaries (what each of its functions does to the references of its
 * arguments and result), the second reads those of all units of the extension and finds more. Units are independent
 * within a pass, so that a pass may be spread over processes and machines. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "finding/finding.h"

/* Summaries of the extension's units, merged; read-only while units are checked. */
struct rs_summaries;
struct rs_summaries *rs_summaries_open(void);
/* Adds the file that a first pass wrote. Any bytes give summaries or one line that says what is wrong with them; on
 * failure the set is unchanged. */
bool rs_summaries_append(struct rs_summaries *set, const char *path, struct rs_error *err);
void rs_summaries_close(struct rs_summaries *set);
/* What a function of another unit does to the GIL, and whether it needs it (see rs_ir_function.gil); false where that
 * is not known. `set` may be NULL. */
bool rs_summaries_gil(const struct rs_summaries *set, const char *name, uint8_t after[2], bool *needs);

struct rs_unit_options {
    unsigned python;                   /* 0x030b is 3.11: which contract rows hold, how severe a finding is */
    const struct rs_summaries *others; /* NULL: this unit alone */
    FILE *summaries;                   /* where this unit's summaries go; NULL: nowhere */
    const char *library; /* file of summaries of library functions, read and added to (flow/store.h); NULL: none */
    bool verify;         /* whether it is valid IR, which is known of what clang has made just now */
    bool process_ends;   /* behind it: taking the module's IR apart, node by node, is left to the system */
};

/* Adds the unit's findings to `report` (confidence: suspect; path: the steps), its functions / analysed / cut_paths and
 * its unknown_calls (each name once). Not finished, not suppressed: that is the driver's. False when the bitcode cannot
 * be read; err then names the file and why (a newer LLVM's, truncated). */
bool rs_check_unit(const char *bitcode, const struct rs_unit_options *options, struct rs_report *report,
                   struct rs_error *err);
