/* Growable arrays: RS_VEC(struct x) v = {0}; *RS_PUSH(&v) = value; v.items[0 .. v.count). Host only. */
#pragma once
#include <stddef.h>
#include <stdlib.h>

#include "base/arena.h"

#define RS_VEC(type)                                                                                                   \
    struct {                                                                                                           \
        type *items;                                                                                                   \
        size_t count, room;                                                                                            \
    }

/* A pointer to a new, uninitialised last element; valid until the next push. */
#define RS_PUSH(vec)                                                                                                   \
    ((vec)->count == (vec)->room                                                                                       \
         ? ((vec)->items =                                                                                             \
                rs_realloc((vec)->items, sizeof(*(vec)->items) * ((vec)->room = (vec)->room ? 2 * (vec)->room : 16)))  \
         : (vec)->items,                                                                                               \
     &(vec)->items[(vec)->count++])

#define RS_VEC_CLOSE(vec) (free((vec)->items), (vec)->items = NULL, (vec)->count = (vec)->room = 0)
