/* See journal.h. */
#include "journal.h"

#include <stdlib.h>

enum { WORDS_MAX = 64, TEXT_MAX = 1024 };

static bool is_blind(void *context, uint64_t function)
{
    return ((struct journal *)context)->blind_function == function;
}

static bool has_raw_exceptions(void *context, uint32_t family)
{
    return ((struct journal *)context)->raw_exceptions && family == FAMILY_ONE;
}

static void on_arm(void *context, const struct rs_event *event, uint64_t object)
{
    struct journal *j = context;

    j->armed++;
    j->armed_event = *event;
}

static void on_watch(void *context, uint64_t watched)
{
    struct journal *j = context;

    j->watched++;
    j->watched_object = watched;
}

void put(struct journal *j, unsigned kind, uint64_t a, uint32_t b, const uint64_t *words, unsigned count)
{
    struct rs_slot record[1 + (WORDS_MAX + 1) / 2] = {{0}};
    unsigned slots = 1 + (count + 1) / 2;

    assert_true(count <= WORDS_MAX);
    record[0] = (struct rs_slot){a, RS_TAG_OF(kind, slots), b};
    if (count > 0)
        memcpy(record + 1, words, count * sizeof(*words));
    rs_ledger_record(j->books, record, slots);
}

void put_text(struct journal *j, unsigned kind, uint64_t a, uint32_t b, const uint64_t *words, unsigned count, const char *text)
{
    uint64_t all[WORDS_MAX] = {0};
    size_t length = strlen(text);

    assert_true(8 * (count + 1) + length <= sizeof(all));
    if (count > 0)
        memcpy(all, words, count * sizeof(*words));
    all[count] = length;
    memcpy(all + count + 1, text, length);
    put(j, kind, a, b, all, count + 1 + (unsigned)(length + 7) / 8);
}

void put_module(struct journal *j, uint64_t text, unsigned number, uint32_t family, const char *path)
{
    struct {
        struct rs_module_record record;
        char path[256];
    } whole = {{.head = {text, 0, number}, .text_lo = text, .text_hi = text + TEXT_BYTES, .family = family, .sites = 10, .sites_found = 12,
                .length = (uint32_t)strlen(path)}};
    unsigned slots = (unsigned)(sizeof(whole.record) + strlen(path) + 15) / 16;

    assert_true(strlen(path) < sizeof(whole.path));
    memcpy(whole.path, path, strlen(path));
    whole.record.head.tag = RS_TAG_OF(RS_REC_MODULE, slots);
    rs_ledger_record(j->books, (const struct rs_slot *)&whole, slots);
}

static void put_type(struct journal *j, uint64_t address, uint32_t flags, const char *name)
{
    put_text(j, RS_REC_TYPE, address, flags, (uint64_t[]){16, TYPE_TYPE}, 2, name);
}

static struct journal *open_books(unsigned python, bool forked)
{
    struct journal *j = calloc(1, sizeof(*j));

    j->sp = 0x7ff00000;
    j->books = rs_ledger_open(4711, forked);
    j->books->sites = &j->sites;
    j->books->host = j->books->arm_context = j;
    j->books->blind = is_blind;
    j->books->raw_exceptions = has_raw_exceptions;
    j->books->arm = on_arm;
    j->books->watch = on_watch;
    put(j, RS_REC_THREAD, 4711, 0, NULL, 0);
    put_text(j, RS_REC_PYTHON, python, 0, NULL, 0, "3.x (made up)");
    put_module(j, ONE, 0, FAMILY_ONE, "/x/pack/one.so");
    put_module(j, SIBLING, 1, FAMILY_ONE, "/x/pack/sibling.so");
    put_module(j, TWO, 2, FAMILY_TWO, "/x/two.so");
    return j;
}

struct journal *journal_open(unsigned python)
{
    struct journal *j = open_books(python, false);

    put_type(j, TYPE_TYPE, 1u << 31, "type");
    put_type(j, TYPE_STR, 1u << 28, "str");
    put_type(j, TYPE_NONE, 0, "NoneType");
    put_type(j, TYPE_ERROR, 1u << 30, "ValueError");
    put_type(j, TYPE_HEAP, 1u << 9, "one.Thing");
    return j;
}

struct journal *journal_forked(unsigned python)
{
    return open_books(python, true);
}

void journal_close(struct journal *j)
{
    rs_ledger_close(j->books);
    RS_VEC_CLOSE(&j->sites);
    free(j);
}

uint64_t word(uint64_t address, unsigned argument, unsigned flags)
{
    return address | (uint64_t)argument << 48 | (uint64_t)flags << 56;
}

void object(struct journal *j, uint64_t address, uint64_t type, uint32_t count)
{
    put(j, RS_REC_OBJECT, address, count, (uint64_t[]){type, address == STATIC ? 0 : THING_BYTES}, 2);
}

