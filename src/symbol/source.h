/* Source text for excerpts: one line of a file, as the machine at hand has it. Only regular files are read,
 * with bounds on the file and on the line, and control characters are blanked, so that a report can print
 * what it gets. */
#pragma once
#include <stddef.h>

struct rs_symbols;

/* The line without its newline, at most 500 bytes of it; lives as long as `symbols`. NULL if the file cannot
 * be read, is larger than 32 MB, or has no such line. */
const char *rs_source_line(struct rs_symbols *symbols, const char *file, int line);
