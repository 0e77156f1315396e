#include "finding/suppress.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rs_suppressions {
    struct rs_arena arena;
    RS_VEC(struct rs_suppression) blocks;
};

/* One file being read. `block` is the open block, or NULL between blocks. */
struct reading {
    struct rs_suppressions *set;
    const char *path;
    int line;
    struct rs_error *err;
    struct rs_suppression *block;
    bool has_rule;
};

static const char expected_keys[] = "expected name, rule, module, function, object, reason or }";

/* Bytes that have to be inserted, removed or replaced to make b of a; words are short, the longer ones count
 * as far. */
static size_t distance(const char *a, const char *b)
{
    enum { LONGEST = 40 };
    size_t row[LONGEST + 1], length = strlen(b);

    if (length > LONGEST || strlen(a) > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            size_t best = diagonal + (toupper((unsigned char)a[i - 1]) != toupper((unsigned char)b[j - 1]));

            diagonal = row[j];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
        }
    }
    return row[length];
}

/* The id or name of a rule that comes nearest to a wrong word. */
static const char *nearest_rule(const char *word)
{
    const char *nearest = NULL;
    size_t least = (size_t)-1;

    for (int i = 0; i < RS_RULES; i++) {
        const struct rs_rule_info *info = rs_rule_info((enum rs_rule)i);
        size_t by_id = distance(word, info->id), by_name = distance(word, info->name);

        if (by_id < least) {
            least = by_id;
            nearest = info->id;
        }
        if (by_name < least) {
            least = by_name;
            nearest = info->name;
        }
    }
    return nearest;
}

/* "RS102, borrowed-return *" into a set of rules. */
static bool read_rules(const char *text, bool rules[RS_RULES], struct rs_error *err)
{
    static const char blanks[] = " \t,";
    bool any = false;

    memset(rules, 0, RS_RULES * sizeof(*rules));
    for (text += strspn(text, blanks); *text != '\0'; text += strspn(text, blanks)) {
        size_t length = strcspn(text, blanks);
        char word[64];
        enum rs_rule rule;

        snprintf(word, sizeof(word), "%.*s", (int)(length < sizeof(word) ? length : sizeof(word) - 1), text);
        rule = rs_rule_find(word);
        text += length;
        any = true;
        if (strcmp(word, "*") == 0)
            memset(rules, true, RS_RULES * sizeof(*rules));
        else if (rule != RS_RULES)
            rules[rule] = true;
        else
            return rs_fail(err, "unknown rule '%s'; expected an id, a name or *, for instance %s", word,
                           nearest_rule(word));
    }
    return any || rs_fail(err, "no rule is named; expected an id such as RS102, a name such as borrowed-return, or *");
}

static bool reject(const struct reading *reading, const char *what)
{
    return rs_fail(reading->err, "%s:%d: %s", reading->path, reading->line, what);
}

static bool everything(const char *glob)
{
    return glob == NULL || strspn(glob, "*") == strlen(glob);
}

static bool open_block(struct reading *reading)
{
    struct rs_suppression *block;

    if (reading->block != NULL)
        return rs_fail(reading->err, "%s:%d: '{' inside the block of line %d; expected } first", reading->path,
                       reading->line, reading->block->line);
    block = RS_PUSH(&reading->set->blocks);
    *block =
        (struct rs_suppression){.file = rs_arena_strdup(&reading->set->arena, reading->path), .line = reading->line};
    reading->block = block;
    reading->has_rule = false;
    return true;
}

static bool close_block(struct reading *reading)
{
    struct rs_suppression *block = reading->block;
    bool every_rule = true;

    if (block == NULL)
        return reject(reading, "'}' without a block; expected {");
    if (!reading->has_rule)
        return reject(reading, "the block ends without 'rule'; expected a line such as: rule RS102");
    if (block->reason == NULL)
        return reject(reading,
                      "the block ends without 'reason'; expected a line that says why the finding is right to ignore");
    for (int i = 0; i < RS_RULES; i++)
        every_rule = every_rule && block->rules[i];
    if (every_rule && everything(block->module) && everything(block->function) && everything(block->object))
        return reject(reading,
                      "the block would hide every finding; expected a rule, a module, a function or an object");
    if (block->name == NULL)
        block->name = rs_arena_printf(&reading->set->arena, "%s:%d", block->file, block->line);
    reading->block = NULL;
    return true;
}

static bool read_rule_key(struct reading *reading, const char *text)
{
    struct rs_error why;

    if (reading->has_rule)
        return reject(reading, "'rule' twice in one block; expected all rules on one line");
    if (!read_rules(text, reading->block->rules, &why))
        return reject(reading, why.text);
    reading->has_rule = true;
    return true;
}

