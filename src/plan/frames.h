/* Functions and their landing pads, from .eh_frame and .gcc_except_table.
 *
 * Reads untrusted bytes, every read inside its record. A record that cannot be read ends the walk or marks
 * its function; nothing is guessed. */
#pragma once
#include "plan/image.h"

struct rs_range {
    uint32_t start, end;
    uint32_t lsda; /* 0: none */
    bool lsda_unreadable;
};

struct rs_ranges {
    RS_VEC(struct rs_range) list;
};

/* Appends the code ranges of .eh_frame, ascending and without overlaps: of overlapping ones none is kept and
 * *overlapping counts them. False if there is no readable record. */
bool rs_frames_read(const struct rs_elf *elf, struct rs_ranges *ranges, unsigned *overlapping);

/* Calls `pad` for the landing pads of a range. False if its table cannot be read to the end. */
bool rs_frames_landing_pads(const struct rs_elf *elf, const struct rs_range *range, void (*pad)(void *ctx, uint32_t at),
                            void *ctx);
