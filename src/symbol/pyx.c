/* From a line of a C file that Cython generated to the .pyx line it was made for. Cython writes a comment
 * before the code of each statement,
 *
 *     /" "pkg/mod.pyx":12            (the slash and the quote stand for the opening of a C comment)
 *      * <the statement with its neighbours, the line itself marked "# <<<<<">
 *
 * and what follows belongs to it, up to the next comment or to the function's clean-up ("function exit code"
 * and the labels
 * __pyx_L<n>_error), which belongs to no statement. Nothing is guessed: a line outside a function body has no
 * answer. */
#include "symbol/internal.h"
#include "symbol/source.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GENERATED_MOST = 32 * 1024 * 1024, NAME_MOST = 1024 };

struct statement {
    const char *file; /* resolved, interned */
    int line;
};

/* A function's body: lines first .. last, both counted from 1; `def` is its statement, or -1. */
struct body {
    int first, last, def;
};

struct rs_pyx_map {
    RS_VEC(struct statement) statements;
    RS_VEC(int) of_line; /* index of statements for each line counted from 0, or -1 */
    RS_VEC(struct body) bodies;
};

/* Where the scan of a generated file stands. */
struct scan {
    struct rs_symbols *symbols;
    struct rs_pyx_map *map;
    const char *generated;
    const char *name; /* as written in the comment before, and what it resolved to */
    size_t name_length;
    const char *resolved;
    int line, head;             /* this line; the first line of the declaration that it may belong to */
    int current, pending, last; /* statements: of this line, before the next function, last seen in this body */
    bool in_comment, in_body, at_exit;
};

/* The name as written, looked for in the generated file's folder and in those above it. */
static const char *resolve(struct rs_symbols *symbols, const char *generated, const char *name, size_t length)
{
    char *path = rs_alloc(strlen(generated) + length + 2);
    const char *found = NULL;
    char *end;

    memcpy(path, name, length);
    if (name[0] != '/') {
        strcpy(path, generated);
        for (end = strrchr(path, '/'); end != NULL && found == NULL; end = strrchr(path, '/')) {
            memcpy(end + 1, name, length);
            end[1 + length] = '\0';
            if (access(path, F_OK) == 0)
                found = rs_path_join(symbols, NULL, path);
            *end = '\0';
        }
        memcpy(path, name, length);
        path[length] = '\0';
    }
    if (found == NULL)
        found = rs_symbol_intern(symbols, path);
    free(path);
    return found;
}

/* Whether the text, which ends at `end`, begins with the word. */
static bool begins(const char *text, const char *end, const char *word)
{
    size_t length = strlen(word);

    return (size_t)(end - text) >= length && memcmp(text, word, length) == 0;
}

/* The statement of a comment's first line, or -1 if it is an ordinary comment. */
static int parse_comment(struct scan *scan, const char *text, const char *end)
{
    const char *name = text + 4, *quote;
    int line = 0;

    if (!begins(text, end, "/* \""))
        return -1;
    quote = memchr(name, '"', (size_t)(end - name));
    if (quote == NULL || quote == name || quote - name > NAME_MOST || !begins(quote, end, "\":"))
        return -1;
    for (const char *digit = quote + 2; digit < end && isdigit((unsigned char)*digit) && line < INT32_MAX / 10 - 1;
         digit++)
        line = 10 * line + (*digit - '0');
    if (line == 0)
        return -1;
    if (scan->name == NULL || scan->name_length != (size_t)(quote - name) ||
        memcmp(scan->name, name, scan->name_length) != 0) {
        scan->name = name;
        scan->name_length = (size_t)(quote - name);
        scan->resolved = resolve(scan->symbols, scan->generated, name, scan->name_length);
    }
    *RS_PUSH(&scan->map->statements) = (struct statement){scan->resolved, line};
    return (int)scan->map->statements.count - 1;
}

/* "__pyx_L1_error:" and its like, where clean-up begins. */
static bool is_error_label(const char *text, const char *end)
{
    const char *at = text + 7;

    if (!begins(text, end, "__pyx_L"))
        return false;
    while (at < end && isdigit((unsigned char)*at))
        at++;
    return begins(at, end, "_error:");
}

static void open_body(struct scan *scan)
{
    *RS_PUSH(&scan->map->bodies) = (struct body){scan->head, INT32_MAX, scan->pending};
    scan->in_body = true;
    scan->current = scan->pending = scan->last = -1;
}

