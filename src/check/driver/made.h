/* What tools made in earlier runs, kept in the cache, so that a tool is not started for a source that nothing has
 * changed for: clang's bitcode, cython's C.
 *
 * An entry is a pair of files in the cache's folder "made": NAME.made, the bytes, and NAME.list, what they were made of
 * (depends.h). The name is a hash of the tool (its path, and what the file system says of that file), the environment
 * that such tools look at, the folder it runs in, all words of its command line, and the LLVM that reads the result. A
 * source has one entry: what it was before is overwritten.
 *
 * Promise: what is taken has the hash that its list tells, whoever writes there meanwhile. What cannot be kept costs
 * time and nothing else. */
#pragma once
#include <stdbool.h>
#include <time.h>

#include "check/driver/driver.h"

struct rs_recipe {
    const char *entry;            /* the path without its ending; NULL: nothing is kept */
    const char *folder;           /* where the tool runs */
    const char *file;             /* the source as the tool is told of it; NULL: the first that the rule names */
    const struct rs_words *flags; /* that name include folders */
    const char *rule;             /* where the tool shall say what it read, as a rule of make's; NULL: nowhere */
    struct timespec begun;
};

/* The recipe of what session->clang_path makes of a source into `bitcode`; it begins now. */
void rs_made_of_clang(struct rs_session *session, const char *folder, const struct rs_words *flags, const char *file,
                      const char *bitcode, struct rs_recipe *recipe);
/* The recipe of what a command makes, its words without those that name what it makes; `version`: what else decides
 * what it does, such as what it says of itself. */
void rs_made_of_words(struct rs_session *session, char *const *words, const char *version, const char *folder,
                      const struct rs_words *flags, const char *rule, struct rs_recipe *recipe);
/* Whether it was kept and nothing has changed since; it then lies at `product`. */
bool rs_made_take(struct rs_session *session, const struct rs_recipe *recipe, const char *product);
/* Keeps what the tool has made. */
void rs_made_keep(struct rs_session *session, const struct rs_recipe *recipe, const char *product);
