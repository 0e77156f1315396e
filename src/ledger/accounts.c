/* Objects, their accounts and histories. */
#include "ledger/internal.h"

#include <inttypes.h>
#include <string.h>

enum { PAIR_TIMES = 1000000, DRIFT_BELOW = 1, DRIFT_ABOVE = 32 };

static void drop_accounts(struct rs_books *books, struct rs_object *object)
{
    struct rs_cell *cell = (struct rs_cell *)object;

    while (object->accounts != NULL) {
        struct rs_page *page = object->accounts;

        object->accounts = page->next;
        if (page->more != NULL) {
            page->more->next = books->store->spare_more;
            books->store->spare_more = page->more;
        }
        if (page == &cell->own)
            continue;
        page->next = books->store->spare_pages;
        books->store->spare_pages = page;
    }
    cell->own_used = false;
}

struct rs_object *rs_books_reborn(struct rs_books *books, uint64_t address, uint64_t type, uint64_t size)
{
    uint64_t nowhere = 0, *place = address != 0 ? rs_map_at(&books->objects, address) : &nowhere,
             *kind; /* 0: a broken record */
    struct rs_object *object = (struct rs_object *)*place;

    if (object == NULL) {
        object = &rs_store_cell(books)->object;
        *place = (uint64_t)object;
    } else {
        drop_accounts(books, object);
    }
    *object = (struct rs_object){.address = address, .type = type, .size = size, .count = -1};
    books->object_count++;
    kind = rs_map_find(&books->types, type);
    if (kind != NULL)
        object->serial = ++((struct rs_type *)*kind)->serials;
    return object;
}

struct rs_page *rs_books_page(struct rs_books *books, struct rs_object *object, uint32_t family)
{
    struct rs_page *page = rs_books_page_of(object, family);
    struct rs_cell *cell = (struct rs_cell *)object;

    if (page != NULL)
        return page;
    page = cell->own_used ? rs_store_page(books) : &cell->own;
    cell->own_used = true;
    memset(page, 0, offsetof(struct rs_page, open)); /* the events are valid only up to the counts */
    page->next = object->accounts;
    page->family = family;
    page->unsure = object->before_fork;
    object->accounts = page;
    return page;
}

static struct rs_more *more_of(struct rs_books *books, struct rs_page *page)
{
    if (page->more == NULL)
        page->more = rs_store_more(books);
    return page->more;
}

/* In registers, not a note that is built in memory in parts and then copied in wider ones: that has to be waited for.
 */
static inline __attribute__((always_inline)) void write_note(struct rs_note *to, uint64_t seq,
                                                             const struct rs_booking *b, int32_t balance,
                                                             uint32_t times)
{
    to->seq = seq;
    to->place = b->place;
    to->call = b->call;
    to->delta = b->delta;
    to->balance = balance;
    to->count = (int32_t)b->count;
    to->times = times;
}

/* Where it stands now: equal events in a row are one. */
static inline __attribute__((always_inline)) struct rs_note *remember(struct rs_books *books, struct rs_page *page,
                                                                      const struct rs_booking *b)
{
    struct rs_note *to;

    if (page->events > 0) {
        const struct rs_place_of_event *before;

        to = rs_page_event(page, page->events - 1);
        before = &books->store->places.items[to->place];
        if (before->pc == b->pc && RS_WHAT_KIND_OF(before->what) == b->kind && to->delta == b->delta &&
            b->kind != RS_EVENT_TOUCH && to->times < PAIR_TIMES) {
            write_note(to, books->seq, b, (int32_t)page->hi, to->times + 1);
            return to;
        }
        if (page->events >= RS_FIRST_NEAR)
            more_of(books, page);
    }
    to = rs_page_event(page, page->events++);
    write_note(to, books->seq, b, (int32_t)page->hi, 1);
    return to;
}

static void open_many(struct rs_books *books, struct rs_page *page, const struct rs_booking *b)
{
    for (int i = 0; i < b->delta; i++) {
        if (page->open_count > 0 && page->open_count < RS_OPEN_KEPT)
            more_of(books, page);
        if (page->open_count < RS_OPEN_KEPT)
            write_note(rs_page_open(page, page->open_count), books->seq, b, (int32_t)page->hi, 1);
        page->open_count++;
    }
}

/* Pairs last-in-first-out: a release gives back the latest acquisition that is still open. */
static inline __attribute__((always_inline)) void pair(struct rs_books *books, struct rs_page *page,
                                                       const struct rs_booking *b)
{
    if (b->delta < 0) {
        page->open_count = page->open_count > (uint32_t)-b->delta ? page->open_count - (uint32_t)-b->delta : 0;
        return;
    }
    if (page->acquired < UINT32_MAX / 2)
        page->acquired += (uint32_t)b->delta;
    if (b->delta == 1 && page->open_count == 0) {
        write_note(&page->open, books->seq, b, (int32_t)page->hi, 1);
        page->open_count = 1;
    } else {
        open_many(books, page, b);
    }
}

bool rs_books_in_this_dealloc(const struct rs_books *books, uint64_t object)
{
    const struct rs_thread *thread = books->thread;

    for (size_t i = rs_books_in_dealloc(books) ? thread->frames.count : 0; i > 0; i--)
        if (thread->frames.items[i - 1].self == object)
            return true;
    return false;
}

enum { FLAG_EXCEPTION = 1 << 30 }; /* Py_TPFLAGS_BASE_EXC_SUBCLASS */

