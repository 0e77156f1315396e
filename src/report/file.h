/* Files that reporters write: whole or not at all. A path that is no regular file (a pipe, /dev/stdout) is
 * written directly; "-" is standard output. On failure the temporary file is gone and what was at the path is
 * as before. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

bool rs_file_write(const char *path, const void *bytes, size_t size, struct rs_error *err);
