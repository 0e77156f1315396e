/* See cli.h. */
#include "cli/cli.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 64, WORD_MAX = 63 };

int rs_cli_usage_error(const char *format, ...)
{
    va_list ap;

    fputs("refsan: ", stderr);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
    return RS_EXIT_USAGE;
}

/* Levenshtein's distance; words longer than WORD_MAX are far from everything. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[WORD_MAX + 1];
    size_t n = strlen(a), m = strlen(b);

    if (n > WORD_MAX || m > WORD_MAX)
        return WORD_MAX;
    for (unsigned k = 0; k <= m; k++)
        row[k] = k;
    for (size_t i = 1; i <= n; i++) {
        unsigned diagonal = row[0];

        row[0] = (unsigned)i;
        for (size_t k = 1; k <= m; k++) {
            unsigned replaced = diagonal + (a[i - 1] != b[k - 1]),
                     least = row[k] < row[k - 1] ? row[k] + 1 : row[k - 1] + 1;

            diagonal = row[k];
            row[k] = replaced < least ? replaced : least;
        }
    }
    return row[m];
}

size_t rs_cli_near(const char *word, const char *const *words, const char **near, size_t max)
{
    unsigned far = (unsigned)strlen(word) / 3 + 2, distances[RS_NEAR_MAX];
    size_t count = 0;

    for (; *words != NULL; words++) {
        unsigned d = distance(word, *words);
        size_t place = count;

        while (place > 0 && d < distances[place - 1])
            place--;
        if (d >= far || place >= max || (place > 0 && strcmp(near[place - 1], *words) == 0))
            continue;
        count += count < max;
        memmove(near + place + 1, near + place, (count - place - 1) * sizeof(*near));
        memmove(distances + place + 1, distances + place, (count - place - 1) * sizeof(*distances));
        near[place] = *words;
        distances[place] = d;
    }
    while (count > 1 && distances[count - 1] > distances[0] + 1)
        count--;
    return count;
}

const char *rs_cli_nearest(const char *word, const char *const *words)
{
    const char *near;

    return rs_cli_near(word, words, &near, 1) == 1 ? near : NULL;
}

static void print_usage(const char *usage, const struct rs_option *options, size_t count)
{
    printf("usage: %s\n\n", usage);
    for (size_t i = 0; i < count; i++) {
        char left[80];

        snprintf(left, sizeof(left), "%s%s%s%s%s", options[i].shorthand ? options[i].shorthand : "",
                 options[i].shorthand ? ", " : "", options[i].name, options[i].value ? " " : "",
                 options[i].value ? options[i].value : "");
        printf("  %-28s %s\n", left, options[i].help);
    }
}

static int unknown(const char *word, const struct rs_option *options, size_t count)
{
    const char *names[NAMES_MAX + 2] = {0}, *near;

    for (size_t i = 0; i < count && i < NAMES_MAX; i++)
        names[i] = options[i].name;
    names[count < NAMES_MAX ? count : NAMES_MAX] = "--help";
    near = rs_cli_nearest(word, names);
    rs_cli_usage_error("unknown option '%s'%s%s%s", word, near ? "; did you mean '" : "", near ? near : "",
                       near ? "'?" : "");
    return -1;
}

static bool parse_number(const char *text, bool size, unsigned long long *number)
{
    char *end;

    errno = 0;
    *number = strtoull(text, &end, 10);
    if (errno != 0 || end == text || text[0] == '-')
        return false;
    if (size && *end != 0 && strchr("kKmMgG", *end) != NULL) {
        *number <<= *end == 'k' || *end == 'K' ? 10 : *end == 'm' || *end == 'M' ? 20 : 30;
        end++;
    }
    return *end == 0;
}

static bool store(const struct rs_option *option, const char *text)
{
    unsigned long long number;
    struct rs_strings *list;

    switch (option->kind) {
    case RS_OPTION_FLAG:
        *(bool *)option->to = true;
        return true;
    case RS_OPTION_TEXT:
        *(const char **)option->to = text;
        return true;
    case RS_OPTION_LIST:
        list = option->to;
        if (list->count == sizeof(list->items) / sizeof(*list->items))
            return false;
        list->items[list->count++] = text;
        return true;
    case RS_OPTION_NUMBER:
        if (!parse_number(text, false, &number) || number > 255)
            return false;
        *(long *)option->to = (long)number;
        return true;
    case RS_OPTION_SIZE:
        return parse_number(text, true, (unsigned long long *)option->to);
    }
    return false;
}

static const struct rs_option *find(const char *word, size_t length, const struct rs_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(options[i].name) == length && strncmp(options[i].name, word, length) == 0)
            return &options[i];
        if (options[i].shorthand != NULL && strlen(options[i].shorthand) == length &&
            strncmp(options[i].shorthand, word, length) == 0)
            return &options[i];
    }
    return NULL;
}

/* "-j4": a number glued to the short name; NULL for anything else. */
static const struct rs_option *find_glued(const char *word, const struct rs_option *options, size_t count)
{
    const struct rs_option *option =
        strlen(word) > 2 && isdigit((unsigned char)word[2]) ? find(word, 2, options, count) : NULL;

    return option != NULL && option->kind == RS_OPTION_NUMBER ? option : NULL;
}

int rs_cli_options(int argc, char **argv, const char *usage, const struct rs_option *options, size_t count)
{
    int i = 1;

    for (; i < argc && argv[i][0] == '-' && argv[i][1] != 0; i++) {
        const char *equals = strchr(argv[i], '='), *value = NULL;
        size_t length = equals != NULL ? (size_t)(equals - argv[i]) : strlen(argv[i]);
        const struct rs_option *option = find(argv[i], length, options, count),
                               *glued = option == NULL ? find_glued(argv[i], options, count) : NULL;

        if (strcmp(argv[i], "--") == 0)
            return i + 1;
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_usage(usage, options, count);
            return -2;
        }
        option = glued != NULL ? glued : option;
        if (option == NULL)
            return unknown(argv[i], options, count);
        if (glued != NULL)
            value = argv[i] + 2;
        else if (option->kind != RS_OPTION_FLAG)
            value = equals != NULL ? equals + 1 : ++i < argc ? argv[i] : NULL;
        if (option->kind != RS_OPTION_FLAG ? value == NULL : equals != NULL) {
            rs_cli_usage_error(value == NULL && equals == NULL ? "option '%s' needs a value (%s)"
                                                               : "option '%s' takes no value",
                               option->name, option->value);
            return -1;
        }
        if (!store(option, value)) {
            rs_cli_usage_error("option '%s': '%s' is no valid %s", option->name, value,
                               option->kind == RS_OPTION_SIZE ? "size" : "number (0 to 255)");
            return -1;
        }
    }
    return i;
}

int rs_cli_one_word(int argc, char **argv, const char *usage, const char *what, const struct rs_option *options,
                    size_t count, const char **word)
{
    int at = rs_cli_options(argc, argv, usage, options, count), more;

    if (at < 0)
        return at;
    if (at < argc) {
        *word = argv[at];
        more = rs_cli_options(argc - at, argv + at, usage, options, count);
        if (more < 0)
            return more;
        if (at + more == argc)
            return 0;
    }
    rs_cli_usage_error("%s takes %s; usage: %s", argv[0], what, usage);
    return -1;
}