/* Without a comment before the function, the last one of its body repeats the `def`. */
static void close_body(struct scan *scan)
{
    struct body *body = &scan->map->bodies.items[scan->map->bodies.count - 1];

    body->last = scan->line;
    if (body->def < 0)
        body->def = scan->last;
    scan->in_body = scan->at_exit = false;
    scan->current = -1;
    scan->head = scan->line + 1;
}

static void scan_comment_start(struct scan *scan, const char *text, const char *end)
{
    int statement = parse_comment(scan, text, end);

    if (statement >= 0 && !scan->at_exit) {
        scan->current = scan->in_body ? statement : -1;
        scan->pending = scan->in_body ? -1 : statement;
        scan->last = statement;
    }
    if (begins(text, end, "/* function exit code */") || begins(text, end, "/*--- Wrapped vars code ---*/")) {
        scan->at_exit = true;
        scan->current = -1;
    }
    scan->in_comment = memmem(text + 2, (size_t)(end - text) - 2, "*/", 2) == NULL;
}

/* A line outside of function bodies: it may open one. */
static void scan_outside(struct scan *scan, const char *start, const char *end)
{
    bool indented = start < end && isspace((unsigned char)*start);

    if (start == end || end[-1] == ';' || end[-1] == '}')
        scan->head = scan->line + 1;
    else if (end[-1] == '{' && !indented && *start != '#')
        open_body(scan);
}

static void scan_line(struct scan *scan, const char *start, const char *end)
{
    const char *text = start;

    while (end > start && isspace((unsigned char)end[-1]))
        end--;
    while (text < end && isspace((unsigned char)*text))
        text++;
    if (scan->in_comment) {
        scan->in_comment = memmem(text, (size_t)(end - text), "*/", 2) == NULL;
        if (!scan->in_body)
            scan->head = scan->line + 1;
    } else if (begins(text, end, "/*")) {
        scan_comment_start(scan, text, end);
        if (!scan->in_body)
            scan->head = scan->line + 1;
    } else if (!scan->in_body) {
        scan_outside(scan, start, end);
    } else if (start < end && *start == '}') {
        close_body(scan);
    } else if (is_error_label(text, end)) {
        scan->current = -1;
        scan->at_exit = scan->at_exit || begins(text, end, "__pyx_L1_error:");
    }
    *RS_PUSH(&scan->map->of_line) = scan->current;
}

static struct rs_pyx_map *read_map(struct rs_symbols *symbols, const char *file)
{
    static const char mark[] = "/* Generated by Cython";
    size_t size;
    const char *text = rs_source_text(symbols, file, GENERATED_MOST, &size);
    struct rs_pyx_map *map;
    struct scan scan = {.symbols = symbols, .generated = file, .head = 1, .current = -1, .pending = -1, .last = -1};

    if (text == NULL || size < sizeof(mark) - 1 || memcmp(text, mark, sizeof(mark) - 1) != 0)
        return NULL;
    map = rs_alloc(sizeof(*map));
    scan.map = map;
    for (const char *at = text, *end = text + size; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline == NULL ? end : newline;

        scan.line++;
        scan_line(&scan, at, stop);
        at = stop + 1;
    }
    return map;
}

/* Only C and C++ sources are generated; headers need not be read. */
static bool may_be_generated(const char *file)
{
    const char *dot = strrchr(file, '.');

    return dot != NULL && (strcmp(dot, ".c") == 0 || strcmp(dot, ".cpp") == 0 || strcmp(dot, ".cc") == 0 ||
                           strcmp(dot, ".cxx") == 0 || strcmp(dot, ".c++") == 0);
}

static const struct rs_pyx_map *get_map(struct rs_symbols *symbols, const char *file)
{
    uint64_t *known = rs_map_find(&symbols->cython, (uintptr_t)file);
    struct rs_pyx_map *map;

    if (known != NULL)
        return (struct rs_pyx_map *)(uintptr_t)*known;
    map = may_be_generated(file) ? read_map(symbols, file) : NULL;
    *rs_map_at(&symbols->cython, (uintptr_t)file) = (uintptr_t)map;
    return map;
}

static int def_at(const struct rs_pyx_map *map, int line)
{
    size_t low = 0, high = map->bodies.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (map->bodies.items[middle].last < line)
            low = middle + 1;
        else
            high = middle;
    }
    return low < map->bodies.count && map->bodies.items[low].first <= line ? map->bodies.items[low].def : -1;
}

