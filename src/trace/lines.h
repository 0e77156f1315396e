/* CPython's line tables: from a code object's table and an instruction's byte offset to a line. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* python: 0x0308 .. ; table: co_lnotab (to 3.9), co_linetable. The first line where the table does not say. */
int rs_trace_line(unsigned python, const uint8_t *table, size_t size, uint32_t first_line, uint32_t instr);
