/* How events are kept small: places and contexts stand once and have a number; and written out again, for those who
 * show them. */
#include "ledger/internal.h"

#include <stdlib.h>
#include <string.h>

enum {
    CELLS_AT_ONCE = 128,
    LINE = 64,
    SPARSE = 8
}; /* SPARSE: a place is looked up for every event, and nearly always found at once */

static uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 32;
}

static uint64_t hash_of_context(const struct rs_context *context)
{
    return mix(context->function, context->code | (uint64_t)context->instr << 32) + context->init;
}

static uint64_t hash_of_place(uint64_t pc, const struct rs_contract *contract, uint32_t context, uint32_t what,
                              uint32_t callers)
{
    return mix(pc + (uintptr_t)contract * 3 + callers * 0x10001ull, context | (uint64_t)what << 32);
}

static bool same_context(const struct rs_context *a, const struct rs_context *b)
{
    return a->function == b->function && a->code == b->code && a->instr == b->instr && a->init == b->init;
}

static void add_number(struct rs_index *index, uint64_t hash, uint32_t number)
{
    size_t i = hash & (index->room - 1);

    while (index->numbers[i] != 0)
        i = (i + 1) & (index->room - 1);
    index->numbers[i] = number + 1;
}

/* Empties the index and makes it twice as large; the caller adds the numbers again. */
static void double_index(struct rs_index *index)
{
    free(index->numbers);
    index->room = index->room == 0 ? 256 : 2 * index->room;
    index->numbers = rs_alloc(index->room * sizeof(*index->numbers));
}

static void grow_contexts(struct rs_store *store)
{
    double_index(&store->context_at);
    for (uint32_t i = 0; i < store->contexts.count; i++)
        add_number(&store->context_at, hash_of_context(&store->contexts.items[i]), i);
}

static uint64_t hash_of_callers(const struct rs_callers *callers)
{
    return mix(callers->at[0], callers->at[1] << 1 | callers->by_variable);
}

static void grow_callers(struct rs_store *store)
{
    double_index(&store->callers_at);
    for (uint32_t i = 0; i < store->callers.count; i++)
        add_number(&store->callers_at, hash_of_callers(&store->callers.items[i]), i);
}

static uint64_t hash_at(const struct rs_place_of_event *at)
{
    return hash_of_place(at->pc, at->contract, at->context, at->what, at->callers);
}

static void grow_places(struct rs_store *store)
{
    double_index(&store->place_at);
    for (uint32_t i = 0; i < store->places.count; i++)
        add_number(&store->place_at, hash_at(&store->places.items[i]), i);
}

uint32_t rs_store_context(struct rs_store *store, const struct rs_context *context)
{
    uint64_t hash = hash_of_context(context);

    for (size_t i = hash & (store->context_at.room - 1); store->context_at.numbers[i] != 0;
         i = (i + 1) & (store->context_at.room - 1))
        if (same_context(&store->contexts.items[store->context_at.numbers[i] - 1], context))
            return store->context_at.numbers[i] - 1;
    *RS_PUSH(&store->contexts) = *context;
    if (2 * store->contexts.count > store->context_at.room)
        grow_contexts(store);
    else
        add_number(&store->context_at, hash, (uint32_t)store->contexts.count - 1);
    return (uint32_t)store->contexts.count - 1;
}

static uint32_t what_of(const struct rs_booking *b)
{
    return b->family | (uint32_t)b->kind << RS_WHAT_KIND | (b->is_entry ? RS_WHAT_ENTRY : 0) |
           (b->blind ? RS_WHAT_BLIND : 0);
}

uint32_t rs_store_callers(struct rs_store *store, const struct rs_callers *callers)
{
    uint64_t hash = hash_of_callers(callers);

    for (size_t i = hash & (store->callers_at.room - 1); store->callers_at.numbers[i] != 0;
         i = (i + 1) & (store->callers_at.room - 1)) {
        const struct rs_callers *there = &store->callers.items[store->callers_at.numbers[i] - 1];

        if (there->at[0] == callers->at[0] && there->at[1] == callers->at[1] &&
            there->by_variable == callers->by_variable)
            return store->callers_at.numbers[i] - 1;
    }
    *RS_PUSH(&store->callers) = *callers;
    if (2 * store->callers.count > store->callers_at.room)
        grow_callers(store);
    else
        add_number(&store->callers_at, hash, (uint32_t)store->callers.count - 1);
    return (uint32_t)store->callers.count - 1;
}

