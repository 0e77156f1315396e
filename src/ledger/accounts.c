/* Objects, their accounts and histories, and the facts that are copied out of them. */
#include "ledger/internal.h"

#include <string.h>

enum { PAIR_TIMES = 1000000, DRIFT_BELOW = 1, DRIFT_ABOVE = 32 };

struct rs_object *rs_books_object(struct rs_books *books, uint64_t address)
{
    uint64_t *place;

    if (books->latest != NULL && books->latest->address == address)
        return books->latest;
    place = rs_map_find(&books->objects, address);
    if (place != NULL)
        books->latest = (struct rs_object *)*place;
    return place != NULL ? (struct rs_object *)*place : NULL;
}

void rs_books_drop_accounts(struct rs_books *books, struct rs_object *object)
{
    while (object->accounts != NULL) {
        struct rs_account *account = object->accounts;

        object->accounts = account->next;
        account->next = books->spare_accounts;
        books->spare_accounts = account;
    }
}

struct rs_object *rs_books_reborn(struct rs_books *books, uint64_t address, uint64_t type, uint64_t size)
{
    uint64_t nowhere = 0, *place = address != 0 ? rs_map_at(&books->objects, address) : &nowhere, *kind; /* 0: a broken record */
    struct rs_object *object = (struct rs_object *)*place;
    struct rs_account *none = NULL;

    if (object == NULL) {
        object = rs_arena_alloc(&books->arena, sizeof(*object));
        *place = (uint64_t)object;
    } else {
        rs_books_drop_accounts(books, object);
    }
    *object = (struct rs_object){.address = address, .type = type, .size = size, .count = -1, .accounts = none};
    books->object_count++;
    kind = rs_map_find(&books->types, type);
    if (kind != NULL)
        object->serial = ++((struct rs_type *)*kind)->serials;
    return object;
}

struct rs_account *rs_ledger_account(const struct rs_object *object, uint32_t family)
{
    struct rs_account *account = object->accounts;

    while (account != NULL && account->family != family)
        account = account->next;
    return account;
}

struct rs_account *rs_books_account(struct rs_books *books, struct rs_object *object, uint32_t family)
{
    struct rs_account *account = rs_ledger_account(object, family);

    if (account != NULL)
        return account;
    account = books->spare_accounts;
    if (account != NULL)
        books->spare_accounts = account->next;
    else
        account = rs_arena_alloc(&books->arena, sizeof(*account));
    /* the event arrays are valid only up to the counts: no need to clear half a kilobyte */
    account->next = object->accounts;
    account->family = family;
    account->lo = account->hi = account->base[0] = account->base[1] = 0;
    account->functions = NULL;
    for (unsigned i = 0; i < RS_NETS; i++)
        account->nets[i].call = 0;
    account->acquired = account->released = account->events = account->open_count = 0;
    account->moved = account->unsure = account->has_negative = false;
    if (object->before_fork)
        account->unsure = true;
    object->accounts = account;
    return account;
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

static struct rs_event *last_event(struct rs_account *account)
{
    if (account->events == 0)
        return NULL;
    if (account->events <= RS_EVENTS_FIRST)
        return &account->first[account->events - 1];
    return &account->last[(account->events - 1 - RS_EVENTS_FIRST) % RS_EVENTS_LAST];
}

static void remember(struct rs_account *account, const struct rs_event *event)
{
    struct rs_event *before = last_event(account);

    if (before != NULL && before->pc == event->pc && before->kind == event->kind && before->delta == event->delta &&
        before->times < PAIR_TIMES && event->kind != RS_EVENT_TOUCH) {
        uint32_t times = before->times + 1;

        *before = *event;
        before->times = times;
        return;
    }
    if (account->events < RS_EVENTS_FIRST)
        account->first[account->events] = *event;
    else
        account->last[(account->events - RS_EVENTS_FIRST) % RS_EVENTS_LAST] = *event;
    account->events++;
}

/* Pairs last-in-first-out: a release gives back the latest acquisition that is still open. */
static void pair(struct rs_account *account, const struct rs_event *event)
{
    for (int i = 0; i < event->delta; i++) {
        if (account->open_count < RS_OPEN_KEPT)
            account->open[account->open_count] = *event;
        account->open_count++;
    }
    for (int i = event->delta; i < 0 && account->open_count > 0; i++)
        account->open_count--;
}

struct rs_event rs_books_event(struct rs_books *books, enum rs_event_kind kind, uint64_t pc, int delta)
{
    struct rs_event event = {.seq = books->seq, .pc = pc, .delta = delta, .kind = (uint8_t)kind, .count = -1, .code = RS_NO_CODE, .times = 1};
    const struct rs_thread *thread = books->thread;

