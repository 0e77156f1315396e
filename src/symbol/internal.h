/* What the files of this room share; nobody else includes it. A module is one file on disk and whatever
 * separate debug file goes with it; everything read from it stays until rs_symbol_close. */
#pragma once
#include <elfutils/libdw.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "base/vec.h"
#include "symbol/spans.h"
#include "symbol/symbol.h"

enum {
    RS_CHAIN_MAX = 64,   /* frames of one inlined chain that are kept */
    RS_BUILD_ID_MAX = 64 /* bytes; SHA-1 has 20 */
};

/* An open ELF file. */
struct rs_image {
    int fd;
    Elf *elf;
};

/* A function of the symbol table. */
struct rs_function {
    const char *linkage, *function; /* function is NULL until the symbol is found by a look-up */
    uint64_t start;
};

/* The lines between which a function's statements are, its own braces excluded. In code that Cython generated
 * only lines that were made for one of the .pyx count. */
struct rs_body {
    int first, last;
    bool known, cython;
};

/* A function or an inlined copy of one, as DWARF has it. */
struct rs_entry {
    Dwarf_Die die;
    uint64_t start;
    uint32_t parent; /* the entry that it was inlined into, or RS_SPAN_NONE for a function */
    bool inlined;
    bool named;                   /* what follows is filled */
    int call_line, declared_line; /* 0 if unknown */
    const char *declared_file;
    Dwarf_Off origin; /* equal for copies of one function */
    const char *call_file, *linkage, *function;
    struct rs_body body;   /* filled when it is asked for */
    const char *unit_file; /* where the function comes from: differs from the unit in link-time optimisation */
};

/* A compilation unit; all but the DIEs is filled at the first look-up that lands in it. */
struct rs_unit {
    Dwarf_Die line_die, tree; /* differ for split DWARF */
    bool walked, lines_read;
    int budget;         /* DIEs that the walk may still visit: no unit has more than it has bytes */
    Dwarf_Lines *lines; /* by address */
    size_t line_count;
    RS_VEC(struct rs_entry) entries;
    struct rs_spans spans; /* values are indices of entries */
};

struct rs_range {
    uint64_t lo, hi;
};

struct rs_module {
    struct rs_module *next; /* of the same hash */
    const char *path;
    const char *expected_id; /* the build-id that was asked for, when the file at `path` has another; else NULL */
    char *build_id;
    char *problem;
    struct rs_image main, debug;
    RS_VEC(struct rs_range) code; /* executable sections */
    struct rs_spans symbol_spans; /* values are indices of symbols */
    RS_VEC(struct rs_function) symbols;
    bool full_symbols; /* .symtab, not only .dynsym */
    Dwarf *dwarf;
    bool has_lines;
    RS_VEC(struct rs_unit) units;
    struct rs_spans unit_spans; /* values are indices of units */
};

struct rs_text;
struct rs_symbols {
    struct rs_arena arena;
    const char *debug_directory;
    struct rs_map modules;   /* hash of the path -> struct rs_module * */
    struct rs_map strings;   /* hash -> struct interned * */
    struct rs_map paths;     /* libdw's string -> interned path, so that a path is joined once */
    struct rs_map headers;   /* interned path -> 1 no, 2 yes: a header of CPython's */
    struct rs_map cython;    /* interned path -> struct rs_pyx_map *, or 1 where there is none */
    struct rs_map demangled; /* linkage name (interned) -> name */
    struct rs_text *texts;   /* the files read last */
};

/* ---- elf.c: files, sections, separate debug files ---- */
bool rs_image_open(struct rs_image *image, const char *path, struct rs_error *err);
void rs_image_close(struct rs_image *image);
/* Gives the descriptor back; what was read so far stays readable, the rest does not. */
void rs_image_settle(struct rs_image *image);
/* Lower-case hex, NUL-terminated; false if the file has none. */
bool rs_image_build_id(const struct rs_image *image, char hex[2 * RS_BUILD_ID_MAX + 1]);
/* The first section of that type and name (either may be left out: 0, NULL), or NULL. */
Elf_Scn *rs_image_section(const struct rs_image *image, uint32_t type, const char *name, GElf_Shdr *header);
/* Puts a NUL behind the string sections of the debug information, in memory, before libdw reads them:
 * dwarf_getsrclines of 0.188 runs over the end of a .debug_line_str that does not end with one, and
 * dwarf_formstring lets an index name the place behind .debug_str. */