uint32_t rs_store_place(struct rs_store *store, const struct rs_booking *b)
{
    uint32_t what = what_of(b), number;
    uint64_t hash = hash_of_place(b->pc, b->contract, b->context, what, b->callers);

    for (size_t i = hash & (store->place_at.room - 1); (number = store->place_at.numbers[i]) != 0;
         i = (i + 1) & (store->place_at.room - 1)) {
        const struct rs_place_of_event *at = &store->places.items[number - 1];

        if (at->pc == b->pc && at->context == b->context && at->what == what && at->contract == b->contract &&
            at->callers == b->callers)
            return number - 1;
    }
    *RS_PUSH(&store->places) = (struct rs_place_of_event){b->pc, b->contract, b->context, what, b->callers};
    if (SPARSE * store->places.count > store->place_at.room)
        grow_places(store);
    else
        add_number(&store->place_at, hash, (uint32_t)store->places.count - 1);
    return (uint32_t)store->places.count - 1;
}

uint32_t rs_store_site(struct rs_store *store, uint32_t site, const struct rs_booking *b)
{
    uint32_t what = what_of(b); /* not 0: a store acquires or releases */
    struct rs_site_place *latest;

    while (store->site_places.count <= site)
        *RS_PUSH(&store->site_places) = (struct rs_site_place){0};
    latest = &store->site_places.items[site];
    if (latest->what != what || latest->context != b->context)
        *latest = (struct rs_site_place){b->context, what, rs_store_place(store, b)};
    return latest->number;
}

void rs_store_open(struct rs_books *books)
{
    struct rs_store *store = rs_arena_alloc(&books->arena, sizeof(*store));

    books->store = store;
    grow_places(store);
    grow_contexts(store);
    grow_callers(store);
    rs_store_context(store, &(struct rs_context){.code = RS_NO_CODE});
    rs_store_callers(store, &(struct rs_callers){0});
}

void rs_store_close(struct rs_books *books)
{
    RS_VEC_CLOSE(&books->store->contexts);
    RS_VEC_CLOSE(&books->store->callers);
    free(books->store->callers_at.numbers);
    RS_VEC_CLOSE(&books->store->places);
    RS_VEC_CLOSE(&books->store->site_places);
    free(books->store->context_at.numbers);
    free(books->store->place_at.numbers);
}

struct rs_cell *rs_store_cell(struct rs_books *books)
{
    struct rs_store *store = books->store;

    if (store->cells_left == 0) {
        uintptr_t at = (uintptr_t)rs_arena_alloc(&books->arena, CELLS_AT_ONCE * sizeof(struct rs_cell) + LINE);

        store->cells = (struct rs_cell *)((at + LINE - 1) & ~(uintptr_t)(LINE - 1));
        store->cells_left = CELLS_AT_ONCE;
    }
    store->cells_left--;
    return store->cells++;
}

struct rs_page *rs_store_page(struct rs_books *books)
{
    struct rs_page *page = books->store->spare_pages;

    if (page == NULL)
        return rs_arena_alloc(&books->arena, sizeof(*page));
    books->store->spare_pages = page->next;
    return page;
}

struct rs_more *rs_store_more(struct rs_books *books)
{
    struct rs_more *more = books->store->spare_more;

    if (more == NULL)
        return rs_arena_alloc(&books->arena, sizeof(*more));
    books->store->spare_more = more->next;
    return more;
}

/* ---------------------------------------------------------------- written out */

static void add_callers(const struct rs_books *books, struct rs_event *event, uint32_t number)
{
    const struct rs_callers *callers = &books->store->callers.items[number];

    memcpy(event->callers, callers->at, sizeof(event->callers));
    event->by_variable = callers->by_variable;
}

