/* Reads the tables of a user's own libraries and lays them over the built-in one. See load.h. */
#include "contract/load.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "contract/row.h"

enum { FILE_MAX = 4 << 20 };

struct loading {
    struct rs_arena arena;
    RS_VEC(struct rs_contract) rows;
    RS_VEC(struct rs_line) places; /* of the rows */
    struct rs_error *err;
};

/* ---------------------------------------------------------------- clauses */

static const char *const clauses[] = {"use", "twin", "note", "source", "at", "library", "makes", "needs", NULL};
enum { USE = 1, TWIN = 2, NOTE = 4, SOURCE = 8, AT = 16, LIBRARY = 32, MAKES = 64, NEEDS = 128 };

/* "1.26" up to `end` -> 0x011a; 0 where it is no release. */
static unsigned release_of(const char *text, const char *end)
{
    unsigned number[2] = {0, 0}, part = 0, digits = 0;

    for (; text < end; text++) {
        if (*text == '.' && part == 0 && digits > 0) {
            part = 1;
            digits = 0;
        } else if (isdigit((unsigned char)*text) && digits++ < 3) {
            number[part] = 10 * number[part] + (unsigned)(*text - '0');
        } else {
            return 0;
        }
    }
    return part == 1 && digits > 0 && number[0] < 256 && number[1] < 256 ? number[0] << 8 | number[1] : 0;
}

static bool read_releases(struct loading *l, const struct rs_line *line, struct rs_contract *row, const char *text)
{
    const char *dots = strstr(text, ".."), *end = text + strlen(text);
    unsigned since = dots != NULL && dots > text ? release_of(text, dots) : 0,
             until = dots != NULL && dots + 2 < end ? release_of(dots + 2, end) : 0;

    if (row->library == NULL)
        return rs_line_fail(line, l->err, "library", NULL, "only the rows of a library's table have releases");
    if (dots == NULL || end - text == 2 || (since == 0 && dots > text) || (until == 0 && dots + 2 < end))
        return rs_line_fail(line, l->err, text, NULL,
                            "releases of the library were expected (1.7.., ..1.26, 2.0..2.3)");
    if (until != 0 && until < since)
        return rs_line_fail(line, l->err, text, NULL, "a range that ends before it starts; FIRST..LAST was expected");
    row->library_since = (uint16_t)since;
    row->library_until = (uint16_t)until;
    return true;
}

static bool read_place(struct loading *l, const struct rs_line *line, struct rs_contract *row, const char *text)
{
    char *copy = rs_arena_strdup(&l->arena, text), *rest = copy, *table = rs_row_word(&rest),
         *place = rs_row_word(&rest);

    if (!(row->flags & RS_ENTRY))
        return rs_line_fail(line, l->err, "at", NULL, "only rows of kind entry stand in a table of functions");
    if (table == NULL || !rs_row_is_name(table) || place == NULL || rs_row_word(&rest) != NULL || strlen(place) > 4 ||
        place[strspn(place, "0123456789")] != 0)
        return rs_line_fail(line, l->err, text, NULL, "a table and a place in it were expected (numpy._ARRAY_API 93)");
    row->table = table;
    row->entry = (uint16_t)atoi(place);
    return true;
}

/* `seen`: the clauses that the row has already. */
static bool read_clause(struct loading *l, const struct rs_line *line, unsigned *seen)
{
    struct rs_contract *row = l->rows.count > 0 ? &l->rows.items[l->rows.count - 1] : NULL;
    char *word = line->text + strspn(line->text, " \t"), *colon = strchr(word, ':'), *text, *end;
    unsigned which = 0;

    if (colon != NULL)
        *colon = 0;
    while (colon != NULL && clauses[which] != NULL && strcmp(word, clauses[which]) != 0)
        which++;
    if (colon == NULL || clauses[which] == NULL) {
        char *rest = word;

        return rs_line_fail(line, l->err, rs_row_word(&rest), clauses,
                            "a clause was expected (use:, twin:, note:, source:, at:, library:, makes:, needs:)");
    }
    if (row == NULL)
        return rs_line_fail(line, l->err, word, NULL, "a row was expected before its clauses");
    if (*seen & 1u << which)
        return rs_line_fail(line, l->err, word, NULL, "the clause stands twice");
    *seen |= 1u << which;
    text = colon + 1 + strspn(colon + 1, " \t");
    for (end = text + strlen(text); end > text && isspace((unsigned char)end[-1]); end--)
        ;
    *end = 0;
    if (text[0] == 0)
        return rs_line_fail(line, l->err, word, NULL, "a text was expected behind the colon");
    text = rs_arena_strdup(&l->arena, text);
    if (1u << which == USE)
        row->replacement = text;
    else if (1u << which == TWIN)
        row->twin = text;
    else if (1u << which == NOTE)
        row->note = text;
    return 1u << which == AT        ? read_place(l, line, row, text)
           : 1u << which == LIBRARY ? read_releases(l, line, row, text)
           : 1u << which == MAKES   ? rs_row_makes(line, row, text, l->err)
           : 1u << which == NEEDS   ? rs_row_needs(line, row, text, l->err)
                                    : true;
}

