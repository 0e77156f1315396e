/* See returns.h. */
#include "cli/returns.h"

#include <string.h>

struct returning {
    struct rs_symbols *symbols;
    const char *path;
    struct rs_frame entry, *frames;
    size_t count, max;
};

static bool is_same_line(const struct rs_frame *a, const struct rs_frame *b)
{
    return a->pyx_file != NULL && b->pyx_file != NULL
               ? a->pyx_line == b->pyx_line && strcmp(a->pyx_file, b->pyx_file) == 0
               : a->line == b->line && strcmp(a->file, b->file) == 0;
}

/* See rs_plan_returns. Code that another function's debug information claims has no statement of this one. */
static bool statement(void *context, uint32_t from, uint32_t at)
{
    struct returning *r = context;
    struct rs_frame frame;

    if (!rs_symbol_statement(r->symbols, r->path, NULL, from, at, &frame) || frame.function == NULL ||
        strcmp(frame.function, r->entry.function) != 0)
        return false;
    for (size_t i = 0; i < r->count && i < r->max; i++)
        if (is_same_line(&frame, &r->frames[i]))
            return true;
    if (r->count < r->max)
        r->frames[r->count] = frame;
    r->count++;
    return true;
}

size_t rs_cli_returns(struct rs_symbols *symbols, const struct rs_analysis *analysis, const char *path,
                      uint32_t function, struct rs_frame *frames, size_t max)
{
    struct returning r = {.symbols = symbols, .path = path, .frames = frames, .max = max};

    if (rs_symbol_entry(symbols, path, NULL, function, &r.entry) == 0 || r.entry.function == NULL ||
        !rs_plan_returns(analysis, function, statement, &r))
        return 0;
    return r.count;
}
