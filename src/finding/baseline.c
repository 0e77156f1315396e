/* See baseline.h. */
#include "finding/baseline.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"

enum { DIGITS = 16, FILE_MOST = 64 << 20 };

/* What a line says behind its #. */
struct reason {
    uint64_t key;
    const char *text;
    bool written;
};

struct rs_baseline {
    struct rs_arena arena;
    struct rs_map lines; /* fingerprint -> how many lines name it */
    RS_VEC(struct reason) reasons;
};

static uint64_t key_of(const char *fingerprint)
{
    return strtoull(fingerprint, NULL, 16) | 1;
}

static bool read_line(const char *path, int number, const char *line, size_t length, struct rs_baseline *baseline,
                      struct rs_error *err)
{
    char digits[DIGITS + 1] = "", rule[16] = "";
    const char *reason = memchr(line, '#', length), *end = line + length;

    while (length > 0 && isspace((unsigned char)*line)) {
        line++;
        length--;
    }
    if (length == 0 || *line == '#')
        return true;
    if (length < DIGITS || strspn(memcpy(digits, line, DIGITS), "0123456789abcdef") != DIGITS ||
        (length > DIGITS && line[DIGITS] != ' '))
        return rs_fail(err,
                       "%s:%d: '%.*s' begins with no fingerprint; expected 16 hexadecimal digits, a rule, and where",
                       path, number, (int)(length < 40 ? length : 40), line);
    for (size_t i = 0, at = DIGITS + 1; at < length && i < sizeof(rule) - 1 && line[at] != ' ' && line[at] != '\r';
         i++, at++)
        rule[i] = line[at];
    if (rs_rule_find(rule) == RS_RULES)
        return rs_fail(err, "%s:%d: '%s' is no rule; expected an id such as RS201 behind the fingerprint", path, number,
                       rule);
    *rs_map_at(&baseline->lines, key_of(digits)) += 1;
    while (end > line && isspace((unsigned char)end[-1]))
        end--;
    if (reason != NULL && reason < end)
        *RS_PUSH(&baseline->reasons) =
            (struct reason){key_of(digits), rs_arena_strndup(&baseline->arena, reason, (size_t)(end - reason)), false};
    return true;
}

struct rs_baseline *rs_baseline_read(const char *path, const char *bytes, size_t size, struct rs_error *err)
{
    struct rs_baseline *baseline = rs_alloc(sizeof(*baseline));
    bool good = true;
    int number = 0;

    for (size_t at = 0; good && at < size;) {
        const char *end = memchr(bytes + at, '\n', size - at);
        size_t length = end != NULL ? (size_t)(end - bytes) - at : size - at;

        good = memchr(bytes + at, 0, length) == NULL
                   ? read_line(path, ++number, bytes + at, length, baseline, err)
                   : rs_fail(err, "%s:%d: a zero byte; expected text", path, number + 1);
        at += length + 1;
    }
    if (good)
        return baseline;
    rs_baseline_close(baseline);
    return NULL;
}

struct rs_baseline *rs_baseline_load(const char *path, struct rs_error *err)
{
    struct rs_baseline *baseline = NULL;
    FILE *file = fopen(path, "re");
    char *bytes = NULL;
    size_t size = 0, got = 1;

    if (file == NULL) {
        rs_fail(err, "cannot open the baseline '%s': %s", path, strerror(errno));
        return NULL;
    }
    for (size_t room = 0; got > 0 && size < FILE_MOST; size += got) {
        if (size == room)
            bytes = rs_realloc(bytes, room = room ? 2 * room : 1 << 16);
        got = fread(bytes + size, 1, room - size, file);
    }
    if (ferror(file))
        rs_fail(err, "cannot read the baseline '%s': %s", path, strerror(errno));
    else
        baseline = rs_baseline_read(path, bytes, size, err);
    fclose(file);
    free(bytes);
    return baseline;
}

void rs_baseline_close(struct rs_baseline *baseline)
{
    if (baseline == NULL)
        return;
    rs_map_close(&baseline->lines);
    RS_VEC_CLOSE(&baseline->reasons);
    rs_arena_close(&baseline->arena);
    free(baseline);
}

