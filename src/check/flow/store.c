/* See store.h. */
#include "check/flow/store.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "check/flow/written.h"

enum { TEXT_MOST = 4 << 20, PREMISES_MOST = 4096 };
static const char heading[] = "refsan library summaries 2 %016" PRIx64 "\n";
enum { HEADING = sizeof("refsan library summaries 2 0123456789abcdef\n") - 1 };

/* Whoever gives a summary another member writes it here or in written.c, and reads it: else what is kept says less than
 * what was made. (What is of this unit alone, `err_at` and `ends`, no function of a header has.) */
enum { CASE_HEAD = 56 + sizeof(void *), CASE_ARGS = RS_SUMMARY_ARGS * (sizeof(struct rs_subject) + 8) + 8 };
_Static_assert(sizeof(struct rs_case) == CASE_HEAD + CASE_ARGS + RS_CASE_REFS * sizeof(struct rs_ref_change) +
                                             RS_CASE_STORES * sizeof(struct rs_store_change) +
                                             RS_CASE_FACTS * sizeof(struct rs_fact),
               "rs_case has other members than store.c and written.c keep");
_Static_assert(sizeof(struct rs_summary) == 56, "rs_summary has other members than store.c keeps");

struct rs_store {
    const char *path;
    char *text; /* behind the heading; closed by a NUL */
    size_t size;
    struct rs_map entries; /* key -> where its first line begins in `text`, + 1 */
    char *fresh_text;      /* entries that were put */
    size_t fresh_size;
    FILE *fresh; /* NULL: none */
    char *line;  /* RS_WRITTEN_LINE_MOST */
};

/* ---- premises ---- */
void rs_premise_note(struct rs_flow_unit *unit, unsigned kind, uint64_t key, bool answer)
{
    struct rs_premises *all = unit->premises;

    for (size_t i = 0; all != NULL && i < all->items.count; i++)
        if (all->items.items[i].key == key && all->items.items[i].kind == kind)
            return;
    if (all != NULL)
        *RS_PUSH(&all->items) = (struct rs_premise){key, (uint8_t)kind, answer};
}

void rs_premise_bind(struct rs_flow_unit *unit)
{
    if (unit->premises != NULL)
        unit->premises->bound = true;
}

static bool holds(const struct rs_flow_unit *unit, const struct rs_premise *premise)
{
    const struct rs_map *map = premise->kind == RS_PREMISE_FIELD ? &unit->fields : &unit->absent;

    return (rs_map_find(map, premise->key) != NULL) == premise->answer;
}

/* ---- the file ---- */
static uint64_t sum_of(const char *bytes, size_t size)
{
    uint64_t sum = 0xcbf29ce484222325u;

    for (size_t i = 0; i < size; i++)
        sum = (sum ^ (unsigned char)bytes[i]) * 0x100000001b3u;
    return sum ^ sum >> 31;
}

static char *read_all(const char *path, size_t *size)
{
    FILE *file = fopen(path, "re");
    char *text = file == NULL ? NULL : rs_alloc(TEXT_MOST + 1);

    if (file == NULL)
        return NULL;
    *size = fread(text, 1, TEXT_MOST, file);
    fclose(file);
    text[*size] = '\0';
    return text;
}

static void index_entries(struct rs_store *store)
{
    for (char *at = store->text, *end; *at != '\0'; at = end + 1) {
        uint64_t key = strncmp(at, "k ", 2) == 0 ? strtoull(at + 2, NULL, 16) : 0;

        if (key != 0)
            *rs_map_at(&store->entries, key) = (uint64_t)(at - store->text) + 1;
        end = strchr(at, '\n');
        if (end == NULL)
            return;
    }
}

struct rs_store *rs_store_open(const char *path)
{
    struct rs_store *store = rs_alloc(sizeof(*store));
    char expected[HEADING + 1];
    size_t size = 0;
    char *text = read_all(path, &size);

    *store = (struct rs_store){.path = path, .line = rs_alloc(RS_WRITTEN_LINE_MOST)};
    if (text != NULL && size >= HEADING && size < TEXT_MOST && memchr(text, '\0', size) == NULL) {
        snprintf(expected, sizeof(expected), heading, sum_of(text + HEADING, size - HEADING));
        if (memcmp(text, expected, HEADING) == 0) {
            store->size = size - HEADING;
            store->text = memmove(text, text + HEADING, store->size + 1);
            text = NULL;
            index_entries(store);
        }
    }
    free(text);
    return store;
}

/* ---- taking ---- */
static const char *own_name(const struct rs_flow_unit *unit, const char *name)
{
    LLVMValueRef global = LLVMGetNamedGlobal(unit->ir->module, name);
    size_t length;

    global = global == NULL ? LLVMGetNamedFunction(unit->ir->module, name) : global;
    return global == NULL ? NULL : LLVMGetValueName2(global, &length);
}

/* Names of one global are one pointer in a unit's summaries. */
static bool resolve(const struct rs_flow_unit *unit, struct rs_subject *subject)
{
    if (subject->global != NULL)
        subject->global = own_name(unit, subject->global);
    return subject->global != NULL || (subject->kind != RS_SUBJECT_STATIC && subject->kind != RS_SUBJECT_GLOBAL);
}