void rs_image_pad_strings(const struct rs_image *image, struct rs_arena *arena);
/* The separate debug file of the module at `path`, opened into `debug`: by build-id (hex or NULL), else by
 * the link that `main` (may be NULL) holds. */
bool rs_image_find_debug(const char *directory, const char *path, const char *build_id, const struct rs_image *main,
                         struct rs_image *debug);

/* ---- names.c: the symbol table and readable names ---- */
void rs_names_read(struct rs_module *module);
/* The symbol that holds the offset, or NULL. */
const struct rs_function *rs_names_find(struct rs_symbols *symbols, struct rs_module *module, uint64_t offset);
/* The linkage name as a person writes it: demangled, without the marks of cloned and split functions. */
const char *rs_names_readable(struct rs_symbols *symbols, const char *linkage);

/* ---- units.c and dwarf.c: the debug information ---- */
/* Lists the compilation units and the ranges that they cover. */
void rs_units_read(struct rs_module *module);
/* The unit that holds the offset, its functions and lines read; NULL if there is none. */
struct rs_unit *rs_units_find(struct rs_module *module, uint64_t offset);
void rs_units_close(struct rs_module *module);
/* The chain at the offset, innermost first, without the inlined functions of CPython's headers, .pyx lines
 * not yet filled; 0 if DWARF has nothing. */
size_t rs_dwarf_chain(struct rs_symbols *symbols, struct rs_module *module, uint64_t offset, struct rs_frame *chain,
                      size_t max);
/* The function that holds the offset, at its declaration. */
bool rs_dwarf_entry(struct rs_symbols *symbols, struct rs_module *module, uint64_t offset, struct rs_frame *frame);
/* See rs_symbol_statement; .pyx lines not yet filled. */
bool rs_dwarf_statement(struct rs_symbols *symbols, struct rs_module *module, uint64_t from, uint64_t at,
                        struct rs_frame *frame);

/* ---- modules.c ---- */
/* One address for equal texts, valid until the symbols are closed. */
const char *rs_symbol_intern(struct rs_symbols *symbols, const char *text);
/* The module of that path and build-id (hex or NULL), opened at the first call. Never NULL. */
struct rs_module *rs_module_get(struct rs_symbols *symbols, const char *path, const char *build_id);

/* ---- paths.c: what paths say ---- */
/* Absolute and without "." and ".." where that names the same file; interned. `directory` may be NULL. */
const char *rs_path_join(struct rs_symbols *symbols, const char *directory, const char *file);
/* Whether the file (interned) is a header of CPython's own: directly in a folder that holds Python.h, or in
 * cpython/ or internal/ below it. */
bool rs_path_of_python(struct rs_symbols *symbols, const char *file);

/* ---- pyx.c: Cython ---- */
/* The .pyx file and line that the line of a generated file (interned) belongs to; false if it is not
 * generated by Cython, cannot be read, or the line belongs to no statement. `of_function` asks for the `def`
 * line of the function that the line is in instead. */
bool rs_pyx_line(struct rs_symbols *symbols, const char *file, int line, bool of_function, const char **pyx_file,
                 int *pyx_line);
/* The author's __dealloc__ that the tp_dealloc at that line of a generated file calls: its name in C, and its `def`.
 * false: none. */
bool rs_pyx_dealloc(struct rs_symbols *symbols, const char *file, int line, const char **function,
                    const char **pyx_file, int *pyx_line);
void rs_pyx_close(struct rs_symbols *symbols);

/* ---- source.c ---- */
/* The file's bytes, followed by a NUL, valid until the next call; NULL if it cannot be read or is larger than
 * `most`. */
const char *rs_source_text(struct rs_symbols *symbols, const char *file, size_t most, size_t *size);
void rs_source_close(struct rs_symbols *symbols);
