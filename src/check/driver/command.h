/* A compiler's command line, as gcc and clang understand it: what it reads, what it makes, and the flags that decide
 * what the source means.
 *
 * Promise: any list of words gives an answer; words that clang does not know or that only matter to code generation are
 * left out of `flags`. */
#pragma once
#include <stdbool.h>

#include "check/driver/driver.h"

enum rs_command_makes {
    RS_MAKES_NOTHING, /* -E, -M, -S, -fsyntax-only, --version: nothing that ends up in a module */
    RS_MAKES_OBJECT,  /* -c */
    RS_MAKES_SHARED,  /* -shared, -bundle */
    RS_MAKES_ARCHIVE, /* ar: a library of objects, linked later on */
    RS_MAKES_PROGRAM,
};

struct rs_command {
    enum rs_command_makes makes;
    struct rs_words sources;   /* C and C++ ones, as written */
    struct rs_words objects;   /* .o and .a that are linked, as written */
    struct rs_words libraries; /* "m" of -lm */
    const char *output;        /* -o, as written; NULL: the compiler's own choice */
    struct rs_words flags;     /* clang's */
};

/* Whether a name is that of an archiver: "ar", "gcc-ar", "llvm-ar-19". */
bool rs_command_is_archiver(const char *name);
/* Strings are those of `words`. words[0] is the compiler, or an archiver. */
void rs_command_parse(const char *const *words, size_t count, struct rs_command *to);
void rs_command_close(struct rs_command *command);
/* The include folder that flags[*at] names, as written, or NULL; *at moves to the last word of the option. */
const char *rs_command_include(const struct rs_words *flags, size_t *at);
/* Whether a file's name says C or C++. */
bool rs_command_is_source(const char *file);
/* The words of a shell's line: blanks separate, quotes and backslashes hold; nothing else has a meaning. */
void rs_command_split(struct rs_arena *arena, const char *line, struct rs_words *words);