/* Exceptions, their classes and tracebacks, and the None that stands for no exception (to 3.11). */
static bool is_exception_state(const struct rs_books *books, const struct rs_object *object)
{
    const struct rs_type *type = rs_ledger_type(books, object->type), *itself = rs_ledger_type(books, object->address);

    if (itself != NULL)
        return (itself->flags & FLAG_EXCEPTION) != 0;
    return type != NULL && ((type->flags & FLAG_EXCEPTION) || strcmp(type->name, "traceback") == 0 ||
                            strcmp(type->name, "NoneType") == 0);
}

/* What the call in progress has changed so far in this account, this event included. A deficit is the doing of a call
 * that gives up more than it gets: one that is even has only inherited it. */
static inline __attribute__((always_inline)) int64_t net_of_call(struct rs_page *page, uint32_t call, int32_t delta)
{
    struct rs_call_net *net = &page->nets[0];

    if (call == 0)
        return delta;
    for (unsigned i = 0; i < RS_NETS; i++)
        if (page->nets[i].call == call)
            return page->nets[i].net += delta;
    for (unsigned i = 1; i < RS_NETS; i++)
        if (page->nets[i].call < net->call)
            net = &page->nets[i];
    *net = (struct rs_call_net){call, delta};
    return delta;
}

/* The function's place in the table; where there is none left, that of the one which changed least. */
static struct rs_mover *mover_at(struct rs_movers *movers, uint64_t function)
{
    struct rs_mover *least = &movers->mover[0];

    for (unsigned i = 0; i < RS_FUNCTIONS; i++) {
        struct rs_mover *m = &movers->mover[i];

        if (m->function == function)
            return m;
        if (m->function == 0 || imaxabs(m->net) < imaxabs(least->net))
            least = m;
        if (m->function == 0)
            break;
    }
    memset(least, 0, sizeof(*least));
    least->function = function;
    return least;
}

const struct rs_note *rs_mover_pending(const struct rs_books *books, const struct rs_mover *m)
{
    unsigned kept = m->pending_count < RS_PENDING ? m->pending_count : RS_PENDING;

    for (unsigned i = kept; i > 0; i--)
        if (books->store->places.items[m->pending[i - 1].place].contract != NULL)
            return &m->pending[i - 1];
    return &m->pending[kept - 1];
}

static void note_mover(struct rs_books *books, struct rs_page *page, const struct rs_booking *b)
{
    const struct rs_context *context = &books->store->contexts.items[b->context];
    struct rs_mover *m;

    if (page->movers == NULL)
        page->movers = rs_arena_alloc(&books->arena, sizeof(*page->movers));
    if (context->init)
        return; /* what happens once, while a module starts, makes no leak */
    m = mover_at(page->movers, context->function);
    m->net += b->delta;
    if (m->call != b->call) {
        if (m->pending_count > 0)
            m->up = *rs_mover_pending(books, m);
        m->pending_count = 0;
        m->call = b->call;
    }
    if (b->delta > 0) {
        m->pending_count++;
        if (m->pending_count <= RS_PENDING)
            write_note(&m->pending[m->pending_count - 1], books->seq, b, (int32_t)page->hi, 1);
    } else if (m->pending_count > 0) {
        m->pending_count--;
    } else {
        write_note(&m->down, books->seq, b, (int32_t)page->hi, 1);
    }
}

/* A static object never dies, so no consequence will come: what proves a drift is a census at two quiet points. */
static inline __attribute__((always_inline)) void watch_static(struct rs_books *books, struct rs_object *object,
                                                               struct rs_page *page, const struct rs_booking *b)
{
    if (b->delta == 0)
        return;
    note_mover(books, page, b);
    if (object->watched || books->watch == NULL || (page->hi > -DRIFT_BELOW && page->lo < DRIFT_ABOVE))
        return;
    object->watched = true;
    books->watch(books->arm_context, object->address);
}

static void fell_below(struct rs_books *books, struct rs_object *object, struct rs_page *page, struct rs_note note)
{
    struct rs_event event;
    struct rs_fact *fact;

    note.times = 1;
    event = rs_store_noted(books, &note);
    if (books->raw_exceptions != NULL && is_exception_state(books, object) &&
        books->raw_exceptions(books->host, event.family)) {
        page->swapped = true;
        page->unsure = true;
        return;
    }
    if (page->hi - note.delta >= 0 || !page->has_negative) {
        more_of(books, page)->negative = note;
        page->has_negative = true;
    }
    fact = rs_books_fact(books, RS_FACT_DEFICIT, object, &event);
    fact->unseen = page->events == 1 && books->raw_exceptions != NULL && books->python < 0x030c &&
                   books->raw_exceptions(books->host, event.family);
    fact->starved |= object->size == 0 && event.count == 0;
    *rs_map_at(&books->deficit_at, object->address) = (uint64_t)(fact - books->facts.items) + 1;
    if (books->arm != NULL)
        books->arm(books->arm_context, &event, object->address);
}

void rs_books_book(struct rs_books *books, struct rs_object *object, const struct rs_booking *b)
{
    struct rs_page *page = rs_books_page_of(object, b->family);
    struct rs_note *note;
    int64_t net;

    if (page == NULL)
        page = rs_books_page(books, object, b->family);
    net = net_of_call(page, b->call, b->delta);
    page->lo += b->delta;
    page->hi += b->delta;
    pair(books, page, b);
    note = remember(books, page, b);
    if (object->size == 0)
        watch_static(books, object, page, b);
    else if (page->open_count > RS_OPEN_KEPT && b->delta != 0)
        note_mover(books, page, b);
    if (b->count >= 0)
        object->count = b->count;
    object->last_family = b->family;
    if (b->blind)
        page->unsure = true;
    if (b->delta < 0 && page->hi < 0 && !page->unsure && net < 0)
        fell_below(books, object, page, *note);
}