static bool resolve_way(const struct rs_flow_unit *unit, struct rs_case *way, unsigned nargs)
{
    bool good = resolve(unit, &way->result);

    for (unsigned i = 0; i < nargs; i++)
        good = resolve(unit, &way->args[i]) && good;
    for (unsigned i = 0; i < way->nrefs; i++)
        good = resolve(unit, &way->refs[i].who) && good;
    for (unsigned i = 0; i < way->nstores; i++)
        good = resolve(unit, &way->stores[i].where) && resolve(unit, &way->stores[i].what) && good;
    return good;
}

/* The instruction of that number in the function, or NULL. */
static LLVMValueRef instruction_at(LLVMValueRef function, int64_t number)
{
    LLVMBasicBlockRef block = function == NULL ? NULL : LLVMGetFirstBasicBlock(function);

    for (; block != NULL; block = LLVMGetNextBasicBlock(block))
        for (LLVMValueRef i = LLVMGetFirstInstruction(block); i != NULL; i = LLVMGetNextInstruction(i))
            if (number-- == 0)
                return i;
    return NULL;
}

/* "e FUNCTION NUMBER": which call set the exception of the way; "e - 0": not known. */
static void read_rest(struct rs_reading *r, const struct rs_flow_unit *unit, struct rs_case *way)
{
    const char *name = rs_reading_word(r);
    int64_t number = rs_reading_number(r, 0, INT32_MAX);

    if (strcmp(name, "-") == 0 || !r->good)
        return;
    way->err_at = instruction_at(LLVMGetNamedFunction(unit->ir->module, name), number);
    r->good = way->err_at != NULL && (LLVMIsACallInst(way->err_at) || LLVMIsAInvokeInst(way->err_at));
}

static void read_ways(struct rs_reading *r, const struct rs_store *store, FILE *file, const struct rs_flow_unit *unit,
                      struct rs_summary *summary)
{
    for (unsigned i = 0; i < summary->ncases && r->good; i++) {
        r->good = rs_reading_line(r, file, store->line, "w") && r->good;
        if (r->good)
            rs_reading_way(r, &summary->cases[i], summary->nargs);
        r->good = r->good && resolve_way(unit, &summary->cases[i], summary->nargs) &&
                  rs_reading_line(r, file, store->line, "e") && r->good;
        read_rest(r, unit, &summary->cases[i]);
    }
}

static void read_premises(struct rs_reading *r, const struct rs_store *store, FILE *file,
                          const struct rs_flow_unit *unit, int64_t count)
{
    while (r->good && count-- > 0) {
        struct rs_premise premise = {0};

        r->good = rs_reading_line(r, file, store->line, "p") && r->good;
        premise.kind = (uint8_t)rs_reading_number(r, RS_PREMISE_FIELD, RS_PREMISE_ABSENT);
        premise.answer = rs_reading_number(r, 0, 1);
        premise.key = rs_reading_key(r);
        r->good = r->good && holds(unit, &premise);
    }
}

bool rs_store_take(struct rs_store *store, struct rs_flow_unit *unit, uint64_t key, struct rs_summary *summary)
{
    const uint64_t *at = rs_map_find(&store->entries, key);
    char *from = at == NULL ? NULL : store->text + *at - 1;
    FILE *file = from == NULL ? NULL : fmemopen(from, store->size - (size_t)(from - store->text), "r");
    struct rs_reading r = {.arena = &unit->ir->arena, .good = file != NULL};
    int64_t premises, cut;

    if (file == NULL)
        return false;
    *summary = (struct rs_summary){.known = true};
    r.good = rs_reading_line(&r, file, store->line, "k") && r.good;
    rs_reading_word(&r);
    cut = rs_reading_number(&r, 0, INT64_MAX);
    summary->incomplete = rs_reading_number(&r, 0, 1);
    summary->runs = rs_reading_number(&r, 0, 1);
    summary->throws = rs_reading_number(&r, 0, 1);
    summary->noreturn = rs_reading_number(&r, 0, 1);
    summary->answers.lowest = rs_reading_number(&r, INT64_MIN, INT64_MAX);
    summary->answers.highest = rs_reading_number(&r, INT64_MIN, INT64_MAX);
    summary->answers.raises = rs_reading_number(&r, 0, 1);
    summary->reaches = (uint16_t)rs_reading_number(&r, 0, UINT16_MAX);
    summary->nargs = (uint8_t)rs_reading_number(&r, 0, RS_SUMMARY_ARGS);
    summary->ncases = (uint8_t)rs_reading_number(&r, 0, RS_CASES);
    summary->kinds = rs_reading_key(&r);
    premises = rs_reading_number(&r, 0, PREMISES_MOST);
    read_premises(&r, store, file, unit, premises);
    summary->cases = r.good ? rs_alloc((summary->ncases + 1u) * sizeof(*summary->cases)) : NULL;
    read_ways(&r, store, file, unit, summary);
    fclose(file);
    if (r.good)
        unit->cut += (uint64_t)cut;
    else
        rs_summary_close(summary);
    return r.good;
}