static bool read_key(struct reading *reading, char *line)
{
    struct rs_suppression *block = reading->block;
    size_t length = strcspn(line, " \t");
    char *text = line + length + strspn(line + length, " \t");
    struct {
        const char *key, **value;
    } keys[] = {{"module", &block->module},
                {"function", &block->function},
                {"object", &block->object},
                {"reason", &block->reason},
                {"name", &block->name}};

    line[length] = '\0';
    if (strcmp(line, "rule") == 0)
        return read_rule_key(reading, text);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(line, keys[i].key) != 0)
            continue;
        if (*text == '\0')
            return rs_fail(reading->err, "%s:%d: '%s' without a text behind it", reading->path, reading->line, line);
        if (*keys[i].value != NULL)
            return rs_fail(reading->err, "%s:%d: '%s' twice in one block", reading->path, reading->line, line);
        *keys[i].value = rs_arena_strdup(&reading->set->arena, text);
        return true;
    }
    return rs_fail(reading->err, "%s:%d: unknown key '%.60s'; %s", reading->path, reading->line, line, expected_keys);
}

static bool read_line(struct reading *reading, char *line)
{
    size_t length = strlen(line);

    while (length > 0 && isspace((unsigned char)line[length - 1]))
        line[--length] = '\0';
    line += strspn(line, " \t");
    if (*line == '\0' || *line == '#')
        return true;
    if (strcmp(line, "{") == 0)
        return open_block(reading);
    if (strcmp(line, "}") == 0)
        return close_block(reading);
    if (reading->block == NULL)
        return rs_fail(reading->err, "%s:%d: '%.60s' outside a block; expected {, a comment or an empty line",
                       reading->path, reading->line, line);
    return read_key(reading, line);
}

static bool read_file(struct reading *reading, FILE *file)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    bool good = true;

    while (good && (length = getline(&line, &room, file)) >= 0) {
        reading->line++;
        good =
            (size_t)length == strlen(line) ? read_line(reading, line) : reject(reading, "a zero byte; expected text");
    }
    free(line);
    if (good && ferror(file))
        return rs_fail(reading->err, "cannot read the suppressions '%s': %s", reading->path, strerror(errno));
    if (good && reading->block != NULL)
        return rs_fail(reading->err, "%s:%d: the file ends inside the block of line %d; expected }", reading->path,
                       reading->line, reading->block->line);
    return good;
}

struct rs_suppressions *rs_suppress_open(void)
{
    return rs_alloc(sizeof(struct rs_suppressions));
}

struct rs_suppressions *rs_suppress_load(const char *path, struct rs_error *err)
{
    struct rs_suppressions *set = rs_suppress_open();

    if (rs_suppress_append(set, path, err))
        return set;
    rs_suppress_close(set);
    return NULL;
}

void rs_suppress_close(struct rs_suppressions *set)
{
    if (set == NULL)
        return;
    RS_VEC_CLOSE(&set->blocks);
    rs_arena_close(&set->arena);
    free(set);
}

bool rs_suppress_append(struct rs_suppressions *set, const char *path, struct rs_error *err)
{
    struct reading reading = {.set = set, .path = path, .err = err};
    size_t before = set->blocks.count;
    FILE *file = fopen(path, "re");
    bool good;

    if (file == NULL)
        return rs_fail(err, "cannot open the suppressions '%s': %s", path, strerror(errno));
    good = read_file(&reading, file);
    fclose(file);
    if (!good)
        set->blocks.count = before;
    return good;
}

/* Whether the whole of text[0 .. length) fits the glob. On a mismatch only the last * is tried again, which
 * suffices. */
static bool fits(const char *glob, const char *text, size_t length)
{
    const char *star = NULL;
    size_t i = 0, retry = 0;

    while (i < length) {
        bool literal = *glob == '\\' && glob[1] != '\0';

        if (*glob == '*') {
            star = ++glob;
            retry = i;
        } else if (*glob != '\0' && (*glob == '?' || text[i] == glob[literal])) {
            glob += 1 + literal;
            i++;
        } else if (star != NULL) {
            glob = star;
            i = ++retry;
        } else {
            return false;
        }
    }
    return glob[strspn(glob, "*")] == '\0';
}

static bool fits_module(const char *glob, const char *module)
{
    size_t length;
    const char *stem;

    if (glob == NULL)
        return true;
    if (module == NULL)
        return false;
    stem = rs_module_stem(module, &length);
    return fits(glob, module, strlen(module)) || fits(glob, stem, length);
}

static bool fits_function(const char *glob, const char *function)
{
    if (glob == NULL)
        return true;
    return function != NULL &&
           (fits(glob, function, strlen(function)) || fits(glob, function, rs_function_stem(function)));
}

