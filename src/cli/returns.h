/* The statements with which a function returns what may be an object: no event tells which `return` it was, so that
 * the plan's data flow and the line table are asked. */
#pragma once
#include "plan/plan.h"
#include "symbol/symbol.h"

/* Distinct lines of the function that begins at `function` (module-relative), at most `max`, the likelier first.
 * Returns how many there are, which may be more than `max`; 0 if not all are known. */
size_t rs_cli_returns(struct rs_symbols *symbols, const struct rs_analysis *analysis, const char *path,
                      uint32_t function, struct rs_frame *frames, size_t max);
