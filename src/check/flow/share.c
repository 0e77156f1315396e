/* Summaries of other units: what a unit's functions do to references, and which functions of other units it calls, as
 * lines of text that the extension's other units read.
 *
 * Promise: any bytes give summaries or one line that says what is wrong; what is read is in range for summary.c. A name
 * of a static variable means nothing elsewhere: what concerns one is written as unknown. Two functions of one name say
 * nothing. */
#include <errno.h>
#include <stdio.h>
#include <inttypes.h>
#include <string.h>

#include "check/flow/written.h"
#include "check/unit.h"

enum { GLOBAL_MOST = 200, FUNCTIONS_MOST = 1 << 20, GIL_MOST = 3 };
static const char heading[] = "refsan summaries 8\n";

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
static bool is_shared(const struct rs_ir *ir, const struct rs_subject *subject)
{
    LLVMValueRef global;
    LLVMLinkage linkage;

    if (subject->kind != RS_SUBJECT_STATIC && subject->kind != RS_SUBJECT_GLOBAL)
        return true;
    global = LLVMGetNamedGlobal(ir->module, subject->global);
    global = global == NULL ? LLVMGetNamedFunction(ir->module, subject->global) : global;
    linkage = global == NULL ? LLVMInternalLinkage : LLVMGetLinkage(global);
    return linkage != LLVMInternalLinkage && linkage != LLVMPrivateLinkage && rs_written_is_plain(subject->global) &&
           strlen(subject->global) < GLOBAL_MOST;
}

static struct rs_subject shared(const struct rs_ir *ir, const struct rs_subject *subject)
{
    const struct rs_subject unknown = {.kind = RS_SUBJECT_NONE, .null = subject->null, .arg = -1};

    return is_shared(ir, subject) ? *subject : unknown;
}

/* What other units can make of the way: of a static variable they know nothing. */
static void write_way(FILE *file, const struct rs_ir *ir, const struct rs_case *way, unsigned nargs)
{
    struct rs_case told = *way;

    told.nrefs = told.nfacts = 0;
    told.result = shared(ir, &way->result);
    for (unsigned i = 0; i < nargs; i++)
        told.args[i] = shared(ir, &way->args[i]);
    for (unsigned i = 0; i < way->nrefs; i++)
        if (is_shared(ir, &way->refs[i].who))
            told.refs[told.nrefs++] = way->refs[i];
    for (unsigned i = 0; i < way->nstores; i++) {
        told.stores[i].where = shared(ir, &way->stores[i].where);
        told.stores[i].what = shared(ir, &way->stores[i].what);
    }
    for (unsigned i = 0; i < way->nfacts; i++)
        if (!rs_question_is_local(way->facts[i].code))
            told.facts[told.nfacts++] = way->facts[i];
    rs_written_way(file, &told, nargs);
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
            strncmp(name, "llvm.", 5) != 0 && rs_ir_contract(unit->ir, function) == NULL && rs_written_is_plain(name))
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

        if (function->local || function->library || !summary->known || !rs_written_is_plain(function->symbol))
            continue;
        fprintf(file, "f %s %u %u %u %u %u %u %u %u %u %" PRIu64 " %u %u\n", function->symbol, summary->incomplete,
                summary->runs, summary->throws, summary->noreturn, foreign, function->gil[0], function->gil[1],
                function->needs_gil, summary->reaches, summary->kinds, summary->nargs, ways);
        for (unsigned k = 0; k < ways; k++)
            write_way(file, unit->ir, &summary->cases[k], summary->nargs);
    }
}

/* ---- reading ---- */
static struct named read_function(struct rs_reading *r, FILE *file, char *line)
{
    struct named function = {.name = rs_reading_word(r)};
    struct rs_summary *summary = &function.summary;

    summary->known = true;
    summary->incomplete = rs_reading_number(r, 0, 1);
    summary->runs = rs_reading_number(r, 0, 1);
    summary->throws = rs_reading_number(r, 0, 1);
    summary->noreturn = rs_reading_number(r, 0, 1);
    summary->foreign = rs_reading_number(r, 0, 1);
    summary->gil[0] = (uint8_t)rs_reading_number(r, 0, GIL_MOST);
    summary->gil[1] = (uint8_t)rs_reading_number(r, 0, GIL_MOST);
    summary->needs_gil = rs_reading_number(r, 0, 1);
    summary->reaches = (uint16_t)rs_reading_number(r, 0, UINT16_MAX);
    summary->kinds = rs_reading_key(r);
    summary->nargs = (uint8_t)rs_reading_number(r, 0, RS_SUMMARY_ARGS);
    summary->ncases = (uint8_t)rs_reading_number(r, 0, RS_CASES);
    r->good = r->good && *r->at == '\n';
    summary->cases = r->good ? rs_arena_alloc(r->arena, (summary->ncases + 1u) * sizeof(*summary->cases)) : NULL;
    for (unsigned i = 0; i < summary->ncases && r->good; i++) {
        r->good = rs_reading_line(r, file, line, "w") && r->good;
        if (r->good)
            rs_reading_way(r, &summary->cases[i], summary->nargs);
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

static void read_use(struct rs_reading *r, struct rs_summaries *set)
{
    uint64_t name = hash_of(rs_reading_word(r)), uses = (uint64_t)rs_reading_number(r, RS_USES_INIT, RS_USES_OTHER),
             *known;

    r->good = r->good && *r->at == '\n' && set->uses.count < FUNCTIONS_MOST;
    known = r->good ? rs_map_at(&set->uses, name) : NULL;
    if (known != NULL && *known < uses)
        *known = uses;
}

bool rs_summaries_append(struct rs_summaries *set, const char *path, struct rs_error *err)
{
    RS_VEC(struct named) fresh = {0};
    struct rs_reading r = {.arena = &set->arena, .good = true};
    FILE *file = fopen(path, "re");
    char *line;

    if (file == NULL)
        return rs_fail(err, "%s: cannot be read: %s", path, strerror(errno));
    line = rs_alloc(RS_WRITTEN_LINE_MOST);
    r.good = fgets(line, RS_WRITTEN_LINE_MOST, file) != NULL && strcmp(line, heading) == 0;
    while (r.good && rs_reading_line(&r, file, line, "fu") && r.good) {
        struct named function = {.name = NULL};

        if (line[0] == 'u') {
            read_use(&r, set);
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