static bool fits_object(const char *glob, const char *type)
{
    return glob == NULL || (type != NULL && fits(glob, type, strlen(type)));
}

bool rs_suppress_match(struct rs_suppressions *set, const struct rs_finding *finding)
{
    for (size_t i = 0; i < set->blocks.count; i++) {
        struct rs_suppression *block = &set->blocks.items[i];

        if (block->rules[finding->rule] && fits_module(block->module, finding->culprit.module) &&
            fits_function(block->function, finding->culprit.function) &&
            fits_object(block->object, finding->object.type)) {
            block->used++;
            return true;
        }
    }
    return false;
}

const struct rs_suppression *rs_suppress_at(const struct rs_suppressions *set, size_t index)
{
    return index < set->blocks.count ? &set->blocks.items[index] : NULL;
}

/* The text behind "refsan:" where that stands right at the start of a comment, or NULL. */
static const char *find_comment(const char *line)
{
    for (const char *at = line; (at = strstr(at, "refsan:")) != NULL; at++) {
        const char *before = at;

        while (before > line && (before[-1] == ' ' || before[-1] == '\t'))
            before--;
        if (before > line && (before[-1] == '#' || before[-1] == '*'))
            return at + strlen("refsan:");
        if (before > line + 1 && before[-1] == '/' && before[-2] == '/')
            return at + strlen("refsan:");
    }
    return NULL;
}

/* Whether something other than the comment's end stands there. */
static bool has_reason(const char *text)
{
    text += strspn(text, " \t:");
    return *text != '\0' && *text != '\r' && *text != '\n' && strncmp(text, "*/", 2) != 0;
}

enum rs_inline rs_suppress_inline(const char *line, enum rs_rule rule, struct rs_error *err)
{
    static const char word[] = "ignore[";
    const char *text = find_comment(line), *end;
    bool rules[RS_RULES];
    char list[256];

    if (text == NULL)
        return RS_INLINE_NONE;
    text += strspn(text, " \t");
    end = strchr(text, ']');
    if (strncmp(text, word, sizeof(word) - 1) != 0 || end == NULL) {
        rs_fail(err, "'refsan: %.*s'; expected refsan: ignore[RS102] and a reason", (int)strcspn(text, "\r\n"), text);
        return RS_INLINE_BAD;
    }
    text += sizeof(word) - 1;
    snprintf(list, sizeof(list), "%.*s", (int)(end - text), text);
    if (!read_rules(list, rules, err))
        return RS_INLINE_BAD;
    if (!has_reason(end + 1)) {
        rs_fail(err, "'refsan: ignore[%s]' without a reason; expected words that say why behind the bracket", list);
        return RS_INLINE_BAD;
    }
    return rules[rule] ? RS_INLINE_MATCH : RS_INLINE_OTHER;
}

static bool comment_alone(const char *line)
{
    line += strspn(line, " \t");
    return *line == '#' || *line == '*' || strncmp(line, "//", 2) == 0 || strncmp(line, "/*", 2) == 0;
}

bool rs_suppress_in_source(const struct rs_finding *finding, rs_suppress_line *line, void *ctx, struct rs_error *err)
{
    const struct rs_place *culprit = &finding->culprit;
    const char *file = culprit->pyx_file != NULL ? culprit->pyx_file : culprit->file;
    int at = culprit->pyx_file != NULL ? culprit->pyx_line : culprit->line;

    err->text[0] = '\0';
    if (file == NULL)
        return false;
    for (int above = 0; above <= 1 && at - above > 0; above++) {
        const char *text = line(ctx, file, at - above);
        struct rs_error why;
        enum rs_inline says;

        if (text == NULL || (above == 1 && !comment_alone(text)))
            continue;
        says = rs_suppress_inline(text, finding->rule, &why);
        if (says == RS_INLINE_MATCH)
            return true;
        if (says == RS_INLINE_BAD && err->text[0] == '\0')
            rs_fail(err, "%s:%d: %s", file, at - above, why.text);
    }
    return false;
}

void rs_suppress_apply(struct rs_suppressions *set, struct rs_report *report, rs_suppress_line *line, void *ctx,
                       struct rs_error *bad)
{
    size_t kept = 0;

    bad->text[0] = '\0';
    for (size_t i = 0; i < report->findings.count; i++) {
        struct rs_finding *finding = &report->findings.items[i];
        struct rs_error why = {.text = ""};

        if (rs_suppress_match(set, finding) || (line != NULL && rs_suppress_in_source(finding, line, ctx, &why))) {
            rs_finding_close(finding);
            report->suppressed++;
            continue;
        }
        if (why.text[0] != '\0' && bad->text[0] == '\0')
            *bad = why;
        report->findings.items[kept++] = *finding;
    }
    report->findings.count = kept;
}
