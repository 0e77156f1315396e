/* Binary search in arrays that ascend by a 32-bit field. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* The index of the first item whose field, `offset` bytes into it, is `value` or more; `count` if there is none. Behind
 * a value: value + 1. */
static inline size_t rs_search(const void *items, size_t count, size_t size, size_t offset, uint64_t value)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (*(const uint32_t *)((const char *)items + middle * size + offset) < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The same of an array of structs, which may be NULL if count is 0. */
#define RS_SEARCH(items, count, field, value)                                                                          \
    rs_search(items, count, sizeof *(items), offsetof(__typeof__(*(items)), field), value)
