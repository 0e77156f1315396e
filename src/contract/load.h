/* Tables of a user's own libraries (--contracts FILE), in the text format of docs/internals/contracts.md, read by the
 * host.
 *
 * Promise: every file is read whole before one row counts: an error leaves the table as it was. Not sorted, not
 * compared with names.tsv; else the same words and the same errors as tools/contracts.py:
 *
 *     mine.txt:3: "stael": an argument kind was expected (...), nearest is "steal"
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Reads all files and lays their rows over the built-in table, for the rest of the program's life; where both know a
 * name in a version, the file's row counts. Called at most once, before the first look-up. False with one line. */
bool rs_contract_load(const char *const *paths, size_t count, struct rs_error *err);
/* Whether the text would load; nothing else happens. The text need not end with a zero. */
bool rs_contract_check_text(const char *name, const char *text, size_t size, struct rs_error *err);
