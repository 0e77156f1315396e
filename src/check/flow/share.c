/* Summaries of other units: what a unit's functions do to references, and which functions of other units it calls, as
 * lines of text that the extension's other units read.
 *
 * Promise: any bytes give summaries or one line that says what is wrong; what is read is in range for summary.c. A name
 * of a static variable means nothing elsewhere: what concerns one is written as unknown. Two functions of one name say
 * nothing. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check/flow/flow.h"
#include "check/unit.h"

enum { LINE_MOST = 1 << 16, NAME_MOST = 4000, GLOBAL_MOST = 200, FUNCTIONS_MOST = 1 << 20, GIL_MOST = 3 };
static const char heading[] = "refsan summaries 6\n";

struct named {
    const char *name;
    struct rs_summary summary; /* its ways lie in the arena */
    bool ambiguous;
};
struct rs_summaries {
    struct rs_arena arena;
    RS_VEC(struct named) functions;
    struct rs_map by_name; /* hash -> index + 1 */
    struct rs_map uses;    /* hash of a name -> enum rs_init_uses, of all units */
};

/* ---- writing ---- */
static bool is_plain(const char *name)
{
    return *name != '\0' && strlen(name) < NAME_MOST && strpbrk(name, " \t\r\n") == NULL;
}

static bool is_shared(const struct rs_ir *ir, const struct rs_subject *subject)
{
    LLVMValueRef global;
    LLVMLinkage linkage;

    if (subject->kind != RS_SUBJECT_STATIC && subject->kind != RS_SUBJECT_GLOBAL)
        return true;
    global = LLVMGetNamedGlobal(ir->module, subject->global);
    global = global == NULL ? LLVMGetNamedFunction(ir->module, subject->global) : global;
    linkage = global == NULL ? LLVMInternalLinkage : LLVMGetLinkage(global);
    return linkage != LLVMInternalLinkage && linkage != LLVMPrivateLinkage && is_plain(subject->global) &&
           strlen(subject->global) < GLOBAL_MOST;
}

static void write_subject(FILE *file, const struct rs_ir *ir, const struct rs_subject *subject)
{
    const struct rs_subject unknown = {.kind = RS_SUBJECT_NONE, .null = subject->null, .arg = -1};

    subject = is_shared(ir, subject) ? subject : &unknown;
    fprintf(file, " %u %u %d %" PRId64 " %" PRId64 " %s", subject->kind, subject->null, subject->arg, subject->offset,
            subject->high, subject->global == NULL ? "-" : subject->global);
}

static void write_way(FILE *file, const struct rs_ir *ir, const struct rs_case *way, unsigned nargs)
{
    unsigned nrefs = 0, nfacts = 0;

    for (unsigned i = 0; i < way->nrefs; i++)
        nrefs += is_shared(ir, &way->refs[i].who);
    for (unsigned i = 0; i < way->nfacts; i++)
        nfacts += !rs_question_is_local(way->facts[i].code);
    fprintf(file, "w %u %u %u %u %u %u %u", way->err, way->entry, way->thrown, way->converts, nrefs, way->nstores,
            nfacts);
    write_subject(file, ir, &way->result);
    for (unsigned i = 0; i < nargs; i++)
        write_subject(file, ir, &way->args[i]);
    for (unsigned i = 0; i < way->nrefs; i++) {
        if (!is_shared(ir, &way->refs[i].who))
            continue;
        write_subject(file, ir, &way->refs[i].who);
        fprintf(file, " %d %u %u", way->refs[i].owned, way->refs[i].dead, way->refs[i].uncertain);
    }
    for (unsigned i = 0; i < way->nstores; i++) {
        write_subject(file, ir, &way->stores[i].where);
        write_subject(file, ir, &way->stores[i].what);
        fprintf(file, " %" PRIu64, way->stores[i].key);
    }
    for (unsigned i = 0; i < way->nfacts; i++)
        if (!rs_question_is_local(way->facts[i].code))
            fprintf(file, " %" PRId64 " %d %u", way->facts[i].code, way->facts[i].arg, way->facts[i].yes);
    fputc('\n', file);
}

/* Whether the unit declares no function of Python's. */
static bool is_foreign(struct rs_ir *ir)
{
    for (LLVMValueRef function = LLVMGetFirstFunction(ir->module); function != NULL;
         function = LLVMGetNextFunction(function))
        if (rs_ir_contract(ir, function) != NULL)
            return false;
    return true;
}

/* Global functions that the unit calls or names, its own and others'; what belongs to Python is of no interest. */
static void write_uses(const struct rs_flow_unit *unit, FILE *file)
{
    for (LLVMValueRef function = LLVMGetFirstFunction(unit->ir->module); function != NULL;
         function = LLVMGetNextFunction(function)) {
        enum rs_init_uses uses = rs_init_uses(unit->ir, function, unit->only_init);
        LLVMLinkage linkage = LLVMGetLinkage(function);
        size_t length;
        const char *name = LLVMGetValueName2(function, &length);

        if (uses != RS_USES_NONE && linkage != LLVMInternalLinkage && linkage != LLVMPrivateLinkage &&
            strncmp(name, "llvm.", 5) != 0 && rs_ir_contract(unit->ir, function) == NULL && is_plain(name))
            fprintf(file, "u %s %u\n", name, uses);
    }
}