    for (size_t i = thread != NULL ? thread->frames.count : 0; i > 0; i--) {
        const struct rs_call_frame *frame = &thread->frames.items[i - 1];

        if (frame->kind != RS_FRAME_ENTRY)
            continue;
        event.function = frame->function;
        event.call = frame->seq;
        event.code = frame->code;
        event.instr = frame->instr;
        event.init = frame->init;
        event.blind = frame->blind || frame->foreign;
        break;
    }
    return event;
}

bool rs_books_in_dealloc(const struct rs_books *books, uint64_t object)
{
    const struct rs_thread *thread = books->thread;

    for (size_t i = thread != NULL ? thread->frames.count : 0; i > 0; i--)
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
    return type != NULL && ((type->flags & FLAG_EXCEPTION) || strcmp(type->name, "traceback") == 0 || strcmp(type->name, "NoneType") == 0);
}

/* What the call in progress has changed so far in this account, this event included. A deficit is the doing of a call that
 * gives up more than it gets: one that is even has only inherited it. */
static int64_t net_of_call(struct rs_account *account, const struct rs_event *event)
{
    struct rs_call_net *net = &account->nets[0];

    if (event->call == 0)
        return event->delta;
    for (unsigned i = 0; i < RS_NETS; i++) {
        if (account->nets[i].call == event->call)
            return account->nets[i].net += event->delta;
        if (account->nets[i].call < net->call)
            net = &account->nets[i];
    }
    *net = (struct rs_call_net){event->call, event->delta};
    return event->delta;
}

static void note_function(struct rs_books *books, struct rs_account *account, const struct rs_event *event)
{
    if (account->functions == NULL)
        account->functions = rs_arena_alloc(&books->arena, RS_FUNCTIONS * sizeof(struct rs_function_net));
    for (unsigned i = 0; i < RS_FUNCTIONS; i++) {
        struct rs_function_net *f = &account->functions[i];

        if (f->function != event->function && f->function != 0)
            continue;
        f->function = event->function;
        f->net += event->delta;
        if (event->delta > 0)
            f->up = *event;
        else
            f->down = *event;
        return;
    }
}

/* A static object never dies, so no consequence will come: what proves a drift is a census at two quiet points. */
static void watch_static(struct rs_books *books, struct rs_object *object, struct rs_account *account, const struct rs_event *event)
{
    if (event->delta == 0)
        return;
    note_function(books, account, event);
    if (object->watched || books->watch == NULL || (account->hi > -DRIFT_BELOW && account->lo < DRIFT_ABOVE))
        return;
    object->watched = true;
    books->watch(books->arm_context, object->address);
}

void rs_books_book(struct rs_books *books, struct rs_object *object, struct rs_event *event)
{
    struct rs_account *account = rs_books_account(books, object, event->family);
    struct rs_fact *fact;
    bool was_below = account->hi < 0;
    int64_t net = net_of_call(account, event);

    account->lo += event->delta;
    account->hi += event->delta;
    event->balance = (int32_t)account->hi;
    if (event->delta > 0)
        account->acquired += (uint64_t)event->delta;
    else
        account->released += (uint64_t)-event->delta;
    pair(account, event);
    remember(account, event);
    if (object->size == 0)
        watch_static(books, object, account, event);
    if (event->count >= 0)
        object->count = event->count;
    object->last_family = event->family;
    if (event->blind)
        account->unsure = true;
    if (event->delta >= 0 || account->hi >= 0 || account->unsure || net >= 0)
        return;
    if (books->raw_exceptions != NULL && is_exception_state(books, object) && books->raw_exceptions(books->site_context, event->family)) {
        account->unsure = true;
        return;
    }
    if (!was_below || !account->has_negative) {
        account->negative = *event;
        account->has_negative = true;
    }
    fact = rs_books_fact(books, RS_FACT_DEFICIT, object, event);
    fact->starved |= object->size == 0 && event->count == 0;
    *rs_map_at(&books->deficit_at, object->address) = (uint64_t)(fact - books->facts.items) + 1;
    if (books->arm != NULL)
        books->arm(books->arm_context, event, object->address);
}

/* The account whose history explains a deficit: one that is certainly below zero, else one that may have moved a reference,
 * else the one that had the object last. */
static const struct rs_account *blamed(const struct rs_object *object)
{
    const struct rs_account *best = NULL;
    int best_rank = -1;

    for (const struct rs_account *a = object->accounts; a != NULL; a = a->next) {
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

static uint64_t key_of(enum rs_fact_kind kind, const struct rs_object *object, const struct rs_account *blame, const struct rs_event *event)
{
    uint64_t key = mix(0x51ed27, kind + 1);

    if (event != NULL)
        key = mix(mix(key, event->pc), event->kind);
    if (event != NULL && event->loser != 0)
        key = mix(key, event->loser);
    if (blame != NULL && blame->has_negative)
        key = mix(key, blame->negative.pc);
    if (object != NULL && event == NULL)
        key = mix(key, object->type);
    return key | 1;
}

struct rs_fact *rs_books_fact(struct rs_books *books, enum rs_fact_kind kind, const struct rs_object *object, const struct rs_event *event)
{
    const struct rs_account *blame = object != NULL ? blamed(object) : NULL;
    uint64_t *place = rs_map_at(&books->fact_at, key_of(kind, object, blame, event));
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
        fact->account[fact->accounts++] = *blame;
    for (const struct rs_account *a = object->accounts; a != NULL && fact->accounts < 3; a = a->next)
        if (a != blame)
            fact->account[fact->accounts++] = *a;
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
