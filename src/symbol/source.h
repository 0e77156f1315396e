/* Source text for excerpts: one line of a file, as the machine at hand has it. Only regular files are read,
 * with bounds on the file and on the line, and control characters are blanked, so that a report can print
 * what it gets. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct rs_symbols;

/* For a line of C that Cython generated, the .pyx line of its statement; false if it is none. The file lives as long as
 * `symbols`; where it was not found its name is as Cython wrote it. */
bool rs_source_pyx(struct rs_symbols *symbols, const char *file, int line, const char **pyx_file, int *pyx_line);

/* Whether a file is C that Cython generated. */
bool rs_source_is_cython(struct rs_symbols *symbols, const char *file);

/* The line without its newline, at most 500 bytes of it; lives as long as `symbols`. NULL if the file cannot
 * be read, is larger than 32 MB, or has no such line. */
const char *rs_source_line(struct rs_symbols *symbols, const char *file, int line);
