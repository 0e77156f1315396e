/* What a path in the debug information says: its joined form, and whether it is a header of CPython's own.
 * Modules come from other machines (wheels), so the text must do where the file is not here. */
#include "symbol/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Drops "." and empty parts and folds ".." into the part before it, in place; whether a ".." was folded. */
static bool fold(char *path)
{
    bool absolute = path[0] == '/', folded = false;
    char *start = path + absolute, *out = start, *in = start;

    while (*in != '\0') {
        size_t length = strcspn(in, "/");
        bool up = length == 2 && in[0] == '.' && in[1] == '.';
        char *last = out;

        while (last > start && last[-1] != '/')
            last--;
        if (up && out > start && !(out - last == 2 && last[0] == '.' && last[1] == '.')) {
            out = last > start ? last - 1 : start;
            folded = true;
        } else if (length > 0 && !(length == 1 && in[0] == '.') && !(up && absolute)) {
            if (out > start)
                *out++ = '/';
            memmove(out, in, length);
            out += length;
        }
        in += length + (in[length] == '/');
    }
    *out = '\0';
    return folded;
}

const char *rs_path_join(struct rs_symbols *symbols, const char *directory, const char *file)
{
    size_t length = directory == NULL || file[0] == '/' ? 0 : strlen(directory);
    char *raw = rs_alloc(length + strlen(file) + 2), *path;
    const char *kept;

    if (length > 0) {
        memcpy(raw, directory, length);
        raw[length] = '/';
    }
    strcpy(raw + length + (length > 0), file);
    path = rs_strdup(raw);
    /* Behind a symbolic link ".." leads elsewhere: the file system decides where it can. */
    kept = fold(path) && access(path, F_OK) != 0 && access(raw, F_OK) == 0 ? raw : path;
    kept = rs_symbol_intern(symbols, kept);
    free(path);
    free(raw);
    return kept;
}

/* Whether a part of `length` characters is the name of Python's include folder: "python3.11", "python3.13t",
 * "python3.8d". */
static bool is_include_folder(const char *part, size_t length)
{
    size_t digits;

    if (length < 9 || strncmp(part, "python3.", 8) != 0)
        return false;
    for (digits = 8; digits < length && isdigit((unsigned char)part[digits]); digits++)
        ;
    while (digits < length && strchr("tdmu", part[digits]) != NULL)
        digits++;
    return digits == length;
}

/* Start of the last part of path[0 .. end). */
static size_t last_part(const char *path, size_t end)
{
    while (end > 0 && path[end - 1] != '/')
        end--;
    return end;
}

static bool holds_python_h(const char *path, size_t folder)
{
    char *name = rs_alloc(folder + sizeof("/Python.h"));
    bool found;

    memcpy(name, path, folder);
    strcpy(name + folder, "/Python.h");
    found = access(name, F_OK) == 0;
    free(name);
    return found;
}

/* The headers of CPython whose inline functions touch references, for source trees that are not here. */
static bool is_known_header(const char *name)
{
    static const char *const names[] = {"object.h",      "refcount.h",      "abstract.h",      "listobject.h",
                                        "tupleobject.h", "unicodeobject.h", "dictobject.h",    "methodobject.h",
                                        "objimpl.h",     "moduleobject.h",  "weakrefobject.h", "cellobject.h",
                                        "funcobject.h",  "pystate.h",       "ceval.h"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool of_python(const char *path)
{
    size_t length = strlen(path), name = last_part(path, length), end, part;

    if (length < 3 || strcmp(path + length - 2, ".h") != 0 || name < 2)
        return false;
    if (strcmp(path + name, "pythoncapi_compat.h") ==
        0) /* CPython's inline functions for older versions, copied into projects */
        return true;
    end = name - 1;
    part = last_part(path, end);
    if (part > 1 && ((end - part == 7 && strncmp(path + part, "cpython", 7) == 0) ||
                     (end - part == 8 && strncmp(path + part, "internal", 8) == 0))) {
        end = part - 1;
        part = last_part(path, end);
    }
    if (part >= 9 && strncmp(path + part - 9, "/include/", 9) == 0 && is_include_folder(path + part, end - part))
        return true;
    if (end - part == 7 && strncmp(path + part, "Include", 7) == 0 && is_known_header(path + name))
        return true;
    return holds_python_h(path, end);
}

bool rs_path_of_python(struct rs_symbols *symbols, const char *file)
{
    uint64_t *known;

    if (file == NULL)
        return false;
    known = rs_map_at(&symbols->headers, (uintptr_t)file);
    if (*known == 0)
        *known = of_python(file) ? 2 : 1;
    return *known == 2;
}
