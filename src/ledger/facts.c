/* Facts: what was seen to be wrong, once each, with a copy of what the books say of the object. */
#include "ledger/internal.h"

#include <string.h>

/* The account whose history explains a deficit: one that is certainly below zero, else one that may have moved a
 * reference, else the one that had the object last. */
static const struct rs_page *blamed(const struct rs_object *object)
{
    const struct rs_page *best = NULL;
    int best_rank = -1;

    for (const struct rs_page *a = object->accounts; a != NULL; a = a->next) {
        int rank = a->hi < 0 && !a->unsure ? 3 : a->hi < 0 ? 2 : object->last_family == a->family ? 1 : 0;

        if (rank > best_rank) {
            best = a;
            best_rank = rank;
        }
    }
    return best;
}

static uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

static uint64_t key_of(const struct rs_books *books, enum rs_fact_kind kind, const struct rs_object *object,
                       const struct rs_page *blame, const struct rs_event *event)
{
    uint64_t key = mix(0x51ed27, kind + 1);

    if (event != NULL)
        key = mix(mix(key, event->pc), event->kind);
    if (event != NULL && event->loser != 0)
        key = mix(key, event->loser);
    if (blame != NULL && blame->has_negative)
        key = mix(key, books->store->places.items[blame->more->negative.place].pc);
    if (object != NULL && event == NULL)
        key = mix(key, object->type);
    if (kind == RS_FACT_FAULT)
        key = mix(key, books->seq); /* each has its own story */
    return key | 1;
}

struct rs_fact *rs_books_fact(struct rs_books *books, enum rs_fact_kind kind, const struct rs_object *object,
                              const struct rs_event *event)
{
    const struct rs_page *blame = object != NULL ? blamed(object) : NULL;
    uint64_t *place = rs_map_at(&books->fact_at, key_of(books, kind, object, blame, event));
    struct rs_fact *fact;

    if (*place != 0) {
        fact = &books->facts.items[*place - 1];
        fact->count++;
        return fact;
    }
    fact = RS_PUSH(&books->facts);
    *place = books->facts.count;
    memset(fact, 0, sizeof(*fact));
    fact->kind = kind;
    fact->count = 1;
    fact->seq = books->seq;
    fact->at_exit = books->census_done;
    if (event != NULL) {
        fact->event = *event;
        fact->has_event = true;
    }
    if (object == NULL)
        return fact;
    fact->object = *object;
    fact->has_object = true;
    fact->has_blame = blame != NULL;
    if (blame != NULL)
        rs_store_account(books, blame, &fact->account[fact->accounts++]);
    for (const struct rs_page *a = object->accounts; a != NULL && fact->accounts < 3; a = a->next)
        if (a != blame)
            rs_store_account(books, a, &fact->account[fact->accounts++]);
    return fact;
}

void rs_books_limit(struct rs_books *books, const char *what, uint64_t number)
{
    for (size_t i = 0; i < books->limits.count; i++) {
        if (strcmp(books->limits.items[i].what, what) == 0) {
            books->limits.items[i].number += number;
            return;
        }
    }
    *RS_PUSH(&books->limits) = (struct rs_limit){rs_arena_strdup(&books->arena, what), number};
}
