/* The native frames of a fault, for the verdict room: unwound from what the runtime recorded, named by the symbolizer.
 */
#pragma once
#include "cli/names.h"

/* struct rs_names, stack */
size_t rs_cli_stack(void *naming, const struct rs_books *books, struct rs_arena *arena, struct rs_line *lines,
                    size_t max);
/* The module's instruction for which the code at an address in its trampolines stands, 0: unknown. host: struct
 * rs_host. */
uint64_t rs_cli_original(void *host, const struct rs_books *books, uint64_t pc);
