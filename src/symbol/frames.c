/* The public look-ups: which frames a reader sees, and which of them is to blame. */
#include "symbol/internal.h"

#include <string.h>

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);

    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* Adds the .pyx place: of the statement, or of the function's `def`. With #line directives the file is the
 * .pyx itself. */
static void add_pyx(struct rs_symbols *symbols, struct rs_frame *frame, bool of_function)
{
    if (frame->file == NULL || frame->line <= 0)
        return;
    if (ends_with(frame->file, ".pyx") || ends_with(frame->file, ".pxd") || ends_with(frame->file, ".pxi")) {
        frame->pyx_file = frame->file;
        frame->pyx_line = frame->line;
        return;
    }
    rs_pyx_line(symbols, frame->file, frame->line, of_function, &frame->pyx_file, &frame->pyx_line);
}

static void frame_of_symbol(struct rs_frame *frame, const struct rs_function *symbol)
{
    *frame = (struct rs_frame){.function = symbol->function, .linkage = symbol->linkage, .start = symbol->start};
}

size_t rs_symbol_frames(struct rs_symbols *symbols, const char *path, const char *build_id, uint64_t offset,
                        struct rs_frame *frames, size_t max)
{
    struct rs_module *module = rs_module_get(symbols, path, build_id);
    struct rs_frame chain[RS_CHAIN_MAX];
    size_t count = rs_dwarf_chain(symbols, module, offset, chain, RS_CHAIN_MAX);
    const struct rs_function *symbol;

    if (count == 0) {
        symbol = rs_names_find(symbols, module, offset);
        if (symbol == NULL || max == 0)
            return 0;
        frame_of_symbol(&frames[0], symbol);
        return 1;
    }
    if (count > max)
        count = max;
    for (size_t i = 0; i < count; i++) {
        frames[i] = chain[i];
        add_pyx(symbols, &frames[i], false);
    }
    return count;
}

size_t rs_symbol_entry(struct rs_symbols *symbols, const char *path, const char *build_id, uint64_t offset,
                       struct rs_frame *frame)
{
    struct rs_module *module = rs_module_get(symbols, path, build_id);
    const struct rs_function *symbol;

    if (rs_dwarf_entry(symbols, module, offset, frame)) {
        add_pyx(symbols, frame, true);
        if (frame->pyx_file == NULL && frame->function != NULL && frame->file != NULL &&
            strncmp(frame->function, "__pyx_tp_dealloc_", 17) == 0)
            rs_pyx_dealloc(symbols, frame->file, frame->line, &frame->function, &frame->pyx_file, &frame->pyx_line);
        return 1;
    }
    symbol = rs_names_find(symbols, module, offset);
    if (symbol == NULL)
        return 0;
    frame_of_symbol(frame, symbol);
    return 1;
}

bool rs_symbol_statement(struct rs_symbols *symbols, const char *path, const char *build_id, uint64_t from, uint64_t at,
                         struct rs_frame *frame)
{
    struct rs_module *module = rs_module_get(symbols, path, build_id);

    if (!rs_dwarf_statement(symbols, module, from, at, frame))
        return false;
    add_pyx(symbols, frame, false);
    return true;
}

/* Whether the rest of a path, below the folder of the unit's source, leads into a library that lies inside
 * the project: a virtual environment, a vendored copy. */
static bool in_library(const char *rest)
{
    static const char *const folders[] = {"site-packages/", "dist-packages/", "pybind11/", "nanobind/", "boost/",
                                          "third_party/",   "thirdparty/",    "extern/",   "vendor/"};

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        const char *found = strstr(rest, folders[i]);

        if (found != NULL && (found == rest || found[-1] == '/'))
            return true;
    }
    return false;
}

/* Whether the frame's file belongs to the project: it lies in the folder of the unit's primary source or
 * below. */
static bool in_project(const struct rs_frame *frame)
{
    const char *slash = frame->unit_file == NULL ? NULL : strrchr(frame->unit_file, '/');
    size_t folder = slash == NULL ? 0 : (size_t)(slash + 1 - frame->unit_file);

    if (frame->file == NULL || frame->unit_file == NULL)
        return false;
    if (strcmp(frame->file, frame->unit_file) == 0)
        return true;
    /* A source directly in "/" would make everything its project. */
    return folder > 1 && strncmp(frame->file, frame->unit_file, folder) == 0 && !in_library(frame->file + folder);
}

size_t rs_symbol_blame(const struct rs_frame *frames, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!in_project(&frames[i]))
            continue;
        if (frames[i].function == NULL || strncmp(frames[i].function, "__Pyx_", 6) != 0)
            return i;
        for (size_t outer = i + 1; outer < count; outer++)
            if (frames[outer].pyx_file != NULL)
                return outer;
        for (size_t outer = i + 1; outer < count; outer++)
            if (frames[outer].function != NULL && strncmp(frames[outer].function, "__Pyx_", 6) != 0)
                return outer;
        return i;
    }
    return 0;
}

bool rs_symbol_is_refcount_helper(const struct rs_frame *frame)
{
    static const char *const names[] = {"Py_INCREF",
                                        "Py_DECREF",
                                        "Py_XINCREF",
                                        "Py_XDECREF",
                                        "_Py_INCREF",
                                        "_Py_DECREF",
                                        "_Py_XINCREF",
                                        "_Py_XDECREF",
                                        "Py_NewRef",
                                        "Py_XNewRef",
                                        "_Py_NewRef",
                                        "_Py_XNewRef",
                                        "Py_SET_REFCNT",
                                        "_Py_SET_REFCNT",
                                        "Py_DECREF_MORTAL",
                                        "_Py_DECREF_SPECIALIZED",
                                        "_Py_DECREF_NO_DEALLOC"};
    size_t length;

    if (frame->function == NULL || frame->inlined)
        return false;
    length = strcspn(frame->function, "(."); /* C++ adds the arguments, the compiler the marks of clones */
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strlen(names[i]) == length && strncmp(frame->function, names[i], length) == 0)
            return true;
    return false;
}
