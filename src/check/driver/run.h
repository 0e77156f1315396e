/* Other programs: the compiler, Python, pip, cython. Never through a shell. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* The first executable file of that name in the folders of PATH, `but` left out (may be NULL); a name with a slash is
 * taken as it is. NULL if there is none. */
const char *rs_run_find(struct rs_arena *arena, const char *name, const char *but);
/* What a command prints on standard output, at most 64 KB, without the last newline; its errors go nowhere. NULL if it
 * cannot be run or fails. */
const char *rs_run_output(struct rs_arena *arena, char **command);
/* Runs a command to its end and answers its wait status, -1 with errno where it cannot be started. `output`: the file
 * that receives what it prints and complains, or NULL to leave that alone. `folder`: where it runs, or NULL. */
int rs_run_to_end(char **command, const char *folder, const char *output);
