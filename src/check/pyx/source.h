/* A Cython source as the rules read it: logical lines, what is declared, classes, functions. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/vec.h"
#include "check/pyx/pyx.h"
#include "contract/contract.h"

/* A logical line: what brackets, backslashes and triple quotes join. Comments and the insides of strings are blank in
 * `code`, which keeps its newlines, so that a place in it has a line of the file; `raw` is the same as written. */
struct rs_pyx_line {
    const char *code, *raw;
    int number, indent;
    int function;  /* index of the innermost function that it is a statement of, or -1 */
    bool nogil;    /* runs without the GIL */
    bool declares; /* an extern, or the head of a function: what looks like a call is none */
};

enum rs_pyx_type { RS_PYX_OTHER, RS_PYX_OBJECT, RS_PYX_RAW }; /* RAW: PyObject * */
/* Of a type's text up to `end`. */
enum rs_pyx_type rs_pyx_type_of(const char *type, const char *end);

/* A function of C's that the file declares, or cimports from Cython's own cpython package. */
struct rs_pyx_extern {
    const char *name;  /* in this file */
    const char *cname; /* in C */
    const char *file;  /* the .pxd that declares it; NULL: the file itself */
    int line;          /* of that file */
    enum rs_pyx_type result;
    bool nogil, cimported;
    RS_VEC(enum rs_pyx_type) arguments;
};

struct rs_pyx_attribute {
    const char *name;
    enum rs_pyx_type type;
};

struct rs_pyx_class {
    const char *name;
    int line, indent;
    size_t first, end; /* lines */
    RS_VEC(struct rs_pyx_attribute) attributes;
};

struct rs_pyx_function {
    const char *name;       /* "decode", "Box.__dealloc__" */
    const char *bare;       /* without the class */
    const char *parameters; /* between the brackets */
    int line, in_class;     /* index of the class, or -1 */
    size_t first, end;      /* lines of its body */
};

struct rs_pyx_source {
    struct rs_arena arena;
    RS_VEC(struct rs_pyx_line) lines;
    RS_VEC(struct rs_pyx_extern) externs;
    RS_VEC(struct rs_pyx_class) classes;
    RS_VEC(struct rs_pyx_function) functions;
};

/* Of lines.c: fills source->lines. */
void rs_pyx_lines_read(struct rs_pyx_source *source, const char *text, size_t size);
void rs_pyx_source_read(struct rs_pyx_source *source, const char *text, size_t size);
/* Adds what .pxd files declare: that of the file's own name (`stem`), and those of modules that it cimports functions
 * from. */
void rs_pyx_source_declared(struct rs_pyx_source *source, const char *stem, const struct rs_pyx_reader *reader);
void rs_pyx_source_close(struct rs_pyx_source *source);

/* The line of the file on which a place of the logical line stands. */
int rs_pyx_line_of(const struct rs_pyx_line *line, const char *at);
/* The extern of that name, or NULL. */
const struct rs_pyx_extern *rs_pyx_extern_find(const struct rs_pyx_source *source, const char *name, size_t length);

/* Scanning of code. A word is an identifier, with its dots for pyx_path_length. */
bool rs_pyx_is_word(char c);
size_t rs_pyx_word_length(const char *at);
/* The next place where the word stands as a whole, or NULL. */
const char *rs_pyx_find_word(const char *code, const char *word);
/* The next call in the code: its name (length to *length) and the bracket behind it (*open), or NULL. */
const char *rs_pyx_find_call(const char *code, size_t *length, const char **open);
/* The end of a bracket's inside (the closing one, or the code's end). */
const char *rs_pyx_close(const char *open);
/* The n-th argument (from 0) between brackets, trimmed; NULL if there are fewer. */
const char *rs_pyx_argument(struct rs_arena *arena, const char *open, size_t n);
