/* Headers that several sources of one command begin with, read by clang once: a precompiled header in the session's
 * folder.
 *
 * Promise: what clang makes of a source is the same with it; a source that it makes trouble for is compiled without.
 * The headers in it are named among those that the source depends on. */
#pragma once
#include <stddef.h>

#include "check/driver/driver.h"

struct rs_headers {
    const struct rs_source *source;
    const char *file; /* the precompiled header; NULL: none for this source */
    size_t length;    /* how many bytes of the source it stands for */
};

/* Finds what at least three of the sources begin with, where that is worth the while, and lets clang make it. */
void rs_headers_share(struct rs_session *session, struct rs_headers *list, size_t count);
/* NULL-terminated: the command that compiles such a source, made of the one that does without. */
char **rs_headers_command(struct rs_arena *arena, char *const *plain, const struct rs_headers *headers);