static uint32_t site_number(struct journal *j, uint64_t pc, int delta)
{
    const struct rs_module *module = rs_ledger_module_of(j->books, pc);

    for (unsigned i = 0; i < j->sites.count; i++)
        if (j->sites.items[i].pc == pc && j->sites.items[i].delta == delta)
            return i;
    *RS_PUSH(&j->sites) = (struct rs_site_fact){.pc = pc, .delta = delta, .family = module != NULL ? module->family : 0};
    return (uint32_t)j->sites.count - 1;
}

void store(struct journal *j, uint64_t pc, int delta, uint64_t address, uint32_t before)
{
    uint64_t after = (uint64_t)(uint16_t)(before + (uint32_t)delta) << 48;
    struct rs_slot slot = {address | (j->set_form ? after : 0), site_number(j, pc, j->set_form ? 0 : delta), before};

    rs_ledger_record(j->books, &slot, 1);
}

static unsigned take_words(uint64_t *words, va_list ap)
{
    unsigned count = 0;

    for (uint64_t next = va_arg(ap, uint64_t); next != 0; next = va_arg(ap, uint64_t)) {
        assert_true(count < WORDS_MAX - 4);
        words[count++] = next;
    }
    return count;
}

static uint64_t row(struct journal *j, const char *name)
{
    const struct rs_contract *found = rs_contract_find(name, j->books->python);

    if (found == NULL)
        found = rs_contract_slot(name, j->books->python);
    if (found == NULL)
        fail_msg("no contract row of %s", name);
    return rs_contract_index(found);
}

static uint64_t module_of(struct journal *j, uint64_t pc)
{
    const struct rs_module *module = rs_ledger_module_of(j->books, pc);

    return module != NULL ? module->number : UINT32_MAX;
}

static void deeper(struct journal *j)
{
    assert_true(j->depth < DEPTH_MAX);
    j->stack[j->depth++] = j->sp;
    j->sp -= 0x40;
}

static uint32_t shallower(struct journal *j)
{
    assert_true(j->depth > 0);
    j->sp = j->stack[--j->depth];
    return j->sp - 0x40;
}

void enter(struct journal *j, const char *api, uint64_t pc, ...)
{
    uint64_t words[WORDS_MAX] = {row(j, api) | module_of(j, pc) << 32};
    unsigned count;
    va_list ap;

    va_start(ap, pc);
    count = take_words(words + 1, ap);
    va_end(ap);
    deeper(j);
    put(j, RS_REC_API_ENTER, pc + 1, j->sp, words, 1 + count);
}

void leave(struct journal *j, uint64_t result, ...)
{
    uint64_t words[WORDS_MAX] = {0};
    unsigned count;
    va_list ap;

    va_start(ap, result);
    count = take_words(words + 1, ap);
    va_end(ap);
    put(j, RS_REC_API_LEAVE, result, shallower(j), words, 1 + count);
}

void simple_call(struct journal *j, const char *api, uint64_t pc, uint64_t result, ...)
{
    uint64_t words[WORDS_MAX] = {row(j, api) | module_of(j, pc) << 32, result};
    unsigned count;
    va_list ap;

    va_start(ap, result);
    count = take_words(words + 2, ap);
    va_end(ap);
    put(j, RS_REC_API_CALL, pc + 1, j->sp - 0x40, words, 2 + count);
}

void entry(struct journal *j, const char *role, uint64_t function, ...)
{
    uint64_t words[WORDS_MAX] = {row(j, role) | 12ull << 32, CODE};
    unsigned count;
    va_list ap;

    va_start(ap, function);
    count = take_words(words + 2, ap);
    va_end(ap);
    deeper(j);
    put(j, RS_REC_ENTRY, function, j->sp, words, 2 + count);
}

void leave_entry(struct journal *j, unsigned exit_flags, ...)
{
    uint64_t words[WORDS_MAX] = {(uint64_t)exit_flags << 32};
    unsigned count;
    va_list ap;

    va_start(ap, exit_flags);
    count = take_words(words + 1, ap);
    va_end(ap);
    put(j, RS_REC_EXIT, count > 0 ? RS_WORD_ADDRESS(words[1]) : 0, shallower(j), words, 1 + count);
}

void abandon(struct journal *j)
{
    (void)shallower(j);
}

void freed(struct journal *j, uint64_t address)
{
    put(j, RS_REC_FREE, address, 0, NULL, 0);
}

const struct rs_account *account(struct journal *j, uint64_t address, uint32_t family)
{
    const uint64_t *place = rs_map_find(&j->books->objects, address);
    struct rs_account *shown = &j->shown[j->accounts_shown++ % SHOWN_MAX];

    for (unsigned n = 0; place != NULL && rs_ledger_account(j->books, (const struct rs_object *)*place, n, shown); n++)
        if (shown->family == family)
            return shown;
    fail_msg("family %u has no account of the object at 0x%llx", family, (unsigned long long)address);
    return NULL;
}

const struct rs_fact *fact(struct journal *j, enum rs_fact_kind kind)
{
    const struct rs_fact *found = NULL;

    for (size_t i = 0; i < j->books->facts.count; i++) {
        if (j->books->facts.items[i].kind != kind)
            continue;
        if (found != NULL)
            fail_msg("several facts of kind %d", kind);
        found = &j->books->facts.items[i];
    }
    return found;
}
