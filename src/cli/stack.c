/* See stack.h. */
#include "cli/stack.h"

#include <string.h>

#include "symbol/unwind.h"

enum { NATIVE_MAX = 64, FRAMES = 16 };

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* A function without a symbol: what the tables that hand it to the interpreter call it, else its address. */
static const char *other_name(struct rs_naming *naming, const struct rs_books *books, const struct rs_native *native,
                              struct rs_arena *arena, const char *module)
{
    struct rs_place place;

    if (rs_ledger_module_of(books, native->pc) == NULL)
        return rs_arena_printf(arena, "%s+0x%llx", module, (unsigned long long)native->offset);
    rs_cli_names(naming).place(naming, books, native->pc, 0, false, arena, &place);
    return place.function;
}

/* The frames of one address: what was inlined there, then the function that holds it. */
static size_t name(struct rs_naming *naming, const struct rs_books *books, const struct rs_native *native,
                   struct rs_arena *arena, struct rs_line *lines, size_t max)
{
    struct rs_frame frames[FRAMES];
    const char *module = rs_arena_strdup(arena, base_name(native->path));
    size_t count =
        rs_symbol_frames(naming->symbols, native->path, NULL, native->offset, frames, max < FRAMES ? max : FRAMES);

    for (size_t i = 0; i < count; i++) {
        bool pyx = frames[i].pyx_file != NULL;
        const char *file = pyx ? frames[i].pyx_file : frames[i].file;

        lines[i] = (struct rs_line){.language = pyx ? "cython" : "c",
                                    .module = module,
                                    .line = pyx ? frames[i].pyx_line : frames[i].line};
        lines[i].file = file != NULL ? rs_arena_strdup(arena, file) : NULL;
        lines[i].function = frames[i].function != NULL ? rs_arena_strdup(arena, frames[i].function)
                                                       : other_name(naming, books, native, arena, module);
    }
    if (count == 0) {
        lines[0] = (struct rs_line){.language = "c",
                                    .module = module,
                                    .function = other_name(naming, books, native, arena, module)};
        count = 1;
    }
    return count;
}

/* Trampolines: of the module with the area, or false. */
static bool original(struct rs_host *host, const struct rs_books *books, uint64_t *pc, unsigned *depth)
{
    const struct rs_module *module = rs_ledger_module_of_area(books, *pc);
    const struct rs_image *image = module != NULL ? rs_host_image(host, module->path) : NULL;
    uint32_t at = image != NULL && image->analysis != NULL ? rs_plan_origin(image->analysis, *pc - module->area_lo) : 0;

    if (at == 0)
        return false;
    *depth = rs_plan_depth(image->analysis, *pc - module->area_lo);
    *pc = module->base + at;
    return true;
}

uint64_t rs_cli_original(void *host, const struct rs_books *books, uint64_t pc)
{
    unsigned depth;

    return original(host, books, &pc, &depth) ? pc : 0;
}

struct unwinding {
    struct rs_host *host;
    const struct rs_books *books;
};

static bool unwind_original(void *context, uint64_t *pc, unsigned *depth)
{
    const struct unwinding *unwinding = context;

    return original(unwinding->host, unwinding->books, pc, depth);
}

size_t rs_cli_stack(void *context, const struct rs_books *books, struct rs_arena *arena, struct rs_line *lines,
                    size_t max)
{
    struct rs_naming *naming = context;
    const struct rs_process *process = rs_host_process_of(naming->host, books);
    struct rs_native natives[NATIVE_MAX];
    struct unwinding unwinding = {naming->host, books};
    struct rs_native_state state = {.stack = books->stack,
                                    .stack_at = books->stack_at,
                                    .stack_size = books->stack_size,
                                    .pc = books->fault.pc,
                                    .original = unwind_original,
                                    .context = &unwinding};
    size_t natives_count, count = 0;

    if (process == NULL || !books->has_fault)
        return 0;
    state.maps = process->maps;
    memcpy(state.regs, books->fault.regs, sizeof(state.regs));
    natives_count = rs_symbol_unwind(&state, arena, natives, NATIVE_MAX);
    for (size_t i = 0; i < natives_count && count < max; i++) {
        if (natives[i].path == NULL)
            lines[count++] =
                (struct rs_line){.language = "c",
                                 .function = rs_arena_printf(arena, "0x%llx", (unsigned long long)natives[i].pc)};
        else if (strncmp(base_name(natives[i].path), "librefsan.so", 12) != 0)
            count += name(naming, books, &natives[i], arena, lines + count, max - count);
    }
    return count;
}