bool rs_pyx_line(struct rs_symbols *symbols, const char *file, int line, bool of_function, const char **pyx_file,
                 int *pyx_line)
{
    const struct rs_pyx_map *map = get_map(symbols, file);
    int statement;

    if (map == NULL || line <= 0 || (size_t)line > map->of_line.count)
        return false;
    statement = of_function ? def_at(map, line) : map->of_line.items[line - 1];
    if (statement < 0)
        return false;
    *pyx_file = map->statements.items[statement].file;
    *pyx_line = map->statements.items[statement].line;
    return true;
}

/* The text between two lines, counted from 1, both included. */
static const char *lines_of(const char *text, size_t size, int first, int last, const char **end)
{
    const char *stop = text + size, *from = text;

    for (int line = 1; line < first && from < stop; line++) {
        const char *newline = memchr(from, '\n', (size_t)(stop - from));

        from = newline != NULL ? newline + 1 : stop;
    }
    *end = from;
    for (int line = first; line <= last && *end < stop; line++) {
        const char *newline = memchr(*end, '\n', (size_t)(stop - *end));

        *end = newline != NULL ? newline + 1 : stop;
    }
    return from;
}

/* The `def` of the function that is defined under this name, or -1. */
static int def_of(const struct rs_pyx_map *map, const char *text, size_t size, const char *name)
{
    const char *end;

    for (size_t i = 0; i < map->bodies.count; i++) {
        const struct body *body = &map->bodies.items[i];
        const char *head = lines_of(text, size, body->first, body->first + 3, &end),
                   *brace = memchr(head, '{', (size_t)(end - head));
        const char *found =
            body->def >= 0 && brace != NULL ? memmem(head, (size_t)(brace - head), name, strlen(name)) : NULL;

        if (found != NULL && found[strlen(name)] == '(')
            return body->def;
    }
    return -1;
}

bool rs_pyx_dealloc(struct rs_symbols *symbols, const char *file, int line, const char **function,
                    const char **pyx_file, int *pyx_line)
{
    static const char call[] = "__dealloc__(";
    const struct rs_pyx_map *map = get_map(symbols, file);
    const struct body *body = NULL;
    const char *text, *from, *end, *found;
    size_t size;
    char name[NAME_MOST];
    int def;

    for (size_t i = 0; map != NULL && i < map->bodies.count; i++)
        if (map->bodies.items[i].first <= line && line <= map->bodies.items[i].last)
            body = &map->bodies.items[i];
    if (body == NULL || (text = rs_source_text(symbols, file, GENERATED_MOST, &size)) == NULL)
        return false;
    from = lines_of(text, size, line + 1, body->last, &end);
    found = memmem(from, (size_t)(end - from), call, sizeof(call) - 1);
    if (found == NULL)
        return false;
    end = found + sizeof(call) - 2;
    while (found > from && (isalnum((unsigned char)found[-1]) || found[-1] == '_'))
        found--;
    if ((size_t)(end - found) >= sizeof(name))
        return false;
    memcpy(name, found, (size_t)(end - found));
    name[end - found] = '\0';
    def = def_of(map, text, size, name);
    if (def < 0)
        return false;
    *function = rs_symbol_intern(symbols, name);
    *pyx_file = map->statements.items[def].file;
    *pyx_line = map->statements.items[def].line;
    return true;
}

bool rs_source_pyx(struct rs_symbols *symbols, const char *file, int line, const char **pyx_file, int *pyx_line)
{
    return file != NULL && rs_pyx_line(symbols, rs_symbol_intern(symbols, file), line, false, pyx_file, pyx_line);
}

bool rs_source_is_cython(struct rs_symbols *symbols, const char *file)
{
    return file != NULL && get_map(symbols, rs_symbol_intern(symbols, file)) != NULL;
}

void rs_pyx_close(struct rs_symbols *symbols)
{
    for (size_t i = 0; i < symbols->cython.room; i++) {
        struct rs_pyx_map *map =
            symbols->cython.places[i].key == 0 ? NULL : (struct rs_pyx_map *)(uintptr_t)symbols->cython.places[i].value;

        if (map == NULL)
            continue;
        RS_VEC_CLOSE(&map->statements);
        RS_VEC_CLOSE(&map->of_line);
        RS_VEC_CLOSE(&map->bodies);
        free(map);
    }
}
