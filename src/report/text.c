#include "report/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char replacement[] = "\xEF\xBF\xBD";

/* A code point at `text`, its length in *length; -1 for bytes that start none, *length then being how many of
 * them belong together. The ranges are those of Unicode 15, table 3-7: no overlong forms, no surrogates,
 * nothing above U+10FFFF. */
static int32_t decode(const unsigned char *text, size_t *length)
{
    unsigned char first = text[0], low = 0x80, high = 0xBF;
    int32_t point;
    size_t more;

    *length = 1;
    if (first < 0x80)
        return first;
    if (first < 0xC2 || first > 0xF4)
        return -1;
    more = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    point = first & (0x3F >> more);
    low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : low;
    high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : high;
    for (size_t i = 1; i <= more; i++) {
        if (text[i] < low || text[i] > high)
            return -1;
        point = (point << 6) | (text[i] & 0x3F);
        *length = i + 1;
        low = 0x80;
        high = 0xBF;
    }
    return point;
}

/* Controls, and what turns the direction of text around (the "Trojan source" characters). */
static bool steers_terminal(int32_t point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || (point >= 0x202A && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069);
}

/* One pass with out NULL measures. */
static size_t repair(const char *text, char *out, bool for_terminal)
{
    size_t length = 0, step;

    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at += step) {
        int32_t point = decode(at, &step);
        char escape[16];
        const char *put = (const char *)at;
        size_t size = step;

        if (point < 0) {
            put = replacement;
            size = sizeof(replacement) - 1;
        } else if (for_terminal && steers_terminal(point)) {
            size = (size_t)snprintf(escape, sizeof(escape),
                                    point == '\t'   ? " "
                                    : point < 0x100 ? "\\x%02x"
                                                    : "\\u%04x",
                                    (unsigned)point);
            put = escape;
        }
        if (out != NULL)
            memcpy(out + length, put, size);
        length += size;
    }
    return length;
}

static const char *repaired(struct rs_arena *arena, const char *text, bool for_terminal)
{
    size_t length;
    char *copy;

    if (text == NULL)
        return NULL;
    length = repair(text, NULL, for_terminal);
    copy = rs_arena_alloc(arena, length + 1);
    repair(text, copy, for_terminal);
    return copy;
}

const char *rs_text_utf8(struct rs_arena *arena, const char *text)
{
    return repaired(arena, text, false);
}

const char *rs_text_printable(struct rs_arena *arena, const char *text)
{
    return repaired(arena, text, true);
}

const char *rs_text_relative(const char *path, const char *folder)
{
    size_t length = folder != NULL ? strlen(folder) : 0;

    while (length > 1 && folder[length - 1] == '/')
        length--;
    if (path == NULL || length <= 1 || strncmp(path, folder, length) != 0 || path[length] != '/')
        return path;
    path += length + strspn(path + length, "/");
    return *path != '\0' ? path : ".";
}

const char *rs_text_number(struct rs_arena *arena, uint64_t number)
{
    char digits[24], *out = rs_arena_alloc(arena, 32);
    size_t count = (size_t)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number), length = 0;

    for (size_t i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            out[length++] = ',';
        out[length++] = digits[i];
    }
    return out;
}

const char *rs_text_count(struct rs_arena *arena, uint64_t number, const char *noun)
{
    return rs_arena_printf(arena, "%s %s%s", rs_text_number(arena, number), noun, number == 1 ? "" : "s");
}

/* How many bytes at the end of a word make it a plural: "patches" 2, "modules" 1, "indirect" 0. */
static size_t plural_ending(const char *word, size_t length)
{
    static const char *const with_e[] = {"sses", "ches", "shes", "xes"};

    if (length < 3 || word[length - 1] != 's' || word[length - 2] == 's')
        return 0;
    for (size_t i = 0; i < sizeof(with_e) / sizeof(*with_e); i++)
        if (length > strlen(with_e[i]) && strncmp(word + length - strlen(with_e[i]), with_e[i], strlen(with_e[i])) == 0)
            return 2;
    return 1;
}

const char *rs_text_counted(struct rs_arena *arena, uint64_t number, const char *nouns)
{
    size_t end = strcspn(nouns, " "), ending = plural_ending(nouns, end);

    if (number == 0)
        return nouns;
    if (ending == 0 && nouns[end] != '\0') {
        end += 1 + strcspn(nouns + end + 1, " ");
        ending = plural_ending(nouns + strcspn(nouns, " ") + 1, end - strcspn(nouns, " ") - 1);
    }
    if (number != 1 || ending == 0)
        return rs_arena_printf(arena, "%s %s", rs_text_number(arena, number), nouns);
    return rs_arena_printf(arena, "%s %.*s%s", rs_text_number(arena, number), (int)(end - ending), nouns, nouns + end);
}

const char *rs_text_seconds(struct rs_arena *arena, double seconds)
{
    if (!(seconds >= 0 && seconds < 1e15))
        return "unknown time";
    if (seconds < 59.95)
        return rs_arena_printf(arena, "%.1f s", seconds);
    return rs_arena_printf(arena, "%llu min %llu s", (unsigned long long)(seconds + 0.5) / 60,
                           (unsigned long long)(seconds + 0.5) % 60);
}

