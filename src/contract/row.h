/* Within the room: one line of a contract file, as load.c reads it. Host only. */
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "contract/contract.h"

/* Where a line stands, for errors: FILE:LINE: "WORD": what was expected. */
struct rs_line {
    const char *file;
    unsigned number;
    char *text; /* without its newline; may be written to */
};

enum { RS_OLDEST = 0x0308, RS_NEWEST = 0x030f };

/* False with the error that names the line and the word; `words` (NULL-terminated, or NULL): what may be meant. */
bool rs_line_fail(const struct rs_line *line, struct rs_error *err, const char *word, const char *const *words,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Reads "[macro|entry] NAME(ARGUMENTS) -> RESULT WORD ..." into `row`; what it refers to is in the arena. */
bool rs_row_parse(const struct rs_line *line, struct rs_arena *arena, struct rs_contract *row, struct rs_error *err);
/* The next word of *text, cut off and ended with a zero; NULL where there is none. */
char *rs_row_word(char **text);
/* Whether it is a name: letters, digits, '_' and '.', not beginning with a digit or a dot. */
bool rs_row_is_name(const char *word);
/* types.c: the texts of a row's clauses "makes:" and "needs:", which are cut into words. The row's arguments lie in the
 * reader's arena. */
bool rs_row_makes(const struct rs_line *line, struct rs_contract *row, char *text, struct rs_error *err);
bool rs_row_needs(const struct rs_line *line, struct rs_contract *row, char *text, struct rs_error *err);
