/* Address ranges that nest or overlap, flattened so that one binary search finds the innermost. Refuses
 * nothing: contradictory input gives some answer, never a crash. */
#pragma once
#include <stdint.h>

#include "base/vec.h"

enum { RS_SPAN_NONE = UINT32_MAX };

struct rs_span {
    uint64_t lo, hi; /* lo <= address < hi */
    uint32_t value;
    uint32_t depth; /* of two spans with the same start the deeper one is the inner one */
};

struct rs_spans {
    RS_VEC(struct rs_span) raw;  /* as noted */
    RS_VEC(struct rs_span) flat; /* sorted and disjoint, after rs_spans_flatten */
};

void rs_spans_note(struct rs_spans *spans, uint64_t lo, uint64_t hi, uint32_t value, uint32_t depth);
/* Frees the raw spans; call once, after the last note. */
void rs_spans_flatten(struct rs_spans *spans);
/* The value of the innermost span that holds the address, or RS_SPAN_NONE. */
uint32_t rs_spans_find(const struct rs_spans *spans, uint64_t address);
void rs_spans_close(struct rs_spans *spans);
