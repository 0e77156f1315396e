#include "symbol/spans.h"

#include <stdlib.h>

void rs_spans_note(struct rs_spans *spans, uint64_t lo, uint64_t hi, uint32_t value, uint32_t depth)
{
    if (lo < hi)
        *RS_PUSH(&spans->raw) = (struct rs_span){lo, hi, value, depth};
}

static int by_start(const void *left, const void *right)
{
    const struct rs_span *a = left, *b = right;

    if (a->lo != b->lo)
        return a->lo < b->lo ? -1 : 1;
    if (a->depth != b->depth)
        return a->depth < b->depth ? -1 : 1;
    if (a->hi != b->hi)
        return a->hi > b->hi ? -1 : 1;
    return (a->value > b->value) - (a->value < b->value);
}

/* Adds [lo, hi) unless it is empty. */
static void emit(struct rs_spans *spans, uint64_t lo, uint64_t hi, uint32_t value)
{
    if (lo < hi)
        *RS_PUSH(&spans->flat) = (struct rs_span){lo, hi, value, 0};
}

void rs_spans_flatten(struct rs_spans *spans)
{
    RS_VEC(struct rs_span) open = {0}; /* those that hold the cursor, the innermost last */
    uint64_t cursor = 0;

    if (spans->raw.count > 1)
        qsort(spans->raw.items, spans->raw.count, sizeof(*spans->raw.items), by_start);
    for (size_t i = 0; i <= spans->raw.count; i++) {
        uint64_t next = i < spans->raw.count ? spans->raw.items[i].lo : UINT64_MAX;

        while (open.count > 0 && open.items[open.count - 1].hi <= next) {
            const struct rs_span *top = &open.items[--open.count];

            emit(spans, cursor, top->hi, top->value);
            if (cursor < top->hi)
                cursor = top->hi;
        }
        if (open.count > 0)
            emit(spans, cursor, next, open.items[open.count - 1].value);
        cursor = next;
        if (i < spans->raw.count)
            *RS_PUSH(&open) = spans->raw.items[i];
    }
    RS_VEC_CLOSE(&open);
    RS_VEC_CLOSE(&spans->raw);
}

uint32_t rs_spans_find(const struct rs_spans *spans, uint64_t address)
{
    size_t low = 0, high = spans->flat.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct rs_span *span = &spans->flat.items[middle];

        if (address < span->lo)
            high = middle;
        else if (address >= span->hi)
            low = middle + 1;
        else
            return span->value;
    }
    return RS_SPAN_NONE;
}

void rs_spans_close(struct rs_spans *spans)
{
    RS_VEC_CLOSE(&spans->raw);
    RS_VEC_CLOSE(&spans->flat);
}
