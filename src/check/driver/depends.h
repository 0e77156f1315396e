/* What a thing was made of, and whether that is still so: the files that a compiler read, by the hashes of their bytes,
 * and the folders in which a header could appear that would be read before one of them, by the hashes of the names in
 * them.
 *
 * Promise: any bytes give a list or are refused; what was cut short or damaged is refused. No time stamp decides: an
 * archive that is unpacked again or a branch that is checked out again changes those of every file. Refuses: to notice
 * that a source asked for a file that was not there (__has_include), and now is. */
#pragma once
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "check/driver/cache.h"
#include "check/driver/driver.h"

struct rs_depend {
    const char *path; /* absolute */
    bool folder;
    struct rs_key hash;
};

struct rs_depends {
    struct rs_key made; /* the bytes of what was made */
    RS_VEC(struct rs_depend) list;
};

/* The files behind the colon of the rule that `-MD` writes, as written there. */
void rs_depends_of_rule(struct rs_arena *arena, const char *rule, struct rs_words *files);
/* The list of these files, which a compiler read in `folder` with these flags. False where one cannot be read, has a
 * line end in its name, or was changed since `begun` (of CLOCK_REALTIME_COARSE, the clock of files): nobody knows then
 * which state was read. */
bool rs_depends_note(struct rs_arena *arena, const char *folder, const struct rs_words *flags,
                     const struct rs_words *files, struct timespec begun, struct rs_depends *to);
/* Whether all of the list is as it was. */
bool rs_depends_hold(const struct rs_depends *depends);
/* The list as text, and back. Strings of a list that was read live in the arena. */
char *rs_depends_text(const struct rs_depends *depends, size_t *size);
bool rs_depends_read(struct rs_arena *arena, const char *text, size_t size, struct rs_depends *to);
void rs_depends_close(struct rs_depends *depends);