void rs_baseline_apply(const struct rs_baseline *baseline, struct rs_report *report)
{
    struct rs_map seen = {0};
    size_t kept = 0;

    for (size_t i = 0; i < report->findings.count; i++) {
        struct rs_finding *finding = &report->findings.items[i];
        uint64_t key = key_of(finding->fingerprint), *listed = rs_map_find(&baseline->lines, key);

        if (listed != NULL && (*rs_map_at(&seen, key))++ < *listed) {
            rs_finding_close(finding);
            report->suppressed++;
        } else {
            report->findings.items[kept++] = *finding;
        }
    }
    report->findings.count = kept;
    rs_map_close(&seen);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A name without what would end its line or begin the reason. */
static const char *one_line(struct rs_arena *arena, const char *text)
{
    char *copy = rs_arena_strdup(arena, text != NULL ? text : "?");

    for (char *at = copy; *at != 0; at++)
        if ((unsigned char)*at < ' ' || *at == '#')
            *at = '_';
    return copy;
}

/* "  # why", of the earlier list, each once; or nothing. */
static const char *reason_of(struct rs_arena *arena, struct rs_baseline *earlier, const char *fingerprint)
{
    for (size_t i = 0; earlier != NULL && i < earlier->reasons.count; i++) {
        struct reason *reason = &earlier->reasons.items[i];

        if (reason->written || reason->key != key_of(fingerprint))
            continue;
        reason->written = true;
        return rs_arena_printf(arena, "  %s", reason->text);
    }
    return "";
}

static const char *line_of(struct rs_arena *arena, struct rs_baseline *earlier, const struct rs_finding *finding)
{
    const struct rs_place *at = &finding->culprit;
    const char *path = at->pyx_file != NULL ? at->pyx_file : at->file,
               *slash = path != NULL ? strrchr(path, '/') : NULL;

    return rs_arena_printf(arena, "%s %s %s %s%s", finding->fingerprint, rs_rule_info(finding->rule)->id,
                           one_line(arena, at->function), one_line(arena, slash != NULL ? slash + 1 : path),
                           reason_of(arena, earlier, finding->fingerprint));
}

static bool write_to(FILE *file, const struct rs_report *report, struct rs_baseline *earlier)
{
    struct rs_arena arena = {0};
    const char **lines = rs_alloc((report->findings.count + 1) * sizeof(*lines));
    bool good;

    for (size_t i = 0; i < report->findings.count; i++)
        lines[i] = line_of(&arena, earlier, &report->findings.items[i]);
    qsort(lines, report->findings.count, sizeof(*lines), by_text);
    fputs("# Findings of `refsan check` that are known. A line each: fingerprint, rule, where. Say behind a # why one "
          "may stay.\n",
          file);
    for (size_t i = 0; i < report->findings.count; i++)
        fprintf(file, "%s\n", lines[i]);
    free(lines);
    rs_arena_close(&arena);
    good = fflush(file) == 0 && !ferror(file);
    return fclose(file) == 0 && good;
}

static bool replace(const struct rs_report *report, const char *path, struct rs_baseline *earlier, struct rs_error *err)
{
    struct rs_arena arena = {0};
    const char *slash = strrchr(path, '/');
    char *temporary = rs_arena_printf(&arena, "%.*s.refsan-%ld.tmp", slash != NULL ? (int)(slash + 1 - path) : 0, path,
                                      (long)getpid());
    FILE *file = fopen(temporary, "wxe");
    bool good = file != NULL && write_to(file, report, earlier) && rename(temporary, path) == 0;

    if (!good) {
        rs_fail(err, "cannot write the baseline '%s': %s", path, strerror(errno));
        if (file != NULL)
            unlink(temporary);
    }
    rs_arena_close(&arena);
    return good;
}

bool rs_baseline_write(const struct rs_report *report, const char *path, struct rs_error *err)
{
    struct rs_baseline *earlier = NULL;
    struct rs_error why;
    bool good;

    if (access(path, F_OK) == 0) {
        earlier = rs_baseline_load(path, &why);
        if (earlier == NULL)
            return rs_fail(err, "the baseline is not written, for '%s' is another file: %s", path, why.text);
    }
    good = replace(report, path, earlier, err);
    rs_baseline_close(earlier);
    return good;
}