/* ---------------------------------------------------------------- files */

static const char *stem_of(struct loading *l, const char *path)
{
    const char *name = strrchr(path, '/');

    name = name != NULL ? name + 1 : path;
    return rs_arena_strndup(&l->arena, name, strcspn(name, "."));
}

static bool read_library(struct loading *l, const struct rs_line *line, size_t first, const char **library)
{
    char *rest = line->text, *word = rs_row_word(&rest), *name = rs_row_word(&rest), *more = rs_row_word(&rest);

    if (l->rows.count > first)
        return rs_line_fail(line, l->err, word, NULL, "it stands before the first row");
    if (name == NULL || more != NULL || !rs_row_is_name(name))
        return rs_line_fail(line, l->err,
                            more != NULL   ? more
                            : name != NULL ? name
                                           : word,
                            NULL, "one name was expected: library NAME");
    *library = rs_arena_strdup(&l->arena, name);
    return true;
}

static bool is_known(const char *name)
{
    for (unsigned version = RS_OLDEST; version <= RS_NEWEST; version++)
        if (rs_contract_find(name, version) != NULL)
            return true;
    return false;
}

/* A name that looks like one of CPython's has to be one, unless the file says whose it is. */
static bool check_name(struct loading *l, const struct rs_line *line, const struct rs_contract *row)
{
    bool like_cpython = strncmp(row->name, "Py", 2) == 0 || strncmp(row->name, "_Py", 3) == 0;
    const char **names, *near;
    bool bad;

    if (row->library != NULL || !like_cpython || is_known(row->name))
        return true;
    names = rs_alloc((rs_contract_count() + 1) * sizeof(*names));
    for (unsigned i = 0; i < rs_contract_count(); i++)
        names[i] = rs_contract_at(i)->name;
    names[rs_contract_count()] = NULL;
    near = row->name;
    bad = rs_line_fail(line, l->err, near, names,
                       "a name that exists in a known CPython was expected (another library's: begin the "
                       "file with \"library NAME\")");
    free(names);
    return bad;
}

/* Whether there may be a Python, and a release of the library, in which both rows hold. */
static bool overlap(const struct rs_contract *a, const struct rs_contract *b)
{
    if ((a->until != 0 && a->until < b->since) || (b->until != 0 && b->until < a->since))
        return false;
    return !(a->library_until != 0 && a->library_until < b->library_since) &&
           !(b->library_until != 0 && b->library_until < a->library_since);
}

static bool check_row(struct loading *l, const struct rs_line *line, size_t place)
{
    const struct rs_contract *row = &l->rows.items[place];

    if ((row->flags & RS_ENTRY) && row->table == NULL)
        return rs_line_fail(line, l->err, row->name, NULL, "its place was expected: \"at: TABLE INDEX\"");
    if (!check_name(l, line, row))
        return false;
    for (size_t i = 0; i < place; i++) {
        const struct rs_contract *other = &l->rows.items[i];

        if (strcmp(row->name, other->name) == 0 && overlap(row, other))
            return rs_line_fail(line, l->err, row->name, NULL,
                                "a second row for the same versions; the first is at %s:%u", l->places.items[i].file,
                                l->places.items[i].number);
    }
    return true;
}

