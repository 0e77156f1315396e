/* The text of a Cython source as logical lines, and the small change of scanning them. */
#include <ctype.h>
#include <string.h>

#include "check/pyx/source.h"

enum { TAB = 8 };

/* Where the reading of a text stands. */
struct reader {
    struct rs_pyx_source *source;
    const char *at, *end;
    char *code; /* the whole text's copy, in which comments and strings become blank */
    const char *text;
    int number;
};

static char *code_at(const struct reader *reader, const char *at)
{
    return reader->code + (at - reader->text);
}

/* Blanks a string's inside and stops behind it; newlines stay. A single-quoted one ends with its line. */
static void skip_string(struct reader *reader)
{
    char quote = *reader->at;
    bool triple = reader->end - reader->at >= 3 && reader->at[1] == quote && reader->at[2] == quote;

    for (reader->at += triple ? 3 : 1; reader->at < reader->end; reader->at++) {
        bool closes = *reader->at == quote &&
                      (!triple || (reader->end - reader->at >= 3 && reader->at[1] == quote && reader->at[2] == quote));

        if (closes) {
            reader->at += triple ? 3 : 1;
            return;
        }
        if (*reader->at == '\n' && !triple)
            return;
        if (*reader->at == '\\' && reader->at + 1 < reader->end && reader->at[1] != '\n') {
            *code_at(reader, reader->at) = ' ';
            reader->at++;
        }
        if (*reader->at == '\n')
            reader->number++;
        else
            *code_at(reader, reader->at) = ' ';
    }
}

static void skip_comment(struct reader *reader)
{
    for (; reader->at < reader->end && *reader->at != '\n'; reader->at++)
        *code_at(reader, reader->at) = ' ';
}

/* Reads on to the end of the logical line. */
static void skip_logical(struct reader *reader)
{
    int depth = 0;

    while (reader->at < reader->end) {
        char c = *reader->at;

        if (c == '"' || c == '\'') {
            skip_string(reader);
            continue;
        }
        if (c == '#') {
            skip_comment(reader);
            continue;
        }
        if (c == '\n' && depth <= 0)
            return;
        if (c == '\\' && reader->at + 1 < reader->end && reader->at[1] == '\n') {
            *code_at(reader, reader->at) = ' ';
            reader->at++;
            c = '\n';
        }
        depth += (c == '(' || c == '[' || c == '{') - (c == ')' || c == ']' || c == '}');
        reader->number += c == '\n';
        if (c == 0)
            *code_at(reader, reader->at) = ' ';
        reader->at++;
    }
}

static void read_line(struct reader *reader)
{
    const char *start = reader->at;
    struct rs_pyx_line line = {.number = reader->number, .function = -1};
    char *code, *raw;
    size_t length;

    for (; reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t'); reader->at++)
        line.indent = *reader->at == ' ' ? line.indent + 1 : (line.indent / TAB + 1) * TAB;
    start = reader->at;
    skip_logical(reader);
    length = (size_t)(reader->at - start);
    code = rs_arena_strndup(&reader->source->arena, code_at(reader, start), length);
    raw = rs_arena_strndup(&reader->source->arena, start, length);
    for (size_t end = length; end > 0 && isspace((unsigned char)code[end - 1]); end--)
        code[end - 1] = 0;
    line.code = code;
    line.raw = raw;
    if (code[0] != 0)
        *RS_PUSH(&reader->source->lines) = line;
    if (reader->at < reader->end)
        reader->at++;
    reader->number++;
}

void rs_pyx_lines_read(struct rs_pyx_source *source, const char *text, size_t size)
{
    struct reader reader = {.source = source, .text = text, .at = text, .end = text + size, .number = 1};

    reader.code = rs_arena_strndup(&source->arena, text, size);
    while (reader.at < reader.end)
        read_line(&reader);
}

int rs_pyx_line_of(const struct rs_pyx_line *line, const char *at)
{
    int number = line->number;

    for (const char *c = line->code; c < at; c++)
        number += *c == '\n';
    return number;
}

bool rs_pyx_is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

size_t rs_pyx_word_length(const char *at)
{
    size_t length = 0;

    while (rs_pyx_is_word(at[length]))
        length++;
    return length;
}

const char *rs_pyx_find_word(const char *code, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = strstr(code, word); at != NULL; at = strstr(at + 1, word))
        if ((at == code || !rs_pyx_is_word(at[-1])) && !rs_pyx_is_word(at[length]))
            return at;
    return NULL;
}

const char *rs_pyx_find_call(const char *code, size_t *length, const char **open)
{
    while (*code != 0) {
        const char *behind;

        if (!rs_pyx_is_word(*code)) {
            code++;
            continue;
        }
        *length = rs_pyx_word_length(code);
        behind = code + *length;
        behind += strspn(behind, " \t\n");
        if (*behind == '(') {
            *open = behind;
            return code;
        }
        code += *length;
    }
    return NULL;
}

const char *rs_pyx_close(const char *open)
{
    int depth = 0;

    for (; *open != 0; open++) {
        depth += (*open == '(' || *open == '[' || *open == '{') - (*open == ')' || *open == ']' || *open == '}');
        if (depth == 0)
            return open;
    }
    return open;
}

const char *rs_pyx_argument(struct rs_arena *arena, const char *open, size_t n)
{
    const char *end = rs_pyx_close(open), *start = open + 1;
    int depth = 0;

    for (const char *at = start; at <= end; at++) {
        bool last = at == end;

        depth += (*at == '(' || *at == '[' || *at == '{') - (*at == ')' || *at == ']' || *at == '}');
        if (!last && (*at != ',' || depth > 0))
            continue;
        if (n-- > 0) {
            start = at + 1;
            continue;
        }
        start += strspn(start, " \t\n");
        while (at > start && isspace((unsigned char)at[-1]))
            at--;
        return at > start ? rs_arena_strndup(arena, start, (size_t)(at - start)) : NULL;
    }
    return NULL;
}
