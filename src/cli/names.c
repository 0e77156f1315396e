/* See names.h. */
#include "cli/names.h"

#include <stdio.h>
#include <string.h>

#include "cli/returns.h"
#include "cli/stack.h"
#include "trace/lines.h"

enum { FRAMES = 32 };

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* The name of a function that begins at `start`, from the tables that hand it to the interpreter; NULL if none names
 * it. */
static const char *role_name(const struct rs_image *image, const struct rs_books *books, const struct rs_module *module,
                             uint64_t start, struct rs_arena *arena)
{
    const struct rs_role *role = rs_ledger_role(books, start);
    const struct rs_method *method =
        image->analysis != NULL ? rs_plan_method_at(image->analysis, (uint32_t)(start - module->base)) : NULL;

    if (role != NULL)
        return role->name;
    if (method != NULL && method->owner != NULL)
        return rs_arena_printf(arena, "%s.%s", method->owner, method->name);
    return method != NULL ? method->name : NULL;
}

/* Without symbols: the table entry of the function that holds the place, or of the one through which it was reached. */
static const char *table_name(const struct rs_naming *naming, const struct rs_books *books,
                              const struct rs_module *module, uint64_t pc, uint64_t via, struct rs_arena *arena)
{
    struct rs_image *image = rs_host_image(naming->host, module->path);
    uint32_t offset = image->analysis != NULL ? rs_plan_function_at(image->analysis, (uint32_t)(pc - module->base)) : 0;
    uint64_t start = module->base + offset;
    const char *name = offset != 0 ? role_name(image, books, module, start, arena) : NULL, *through;

    if (name != NULL && pc > start)
        return rs_arena_printf(arena, "%s (method table) + 0x%llx", name, (unsigned long long)(pc - start));
    if (name != NULL)
        return rs_arena_printf(arena, "%s (method table)", name);
    through = via != 0 && via - module->text_lo < module->text_hi - module->text_lo
                  ? role_name(image, books, module, via, arena)
                  : NULL;
    if (through != NULL)
        return rs_arena_printf(arena, "%s (method table), in the function at 0x%x", through, offset);
    return offset != 0 ? rs_arena_printf(arena, "function at %s+0x%x", base_name(module->path), offset) : NULL;
}

static bool place(void *context, const struct rs_books *books, uint64_t pc, uint64_t via, bool is_entry,
                  struct rs_arena *arena, struct rs_place *to)
{
    struct rs_naming *naming = context;
    const struct rs_module *module = rs_ledger_module_of(books, pc);
    struct rs_frame frames[FRAMES], *frame = NULL;
    char stem[256];
    size_t count;

    *to = (struct rs_place){0};
    if (module == NULL) {
        to->address = rs_arena_printf(arena, "0x%llx", (unsigned long long)pc);
        to->function = "unknown function";
        return true;
    }
    to->module = rs_arena_strdup(arena, rs_host_stem(module->path, stem, sizeof(stem)));
    to->address = rs_arena_printf(arena, "%s+0x%llx", base_name(module->path), (unsigned long long)(pc - module->base));
    if (is_entry)
        count = rs_symbol_entry(naming->symbols, module->path, NULL, pc - module->base, frames);
    else
        count = rs_symbol_frames(naming->symbols, module->path, NULL, pc - module->base, frames, FRAMES);
    if (count > 0)
        frame = &frames[rs_symbol_blame(frames, count)];
    if (frame != NULL && frame->function != NULL) {
        to->function = rs_arena_strdup(arena, frame->function);
        to->file = frame->file != NULL ? rs_arena_strdup(arena, frame->file) : NULL;
        to->line = frame->line;
        to->pyx_file = frame->pyx_file != NULL ? rs_arena_strdup(arena, frame->pyx_file) : NULL;
        to->pyx_line = frame->pyx_line;
        return !rs_symbol_is_refcount_helper(frame);
    }
    to->function = table_name(naming, books, module, pc, via, arena);
    if (to->function == NULL)
        to->function = to->address;
    return true;
}

static void python(void *context, const struct rs_books *books, uint32_t code, uint32_t instr, struct rs_arena *arena,
                   struct rs_line *line)
{
    const struct rs_code *known = code < books->codes.count ? &books->codes.items[code] : NULL;

    line->language = "python";
    if (known == NULL)
        return;
    line->function = rs_arena_strdup(arena, known->name);
    line->file = rs_arena_strdup(arena, known->file);
    line->line = rs_trace_line(books->python, known->table, known->table_size, known->firstline, instr);
}

static size_t returns(void *context, const struct rs_books *books, uint64_t function, struct rs_arena *arena,
                      struct rs_place *places, size_t max)
{
    struct rs_naming *naming = context;
    const struct rs_module *module = rs_ledger_module_of(books, function);
    const struct rs_image *image = module != NULL ? rs_host_image(naming->host, module->path) : NULL;
    struct rs_frame frames[FRAMES];
    size_t count;

    if (image == NULL || image->analysis == NULL)
        return 0;
    count = rs_cli_returns(naming->symbols, image->analysis, module->path, (uint32_t)(function - module->base), frames,
                           FRAMES);
    for (size_t i = 0; i < count && i < max && i < FRAMES; i++) {
        places[i] = (struct rs_place){.file = rs_arena_strdup(arena, frames[i].file),
                                      .line = frames[i].line,
                                      .pyx_line = frames[i].pyx_line};
        places[i].pyx_file = frames[i].pyx_file != NULL ? rs_arena_strdup(arena, frames[i].pyx_file) : NULL;
    }
    return count;
}

struct rs_names rs_cli_names(struct rs_naming *naming)
{
    return (struct rs_names){
        .context = naming, .place = place, .python = python, .returns = returns, .stack = rs_cli_stack};
}
