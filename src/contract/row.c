/* The grammar of a row (docs/internals/contracts.md); the twin of parse_row in tools/contracts.py. */
#include "contract/row.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { WORD_MAX = 48, SLIPS = 2 };

static const char *const kind_words[] = {"object",
                                         "type",
                                         "acquire",
                                         "acquire-on-success",
                                         "steal",
                                         "steal-on-success",
                                         "steal-on-failure",
                                         "out",
                                         "out-on-success",
                                         "out-borrowed",
                                         "out-borrowed-on-success",
                                         "inout",
                                         "buffer-out",
                                         "buffer-drop",
                                         "objects",
                                         "build",
                                         "build-on-success",
                                         "parse",
                                         "printf",
                                         "callback",
                                         "table",
                                         NULL};
static const struct {
    uint8_t kind, when;
} kinds[] = {
    {RS_ARG_OBJECT, RS_ALWAYS},
    {RS_ARG_TYPE, RS_ALWAYS},
    {RS_ARG_ACQUIRE, RS_ALWAYS},
    {RS_ARG_ACQUIRE, RS_ON_SUCCESS},
    {RS_ARG_STEAL, RS_ALWAYS},
    {RS_ARG_STEAL, RS_ON_SUCCESS},
    {RS_ARG_STEAL, RS_ON_FAILURE},
    {RS_ARG_OUT, RS_ALWAYS},
    {RS_ARG_OUT, RS_ON_SUCCESS},
    {RS_ARG_OUT_BORROWED, RS_ALWAYS},
    {RS_ARG_OUT_BORROWED, RS_ON_SUCCESS},
    {RS_ARG_INOUT, RS_ALWAYS},
    {RS_ARG_BUFFER_OUT, RS_ON_SUCCESS},
    {RS_ARG_BUFFER_DROP, RS_ALWAYS},
    {RS_ARG_OBJECTS, RS_ALWAYS},
    {RS_ARG_BUILD, RS_ALWAYS},
    {RS_ARG_BUILD, RS_ON_SUCCESS},
    {RS_ARG_PARSE, RS_ALWAYS},
    {RS_ARG_PRINTF, RS_ALWAYS},
    {RS_ARG_CALLBACK, RS_ALWAYS},
    {RS_ARG_TABLE, RS_ALWAYS},
};

static const char *const result_words[] = {"void",    "value",    "null",    "new", "borrowed",
                                           "forever", "argument", "unknown", NULL};
static const uint8_t results[] = {RS_RESULT_VALUE,    RS_RESULT_VALUE,   RS_RESULT_VALUE,    RS_RESULT_NEW,
                                  RS_RESULT_BORROWED, RS_RESULT_FOREVER, RS_RESULT_ARGUMENT, RS_RESULT_UNKNOWN};
enum { VOID, VALUE, NULL_RESULT };

static const char *const flag_words[] = {"runs",        "releases",    "error",  "miss",     "noreturn",
                                         "gil-release", "gil-acquire", "no-gil", "identity", "allocates",
                                         "initialises", "deallocates", "unseen", "capsule",  NULL};
static const uint32_t flags[] = {RS_MAY_RUN,     RS_MAY_RELEASE | RS_MAY_RUN,
                                 RS_SETS_ERROR,  RS_MISS_IS_NULL,
                                 RS_NO_RETURN,   RS_GIL_RELEASE,
                                 RS_GIL_ACQUIRE, RS_NO_GIL,
                                 RS_IDENTITY,    RS_ALLOCATES,
                                 RS_INITIALISES, RS_DEALLOCATES,
                                 RS_UNSEEN,      RS_CAPSULE};

