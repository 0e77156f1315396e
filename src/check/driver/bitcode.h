/* Bitcode of earlier runs, kept in the cache, so that clang is not started for a source that nothing has changed for.
 *
 * An entry is a pair of files in the cache's folder "bitcode": NAME.bc and NAME.list, what it was made of (depends.h). The name is a hash
 * of the compiler (its path, and what the file system says of that file), the environment that it looks at, the folder it runs in,
 * all words of its command line, and the LLVM that reads the result. A unit has one entry: what it was before is overwritten.
 *
 * Promise: a taken entry has the hash that its list tells, whoever writes there meanwhile. What cannot be kept costs time and nothing
 * else. */
#pragma once
#include <stdbool.h>
#include <time.h>

#include "check/driver/driver.h"

struct rs_recipe {
    const char *entry;             /* the path without its ending; NULL: nothing is kept */
    const char *folder;
    const struct rs_words *flags;
    const char *rule;              /* where clang's -MD shall write */
    struct timespec begun;
};

/* The recipe of a source that session->clang_path makes into `bitcode`; it begins now. */
void rs_bitcode_recipe(struct rs_session *session, const char *folder, const struct rs_words *flags, const char *file, const char *bitcode,
                       struct rs_recipe *recipe);
/* Whether the bitcode was kept and nothing has changed since; it then lies at `bitcode`. */
bool rs_bitcode_take(struct rs_session *session, const struct rs_recipe *recipe, const char *bitcode);
/* Keeps what clang has made. */
void rs_bitcode_keep(struct rs_session *session, const struct rs_recipe *recipe, const char *bitcode);
