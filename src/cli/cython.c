/* See cython.h. */
#include "cli/cython.h"

#include <ctype.h>
#include <string.h>

#include "symbol/source.h"

/* Cython writes paths as seen from the package's root: the unit whose path ends so, where there is one. */
static const char *unit_of(const struct rs_report *report, const char *path)
{
    size_t tail = strlen(path);

    for (size_t i = 0; path[0] != '/' && i < report->command.count; i++) {
        const char *unit = report->command.items[i];
        size_t length = strlen(unit);

        if (length > tail && unit[length - tail - 1] == '/' && strcmp(unit + length - tail, path) == 0)
            return unit;
    }
    return path;
}

static void name_line(struct rs_symbols *symbols, const struct rs_report *report, struct rs_place *place)
{
    if (place->pyx_file == NULL &&
        !rs_source_pyx(symbols, place->file, place->line, &place->pyx_file, &place->pyx_line))
        return;
    place->pyx_file = unit_of(report, place->pyx_file);
}

/* The text with one name in the place of another, wherever that stands as a whole. */
static const char *renamed(struct rs_arena *arena, const char *text, const char *from, const char *to)
{
    const char *at, *end = text != NULL ? text + strlen(text) : NULL, *head = "";
    size_t length = strlen(from);

    if (text == NULL)
        return NULL;
    while ((at = strstr(text, from)) != NULL) {
        bool whole = at + length == end || (!isalnum((unsigned char)at[length]) && at[length] != '_');

        head = rs_arena_printf(arena, "%s%.*s%s", head, (int)(at - text), text, whole ? to : from);
        text = at + length;
    }
    return *head != 0 ? rs_arena_printf(arena, "%s%s", head, text) : text;
}

/* "pkg.mod.Store.put" for "__pyx_f_3pkg_3mod_5Store_put", in the place and in what is said. */
static void name_function(struct rs_report *report, struct rs_finding *finding, struct rs_place *place)
{
    char name[512];

    if (place->function == NULL || !rs_symbol_cython_name(place->function, name, sizeof(name)))
        return;
    finding->message = renamed(&report->arena, finding->message, place->function, name);
    place->function = rs_arena_strdup(&report->arena, name);
}

static bool same_line(const struct rs_place *a, const struct rs_place *b)
{
    return a->pyx_file != NULL && b->pyx_file != NULL && a->pyx_line == b->pyx_line &&
           strcmp(a->pyx_file, b->pyx_file) == 0;
}

/* Whether a finding was read off the .pyx file itself. */
static bool is_of_source(const struct rs_finding *finding)
{
    return finding->culprit.pyx_file != NULL && finding->culprit.file != NULL &&
           strcmp(finding->culprit.file, finding->culprit.pyx_file) == 0;
}

/* Whether a step of the finding's path is at the place's .pyx line. */
static bool passes(struct rs_symbols *symbols, const struct rs_report *report, const struct rs_finding *finding,
                   const struct rs_place *place)
{
    for (size_t i = 0; i < finding->path.count; i++) {
        struct rs_place at = {.file = finding->path.items[i].file, .line = finding->path.items[i].line};

        name_line(symbols, report, &at);
        if (same_line(&at, place))
            return true;
    }
    return false;
}

static bool repeats(struct rs_symbols *symbols, const struct rs_report *report, const struct rs_finding *finding)
{
    for (size_t i = 0; i < report->findings.count; i++) {
        const struct rs_finding *other = &report->findings.items[i];

        if (is_of_source(other) && other->kind == finding->kind &&
            (same_line(&other->culprit, &finding->culprit) ||
             (finding->has_belief && same_line(&other->culprit, &finding->belief)) ||
             passes(symbols, report, finding, &other->culprit)))
            return true;
    }
    return false;
}

/* A line that somebody wrote: "(tree fragment)" and "<stringsource>" are Cython's own, too. */
static bool is_written(const struct rs_place *place)
{
    const char *dot = place->pyx_file != NULL ? strrchr(place->pyx_file, '.') : NULL;

    return dot != NULL && (strncmp(dot, ".py", 3) == 0 || strncmp(dot, ".px", 3) == 0);
}

/* Whether a finding is about what Cython wrote: no line of a .pyx, or the order in which it replaces attributes. */
static bool is_of_generator(struct rs_symbols *symbols, const struct rs_finding *finding)
{
    if (!rs_source_is_cython(symbols, finding->culprit.file))
        return false;
    return finding->rule == RS_RULE_RS107 ||
           (!is_written(&finding->culprit) && !(finding->has_belief && is_written(&finding->belief)));
}

/* Those that the analysis itself has left out are counted by the same words. */
static void add_uncovered(struct rs_report *report, size_t number)
{
    static const char what[] = "suspicions about code of Cython's own";

    for (size_t i = 0; i < report->uncovered.count; i++)
        if (strcmp(report->uncovered.items[i].what, what) == 0) {
            report->uncovered.items[i].count += number;
            return;
        }
    if (number > 0)
        *RS_PUSH(&report->uncovered) = (struct rs_uncovered){what, number, false};
}

void rs_cli_cython(struct rs_symbols *symbols, struct rs_report *report)
{
    bool *out = rs_alloc(report->findings.count * sizeof(*out));
    size_t kept = 0, generators = 0;

    for (size_t i = 0; i < report->findings.count; i++) {
        name_line(symbols, report, &report->findings.items[i].culprit);
        name_line(symbols, report, &report->findings.items[i].belief);
        name_function(report, &report->findings.items[i], &report->findings.items[i].culprit);
        name_function(report, &report->findings.items[i], &report->findings.items[i].belief);
    }
    for (size_t i = 0; i < report->findings.count; i++)
        out[i] = !is_of_source(&report->findings.items[i]) && repeats(symbols, report, &report->findings.items[i]);
    for (size_t i = 0; i < report->findings.count; i++) {
        if (out[i] || !is_of_generator(symbols, &report->findings.items[i]))
            continue;
        out[i] = true;
        generators++;
    }
    for (size_t i = 0; i < report->findings.count; i++) {
        if (out[i])
            rs_finding_close(&report->findings.items[i]);
        else
            report->findings.items[kept++] = report->findings.items[i];
    }
    report->findings.count = kept;
    add_uncovered(report, generators);
    free(out);
}