static bool read_line(struct loading *l, const struct rs_line *line, size_t first, const char **library, unsigned *seen)
{
    struct rs_contract row;

    if (line->text[strspn(line->text, " \t\r")] == 0 || line->text[0] == '#')
        return true;
    if (isspace((unsigned char)line->text[0]))
        return read_clause(l, line, seen);
    if (strncmp(line->text, "library", 7) == 0 && (line->text[7] == 0 || isspace((unsigned char)line->text[7])))
        return read_library(l, line, first, library);
    if (!rs_row_parse(line, &l->arena, &row, l->err))
        return false;
    if (l->rows.count == RS_USER_ROWS)
        return rs_line_fail(line, l->err, row.name, NULL, "at most %d rows were expected", RS_USER_ROWS);
    row.library = *library;
    row.header = stem_of(l, line->file);
    *RS_PUSH(&l->rows) = row;
    *RS_PUSH(&l->places) = (struct rs_line){line->file, line->number, NULL};
    *seen = 0;
    return true;
}

/* Whether the bytes are text: one that is not is no contract file. */
static bool is_text(const char *text, size_t size)
{
    return memchr(text, 0, size) == NULL;
}

static bool read_text(struct loading *l, const char *path, char *text, size_t size)
{
    struct rs_line line = {.file = path};
    const char *library = NULL;
    size_t first = l->rows.count;
    unsigned seen = 0;

    if (!is_text(text, size))
        return rs_fail(l->err, "%s: a text of contract rows was expected, it holds a zero byte", path);
    for (char *next = text; next != NULL; text = next) {
        next = strchr(text, '\n');
        if (next != NULL)
            *next++ = 0;
        line.number++;
        text[strcspn(text, "\r")] = 0;
        line.text = text;
        if (!read_line(l, &line, first, &library, &seen))
            return false;
    }
    for (size_t i = first; i < l->rows.count; i++)
        if (!check_row(l, &l->places.items[i], i))
            return false;
    return true;
}

static char *slurp(const char *path, size_t *size, struct rs_error *err)
{
    FILE *in = fopen(path, "r");
    char *text;

    if (in == NULL) {
        rs_fail(err, "cannot read '%s': %s", path, strerror(errno));
        return NULL;
    }
    text = rs_alloc(FILE_MAX + 1);
    *size = fread(text, 1, FILE_MAX, in);
    text[*size] = 0;
    if (ferror(in) || (*size == FILE_MAX && fgetc(in) != EOF)) {
        rs_fail(err, "cannot read '%s': %s", path,
                ferror(in) ? strerror(errno) : "larger than 4 MiB, a table of contracts was expected");
        free(text);
        text = NULL;
    }
    fclose(in);
    return text;
}

static bool read_file(struct loading *l, const char *path)
{
    size_t size;
    char *text = slurp(path, &size, l->err);
    bool good = text != NULL && read_text(l, rs_arena_strdup(&l->arena, path), text, size);

    free(text);
    return good;
}

static int by_name(const void *a, const void *b)
{
    const struct rs_contract *left = a, *right = b;
    int order = strcmp(left->name, right->name);

    return order != 0 ? order : (left->since > right->since) - (left->since < right->since);
}

/* What was loaded lives as long as the program, also when more is loaded: who has found a row by it keeps it. */
static struct kept {
    struct kept *next;
    struct rs_arena arena;
    struct rs_contract *rows;
} *all_kept;

static void keep(const struct loading *l)
{
    struct kept *kept = rs_alloc(sizeof(*kept));

    *kept = (struct kept){all_kept, l->arena, l->rows.items};
    all_kept = kept;
}

static void finish(struct loading *l, bool good)
{
    RS_VEC_CLOSE(&l->places);
    if (good && l->rows.count > 0) {
        qsort(l->rows.items, l->rows.count, sizeof(*l->rows.items), by_name);
        rs_contract_extend(l->rows.items, (unsigned)l->rows.count);
        keep(l);
        return;
    }
    RS_VEC_CLOSE(&l->rows);
    rs_arena_close(&l->arena);
}

bool rs_contract_load(const char *const *paths, size_t count, struct rs_error *err)
{
    struct loading l = {.err = err};
    bool good = true;

    for (size_t i = 0; i < count && good; i++)
        good = read_file(&l, paths[i]);
    finish(&l, good);
    return good;
}

bool rs_contract_check_text(const char *name, const char *text, size_t size, struct rs_error *err)
{
    struct loading l = {.err = err};
    char *copy = rs_alloc(size + 1);
    bool good;

    memcpy(copy, text, size);
    copy[size] = 0;
    good = read_text(&l, name, copy, size);
    free(copy);
    finish(&l, false);
    return good;
}
