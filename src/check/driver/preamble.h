/* What a source begins with: comments, directives, and the headers that it includes before anything else.
 *
 * Promise: two sources with the same text up to such a place, and the same flags, are one to the preprocessor until
 * there. Reading ends before what may mean something else elsewhere (a "quoted" header that lies beside the source,
 * __has_include, a macro's name for a header, #pragma once) and before all that is not plain. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/vec.h"

struct rs_preamble {
    size_t length;    /* bytes of the source, until after the line of an #include outside all conditions */
    const char *text; /* the directives until there, a line each, without comments; in the arena */
};

struct rs_preambles {
    RS_VEC(struct rs_preamble) list; /* the shortest first */
};

/* The beginnings of a source of `size` bytes that lies in `folder`. */
void rs_preamble_read(struct rs_arena *arena, const char *source, size_t size, const char *folder,
                      struct rs_preambles *to);
void rs_preambles_close(struct rs_preambles *preambles);
