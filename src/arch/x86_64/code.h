/* A buffer of emitted x86-64 code and what has to be filled in once its addresses are known.
 *
 * Code is emitted once per module, position-independent: whatever depends on where the module or the area
 * lies is a fixup, which rs_code_fix resolves in a copy. Displacements inside the buffer are resolved at
 * once. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

enum rs_fix_kind {
    RS_FIX_MODULE, /* rel32 to base-relative address `value` */
    RS_FIX_BRANCH, /* the same of a jump or call that may as well go to a displaced prologue */
    RS_FIX_DONE,   /* resolved already, nothing to do */
    RS_FIX_SLOT,   /* the same, read by a call or jump: an import slot, which may have to be exchanged */
    RS_FIX_HOOK,   /* rel32 to hook slot `value` */
    RS_FIX_ENTRY,  /* rel32 to entry desc number `value` */
    RS_FIX_CALL,   /* rel32 to call desc number `value` */
    RS_FIX_IMPORT, /* rel32 to import desc number `value` */
    RS_FIX_LOW,    /* the low 32 bits of the absolute address of base-relative `value` */
    RS_FIX_HIGH,   /* its high 32 bits */
    RS_FIX_SITE,   /* imm32: the number of the patched site `value` */
};

struct rs_fix {
    uint32_t at; /* of the 32-bit field in the buffer */
    uint32_t value;
    uint8_t kind;   /* enum rs_fix_kind */
    uint8_t behind; /* bytes of the instruction behind the field: rel32 counts from the instruction's end */
};

struct rs_code {
    RS_VEC(uint8_t) bytes;
    RS_VEC(struct rs_fix) fixes;
};

/* Where things will lie. Offsets are relative to the area, addresses absolute. */
struct rs_layout {
    uint64_t base, area;
    uint32_t entry_off, call_off, import_off, hook_off; /* 64 bytes per desc, 8 per hook slot */
    uint32_t first_site;
};

void rs_code_put(struct rs_code *code, const void *bytes, size_t count);
void rs_code_put8(struct rs_code *code, uint8_t byte);
void rs_code_put32(struct rs_code *code, uint32_t word);
/* A 32-bit field to be filled later. */
void rs_code_fixup(struct rs_code *code, enum rs_fix_kind kind, uint32_t value, unsigned behind);
/* Writes rel32 at `field` so that it leads to `to`; both are offsets in the buffer. */
void rs_code_link(struct rs_code *code, uint32_t field, uint32_t to);
uint32_t rs_code_here(const struct rs_code *code);
void rs_code_close(struct rs_code *code);

/* Resolves one fixup in `copy`, a copy of the buffer that will lie at the area's start + shift. False if the
 * distance does not fit in 32 bits. */
bool rs_code_fix(uint8_t *copy, const struct rs_fix *fix, const struct rs_layout *layout, uint32_t shift);
