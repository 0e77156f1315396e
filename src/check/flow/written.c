/* Ways of functions as lines of text: what summaries of other units (share.c) and of library functions (store.c) are
 * kept as.
 *
 * Promise: any bytes give ways that are in range for summary.c, or are refused. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "check/flow/written.h"

enum { NAME_MOST = 4000 };

bool rs_written_is_plain(const char *name)
{
    return *name != '\0' && strlen(name) < NAME_MOST && strpbrk(name, " \t\r\n") == NULL;
}

static void write_subject(FILE *file, const struct rs_subject *subject)
{
    fprintf(file, " %u %u %d %" PRId64 " %" PRId64 " %s", subject->kind, subject->null, subject->arg, subject->offset,
            subject->high, subject->global == NULL ? "-" : subject->global);
}

void rs_written_way(FILE *file, const struct rs_case *way, unsigned nargs)
{
    fprintf(file, "w %u %u %u %u %u %u %u", way->err, way->entry, way->thrown, way->converts, way->nrefs, way->nstores,
            way->nfacts);
    write_subject(file, &way->result);
    for (unsigned i = 0; i < nargs; i++)
        write_subject(file, &way->args[i]);
    for (unsigned i = 0; i < way->nrefs; i++) {
        write_subject(file, &way->refs[i].who);
        fprintf(file, " %d %u %u", way->refs[i].owned, way->refs[i].dead, way->refs[i].uncertain);
    }
    for (unsigned i = 0; i < way->nstores; i++) {
        write_subject(file, &way->stores[i].where);
        write_subject(file, &way->stores[i].what);
        fprintf(file, " %" PRIu64, way->stores[i].key);
    }
    for (unsigned i = 0; i < way->nfacts; i++)
        fprintf(file, " %" PRId64 " %d %d", way->facts[i].code, way->facts[i].arg, way->facts[i].yes);
    fprintf(file, " %" PRIu64, way->result_excluded);
    for (unsigned i = 0; i < nargs; i++)
        fprintf(file, " %" PRIu64, way->excluded[i]);
    fputc('\n', file);
}

int64_t rs_reading_number(struct rs_reading *r, int64_t low, int64_t high)
{
    char *end = r->at;
    int64_t value;

    errno = 0;
    value = r->good ? strtoll(r->at, &end, 10) : 0;
    r->good = r->good && end != r->at && errno == 0 && value >= low && value <= high;
    r->at = end;
    return r->good ? value : low;
}

uint64_t rs_reading_key(struct rs_reading *r)
{
    char *end = r->at;
    uint64_t value;

    errno = 0;
    value = r->good ? strtoull(r->at, &end, 10) : 0;
    r->good = r->good && end != r->at && errno == 0;
    r->at = end;
    return value;
}

const char *rs_reading_word(struct rs_reading *r)
{
    char *from = r->at + strspn(r->at, " ");
    size_t length = strcspn(from, " \n");

    r->good = r->good && length > 0 && length < NAME_MOST;
    r->at = from + length;
    return r->good ? rs_arena_strndup(r->arena, from, length) : "";
}

static struct rs_subject read_subject(struct rs_reading *r)
{
    struct rs_subject subject = {0};
    const char *global;

    subject.kind = (uint8_t)rs_reading_number(r, RS_SUBJECT_NONE, RS_SUBJECT_MEMORY);
    subject.null = (uint8_t)rs_reading_number(r, RS_MAYBE, RS_NONNULL);
    subject.arg = (int16_t)rs_reading_number(r, -1, RS_SUMMARY_ARGS - 1);
    subject.offset = rs_reading_number(r, INT64_MIN, INT64_MAX);
    subject.high = rs_reading_number(r, INT64_MIN, INT64_MAX);
    global = rs_reading_word(r);
    if (strcmp(global, "-") != 0)
        subject.global = global;
    if (subject.kind == RS_SUBJECT_STATIC || subject.kind == RS_SUBJECT_GLOBAL)
        r->good = r->good && subject.global != NULL;
    if (subject.kind == RS_SUBJECT_NEW)
        r->good = r->good && subject.arg >= 0 && subject.arg < RS_CASE_REFS;
    return subject;
}

void rs_reading_way(struct rs_reading *r, struct rs_case *way, unsigned nargs)
{
    way->err = (uint8_t)rs_reading_number(r, RS_ERR_CLEAR, RS_ERR_MAYBE);
    way->entry = (uint8_t)rs_reading_number(r, RS_ENTRY_OPEN, RS_ENTRY_SET);
    way->thrown = rs_reading_number(r, 0, 1);
    way->converts = rs_reading_number(r, 0, 1);
    way->nrefs = (uint8_t)rs_reading_number(r, 0, RS_CASE_REFS);
    way->nstores = (uint8_t)rs_reading_number(r, 0, RS_CASE_STORES);
    way->nfacts = (uint8_t)rs_reading_number(r, 0, RS_CASE_FACTS);
    way->result = read_subject(r);
    for (unsigned i = 0; i < nargs; i++)
        way->args[i] = read_subject(r);
    for (unsigned i = 0; i < way->nrefs; i++) {
        way->refs[i].who = read_subject(r);
        way->refs[i].owned = (int8_t)rs_reading_number(r, INT8_MIN, INT8_MAX);
        way->refs[i].dead = rs_reading_number(r, 0, 1);
        way->refs[i].uncertain = rs_reading_number(r, 0, 1);
    }
    for (unsigned i = 0; i < way->nstores; i++) {
        way->stores[i].where = read_subject(r);
        way->stores[i].what = read_subject(r);
        way->stores[i].key = rs_reading_key(r);
    }
    for (unsigned i = 0; i < way->nfacts; i++) {
        way->facts[i].code = rs_reading_number(r, INT64_MIN, INT64_MAX);
        way->facts[i].arg = (int32_t)rs_reading_number(r, 0, RS_SUMMARY_ARGS - 1);
        way->facts[i].yes = (int32_t)rs_reading_number(r, 0, 1);
    }
    way->result_excluded = rs_reading_key(r);
    for (unsigned i = 0; i < nargs; i++)
        way->excluded[i] = rs_reading_key(r);
    r->good = r->good && *r->at == '\n';
}

bool rs_reading_line(struct rs_reading *r, FILE *file, char *line, const char *letters)
{
    if (fgets(line, RS_WRITTEN_LINE_MOST, file) == NULL)
        return false;
    r->good = r->good && line[0] != '\0' && strchr(letters, line[0]) != NULL && line[1] == ' ';
    r->at = r->good ? line + 1 : line;
    return true;
}
