/* What both reporters do to strings: bytes that are no UTF-8, control characters, paths, numbers, long names.
 *
 * All results live in the arena or are the argument itself. Inside report/ only. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* The text as valid UTF-8: each maximal run of bytes that starts no valid sequence becomes U+FFFD (Unicode
 * 15, section 3.9, "maximal subparts"). NULL stays NULL. */
const char *rs_text_utf8(struct rs_arena *arena, const char *text);
/* The same, and fit for one line of a terminal: control characters, C1 and the bidirectional overrides are
 * shown as
 * "\x1b"; tabs become blanks. Names come from the program under test: they must not steer the reader's
 * terminal. */
const char *rs_text_printable(struct rs_arena *arena, const char *text);

/* The path below `folder` where it lies there ("case.c" for "/w/case.c" in "/w"), else the path. folder may
 * be NULL. */
const char *rs_text_relative(const char *path, const char *folder);

/* "1,204,331". */
const char *rs_text_number(struct rs_arena *arena, uint64_t number);
/* "3 modules", "1 module". */
const char *rs_text_count(struct rs_arena *arena, uint64_t number, const char *noun);
/* The same of a longer description that has the noun first, or behind one word, in the plural: "1 module of the
 * library" of "modules of the library". 0: the description alone. */
const char *rs_text_counted(struct rs_arena *arena, uint64_t number, const char *nouns);
/* "0.4 s", "95 s", "12 min 5 s". */
const char *rs_text_seconds(struct rs_arena *arena, double seconds);

/* Columns: code points of valid UTF-8. */
size_t rs_text_columns(const char *text);
/* The first `columns` columns, the last three of them "..." where something is left out. */
const char *rs_text_cut(struct rs_arena *arena, const char *text, size_t columns);
/* A C++ name in at most `columns`: arguments go first ("f(...)"), then template arguments ("<...>"), then the
 * outer scopes ("...::f", "f"), then its end. A name that fits is returned as it is. */
const char *rs_text_name(struct rs_arena *arena, const char *name, size_t columns);
/* The line with `name` shortened wherever it stands, by as much as the line is wider than `columns`. name may
 * be NULL. */
const char *rs_text_shorten_in(struct rs_arena *arena, const char *line, const char *name, size_t columns);