void rs_share_write(const struct rs_flow_unit *unit, FILE *file)
{
    bool foreign = is_foreign(unit->ir);

    fputs(heading, file);
    write_uses(unit, file);
    for (size_t i = 0; i < unit->ir->functions.count; i++) {
        const struct rs_ir_function *function = &unit->ir->functions.items[i];
        const struct rs_summary *summary = &unit->summaries[i];
        unsigned ways = summary->incomplete ? 0 : summary->ncases;

        if (function->local || function->library || !summary->known || !is_plain(function->symbol))
            continue;
        fprintf(file, "f %s %u %u %u %u %u %u %u %u %u %u\n", function->symbol, summary->incomplete, summary->runs,
                summary->throws, summary->noreturn, foreign, function->gil[0], function->gil[1], function->needs_gil,
                summary->nargs, ways);
        for (unsigned k = 0; k < ways; k++)
            write_way(file, unit->ir, &summary->cases[k], summary->nargs);
    }
}

/* ---- reading ---- */
struct reading {
    struct rs_summaries *set;
    char *at;
    bool good;
};

static int64_t number(struct reading *r, int64_t low, int64_t high)
{
    char *end = r->at;
    int64_t value;

    errno = 0;
    value = r->good ? strtoll(r->at, &end, 10) : 0;
    r->good = r->good && end != r->at && errno == 0 && value >= low && value <= high;
    r->at = end;
    return r->good ? value : low;
}

static uint64_t key(struct reading *r)
{
    char *end = r->at;
    uint64_t value;

    errno = 0;
    value = r->good ? strtoull(r->at, &end, 10) : 0;
    r->good = r->good && end != r->at && errno == 0;
    r->at = end;
    return value;
}

static const char *word(struct reading *r)
{
    char *from = r->at + strspn(r->at, " ");
    size_t length = strcspn(from, " \n");

    r->good = r->good && length > 0 && length < NAME_MOST;
    r->at = from + length;
    return r->good ? rs_arena_strndup(&r->set->arena, from, length) : "";
}

static struct rs_subject read_subject(struct reading *r)
{
    struct rs_subject subject = {0};
    const char *global;

    subject.kind = (uint8_t)number(r, RS_SUBJECT_NONE, RS_SUBJECT_BORROWED);
    subject.null = (uint8_t)number(r, RS_MAYBE, RS_NONNULL);
    subject.arg = (int16_t)number(r, -1, RS_SUMMARY_ARGS - 1);
    subject.offset = number(r, INT64_MIN, INT64_MAX);
    subject.high = number(r, INT64_MIN, INT64_MAX);
    global = word(r);
    if (strcmp(global, "-") != 0)
        subject.global = global;
    if (subject.kind == RS_SUBJECT_STATIC || subject.kind == RS_SUBJECT_GLOBAL)
        r->good = r->good && subject.global != NULL;
    if (subject.kind == RS_SUBJECT_NEW)
        r->good = r->good && subject.arg >= 0 && subject.arg < RS_CASE_REFS;
    return subject;
}

static void read_way(struct reading *r, struct rs_case *way, unsigned nargs)
{
    way->err = (uint8_t)number(r, RS_ERR_CLEAR, RS_ERR_MAYBE);
    way->entry = (uint8_t)number(r, RS_ENTRY_OPEN, RS_ENTRY_SET);
    way->thrown = number(r, 0, 1);
    way->converts = number(r, 0, 1);
    way->nrefs = (uint8_t)number(r, 0, RS_CASE_REFS);
    way->nstores = (uint8_t)number(r, 0, RS_CASE_STORES);
    way->nfacts = (uint8_t)number(r, 0, RS_CASE_FACTS);
    way->result = read_subject(r);
    for (unsigned i = 0; i < nargs; i++)
        way->args[i] = read_subject(r);
    for (unsigned i = 0; i < way->nrefs; i++) {
        way->refs[i].who = read_subject(r);
        way->refs[i].owned = (int8_t)number(r, INT8_MIN, INT8_MAX);
        way->refs[i].dead = number(r, 0, 1);
        way->refs[i].uncertain = number(r, 0, 1);
    }
    for (unsigned i = 0; i < way->nstores; i++) {
        way->stores[i].where = read_subject(r);
        way->stores[i].what = read_subject(r);
        way->stores[i].key = key(r);
    }
    for (unsigned i = 0; i < way->nfacts; i++) {
        way->facts[i].code = number(r, INT64_MIN, INT64_MAX);
        way->facts[i].arg = (int16_t)number(r, 0, RS_SUMMARY_ARGS - 1);
        way->facts[i].yes = number(r, 0, 1);
    }
    r->good = r->good && *r->at == '\n';
}

