/* The native frames of a fault, for the verdict room: unwound from what the runtime recorded, named by the symbolizer. */
#pragma once
#include "cli/names.h"

/* struct rs_names, stack */
size_t rs_cli_stack(void *naming, const struct rs_books *books, struct rs_arena *arena, struct rs_line *lines, size_t max);
