/* Cython sources: generated C by the user's own cython, and what is certain from the .pyx text itself (pyx/pyx.h). */
#pragma once
#include <stdbool.h>

#include "check/driver/driver.h"

/* Makes `source`, a .pyx file, one of generated C or C++; false with a line when there is no cython or it rejects the
 * file. */
bool rs_pyx_generate(struct rs_session *session, struct rs_source *source, struct rs_error *err);
/* "Cython 3.1.2", where that has made the unit's C; else NULL. */
const char *rs_pyx_generator(struct rs_arena *arena, const struct rs_source *source);
/* Adds what the Cython sources of a unit say by themselves: of a .pyx, or of those that generated C names. */
void rs_pyx_read(struct rs_arena *arena, const struct rs_source *source, struct rs_report *report);
/* The files that rs_pyx_read may read for the unit: its Cython sources, and the .pxd files beside them. */
void rs_pyx_list(struct rs_arena *arena, const struct rs_source *source, struct rs_words *files);