/* ---------------------------------------------------------------- words */

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Letters to add, drop or change. */
static unsigned distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    unsigned row[WORD_MAX + 1];

    if (n > WORD_MAX || m > WORD_MAX)
        return WORD_MAX;
    for (unsigned j = 0; j <= m; j++)
        row[j] = j;
    for (unsigned i = 1; i <= n; i++) {
        unsigned diagonal = row[0];

        row[0] = i;
        for (unsigned j = 1; j <= m; j++) {
            unsigned above = row[j];

            row[j] = least(row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[m];
}

static const char *nearest(const char *word, const char *const *words)
{
    const char *best = NULL;
    unsigned least_slips = SLIPS + 1;

    for (size_t i = 0; words != NULL && words[i] != NULL; i++) {
        unsigned slips = distance(word, words[i]);

        if (slips < least_slips) {
            least_slips = slips;
            best = words[i];
        }
    }
    return best;
}

bool rs_line_fail(const struct rs_line *line, struct rs_error *err, const char *word, const char *const *words,
                  const char *format, ...)
{
    const char *near = nearest(word, words);
    char text[360];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return rs_fail(err, "%s:%u: \"%.60s\": %s%s%s%s", line->file, line->number, word, text,
                   near ? ", nearest is \"" : "", near ? near : "", near ? "\"" : "");
}

static int find(const char *word, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(word, words[i]) == 0)
            return i;
    return -1;
}

/* "object, type, ..." */
static const char *listed(const char *const *words, char *to, size_t room)
{
    size_t used = 0;

    to[0] = 0;
    for (size_t i = 0; words[i] != NULL && used < room; i++)
        used += (size_t)snprintf(to + used, room - used, "%s%s", i > 0 ? ", " : "", words[i]);
    return to;
}

char *rs_row_word(char **text)
{
    char *word = *text + strspn(*text, " \t");
    char *end = word + strcspn(word, " \t");

    if (*word == 0)
        return NULL;
    *text = *end != 0 ? end + 1 : end;
    *end = 0;
    return word;
}

bool rs_row_is_name(const char *word)
{
    if (!isalpha((unsigned char)*word) && *word != '_')
        return false;
    for (; *word != 0; word++)
        if (!isalnum((unsigned char)*word) && *word != '_' && *word != '.')
            return false;
    return true;
}

/* ---------------------------------------------------------------- arguments */

struct parsing {
    const struct rs_line *line;
    struct rs_arena *arena;
    struct rs_contract *row;
    struct rs_error *err;
    struct rs_argument args[RS_ARGUMENTS_MAX];
    const char *counts[RS_ARGUMENTS_MAX]; /* the name in "objects(NAME)" */
};

static unsigned position(const struct parsing *p, const char *name)
{
    for (unsigned i = 0; i < p->row->nargs; i++)
        if (strcmp(p->args[i].name, name) == 0)
            return i + 1;
    return 0;
}

/* The kind's word, with the count in parentheses that "objects" may have. */
static bool parse_kind(struct parsing *p, char *word, unsigned place)
{
    char *open = strchr(word, '('), whole[64], list[320];
    int kind;

    snprintf(whole, sizeof(whole), "%s", word);
    if (open != NULL && open[strlen(open) - 1] == ')') {
        open[strlen(open) - 1] = 0;
        *open = 0;
        p->counts[place] = rs_arena_strdup(p->arena, open + 1);
    }
    kind = find(word, kind_words);
    if (kind < 0)
        return rs_line_fail(p->line, p->err, whole, kind_words, "an argument kind was expected (%s)",
                            listed(kind_words, list, sizeof(list)));
    if (p->counts[place] != NULL && kinds[kind].kind != RS_ARG_OBJECTS)
        return rs_line_fail(p->line, p->err, whole, NULL, "only the kind objects has a count");
    p->args[place].kind = kinds[kind].kind;
    p->args[place].when = kinds[kind].when;
    return true;
}

static bool parse_argument(struct parsing *p, char *text)
{
    unsigned place = p->row->nargs;
    char *rest = text, *whole = rs_arena_strdup(p->arena, text + strspn(text, " \t")), *first = rs_row_word(&rest),
         *second = rs_row_word(&rest);
    char *name = second != NULL ? second : first;
    struct rs_argument *argument;

    if (place == RS_ARGUMENTS_MAX)
        return rs_line_fail(p->line, p->err, whole, NULL, "at most %d arguments were expected", RS_ARGUMENTS_MAX);
    argument = &p->args[place];
    if (name != NULL && name[0] != 0 && name[strlen(name) - 1] == '?') {
        name[strlen(name) - 1] = 0;
        argument->nullable = 1;
    }
    if (name == NULL || rs_row_word(&rest) != NULL || !(strcmp(name, "...") == 0 || rs_row_is_name(name)))
        return rs_line_fail(p->line, p->err, whole[0] != 0 ? whole : ",", NULL,
                            "an argument was expected: [KIND] NAME[?]");
    if (position(p, name) != 0)
        return rs_line_fail(p->line, p->err, name, NULL, "each argument has a name of its own");
    if (second != NULL && !parse_kind(p, first, place))
        return false;
    argument->name = rs_arena_strdup(p->arena, name);
    p->row->nargs++;
    return true;
}

static bool is_format(const struct rs_argument *argument)
{
    return argument->kind == RS_ARG_BUILD || argument->kind == RS_ARG_PARSE || argument->kind == RS_ARG_PRINTF;
}

/* What can be said only when all arguments are known. */
static bool check_arguments(struct parsing *p)
{
    unsigned n = p->row->nargs;
    const char *last = n > 0 ? p->args[n - 1].name : "";

    for (unsigned i = 0; i < n; i++) {
        struct rs_argument *argument = &p->args[i];
        bool dots = strcmp(argument->name, "...") == 0;

        if (dots && i != n - 1)
            return rs_line_fail(p->line, p->err, "...", NULL, "it is the last argument");
        if (p->counts[i] != NULL && position(p, p->counts[i]) == 0)
            return rs_line_fail(p->line, p->err, p->counts[i], NULL, "the name of an argument was expected as count");
        if (argument->kind == RS_ARG_OBJECTS && p->counts[i] == NULL && !dots)
            return rs_line_fail(p->line, p->err, "objects", NULL, "its count was expected: \"objects(NAME)\"");
        if (is_format(argument) && strcmp(last, "...") != 0 && strcmp(last, "va") != 0)
            return rs_line_fail(p->line, p->err,
                                argument->kind == RS_ARG_BUILD   ? "build"
                                : argument->kind == RS_ARG_PARSE ? "parse"
                                                                 : "printf",
                                NULL, "a last argument \"...\" or \"va\" was expected beside a format");
        if (p->counts[i] != NULL)
            argument->count = (uint8_t)position(p, p->counts[i]);
        if (argument->kind == RS_ARG_OBJECTS && dots)
            argument->kind = p->counts[i] != NULL ? RS_ARG_VARARGS_N : RS_ARG_VARARGS;
        if (dots)
            p->row->flags |= RS_VARIADIC;
    }
    return true;
}

static bool parse_arguments(struct parsing *p, char *text)
{
    struct rs_argument *args;
    char *end;

    if (text[strspn(text, " \t")] == 0)
        return true;
    for (; text != NULL; text = end) {
        end = strchr(text, ',');
        if (end != NULL)
            *end++ = 0;
        if (!parse_argument(p, text))
            return false;
    }
    if (!check_arguments(p))
        return false;
    args = rs_arena_alloc(p->arena, p->row->nargs * sizeof(*args));
    memcpy(args, p->args, p->row->nargs * sizeof(*args));
    p->row->args = args;
    return true;
}

/* ---------------------------------------------------------------- result and words behind it */

static bool set_failure(struct rs_contract *row, int result, const char *failure)
{
    static const char *const of_value[] = {"-2", "-1", "0", NULL};
    int which;

    row->failure = result == NULL_RESULT ? RS_ALWAYS_FAILS : result <= VALUE ? RS_NEVER_FAILS : 0;
    if (failure == NULL)
        return true;
    if (result == VALUE && (which = find(failure, of_value)) >= 0) {
        row->failure = (int8_t)(which - 2);
        return true;
    }
    row->failure = RS_NEVER_FAILS;
    return strcmp(failure, "never") == 0 &&
           (row->result == RS_RESULT_NEW || row->result == RS_RESULT_BORROWED || row->result == RS_RESULT_FOREVER);
}

static bool parse_result(struct parsing *p, char **text, bool *is_void)
{
    char *word = rs_row_word(text), *failure, whole[64], list[160];
    int result;

    if (word == NULL)
        return rs_line_fail(p->line, p->err, p->row->name, NULL, "a result was expected behind \"->\" (%s)",
                            listed(result_words, list, sizeof(list)));
    snprintf(whole, sizeof(whole), "%s", word);
    failure = strchr(word, '/');
    if (failure != NULL)
        *failure++ = 0;
    result = find(word, result_words);
    if (result < 0)
        return rs_line_fail(p->line, p->err, word, result_words, "a result was expected (%s)",
                            listed(result_words, list, sizeof(list)));
    p->row->result = results[result];
    if (!set_failure(p->row, result, failure))
        return rs_line_fail(p->line, p->err, whole, NULL,
                            "value/-1, value/-2, value/0, new/never, borrowed/never or forever/never was expected");
    *is_void = result == VOID;
    if (p->row->result == RS_RESULT_BORROWED || p->row->result == RS_RESULT_ARGUMENT) {
        char *origin = rs_row_word(text);

        p->row->from = origin != NULL ? (uint8_t)position(p, origin) : 0;
        if (p->row->from == 0)
            return rs_line_fail(p->line, p->err, origin != NULL ? origin : "", NULL,
                                "the name of an argument was expected behind %s", word);
    }
    return true;
}

/* "3.12" up to `end` -> 0x030c; 0 where it is none that rows may speak of. */
static unsigned version_of(const char *text, const char *end)
{
    unsigned minor = 0;

    if (end - text < 3 || end - text > 4 || text[0] != '3' || text[1] != '.')
        return 0;
    for (const char *c = text + 2; c < end; c++) {
        if (!isdigit((unsigned char)*c))
            return 0;
        minor = 10 * minor + (unsigned)(*c - '0');
    }
    return 0x0300 + minor >= RS_OLDEST && 0x0300 + minor <= RS_NEWEST ? 0x0300 + minor : 0;
}

static bool bad_version(struct parsing *p, const char *text, const char *end)
{
    char word[32];

    snprintf(word, sizeof(word), "%.*s", (int)(end - text), text);
    return rs_line_fail(p->line, p->err, word, NULL, "a version from 3.%u to 3.%u was expected", RS_OLDEST & 0xff,
                        RS_NEWEST & 0xff);
}

static bool parse_range(struct parsing *p, const char *word)
{
    const char *dots = strstr(word, ".."), *last = dots + 2, *end = word + strlen(word);

    if (dots > word && (p->row->since = (uint16_t)version_of(word, dots)) == 0)
        return bad_version(p, word, dots);
    if (last < end && (p->row->until = (uint16_t)version_of(last, end)) == 0)
        return bad_version(p, last, end);
    if (p->row->until != 0 && p->row->until < p->row->since)
        return rs_line_fail(p->line, p->err, word, NULL,
                            "a range that ends before it starts; FIRST..LAST was expected");
    return true;
}

static bool looks_like_range(const char *word)
{
    return strstr(word, "..") != NULL && strlen(word) > 2 && word[strspn(word, "0123456789.")] == 0;
}

static bool parse_words(struct parsing *p, char *text, bool is_void)
{
    uint32_t seen = 0;
    bool ranged = false;
    char *word, list[200];

    while ((word = rs_row_word(&text)) != NULL) {
        int flag = find(word, flag_words);

        if (flag < 0 && !ranged && looks_like_range(word)) {
            ranged = true;
            if (!parse_range(p, word))
                return false;
            continue;
        }
        if (flag < 0)
            return rs_line_fail(p->line, p->err, word, flag_words,
                                "a flag (%s) or a range (3.10.., ..3.9, 3.9..3.12) was expected",
                                listed(flag_words, list, sizeof(list)));
        if (seen & 1u << flag)
            return rs_line_fail(p->line, p->err, word, NULL, "the word stands twice");
        seen |= 1u << flag;
        p->row->flags |= flags[flag];
    }
    if ((p->row->flags & RS_SETS_ERROR) && p->row->failure == RS_NEVER_FAILS && !is_void)
        return rs_line_fail(p->line, p->err, "error", NULL, "a result that can fail was expected, this one never does");
    if ((p->row->flags & RS_MACRO) && (p->row->flags & RS_IDENTITY))
        return rs_line_fail(p->line, p->err, "identity", NULL, "a macro has no address");
    return true;
}

/* ---------------------------------------------------------------- the row */

static bool parse_head(struct parsing *p, char *head)
{
    char *first = rs_row_word(&head), *second = rs_row_word(&head), *name = second != NULL ? second : first;
    const char *prefix = second != NULL ? first : "";

    if (strcmp(prefix, "macro") == 0)
        p->row->flags |= RS_MACRO;
    else if (strcmp(prefix, "entry") == 0)
        p->row->flags |= RS_ENTRY;
    else if (strcmp(prefix, "slot") == 0)
        return rs_line_fail(p->line, p->err, name, NULL, "a function or a macro was expected; slots are CPython's own");
    else if (prefix[0] != 0)
        return rs_line_fail(p->line, p->err, prefix, NULL, "macro, entry or nothing was expected before the name");
    if (!rs_row_is_name(name))
        return rs_line_fail(p->line, p->err, name, NULL, "a name was expected");
    p->row->name = rs_arena_strdup(p->arena, name);
    return true;
}

bool rs_row_parse(const struct rs_line *line, struct rs_arena *arena, struct rs_contract *row, struct rs_error *err)
{
    struct parsing p = {.line = line, .arena = arena, .row = row, .err = err};
    char *copy = rs_arena_strdup(arena, line->text), *arrow = strstr(copy, "->"), *open = strchr(copy, '('),
         *close = NULL, *rest = copy;
    bool is_void = false;

    *row = (struct rs_contract){.since = RS_OLDEST};
    for (char *c = copy; arrow != NULL && c < arrow; c++)
        if (*c == ')')
            close = c;
    if (arrow == NULL || open == NULL || close == NULL || open > close || close[1 + strspn(close + 1, " \t")] != '-' ||
        open[0] == copy[strspn(copy, " \t")])
        return rs_line_fail(line, err, rs_row_word(&rest), NULL,
                            "a row was expected: [macro|entry] NAME(ARGUMENT, ...) -> RESULT WORD ...");
    *open = *close = *arrow = 0;
    rest = arrow + 2;
    return parse_head(&p, copy) && parse_arguments(&p, open + 1) && parse_result(&p, &rest, &is_void) &&
           parse_words(&p, rest, is_void);
}
