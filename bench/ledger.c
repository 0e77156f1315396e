/* What the books cost: bench/ledger [ACCOUNTS...] books a made-up stream of records about that many live objects, each with an
 * account, and prints processor time a record. Two of five records are stores, the rest calls, entries, exits and births.
 * "near": 7 of 8 objects are among the 256 of a window that moves on, as a program works on few things at a time; "far": any
 * object at any time, so that every one is a cache miss. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/vec.h"
#include "contract/contract.h"
#include "ledger/ledger.h"

enum { PYTHON = 0x030b, RECORDS = 3000000, ROUNDS = 3, SPACING = 64, WINDOW = 256, CALLS_AN_ENTRY = 6, AT_ONCE = 2048 };

struct stream {
    RS_VEC(struct rs_slot) slots;
    uint64_t records, objects, window;
    uint32_t sp;
    bool near;
};

static uint64_t state = 1;

/* SplitMix64. */
static uint64_t draw(uint64_t below)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) % below;
}

static struct rs_site_fact site_facts[] = {
    {.pc = 0x10000, .delta = 1, .family = 0}, {.pc = 0x10010, .delta = -1}, {.pc = 0x10020, .delta = 1}, {.pc = 0x10030, .delta = -1}, {.pc = 0x10040, .delta = 1},
};
static const struct rs_sites sites = {.items = site_facts, .count = sizeof(site_facts) / sizeof(*site_facts)};

static void put(struct stream *s, unsigned kind, uint64_t a, uint32_t b, const uint64_t *words, unsigned count)
{
    unsigned more = (count + 1) / 2;
    struct rs_slot slot = {a, RS_TAG_OF(kind, 1 + more), b};

    *RS_PUSH(&s->slots) = slot;
    for (unsigned i = 0; i < more; i++) {
        uint64_t pair[2] = {words[2 * i], 2 * i + 1 < count ? words[2 * i + 1] : 0};

        memcpy(RS_PUSH(&s->slots), pair, sizeof(pair));
    }
    s->records++;
}

static uint64_t some_object(struct stream *s)
{
    uint64_t n = draw(s->objects);

    if (s->near && draw(8) != 0)
        n = (s->window++ / 32 + draw(WINDOW)) % s->objects;
    return 0x100000000000 + SPACING * (1 + n);
}

static uint64_t row(const char *name)
{
    const struct rs_contract *found = rs_contract_find(name, PYTHON);

    return rs_contract_index(found != NULL ? found : rs_contract_slot(name, PYTHON));
}

static void put_store(struct stream *s, uint64_t object, unsigned number)
{
    *RS_PUSH(&s->slots) = (struct rs_slot){object, number, 3};
    s->records++;
}

static void put_calls(struct stream *s)
{
    uint64_t object = some_object(s);

    /* a borrowed item; a new reference that a tuple takes; an inlined pair */
    put(s, RS_REC_API_CALL, 0x10101, s->sp, (uint64_t[]){row("PyList_GetItem"), object, object | 0xffull << 48}, 3);
    object = some_object(s);
    put(s, RS_REC_API_CALL, 0x10201, s->sp, (uint64_t[]){row("PyLong_FromLong"), object, object | 0xffull << 48 | (uint64_t)RS_WORD_NEW << 56}, 3);
    put(s, RS_REC_API_ENTER, 0x10301, s->sp, (uint64_t[]){row("PyTuple_SetItem"), object | 2ull << 48}, 2);
    put(s, RS_REC_API_LEAVE, 0, s->sp, (uint64_t[]){0}, 1);
    object = some_object(s);
    put_store(s, object, 2);
    put_store(s, object, 3);
}

static void put_entry(struct stream *s)
{
    uint64_t self = some_object(s);

    s->sp -= 64;
    put(s, RS_REC_ENTRY, 0x10400, s->sp, (uint64_t[]){row("method.o"), 0, self, some_object(s) | 1ull << 48}, 4);
    s->sp -= 64;
    for (unsigned i = 0; i < CALLS_AN_ENTRY; i++)
        put_calls(s);
    s->sp += 64;
    put_store(s, self, 4);
    put(s, RS_REC_EXIT, self, s->sp, (uint64_t[]){row("method.o"), self | 0xffull << 48 | (uint64_t)RS_WORD_NEW << 56}, 2);
    s->sp += 64;
}

static void put_birth(struct stream *s, uint64_t object)
{
    put(s, RS_REC_OBJECT, object, 1, (uint64_t[]){0x200100, 48}, 2);
    put(s, RS_REC_API_CALL, 0x10501, s->sp,
        (uint64_t[]){row("PyList_New"), object, object | 0xffull << 48 | (uint64_t)(RS_WORD_NEW | RS_WORD_ONE) << 56}, 3);
}

static void feed(struct rs_books *books, const struct stream *s, size_t from)
{
    for (size_t at = from; at < s->slots.count;) {
        size_t left = s->slots.count - at;

        at += rs_ledger_records(books, &s->slots.items[at], left < AT_ONCE ? left : AT_ONCE);
    }
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Nanoseconds a record, the best of some rounds; the bytes of the books' arena. */
static double measure(uint64_t objects, bool near, size_t *bytes)
{
    struct stream s = {.objects = objects, .sp = 0x7ff00000, .near = near};
    struct rs_books *books = rs_ledger_open(1, false);
    double best = 0;
    uint64_t before;
    size_t from;

    books->sites = &sites;
    put(&s, RS_REC_THREAD, 1, 0, NULL, 0);
    put(&s, RS_REC_PYTHON, PYTHON, 0, (uint64_t[]){0}, 1);
    for (uint64_t i = 0; i < objects; i++)
        put_birth(&s, 0x100000000000 + SPACING * (i + 1));
    from = s.slots.count;
    before = s.records;
    while (s.records - before < RECORDS) {
        put_entry(&s);
        for (unsigned i = 0; i < 3; i++) { /* some die and come again */
            uint64_t object = some_object(&s);

            put(&s, RS_REC_FREE, object, 0, NULL, 0);
            put_birth(&s, object);
        }
    }
    feed(books, &s, 0);
    for (unsigned round = 0; round < ROUNDS; round++) {
        double start = now(), took;

        feed(books, &s, from);
        took = (now() - start) / (double)(s.records - before);
        best = round == 0 || took < best ? took : best;
    }
    *bytes = books->arena.total;
    rs_ledger_close(books);
    RS_VEC_CLOSE(&s.slots);
    return best;
}

static void print(uint64_t objects)
{
    size_t bytes;
    double near = measure(objects, true, &bytes), far = measure(objects, false, &bytes);

    printf("%8llu accounts: near %5.1f ns a record, far %5.1f ns; %zu bytes an account\n", (unsigned long long)objects, near, far, bytes / objects);
}

int main(int argc, char **argv)
{
    static const uint64_t usual[] = {7000, 34000, 200000};

    for (int i = 1; i < argc; i++)
        print(strtoull(argv[i], NULL, 10));
    for (unsigned i = 0; argc == 1 && i < sizeof(usual) / sizeof(*usual); i++)
        print(usual[i]);
    return 0;
}
