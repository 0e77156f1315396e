/* See suppressions.h. */
#include "cli/suppressions.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/launch.h"
#include "symbol/source.h"

struct rs_suppressions *rs_cli_suppressions(const char *file)
{
    static const char *const shipped[] = {RS_SUPPRESSIONS_FROM_BINDIR, "../data/suppressions/default.supp", NULL};
    struct rs_suppressions *set = rs_suppress_open();
    const char *ours = rs_launch_beside(shipped);
    struct rs_error err;

    if ((ours == NULL || rs_suppress_append(set, ours, &err)) && (file == NULL || rs_suppress_append(set, file, &err)))
        return set;
    rs_cli_usage_error("%s", err.text);
    rs_suppress_close(set);
    return NULL;
}

static const char *source_line(void *context, const char *file, int line)
{
    return rs_source_line(context, file, line);
}

void rs_cli_suppress(struct rs_suppressions *set, struct rs_symbols *sources, struct rs_report *report, bool aloud)
{
    struct rs_error bad;

    rs_suppress_apply(set, report, source_line, sources, &bad);
    if (aloud && bad.text[0] != 0)
        rs_cli_usage_error("%s", bad.text);
}

void rs_cli_unused_suppressions(const struct rs_suppressions *set, const char *file)
{
    const struct rs_suppression *block;

    for (size_t i = 0; (block = rs_suppress_at(set, i)) != NULL; i++)
        if (block->used == 0 && strcmp(block->file, file) == 0)
            fprintf(stderr, "refsan: %s:%d: the suppression '%s' matched nothing\n", block->file, block->line,
                    block->name);
}