static void add_context(const struct rs_books *books, struct rs_event *event, uint32_t number)
{
    const struct rs_context *context = &books->store->contexts.items[number];

    event->function = context->function;
    event->code = context->code;
    event->instr = context->instr;
    event->init = context->init;
}

struct rs_event rs_store_event(const struct rs_books *books, const struct rs_booking *booking)
{
    struct rs_event event = {
        .seq = books->seq,
        .pc = booking->pc,
        .call = booking->call,
        .contract = booking->contract,
        .delta = booking->delta,
        .count = booking->count,
        .times = 1,
        .kind = booking->kind,
        .is_entry = booking->is_entry,
        .blind = booking->blind,
        .family = booking->family,
    };

    add_context(books, &event, booking->context);
    add_callers(books, &event, booking->callers);
    return event;
}

struct rs_event rs_store_noted(const struct rs_books *books, const struct rs_note *note)
{
    const struct rs_place_of_event *at = &books->store->places.items[note->place];
    struct rs_event event = {
        .seq = note->seq,
        .pc = at->pc,
        .call = note->call,
        .contract = at->contract,
        .delta = note->delta,
        .balance = note->balance,
        .count = note->count,
        .times = note->times,
        .kind = RS_WHAT_KIND_OF(at->what),
        .is_entry = at->what & RS_WHAT_ENTRY,
        .blind = at->what & RS_WHAT_BLIND,
        .family = RS_WHAT_FAMILY(at->what),
    };

    add_context(books, &event, at->context);
    add_callers(books, &event, at->callers);
    return event;
}

void rs_store_account(const struct rs_books *books, const struct rs_page *page, struct rs_account *account)
{
    struct rs_page *p = (struct rs_page *)page; /* only read */
    uint32_t open = page->open_count < RS_OPEN_KEPT ? page->open_count : RS_OPEN_KEPT;

    memset(account, 0, sizeof(*account));
    account->family = page->family;
    account->unsure = page->unsure;
    account->has_negative = page->has_negative;
    account->lo = page->lo;
    account->hi = page->hi;
    account->acquired = page->acquired;
    account->events = page->events;
    account->open_count = page->open_count;
    for (uint64_t n = 0; n < RS_EVENTS_FIRST && n < page->events; n++)
        account->first[n] = rs_store_noted(books, rs_page_event(p, n));
    for (uint64_t n = RS_EVENTS_FIRST; n < RS_EVENTS_KEPT && n < page->events; n++)
        account->last[n - RS_EVENTS_FIRST] = rs_store_noted(books, rs_page_event(p, n));
    for (uint32_t n = 0; n < open; n++)
        account->open[n] = rs_store_noted(books, rs_page_open(p, n));
    if (page->has_negative)
        account->negative = rs_store_noted(books, &page->more->negative);
}

bool rs_ledger_account(const struct rs_books *books, const struct rs_object *object, unsigned n,
                       struct rs_account *account)
{
    const struct rs_page *page = object->accounts;

    while (page != NULL && n-- > 0)
        page = page->next;
    if (page != NULL)
        rs_store_account(books, page, account);
    return page != NULL;
}

unsigned rs_ledger_kept(const struct rs_account *account)
{
    return account->events < RS_EVENTS_KEPT ? (unsigned)account->events : RS_EVENTS_KEPT;
}

const struct rs_event *rs_ledger_event(const struct rs_account *account, unsigned n)
{
    uint64_t index;

    if (n < RS_EVENTS_FIRST)
        return &account->first[n];
    index = account->events <= RS_EVENTS_KEPT ? n : account->events - RS_EVENTS_KEPT + n;
    return &account->last[(index - RS_EVENTS_FIRST) % RS_EVENTS_LAST];
}

const struct rs_event *rs_ledger_latest(const struct rs_account *account)
{
    return account->events > 0 ? rs_ledger_event(account, rs_ledger_kept(account) - 1) : NULL;
}
