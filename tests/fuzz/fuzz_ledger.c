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

static bool site(void *context, uint32_t number, struct rs_site_fact *fact)
{
    static const int8_t deltas[] = {1, -1, 0, 2, -2, 1, -1, 0};

    *fact = (struct rs_site_fact){.pc = 0x10000 + number % 0x10000, .delta = deltas[number % 8], .blind = number % 64 == 9};
    return number < 0x10000;
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
    for (size_t i = 0; i < books->objects.room; i++) {
        const struct rs_object *object = (const struct rs_object *)books->objects.values[i];

        if (books->objects.keys[i] == 0)
            continue;
        if (object->address != books->objects.keys[i])
            fail("an object under another's address");
        for (const struct rs_account *a = object->accounts; a != NULL; a = a->next)
            check_account(books, a);
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

    books->site = site;
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