size_t rs_text_columns(const char *text)
{
    size_t columns = 0;

    for (; *text != '\0'; text++)
        columns += ((unsigned char)*text & 0xC0) != 0x80;
    return columns;
}

/* The byte behind the first `columns` columns. */
static size_t bytes_of(const char *text, size_t columns)
{
    size_t i = 0;

    while (text[i] != '\0' && columns > 0) {
        i++;
        while (((unsigned char)text[i] & 0xC0) == 0x80)
            i++;
        columns--;
    }
    return i;
}

const char *rs_text_cut(struct rs_arena *arena, const char *text, size_t columns)
{
    if (rs_text_columns(text) <= columns)
        return text;
    if (columns <= 3)
        return rs_arena_strndup(arena, text, bytes_of(text, columns));
    return rs_arena_printf(arena, "%.*s...", (int)bytes_of(text, columns - 3), text);
}

/* Behind the word "operator" comes punctuation that is part of the name: <, <<, ->, (). Its length, else 0.
 */
static size_t operator_length(const char *at, const char *name)
{
    static const char word[] = "operator";
    size_t size = sizeof(word) - 1, sign;

    if (strncmp(at, word, size) != 0 || (at > name && (at[-1] == '_' || isalnum((unsigned char)at[-1]))))
        return 0;
    if (strncmp(at + size, "()", 2) == 0)
        return size + 2;
    sign = strspn(at + size, "<>=-!+*/&|^%~");
    /* operator< <int>: the template arguments stand behind a blank, and are none of the sign. */
    return sign > 0 ? size + sign : 0;
}

/* Behind the bracket that closes the one at `at`; the end where it is never closed. */
static const char *skip_bracket(const char *at, char open, char close)
{
    int depth = 0;

    for (; *at != '\0'; at++) {
        if (*at == open)
            depth++;
        else if (*at == close && at[-1] != '-' && --depth == 0)
            return at + 1;
    }
    return at;
}

/* The name with what stands between the outermost open and close replaced by dots. "(anonymous namespace)"
 * and words in brackets behind a blank, " (method table)", stay. */
static const char *without(struct rs_arena *arena, const char *name, char open, char close)
{
    static const char anonymous[] = "(anonymous namespace)";
    char *out = rs_arena_alloc(arena, 2 * strlen(name) + 8);
    size_t length = 0;

    for (const char *at = name; *at != '\0';) {
        size_t keep = operator_length(at, name);

        if (keep == 0 && strncmp(at, anonymous, sizeof(anonymous) - 1) == 0)
            keep = sizeof(anonymous) - 1;
        if (keep == 0 && *at == open && (at == name || at[-1] != ' ')) {
            const char *end = skip_bracket(at, open, close);

            if ((size_t)(end - at) > 5) {
                length += (size_t)sprintf(out + length, "%c...%c", open, close);
                at = end;
                continue;
            }
        }
        keep = keep > 0 ? keep : 1;
        memcpy(out + length, at, keep);
        length += keep;
        at += keep;
    }
    out[length] = '\0';
    return out;
}

/* "...::f" with as few scopes gone as needed, or "f"; brackets are not looked into. */
static const char *without_scopes(struct rs_arena *arena, const char *name, size_t columns)
{
    const char *last = NULL;

    for (const char *at = name; *at != '\0';) {
        size_t sign = operator_length(at, name);

        if (sign > 0) {
            at += sign;
        } else if (*at == '<' || *at == '(') {
            at = skip_bracket(at, *at, *at == '<' ? '>' : ')');
        } else if (at[0] == ':' && at[1] == ':') {
            last = at;
            if (3 + rs_text_columns(at) <= columns)
                break;
            at += 2;
        } else {
            at++;
        }
    }
    if (last == NULL)
        return name;
    return 3 + rs_text_columns(last) <= columns ? rs_arena_printf(arena, "...%s", last) : last + 2;
}

const char *rs_text_name(struct rs_arena *arena, const char *name, size_t columns)
{
    if (rs_text_columns(name) > columns)
        name = without(arena, name, '(', ')');
    if (rs_text_columns(name) > columns)
        name = without(arena, name, '<', '>');
    if (rs_text_columns(name) > columns)
        name = without_scopes(arena, name, columns);
    return rs_text_cut(arena, name, columns);
}

const char *rs_text_shorten_in(struct rs_arena *arena, const char *line, const char *name, size_t columns)
{
    enum { LEAST = 24 };
    size_t wide = rs_text_columns(line), size = name != NULL ? strlen(name) : 0, most;
    const char *at = size > 0 ? strstr(line, name) : NULL;
    const char *shorter;

    if (at == NULL || wide <= columns || rs_text_columns(name) <= LEAST)
        return line;
    most = rs_text_columns(name);
    most = most > wide - columns + LEAST ? most - (wide - columns) : LEAST;
    shorter = rs_text_name(arena, name, most);
    for (; at != NULL; at = strstr(at + strlen(shorter), name)) {
        size_t before = (size_t)(at - line);

        line = rs_arena_printf(arena, "%.*s%s%s", (int)before, line, shorter, at + size);
        at = line + before;
    }
    return line;
}
