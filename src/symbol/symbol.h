/* From (module file, offset) to names: DWARF through elfutils, else .symtab, .dynsym. The only user of libdw.
 *
 * Offsets are module-relative: runtime address minus load base, i.e. the ELF virtual address of a shared object
 * (for a non-PIE executable the load base is 0). Everything is opened lazily and kept until rs_symbol_close. Strings
 * live as long as the rs_symbols they come from. No function here prints or ends the program; a file that is missing,
 * no ELF, truncated or malformed answers with fewer names, and rs_symbol_problem says why. Not thread-safe. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rs_symbols;

struct rs_frame {
    const char *function; /* demangled for C++ and Rust; "PyInit_x", "queue_refresh"; NULL if unknown */
    const char *linkage;  /* as in the symbol table; NULL if unknown */
    const char *
        file; /* as the debug information names it (absolute: joined with the compilation directory); NULL if unknown */
    int line; /* 0 if unknown */
    const char *pyx_file; /* for Cython-generated C: the .pyx and its line, or NULL and 0 */
    int pyx_line;
    const char *unit_file; /* primary source file of the compilation unit, or NULL */
    uint64_t start;        /* start offset of the symbol that holds the code: function + (offset - start) */
    bool inlined;          /* this frame was inlined into the next one */
};

struct rs_symbols *rs_symbol_open(void);
void rs_symbol_close(struct rs_symbols *symbols);
/* Where separate debug files are looked for besides the module's own folder, instead of /usr/lib/debug:
 * .build-id/xx/yy.debug and the module's path below it. Affects modules that were not opened yet. */
void rs_symbol_debug_directory(struct rs_symbols *symbols, const char *directory);

/* Fills frames innermost first (an inlined chain, then the function that holds it) and returns how many, at most
 * `max`; 0 if nothing at all is known. Frames of CPython's own headers (Py_INCREF and alike inlined from Python.h) are
 * left out when a caller's frame remains. build_id (hex, may be NULL) guards against another file of that name. */
size_t rs_symbol_frames(struct rs_symbols *symbols, const char *path, const char *build_id, uint64_t offset,
                        struct rs_frame *frames, size_t max);

/* The function's declaration line (for entry addresses), same frame semantics, one frame or 0. */
size_t rs_symbol_entry(struct rs_symbols *symbols, const char *path, const char *build_id, uint64_t offset,
                       struct rs_frame *frame);

/* The statement that the code of [from, at] ends with, in the source of the function that holds it: that of the call
 * where something was inlined; the function's own braces are none. One frame; false if no such line is known. */
bool rs_symbol_statement(struct rs_symbols *symbols, const char *path, const char *build_id, uint64_t from, uint64_t at,
                         struct rs_frame *frame);

/* Of the frames, the one a person would blame: the innermost that does not come from a header-only library, that is,
 * whose file lies in the directory tree of the unit's primary source file; frames[0] if there is none such. A helper of
 * Cython's (__Pyx_*) yields to the outer frame with a .pyx line. Index. */
size_t rs_symbol_blame(const struct rs_frame *frames, size_t count);

/* Whether the frame is one of CPython's own refcount helpers, compiled out of line (-O0, -Og): the place to name is
 * then its caller, which only the return address tells. */
bool rs_symbol_is_refcount_helper(const struct rs_frame *frame);

/* The Python-level name of a function of Cython-generated code, given its linkage name (mangled by the C++ compiler
 * as well, or demangled): "__pyx_f_3pkg_3mod_run" is "pkg.mod.run". False, and an empty buffer, if it is not one. */
bool rs_symbol_cython_name(const char *linkage, char *buffer, size_t size);

/* Whether the module has DWARF line information. */
bool rs_symbol_has_lines(struct rs_symbols *symbols, const char *path);
/* Its build-id in hex, or NULL. */
const char *rs_symbol_build_id(struct rs_symbols *symbols, const char *path);
/* One line about why names are missing for this module (stripped, build-id differs, unreadable), or NULL. */
const char *rs_symbol_problem(struct rs_symbols *symbols, const char *path);
