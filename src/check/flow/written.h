/* Ways of functions as lines of text, and reading them back (written.c). */
#pragma once
#include "check/flow/flow.h"

enum { RS_WRITTEN_LINE_MOST = 1 << 16 };

/* Whether the name can be read back. */
bool rs_written_is_plain(const char *name);
/* One line, "w ...", with what is known of the first `nargs` arguments; names in it are plain. */
void rs_written_way(FILE *file, const struct rs_case *way, unsigned nargs);

/* A line that is taken apart from left to right. */
struct rs_reading {
    struct rs_arena *arena; /* of the names */
    char *at;
    bool good; /* so far; what is read when it is not is in range */
};
/* The next line, which begins with one of the letters and a space; false when there is none. `line` has room for
 * RS_WRITTEN_LINE_MOST bytes. */
bool rs_reading_line(struct rs_reading *r, FILE *file, char *line, const char *letters);
int64_t rs_reading_number(struct rs_reading *r, int64_t low, int64_t high);
uint64_t rs_reading_key(struct rs_reading *r);
/* "" where it is not good. */
const char *rs_reading_word(struct rs_reading *r);
/* What stands behind the "w" of rs_written_way. */
void rs_reading_way(struct rs_reading *r, struct rs_case *way, unsigned nargs);