/* ---- putting ---- */
/* A name that stands for the same thing in another unit: no literal's. */
static bool is_common(const struct rs_flow_unit *unit, const struct rs_subject *subject)
{
    LLVMValueRef global = subject->global == NULL ? NULL : LLVMGetNamedGlobal(unit->ir->module, subject->global);

    return subject->global == NULL || (rs_written_is_plain(subject->global) && strcmp(subject->global, "-") != 0 &&
                                       (global == NULL || LLVMGetLinkage(global) != LLVMPrivateLinkage));
}

static bool is_common_way(const struct rs_flow_unit *unit, const struct rs_case *way, unsigned nargs)
{
    bool common = is_common(unit, &way->result);

    for (unsigned i = 0; i < nargs; i++)
        common = common && is_common(unit, &way->args[i]);
    for (unsigned i = 0; i < way->nrefs; i++)
        common = common && is_common(unit, &way->refs[i].who);
    for (unsigned i = 0; i < way->nstores; i++)
        common = common && is_common(unit, &way->stores[i].where) && is_common(unit, &way->stores[i].what);
    return common;
}

static bool are_common(const struct rs_flow_unit *unit, const struct rs_summary *summary)
{
    bool common = true;

    for (unsigned i = 0; i < summary->ncases; i++)
        common = common && is_common_way(unit, &summary->cases[i], summary->nargs);
    return common;
}

/* The instruction's place in its function. */
static int64_t number_of(LLVMValueRef at)
{
    LLVMValueRef function = LLVMGetBasicBlockParent(LLVMGetInstructionParent(at));
    int64_t number = 0;

    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b != NULL; b = LLVMGetNextBasicBlock(b))
        for (LLVMValueRef i = LLVMGetFirstInstruction(b); i != NULL; i = LLVMGetNextInstruction(i), number++)
            if (i == at)
                return number;
    return 0;
}

static void write_rest(FILE *file, const struct rs_case *way)
{
    LLVMValueRef at = way->err_at;
    size_t length;

    fprintf(file, "e %s %" PRId64 "\n",
            at == NULL ? "-" : LLVMGetValueName2(LLVMGetBasicBlockParent(LLVMGetInstructionParent(at)), &length),
            at == NULL ? 0 : number_of(at));
}

void rs_store_put(struct rs_store *store, const struct rs_flow_unit *unit, uint64_t key,
                  const struct rs_summary *summary, const struct rs_premises *premises, uint64_t cut)
{
    if (premises->bound || premises->items.count > PREMISES_MOST || rs_map_find(&store->entries, key) != NULL ||
        !are_common(unit, summary))
        return;
    if (store->fresh == NULL)
        store->fresh = open_memstream(&store->fresh_text, &store->fresh_size);
    if (store->fresh == NULL)
        return;
    fprintf(store->fresh,
            "k %016" PRIx64 " %" PRIu64 " %u %u %u %u %" PRId64 " %" PRId64 " %u %u %u %u %" PRIu64 " %zu\n", key, cut,
            summary->incomplete, summary->runs, summary->throws, summary->noreturn, summary->answers.lowest,
            summary->answers.highest, summary->answers.raises, summary->reaches, summary->nargs, summary->ncases,
            summary->kinds, premises->items.count);
    for (size_t i = 0; i < premises->items.count; i++)
        fprintf(store->fresh, "p %u %u %" PRIu64 "\n", premises->items.items[i].kind, premises->items.items[i].answer,
                premises->items.items[i].key);
    for (unsigned i = 0; i < summary->ncases; i++) {
        rs_written_way(store->fresh, &summary->cases[i], summary->nargs);
        write_rest(store->fresh, &summary->cases[i]);
    }
}

/* A file that has grown too large begins anew with what was put last. */
static void write_all(const struct rs_store *store)
{
    size_t kept = store->size + store->fresh_size + HEADING < TEXT_MOST ? store->size : 0,
           size = kept + store->fresh_size;
    char *temporary = NULL, *text = rs_alloc(HEADING + size + 1);
    bool good = asprintf(&temporary, "%s.%ld", store->path, (long)getpid()) > 0;
    FILE *file = good ? fopen(temporary, "wxe") : NULL;

    if (kept > 0)
        memcpy(text + HEADING, store->text, kept);
    memcpy(text + HEADING + kept, store->fresh_text, store->fresh_size);
    snprintf(text, HEADING + 1, heading, sum_of(text + HEADING, size));
    text[HEADING] = kept > 0 ? store->text[0] : store->fresh_text[0];
    good = file != NULL && fwrite(text, 1, HEADING + size, file) == HEADING + size;
    good = (file == NULL || fclose(file) == 0) && good && rename(temporary, store->path) == 0;
    if (file != NULL && !good)
        unlink(temporary);
    free(temporary);
    free(text);
}

void rs_store_close(struct rs_store *store)
{
    if (store->fresh != NULL && fclose(store->fresh) == 0 && store->fresh_size > 0)
        write_all(store);
    free(store->fresh_text);
    free(store->text);
    free(store->line);
    rs_map_close(&store->entries);
    free(store);
}
