/* Whether a program file can take the runtime along: whether the loader that starts it can load a glibc library of
 * x86-64 beside it. The host asks before it starts the program, the runtime before each exec.
 *
 * Promise: reads through the caller only, with bounds; no allocation, no library call: it runs in a vfork child and in
 * code that may not use vector registers. Refuses to judge what it cannot read. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum rs_target {
    RS_TARGET_FITS,
    RS_TARGET_SCRIPT,     /* "#!": its interpreter decides */
    RS_TARGET_TEXT,       /* neither an ELF file nor "#!": only a shell would start it */
    RS_TARGET_UNREADABLE, /* cannot be read, or makes no sense: exec will say why */
    RS_TARGET_STATIC,     /* from here on: programs that run, unobserved */
    RS_TARGET_32_BIT,
    RS_TARGET_MACHINE,
    RS_TARGET_OTHER_LIBC,
    RS_TARGET_SETUID,
    RS_TARGET_POPEN,
    RS_TARGETS
};

/* How many bytes from `offset` on were read; negative on failure. */
typedef long rs_target_read(void *context, void *to, size_t size, uint64_t offset);

enum { RS_TARGET_LINE = 256 }; /* what Linux reads of a "#!" line */

/* RS_TARGET_SCRIPT: `script` (RS_TARGET_LINE bytes) gets the interpreter's path. */
enum rs_target rs_target_of(rs_target_read *read, void *context, char *script);
