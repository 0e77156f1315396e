/* libFuzzer target of the books: any bytes, cut into records by their own lengths as the host's reader does, must be booked
 * or passed over, and what the books then say must hang together. With clang: -fsanitize=fuzzer,address;
 * seed_ledger.py writes records to begin from. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *what)
{
    fprintf(stderr, "fuzz_ledger: %s\n", what);
    abort();
}

static const struct rs_sites *sites(void)
{
    static const int8_t deltas[] = {1, -1, 0, 2, -2, 1, -1, 0};
    static struct rs_site_fact items[0x10000];
    static const struct rs_sites all = {.items = items, .count = 0x10000};

    for (unsigned n = 0; items[0].pc == 0 && n < 0x10000; n++)
        items[0x10000 - 1 - n] = (struct rs_site_fact){.pc = 0x20000 - 1 - n, .delta = deltas[(0x10000 - 1 - n) % 8], .family = n % 3, .blind = (0x10000 - 1 - n) % 64 == 9};
    return &all;
}

static bool blind(void *context, uint64_t function)
{
    return function % 16 == 3;
}

static bool raw_exceptions(void *context, uint32_t family)
{
    return family % 2;
}

static void arm(void *context, const struct rs_event *event, uint64_t object)
{
    if (event->delta >= 0)
        fail("armed by what gives nothing up");
}

static void watch(void *context, uint64_t object)
{
}

static void check_account(const struct rs_books *books, const struct rs_account *account)
{
    uint64_t seq = 0;

    if (account->lo > account->hi)
        fail("an empty interval");
    for (unsigned n = 0; n < rs_ledger_kept(account); n++) {
        const struct rs_event *event = rs_ledger_event(account, n);

        if (event->seq < seq || event->seq > books->seq || event->times == 0 || event->kind > RS_EVENT_TOUCH)
            fail("a history out of order");
        if (event->code != RS_NO_CODE && event->code >= books->codes.count)
            fail("an event at a code object that is not there");
        seq = event->seq;
    }
}

static void check(const struct rs_books *books)
{
    struct rs_account account;

    for (size_t i = 0; i < books->objects.room; i++) {
        const struct rs_object *object = (const struct rs_object *)books->objects.places[i].value;

        if (books->objects.places[i].key == 0)
            continue;
        if (object->address != books->objects.places[i].key)
            fail("an object under another's address");
        for (unsigned n = 0; rs_ledger_account(books, object, n, &account); n++)
            check_account(books, &account);
    }
    for (size_t i = 0; i < books->facts.count; i++) {
        const struct rs_fact *fact = &books->facts.items[i];

        if (fact->kind >= RS_FACTS || fact->accounts > 3 || fact->count == 0 || (fact->has_blame && fact->accounts == 0))
            fail("a fact that makes no sense");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rs_books *books = rs_ledger_open(1, size % 2);

    books->sites = sites();
    books->blind = blind;
    books->raw_exceptions = raw_exceptions;
    books->arm = arm;
    books->watch = watch;
    for (size_t at = 0; at + sizeof(struct rs_slot) <= size;) {
        struct rs_slot first, *record;
        size_t slots;

        memcpy(&first, data + at, sizeof(first));
        slots = first.tag < RS_TAG ? 1 : RS_TAG_SLOTS(first.tag);
        if (slots == 0 || slots * sizeof(first) > size - at) { /* go on at the next slot instead of giving the rest up */
            at += sizeof(first);
            continue;
        }
        record = malloc(slots * sizeof(first)); /* nothing behind it: a sanitizer sees a read too far */
        if (record == NULL)
            break;
        memcpy(record, data + at, slots * sizeof(first));
        rs_ledger_record(books, record, (unsigned)slots);
        free(record);
        at += slots * sizeof(first);
    }
    rs_ledger_stray(books, 0x800000, 1);
    check(books);
    rs_ledger_close(books);
    return 0;
}
