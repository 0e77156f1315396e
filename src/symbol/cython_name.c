/* Cython's mangling, undone. "__pyx_f_3pkg_3mod_7Reader_fill": a kind, the scopes (length and name, then
 * '_'), the name. Functions written with `def` have a counter before the name, which counts per scope: the
 * body (pf) of the first one has none, a wrapper (pw) always has one. */
#include "symbol/symbol.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { SCOPES_MOST = 16 };

struct kind {
    const char *prefix, *tail; /* `tail` names what has no name of its own */
    enum { NO_COUNTER, MAY_COUNT, MUST_COUNT } counter;
};

/* Finds the mangled name in a linkage name that may be mangled ("_ZL9__pyx_...") or demangled by C++; its
 * length. */
static size_t isolate(const char **linkage)
{
    const char *start = *linkage, *digits;
    size_t length;

    if (strncmp(start, "_Z", 2) == 0) {
        digits = start + 2 + strspn(start + 2, "L");
        start = digits + strspn(digits, "0123456789");
        length = digits == start ? 0 : (size_t)strtoul(digits, NULL, 10);
        if (length > strlen(start))
            return 0;
    } else {
        length = strcspn(start, ".(");
    }
    *linkage = start;
    return length;
}

static const struct kind *kind_of(const char **at, const char *end)
{
    static const struct kind kinds[] = {
        {"__pyx_f_", "", NO_COUNTER},
        {"__pyx_pw_", "", MUST_COUNT},
        {"__pyx_pf_", "", MAY_COUNT},
        {"__pyx_gb_", "", MAY_COUNT},
        {"__pyx_tp_new_", ".tp_new", NO_COUNTER},
        {"__pyx_tp_dealloc_", ".tp_dealloc", NO_COUNTER},
        {"__pyx_tp_traverse_", ".tp_traverse", NO_COUNTER},
        {"__pyx_tp_clear_", ".tp_clear", NO_COUNTER},
        {"__pyx_getprop_", ".__get__", NO_COUNTER},
        {"__pyx_setprop_", ".__set__", NO_COUNTER},
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t length = strlen(kinds[i].prefix);

        if ((size_t)(end - *at) > length && strncmp(*at, kinds[i].prefix, length) == 0) {
            *at += length;
            return &kinds[i];
        }
    }
    return NULL;
}

/* A number without leading zeros at `at`, before `end`; -1 if there is none or it is beyond any name's
 * length. */
static long number(const char **at, const char *end)
{
    long value = 0;

    if (*at == end || !isdigit((unsigned char)**at) || **at == '0')
        return -1;
    for (; *at < end && isdigit((unsigned char)**at); ++*at) {
        if (value > 100000)
            return -1;
        value = 10 * value + (**at - '0');
    }
    return value;
}

/* Splits the scopes off; how many. `at` is left at what follows the last one. */
static size_t take_scopes(const char **at, const char *end, const char *scopes[SCOPES_MOST],
                          size_t lengths[SCOPES_MOST])
{
    size_t count = 0;

    while (count < SCOPES_MOST) {
        const char *name = *at;
        long length = number(&name, end);

        /* The scope's name is followed by '_' and something more. */
        if (length <= 0 || end - name < length + 2 || name[length] != '_')
            break;
        scopes[count] = name;
        lengths[count++] = (size_t)length;
        *at = name + length + 1;
    }
    return count;
}

/* "__pyx_fuse_0_1": before a specialisation of a fused function, or before its name. */
static void skip_fused(const char **at, const char *end)
{
    static const char prefix[] = "__pyx_fuse_";

    if ((size_t)(end - *at) < sizeof(prefix) || strncmp(*at, prefix, sizeof(prefix) - 1) != 0)
        return;
    *at += sizeof(prefix) - 1;
    while (*at < end && isdigit((unsigned char)**at))
        ++*at;
    while (end - *at > 1 && **at == '_' && isdigit((unsigned char)(*at)[1]))
        for (++*at; *at < end && isdigit((unsigned char)**at);)
            ++*at;
}

static bool append(char *buffer, size_t size, size_t *used, const char *text, size_t length)
{
    if (*used + length >= size)
        return false;
    memcpy(buffer + *used, text, length);
    *used += length;
    buffer[*used] = '\0';
    return true;
}

bool rs_symbol_cython_name(const char *linkage, char *buffer, size_t size)
{
    const char *at = linkage, *scopes[SCOPES_MOST], *end;
    size_t lengths[SCOPES_MOST], length, count, used = 0;
    const struct kind *kind;

    if (size > 0)
        buffer[0] = '\0';
    if (linkage == NULL || size == 0)
        return false;
    length = isolate(&at);
    end = at + length;
    skip_fused(&at, end);
    kind = kind_of(&at, end);
    if (kind == NULL)
        return false;
    count = take_scopes(&at, end, scopes, lengths);
    /* "3get_len" may be a scope and a name or a counter and a name; a wrapper needs a counter. */
    if (kind->counter == MUST_COUNT && count > 1 && !isdigit((unsigned char)*at))
        at = scopes[--count];
    else if (kind->counter != NO_COUNTER)
        number(&at, end);
    skip_fused(&at, end);
    if (count == 0 || at >= end)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!append(buffer, size, &used, scopes[i], lengths[i]) || !append(buffer, size, &used, ".", 1))
            return buffer[0] = '\0', false;
    if (!append(buffer, size, &used, at, (size_t)(end - at)) ||
        !append(buffer, size, &used, kind->tail, strlen(kind->tail)))
        return buffer[0] = '\0', false;
    return true;
}