/* The next line, which begins with one of the letters; false when there is none. */
static bool next_line(struct reading *r, FILE *file, char *line, const char *letters)
{
    if (fgets(line, LINE_MOST, file) == NULL)
        return false;
    r->good = r->good && line[0] != '\0' && strchr(letters, line[0]) != NULL && line[1] == ' ';
    r->at = r->good ? line + 1 : line;
    return true;
}

static struct named read_function(struct reading *r, FILE *file, char *line)
{
    struct named function = {.name = word(r)};
    struct rs_summary *summary = &function.summary;

    summary->known = true;
    summary->incomplete = number(r, 0, 1);
    summary->runs = number(r, 0, 1);
    summary->throws = number(r, 0, 1);
    summary->noreturn = number(r, 0, 1);
    summary->foreign = number(r, 0, 1);
    summary->gil[0] = (uint8_t)number(r, 0, GIL_MOST);
    summary->gil[1] = (uint8_t)number(r, 0, GIL_MOST);
    summary->needs_gil = number(r, 0, 1);
    summary->nargs = (uint8_t)number(r, 0, RS_SUMMARY_ARGS);
    summary->ncases = (uint8_t)number(r, 0, RS_CASES);
    r->good = r->good && *r->at == '\n';
    summary->cases = r->good ? rs_arena_alloc(&r->set->arena, (summary->ncases + 1u) * sizeof(*summary->cases)) : NULL;
    for (unsigned i = 0; i < summary->ncases && r->good; i++) {
        r->good = next_line(r, file, line, "w") && r->good;
        if (r->good)
            read_way(r, &summary->cases[i], summary->nargs);
    }
    return function;
}

static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash | 1;
}

static struct named *find(const struct rs_summaries *set, const char *name)
{
    const uint64_t *index = rs_map_find(&set->by_name, hash_of(name));
    struct named *function = index == NULL ? NULL : &set->functions.items[*index - 1];

    return function != NULL && strcmp(function->name, name) == 0 ? function : NULL;
}

static void keep(struct rs_summaries *set, const struct named *function)
{
    uint64_t *index = rs_map_at(&set->by_name, hash_of(function->name));

    if (*index != 0) {
        set->functions.items[*index - 1].ambiguous = true;
        return;
    }
    *RS_PUSH(&set->functions) = *function;
    *index = set->functions.count;
}

static void read_use(struct reading *r)
{
    uint64_t name = hash_of(word(r)), uses = (uint64_t)number(r, RS_USES_INIT, RS_USES_OTHER), *known;

    r->good = r->good && *r->at == '\n' && r->set->uses.count < FUNCTIONS_MOST;
    known = r->good ? rs_map_at(&r->set->uses, name) : NULL;
    if (known != NULL && *known < uses)
        *known = uses;
}

bool rs_summaries_append(struct rs_summaries *set, const char *path, struct rs_error *err)
{
    RS_VEC(struct named) fresh = {0};
    struct reading r = {.set = set, .good = true};
    FILE *file = fopen(path, "re");
    char *line;

    if (file == NULL)
        return rs_fail(err, "%s: cannot be read: %s", path, strerror(errno));
    line = rs_alloc(LINE_MOST);
    r.good = fgets(line, LINE_MOST, file) != NULL && strcmp(line, heading) == 0;
    while (r.good && next_line(&r, file, line, "fu") && r.good) {
        struct named function = {.name = NULL};

        if (line[0] == 'u') {
            read_use(&r);
            continue;
        }
        function = read_function(&r, file, line);
        r.good = r.good && fresh.count < FUNCTIONS_MOST;
        *RS_PUSH(&fresh) = function;
    }
    r.good = r.good && !ferror(file);
    fclose(file);
    free(line);
    for (size_t i = 0; r.good && i < fresh.count; i++)
        keep(set, &fresh.items[i]);
    RS_VEC_CLOSE(&fresh);
    return r.good || rs_fail(err, "%s: no summaries of this refsan's", path);
}

struct rs_summaries *rs_summaries_open(void)
{
    struct rs_summaries *set = rs_alloc(sizeof(*set));

    *set = (struct rs_summaries){0};
    return set;
}

void rs_summaries_close(struct rs_summaries *set)
{
    rs_arena_close(&set->arena);
    RS_VEC_CLOSE(&set->functions);
    rs_map_close(&set->by_name);
    rs_map_close(&set->uses);
    free(set);
}

const struct rs_summary *rs_share_find(const struct rs_summaries *set, const char *name)
{
    const struct named *function = set == NULL ? NULL : find(set, name);

    return function == NULL || function->ambiguous ? NULL : &function->summary;
}

bool rs_summaries_gil(const struct rs_summaries *set, const char *name, uint8_t after[2], bool *needs)
{
    const struct rs_summary *summary = rs_share_find(set, name);

    if (summary == NULL)
        return false;
    memcpy(after, summary->gil, sizeof(summary->gil));
    *needs = summary->needs_gil;
    return true;
}

bool rs_share_is_inits(const struct rs_summaries *set, const char *name)
{
    const uint64_t *uses = set == NULL ? NULL : rs_map_find(&set->uses, hash_of(name));

    return uses != NULL && *uses == RS_USES_INIT;
}
