/* See preamble.h. */
#include "check/driver/preamble.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct reader {
    const char *at, *end;
    const char *folder;
    RS_VEC(char) text; /* the lines so far */
    size_t line;       /* where the last one begins in it */
    unsigned depth;    /* of conditions */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static void put(struct reader *r, char c)
{
    *RS_PUSH(&r->text) = c;
}

/* A blank in the text, unless there is one, the line is empty or has a # alone. */
static void put_blank(struct reader *r)
{
    size_t length = r->text.count - r->line;

    if (length > 1 ? r->text.items[r->text.count - 1] != ' ' : length == 1 && r->text.items[r->line] != '#')
        put(r, ' ');
}

/* Copies a literal; false where it does not end on its line. */
static bool take_literal(struct reader *r)
{
    char quote = *r->at;

    if (r->text.count > r->line && r->text.items[r->text.count - 1] == 'R')
        return false; /* R"(...)" */
    put(r, *r->at++);
    while (r->at < r->end && *r->at != quote) {
        if (*r->at == '\\' && r->at + 1 < r->end && r->at[1] != '\n' && r->at[1] != '\r')
            put(r, *r->at++);
        if (*r->at == '\n' || *r->at == '\0')
            return false;
        put(r, *r->at++);
    }
    if (r->at == r->end)
        return false;
    put(r, *r->at++);
    return true;
}

/* Steps over a comment; false where it does not end, or where its end depends on more than that. */
static bool skip_comment(struct reader *r)
{
    bool line = r->at[1] == '/';

    r->at += 2;
    while (r->end - r->at >= 2 && (line ? *r->at != '\n' : strncmp(r->at, "*/", 2) != 0)) {
        if (line && *r->at == '\\')
            return false;
        r->at++;
    }
    put_blank(r);
    if (line)
        return r->at < r->end && *r->at == '\n';
    if (r->end - r->at < 2)
        return false;
    r->at += 2;
    return true;
}

/* Reads a line into the text, without comments and without blanks at its ends; false where it is not plain. */
static bool take_line(struct reader *r)
{
    r->line = r->text.count;
    while (r->at < r->end && *r->at != '\n') {
        char c = *r->at;

        if (c == '/' && r->end - r->at > 1 && (r->at[1] == '/' || r->at[1] == '*')) {
            if (!skip_comment(r))
                return false;
        } else if (c == '"' || c == '\'') {
            if (!take_literal(r))
                return false;
        } else if (c == '\\' || c == '\0' || c == '?') { /* to some, "??/" is a backslash */
            return false;
        } else {
            if (is_blank(c))
                put_blank(r);
            else
                put(r, c);
            r->at++;
        }
    }
    if (r->at == r->end)
        return false;
    r->at++;
    if (r->text.count > r->line && r->text.items[r->text.count - 1] == ' ')
        r->text.count--;
    put(r, '\0');
    return true;
}

/* Whether that is `word` and what no name goes on with; *rest is what follows. */
static bool is(const char *at, const char *word, const char **rest)
{
    size_t length = strlen(word);

    if (strncmp(at, word, length) != 0 || (at[length] != '\0' && strchr(" <\"(!", at[length]) == NULL))
        return false;
    *rest = at + length + (at[length] == ' ');
    return true;
}

/* Whether the header is the same one wherever the source lies. */
static bool is_same_elsewhere(const struct reader *r, const char *header)
{
    size_t length = strcspn(header + (header[0] != '\0'), header[0] == '<' ? ">" : "\"");
    char path[4096];

    if ((header[0] != '<' && header[0] != '"') || header[1 + length] == '\0' || header[2 + length] != '\0')
        return false;
    if (header[0] == '<')
        return true;
    return header[1] != '/' &&
           (size_t)snprintf(path, sizeof(path), "%s/%.*s", r->folder, (int)length, header + 1) < sizeof(path) &&
           access(path, F_OK) != 0;
}

/* Goes on behind a directive; false where reading ends before it. *included: it includes a header. */
static bool take_directive(struct reader *r, const char *line, bool *included)
{
    const char *at = line + 1, *rest;

    if (is(at, "include", &rest))
        return *included = is_same_elsewhere(r, rest);
    if (is(at, "define", &rest) || is(at, "undef", &rest))
        return true;
    if (strstr(at, "__has_") != NULL)
        return false;
    if (is(at, "if", &rest) || is(at, "ifdef", &rest) || is(at, "ifndef", &rest))
        return ++r->depth > 0;
    if (is(at, "endif", &rest))
        return r->depth-- > 0;
    if (is(at, "pragma", &rest))
        return strstr(rest, "once") == NULL && strstr(rest, "system_header") == NULL;
    return r->depth > 0 &&
           (is(at, "elif", &rest) || is(at, "else", &rest) || is(at, "error", &rest) || is(at, "warning", &rest));
}

void rs_preamble_read(struct rs_arena *arena, const char *source, size_t size, const char *folder,
                      struct rs_preambles *to)
{
    struct reader r = {.at = source, .end = source + size, .folder = folder};

    while (take_line(&r)) {
        const char *line = r.text.items + r.line;
        bool included = false;

        if (line[0] == '\0') {
            r.text.count = r.line;
            continue;
        }
        if (line[0] != '#' || !take_directive(&r, line, &included))
            break;
        r.text.items[r.text.count - 1] = '\n';
        if (included && r.depth == 0)
            *RS_PUSH(&to->list) =
                (struct rs_preamble){(size_t)(r.at - source), rs_arena_strndup(arena, r.text.items, r.text.count)};
    }
    RS_VEC_CLOSE(&r.text);
}

void rs_preambles_close(struct rs_preambles *preambles)
{
    RS_VEC_CLOSE(&preambles->list);
}
